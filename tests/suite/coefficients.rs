//! The tableaus of the library against the reference's coefficients.

use odec::Stepper;
use odec::prelude::*;
use serde_json::Value;

use crate::testkit::{assert_close, json, list, number, table};

/// `p/q`, or a decimal as text or as a number.
fn coefficient(value: &Value) -> f64 {
    let Some(text) = value.as_str() else { return number(value) };
    let whole = |part: &str| part.parse::<f64>().unwrap_or_else(|_| panic!("`{text}` is no number"));
    text.split_once('/').map_or_else(|| whole(text), |(p, q)| whole(p) / whole(q))
}

fn coefficients(value: &Value) -> Vec<f64> {
    list(value).iter().map(coefficient).collect()
}

/// Equal but for the roundings of a fraction of long numbers; what one of the two lacks is 0.
#[track_caller]
fn assert_row(found: &[f64], expected: &[f64], what: &str) {
    for i in 0..found.len().max(expected.len()) {
        let at = |row: &[f64]| row.get(i).copied().unwrap_or(0.0);
        assert_close(at(found), at(expected), 2.0 * f64::EPSILON, 1e-16, &format!("{what}[{i}]"));
    }
}

/// From powers of θ to the basis θʲ(1-θ)ⁿ⁻ʲ.
fn bernstein(powers: &[f64]) -> Vec<f64> {
    let degree = powers.len();
    let binomial =
        |n: usize, k: usize| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
    let coefficient = |j: usize| (1..=j).map(|p| binomial(degree - p, j - p) * powers[p - 1]).sum();
    (1..=degree).map(coefficient).collect()
}

/// Equal but for what is left of large powers that cancel.
#[track_caller]
fn assert_dense(found: &[f64], powers: &[f64], what: &str) {
    let (expected, size) =
        (bernstein(powers), bernstein(&powers.iter().map(|x| x.abs()).collect::<Vec<_>>()));
    assert_eq!(found.len(), expected.len(), "{what}: degree");
    for i in 0..found.len() {
        let rounding = 4.0 * f64::EPSILON * size[i];
        assert_close(found[i], expected[i], 0.0, rounding + 1e-16, &format!("{what}[{i}]"));
    }
}

/// DOP853's b_i(θ), which is published as differences and D, nested.
fn dop853_dense(reference: &Value, weights: &[f64], stage: usize) -> Vec<f64> {
    let unit = |place: usize| f64::from(u8::from(place == stage));
    let weight = weights.get(stage).copied().unwrap_or(0.0);
    let (first, last) = (unit(0), unit(12));
    let d: Vec<f64> = list(&reference["dense"]["D"]).iter().map(|row| coefficients(row)[stage]).collect();
    let nested = [weight, first - weight, 2.0 * weight - last - first, d[0], d[1], d[2], d[3]];
    let mut powers = vec![0.0; 7];
    // θ(F1 + (1-θ)(F2 + θ(F3 + ..))): each F times θ and 1-θ in turn.
    let mut factor = vec![1.0];
    for (i, coefficient) in nested.into_iter().enumerate() {
        let by = if i % 2 == 0 { [0.0, 1.0] } else { [1.0, -1.0] };
        let mut next = vec![0.0; factor.len() + 1];
        for (power, value) in factor.iter().enumerate() {
            next[power] += by[0] * value;
            next[power + 1] += by[1] * value;
        }
        factor = next;
        for (power, value) in factor.iter().enumerate().skip(1) {
            powers[power - 1] += coefficient * value;
        }
    }
    powers
}

/// The embedded weights, each row with its order.
fn embedded(reference: &Value, weights: &[f64]) -> Vec<(usize, Vec<f64>)> {
    if reference["name"] != "dop853" {
        let order = reference["order_embedded"].as_u64().expect("an order") as usize;
        return vec![(order, coefficients(&reference[key(reference, "b_embedded")]))];
    }
    let fifth = weights.iter().zip(coefficients(&reference["E5"])).map(|(b, e)| b - e).collect();
    let mut third = vec![0.0; weights.len()];
    for (stage, weight) in table(&reference["bhh"]).into_iter().filter(|(key, _)| *key != "rule") {
        third[stage.parse::<usize>().expect("a stage") - 1] = coefficient(weight);
    }
    vec![(5, fifth), (3, third)]
}

/// Where the coefficients of this kind stand as numbers: those with roots stand as decimals too.
fn key(reference: &Value, name: &str) -> String {
    if reference["coefficients"] == "surd" { format!("{name}_decimal") } else { name.to_owned() }
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

        let mut nodes = coefficients(&reference[key(reference, "c")]);
        let mut rows: Vec<Vec<f64>> =
            list(&reference[key(reference, "A")]).iter().map(coefficients).collect();
        let weights = coefficients(&reference[key(reference, "b")]);
        let mut extra: Vec<(f64, Vec<f64>)> = Vec::new();
        if let Some(stages) = reference.get("extra_stages") {
            let rows = list(&stages["A"]).iter().map(coefficients);
            extra = coefficients(&stages["c"]).into_iter().zip(rows).collect();
        }
        if rows.len() == working && !extra.is_empty() {
            // The reference counts the completion among them.
            let (node, row) = extra.remove(0);
            assert_eq!(node, 1.0, "{name}: the completion is at the step's end");
            assert_row(&row, &weights, &format!("{name}: the completion"));
        }
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
        assert_eq!(tableau.extra.len(), extra.len(), "{name}: extra stages");
        for (i, (found, (node, row))) in tableau.extra.iter().zip(&extra).enumerate() {
            assert_close(found.c, *node, f64::EPSILON, 0.0, &format!("{name}: node of extra stage {i}"));
            assert_eq!(found.a.len(), tableau.stages() + i, "{name}: extra stage {i}");
            assert_row(found.a, row, &format!("{name}.extra[{i}]"));
        }
        if tableau.is_adaptive() {
            let embedded = embedded(reference, &weights);
            assert_eq!(tableau.estimates.len(), embedded.len(), "{name}: estimates");
            for (found, (order, embedded)) in tableau.estimates.iter().zip(&embedded) {
                // Rounded after the subtraction, so exact to 1e-16 of the weights and not of the difference.
                for i in 0..found.weights.len().max(embedded.len()) {
                    let at = |row: &[f64]| row.get(i).copied().unwrap_or(0.0);
                    let expected = at(&weights) - at(embedded);
                    let rounding = 2.0 * f64::EPSILON * (at(&weights).abs() + at(embedded).abs());
                    assert_close(at(found.weights), expected, 0.0, rounding, &format!("{name}.error[{i}]"));
                }
                assert_eq!(found.order, *order, "{name}: embedded order");
            }
        }
        if let Some(dense) = reference.get("dense") {
            let order = reference["check"]["order_found_dense"].as_u64().expect("an order");
            assert_eq!(tableau.dense_order, order as usize, "{name}: dense");
            let rows: Vec<Vec<f64>> = match dense.get("R") {
                Some(rows) => list(rows).iter().map(coefficients).collect(),
                None => (0..tableau.dense.len()).map(|i| dop853_dense(reference, &weights, i)).collect(),
            };
            assert_eq!(tableau.dense.len(), rows.len(), "{name}: dense rows");
            for (i, (found, powers)) in tableau.dense.iter().zip(&rows).enumerate() {
                assert_dense(found, powers, &format!("{name}.dense[{i}]"));
            }
        }
    }
}

/// The two that the reference lacks.
#[test]
fn euler_and_adaptive_heun_are_what_they_are_called() {
    let euler = Euler.tableau();
    assert_eq!((euler.c, euler.a.len(), euler.order, euler.is_adaptive()), (&[0.0, 1.0][..], 1, 1, false));
    assert_row(euler.b, &[1.0], "euler.b");
    let heun = AdaptiveHeun.tableau();
    let [estimate] = heun.estimates else { panic!("one estimate, not {:?}", heun.estimates) };
    assert_eq!((heun.order, estimate.order), (2, 1));
    assert_row(heun.c, &[0.0, 1.0, 1.0], "adaptive_heun.c");
    assert_row(heun.a[1], &[1.0], "adaptive_heun.a[1]");
    assert_row(heun.b, &[0.5, 0.5], "adaptive_heun.b");
    assert_row(estimate.weights, &[0.5, -0.5], "adaptive_heun.error");
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
            let published = if method == Method::Dopri8 { 1e-12 } else { 0.0 };
            let last = row.last().copied().unwrap_or(0.0);
            assert_close(last, weight, f64::EPSILON, 1e-16 + published, &what);
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
        "dop853",
        "vern6",
        "vern7",
        "vern8",
        "vern9",
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
