//! Every function by its name: as a method and as a call it has the value of the table, and that of `f64`.

use super::{assert_same, value};
use crate::lower::call::function_names;
use crate::operation::Elementwise;

/// The methods of `f64` by name; the others are odec's own.
fn of_f64(name: &str, a: f64, b: f64, c: f64) -> Option<Vec<f64>> {
    macro_rules! methods {
        ($($method:ident($($argument:expr),*))*) => {
            match name {
                $(stringify!($method) => Some(vec![a.$method($($argument),*)]),)*
                "sin_cos" => Some(vec![a.sin(), a.cos()]),
                "powi" => Some(vec![a.powi(3)]),
                "relu" | "sigmoid" | "softplus" | "erf" | "gelu" => None,
                other => panic!("{other} is neither a method of f64 nor odec's own"),
            }
        };
    }
    methods! {
        mul_add(b, c) recip() abs() signum() floor() ceil() round() trunc() max(b) min(b) clamp(b, c) sqrt() cbrt()
        hypot(b) powf(b) exp() exp2() exp_m1() ln() ln_1p() log2() log10() sin() cos() tan() asin() acos() atan()
        atan2(b) sinh() cosh() tanh() asinh() acosh() atanh() log(b) fract() to_radians() to_degrees()
    }
}

#[test]
fn every_function_is_the_method_of_f64() {
    for name in function_names() {
        let arity =
            Elementwise::by_spelling(name).map_or(if name == "log" { 2 } else { 1 }, Elementwise::arity);
        let second = if name == "powi" { "3" } else { "y[1]" };
        let arguments = ["y[0]", second, "y[2]"][..arity].to_vec();
        let (method, call) = match name {
            "sin_cos" => ("{ let (s, c) = y[0].sin_cos(); [s, c] }".to_owned(), None),
            _ => (
                format!("[y[0].{name}({}), 0.0]", arguments[1..].join(", ")),
                Some(format!("[f64::{name}({}), 0.0]", arguments.join(", "))),
            ),
        };
        for y in [[0.7, -0.4, 0.6], [2.6, 0.5, 3.5], [-0.3, -2.0, 0.0]] {
            for body in [Some(&method), call.as_ref()].into_iter().flatten() {
                let source = format!("fn f(t: f64, y: [f64; 3]) -> [f64; 2] {{ {body} }}");
                let found = value(&source, 0.0, &y, &[], &[]);
                let mut expected = of_f64(name, y[0], y[1], y[2]).unwrap_or_else(|| {
                    vec![Elementwise::by_spelling(name).expect("a row").evaluate(&y[..arity])]
                });
                expected.resize(2, 0.0);
                if found[0].is_nan() && expected[0].is_nan() {
                    continue;
                }
                assert_same(&found, &expected, &source);
            }
        }
    }
}

#[test]
fn every_row_that_is_no_operator_has_its_name() {
    let operators = ["add", "sub", "mul", "div", "rem", "neg"];
    for row in Elementwise::ALL {
        let known = function_names().any(|name| name == row.spelling());
        assert_ne!(known, operators.contains(&row.spelling()), "{row:?}");
    }
}
