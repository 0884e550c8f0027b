//! The rules, each by its text; and that none changes a value.

use proptest::prelude::*;

use super::simplify;
use crate::diagnostic::Errors;
use crate::graph::random::{self, INPUT_NUMBERS, Values, data, input_shapes};
use crate::graph::{Datum, Graph, evaluate};
use crate::parse::{self, Role};

/// The graph of an expression of the numbers `x` and `z`, elements of the state.
fn lowered(expression: &str) -> Graph {
    let source = format!("fn f(t: f64, y: [f64; 2]) -> [f64; 1] {{ let [x, z] = y; [{expression}] }}");
    let errors = Errors::new();
    let item = syn::parse_str(&source).expect("a function");
    let system = parse::system(Role::Function, &item, &errors).expect("a signature");
    let graph = crate::lower::graph(&system, &errors).graph;
    errors.into_result().expect("no errors");
    graph
}

/// Compares the lines of the simplified graph between the inputs, of which `n1` is the state, and the output.
#[track_caller]
fn check(expression: &str, expected: &str) {
    let text = simplify(&lowered(expression)).to_string();
    let lines: Vec<&str> = text.lines().skip(3).map(str::trim).collect();
    let [inner @ .., _stack, _output] = lines.as_slice() else { panic!("no output in {text}") };
    assert_eq!(inner.join("; "), expected, "{expression}");
}

const X: &str = "n3 = element 0 of n1";
const X_Z: &str = "n3 = element 0 of n1; n4 = element 1 of n1";

#[test]
fn constants_are_folded() {
    check("2.0 * 3.0 + 1.0", "n3 = 7.0");
    check("x * 2.0_f64.sqrt()", &format!("{X}; n4 = {:?}; n5 = mul n3 n4", 2.0_f64.sqrt()));
    check("x + 0.0 * (0.0 / 0.0)", &format!("{X}; n4 = NaN; n5 = add n3 n4"));
}

#[test]
fn neutral_elements_go() {
    for expression in ["1.0 * x", "x * 1.0", "x / 1.0", "x + -0.0", "-0.0 + x", "x - 0.0", "-(-x)"] {
        check(expression, X);
    }
    check("-1.0 * x", &format!("{X}; n4 = neg n3"));
    check("x / -1.0", &format!("{X}; n4 = neg n3"));
}

#[test]
fn what_looks_neutral_but_changes_zeros_or_nan_stays() {
    check("x + 0.0", &format!("{X}; n4 = 0.0; n5 = add n3 n4"));
    check("x - -0.0", &format!("{X}; n4 = -0.0; n5 = sub n3 n4"));
    check("0.0 * x", &format!("{X}; n4 = 0.0; n5 = mul n4 n3"));
    check("0.0 - x", &format!("{X}; n4 = 0.0; n5 = sub n4 n3"));
    check("x - x", &format!("{X}; n4 = sub n3 n3"));
    check("x / x", &format!("{X}; n4 = div n3 n3"));
    check(
        "if x == x { x.sin() } else { 0.0 }",
        &format!(
            "{X}; n4 = eq n3 n3; n5 = branch n4 n3; then; \
        n0 = input 0: number; n1 = sin n0; -> n1; else; n0 = 0.0; -> n0; n6 = result 0 of n5"
        ),
    );
}

#[test]
fn divisions_become_weaker_where_that_is_exact() {
    check("x / 4.0", &format!("{X}; n4 = 0.25; n5 = mul n3 n4"));
    check("x / 3.0", &format!("{X}; n4 = 3.0; n5 = div n3 n4"));
    check("1.0 / x", &format!("{X}; n4 = recip n3"));
}

#[test]
fn minus_signs_move_outwards() {
    check("(-x) * (-z)", &format!("{X_Z}; n5 = mul n3 n4"));
    check("(-x) * z", &format!("{X_Z}; n5 = mul n3 n4; n6 = neg n5"));
    check("x / (-z)", &format!("{X_Z}; n5 = div n3 n4; n6 = neg n5"));
    check("x + -z", &format!("{X_Z}; n5 = sub n3 n4"));
    check("-x + z", &format!("{X_Z}; n5 = sub n4 n3"));
    check("x - -z", &format!("{X_Z}; n5 = add n3 n4"));
}

#[test]
fn equal_nodes_are_one_in_either_order() {
    check("x * z + z * x", &format!("{X_Z}; n5 = mul n3 n4; n6 = add n5 n5"));
    check("(x + z) / (z + x)", &format!("{X_Z}; n5 = add n3 n4; n6 = div n5 n5"));
    check("(x - z) / (z - x)", &format!("{X_Z}; n5 = sub n3 n4; n6 = sub n4 n3; n7 = div n5 n6"));
}

#[test]
fn powers_become_products() {
    check("x.powi(0)", "n3 = 1.0");
    check("x.powi(1)", X);
    check("x.powi(2)", &format!("{X}; n4 = mul n3 n3"));
    check("x.powi(3)", &format!("{X}; n4 = mul n3 n3; n5 = mul n4 n3"));
    check("x.powi(4)", &format!("{X}; n4 = mul n3 n3; n5 = mul n4 n4"));
    check("x.powi(5)", &format!("{X}; n4 = 5.0; n5 = powi n3 n4"));
    check("x.powi(-1)", &format!("{X}; n4 = recip n3"));
    check("x.powi(-2)", &format!("{X}; n4 = mul n3 n3; n5 = recip n4"));
    check("x.powf(2.0)", &format!("{X}; n4 = mul n3 n3"));
    check("x.powf(3.0)", &format!("{X}; n4 = 3.0; n5 = powf n3 n4"));
}

#[test]
fn known_conditions_decide() {
    check("if 2.0 > 1.0 { x } else { z.sin() }", X);
    check("if !(1.0 > 2.0) { x } else { z }", X);
    check("if x > z || 1.0 > 0.0 { x } else { z }", X);
    check("if x > z && 1.0 > 0.0 { x } else { z }", &format!("{X_Z}; n5 = gt n3 n4; n6 = select n5 n3 n4"));
    check("{ let mut b = true; if x > z { b = 1.0 > 0.0; } if b { x } else { z } }", X);
}

#[test]
fn branches_lose_what_they_only_hand_on() {
    check("if x > z { x } else { x }", X);
    check("if x > z { 2.0 } else { z }", &format!("{X_Z}; n5 = gt n3 n4; n6 = 2.0; n7 = select n5 n6 n4"));
    check(
        "{ let k = 2.0; let (a, b) = if x > z { (k * x, z) } else { ((k + 1.0) * x, z) }; a + b }",
        &format!(
            "{X_Z}; n5 = gt n3 n4; n6 = branch n5 n3 n3; \
            then; n0 = input 0: number; n1 = 2.0; n2 = mul n1 n0; -> n2; \
            else; n0 = input 0: number; n1 = 3.0; n2 = mul n1 n0; -> n2; \
            n7 = result 0 of n6; n8 = add n7 n4"
        ),
    );
    check(
        "{ let (a, b) = if x > z { (x.sin(), z.exp()) } else { (1.0, 2.0) }; a }",
        &format!(
            "{X_Z}; n5 = gt n3 n4; n6 = branch n5 n3; \
            then; n0 = input 0: number; n1 = sin n0; -> n1; else; n0 = 1.0; -> n0; n7 = result 0 of n6"
        ),
    );
}

#[test]
fn truth_values_that_leave_a_branch_stay_truth_values() {
    let branch = format!(
        "{X_Z}; n5 = gt n3 n4; n6 = branch n5 n3; \
         then; n0 = input 0: number; n1 = sin n0; -> n1; else; n0 = 1.0; -> n0; n7 = result 0 of n6"
    );
    check("{ let mut b = false; if x > z { b = true; } if b { x.sin() } else { 1.0 } }", &branch);
    check("{ let mut b = true; if x > z { b = false; } if !b { x.sin() } else { 1.0 } }", &branch);
    check("{ let b = if x > z { 1.0 } else { 2.0 }; if b < 1.5 { x.sin() } else { 1.0 } }", &branch);
    check("{ let b = if x > z { 1.0 } else { 2.0 }; if 1.5 > b { x.sin() } else { 1.0 } }", &branch);
    check("{ let b = if x > z { 1.0 } else { 2.0 }; if b > 0.0 { x } else { z } }", X);
    check("if !!(x > z) { x } else { z }", &format!("{X_Z}; n5 = gt n3 n4; n6 = select n5 n3 n4"));
}

#[test]
fn dead_nodes_go() {
    check("{ let unused = x.exp(); z }", "n3 = element 1 of n1");
}

fn bits(data: &[Datum]) -> Vec<u64> {
    let canonical = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    data.iter().flat_map(Datum::numbers).map(canonical).collect()
}

fn any_number() -> impl Strategy<Value = f64> {
    let special =
        [0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MAX, 0.5, 2.0];
    prop_oneof![4 => prop::sample::select(special.to_vec()), 1 => -3.0..3.0_f64, 1 => any::<f64>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_rule_changes_a_value(
        choices in random::choices(), x in prop::collection::vec(any_number(), INPUT_NUMBERS),
    ) {
        let graph = random::graph(&choices, Values::Wild);
        let simple = simplify(&graph);
        let inputs = data(&input_shapes(), &x);
        let (found, expected) = (bits(&evaluate(&simple, &inputs)), bits(&evaluate(&graph, &inputs)));
        prop_assert_eq!(found, expected, "at {:?}\n{}\n{}", x, graph, simple);
        prop_assert_eq!(simple.inputs().len(), graph.inputs().len());
    }

    #[test]
    fn powers_agree_to_rounding(x in any_number(), exponent in -6..7_i32) {
        for power in [format!("x.powi({exponent})"), format!("x.powf({exponent}.0)")] {
            let graph = lowered(&power);
            let inputs = [Datum::Number(0.0), data(&[crate::graph::Shape::Numbers(vec![2])], &[x, 0.0])[0].clone(), Datum::Array(vec![])];
            let [found, expected] = [&simplify(&graph), &graph].map(|graph| evaluate(graph, &inputs)[0].numbers()[0]);
            let close = (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs();
            // A subnormal result, or square, has fewer digits.
            let tiny = expected.abs() < 1e-290 || expected.abs() > 1e290;
            prop_assert!(close || found == expected || tiny || found.is_nan() && expected.is_nan(), "{power} at {x}: {found} for {expected}");
        }
    }
}
