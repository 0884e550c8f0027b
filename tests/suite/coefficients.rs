//! The tableaus of the library against the reference's coefficients.

use odec::Stepper;
use odec::prelude::*;
use serde_json::Value;

use crate::testkit::{assert_close, json, list};

/// `p/q` or a decimal.
fn coefficient(value: &Value) -> f64 {
    let text = value.as_str().expect("coefficients are strings");
    let whole = |part: &str| part.parse::<f64>().unwrap_or_else(|_| panic!("`{text}` is no number"));
    text.split_once('/').map_or_else(|| whole(text), |(p, q)| whole(p) / whole(q))
}

fn coefficients(value: &Value) -> Vec<f64> {
    list(value).iter().map(coefficient).collect()
}

/// Equal but for a rounding; what one of the two lacks is 0.
#[track_caller]
fn assert_row(found: &[f64], expected: &[f64], what: &str) {
    for i in 0..found.len().max(expected.len()) {
        let at = |row: &[f64]| row.get(i).copied().unwrap_or(0.0);
        assert_close(at(found), at(expected), f64::EPSILON, 1e-16, &format!("{what}[{i}]"));
    }
}

/// The reference's name of a method, where it has it.
fn reference_name(method: Method) -> Option<&'static str> {
    match method {
        Method::Euler | Method::AdaptiveHeun => None,
        Method::Rk4 => Some("rk4_38"),
        _ => Some(method.tableau().name),
    }
}

#[test]
fn coefficients_are_those_of_the_reference() {
    let file = json("method_orders.json");
    for &method in Method::ALL {
        let Some(name) = reference_name(method) else { continue };
        let reference = list(&file["methods"]).iter().find(|entry| entry["name"] == *name);
        let reference = reference.unwrap_or_else(|| panic!("the reference has {name}"));
        let tableau = method.tableau();
        let working = tableau.stages() - 1;

        let mut nodes = coefficients(&reference["c"]);
        let mut rows: Vec<Vec<f64>> = list(&reference["A"]).iter().map(coefficients).collect();
        let weights = coefficients(&reference["b"]);
        if rows.len() == working {
            // The completion is an evaluation of its own.
            nodes.push(1.0);
        } else {
            let last = rows.pop().expect("a method has stages");
            assert_row(&last, &weights, &format!("{name}: the last stage is at the step's end"));
        }
        assert_row(tableau.c, &nodes, &format!("{name}.c"));
        assert_eq!(tableau.a.len(), working, "{name}: working stages");
        assert_eq!(rows.len(), working, "{name}: working stages of the reference");
        for (i, (found, expected)) in tableau.a.iter().zip(&rows).enumerate() {
            assert_eq!(found.len(), i, "{name}: row {i}");
            assert_row(found, expected, &format!("{name}.a[{i}]"));
        }
        assert_row(tableau.b, &weights, &format!("{name}.b"));
        assert_eq!(tableau.order, reference["order"].as_u64().expect("an order") as usize, "{name}: order");
        if let Some(error) = tableau.error {
            // Rounded after the subtraction, so exact to 1e-16 of the weights and not of the difference.
            let embedded = coefficients(&reference["b_embedded"]);
            for i in 0..error.len().max(embedded.len()) {
                let at = |row: &[f64]| row.get(i).copied().unwrap_or(0.0);
                let expected = at(&weights) - at(&embedded);
                let rounding = f64::EPSILON * (at(&weights).abs() + at(&embedded).abs());
                assert_close(at(error), expected, 0.0, rounding, &format!("{name}.error[{i}]"));
            }
            let order = reference["order_embedded"].as_u64().expect("an order") as usize;
            assert_eq!(tableau.embedded, Some(order), "{name}: embedded order");
        }
        if let Some(dense) = reference.get("dense") {
            assert_eq!(
                tableau.dense_order,
                dense["order"].as_u64().expect("an order") as usize,
                "{name}: dense"
            );
            let rows: Vec<Vec<f64>> = list(&dense["R"]).iter().map(coefficients).collect();
            assert_eq!(tableau.dense.len(), rows.len(), "{name}: dense rows");
            for (i, (found, expected)) in tableau.dense.iter().zip(&rows).enumerate() {
                assert_row(found, expected, &format!("{name}.dense[{i}]"));
            }
        }
    }
}

/// The two that the reference lacks.
#[test]
fn euler_and_adaptive_heun_are_what_they_are_called() {
    let euler = Euler.tableau();
    assert_eq!((euler.c, euler.a.len(), euler.order, euler.error), (&[0.0, 1.0][..], 1, 1, None));
    assert_row(euler.b, &[1.0], "euler.b");
    let heun = AdaptiveHeun.tableau();
    assert_eq!((heun.order, heun.embedded), (2, Some(1)));
    assert_row(heun.c, &[0.0, 1.0, 1.0], "adaptive_heun.c");
    assert_row(heun.a[1], &[1.0], "adaptive_heun.a[1]");
    assert_row(heun.b, &[0.5, 0.5], "adaptive_heun.b");
    assert_row(heun.error.expect("an error estimate"), &[0.5, -0.5], "adaptive_heun.error");
}

/// Where a method brings no interpolant of its own it has Hermite's: values and slopes right at both ends.
#[test]
fn interpolants_meet_the_ends_of_the_step() {
    for &method in Method::ALL {
        let tableau = method.tableau();
        for (i, row) in tableau.dense.iter().enumerate() {
            let what = format!("{method}: stage {i} at the end");
            let weight = tableau.b.get(i).copied().unwrap_or(0.0);
            // dopri8's interpolant is published to 19 digits, and its coefficients reach 1e2.
            let rounding = row.iter().map(|x| x.abs()).sum::<f64>() * f64::EPSILON;
            let published = if method == Method::Dopri8 { 1e-12 } else { 0.0 };
            assert_close(row.iter().sum(), weight, 0.0, rounding + published, &what);
            let first = row.first().copied().unwrap_or(0.0);
            assert_close(
                first,
                if i == 0 { 1.0 } else { 0.0 },
                0.0,
                1e-15,
                &format!("{method}: slope of {i}"),
            );
        }
    }
}

#[test]
fn methods_have_the_names_that_they_parse_from() {
    let names = [
        "dopri5",
        "tsit5",
        "bosh3",
        "fehlberg2",
        "adaptive_heun",
        "dopri8",
        "euler",
        "midpoint",
        "heun2",
        "heun3",
        "rk4",
        "rk4_classic",
    ];
    for name in names {
        let method: Method = name.parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(method.to_string(), name);
        assert_eq!(method.tableau().name, name);
    }
    assert_eq!(Method::ALL.len(), names.len());
}
