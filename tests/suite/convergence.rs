//! The observed order of every method and of every interpolant.

use odec::Stepper;
use odec::prelude::*;

use crate::any::any_of;
use crate::systems::{Known, LotkaVolterra};
use crate::testkit::largest;

/// The solution of `known`.
fn exact(t: f64) -> [f64; 2] {
    let u = 2.0 + t.sin();
    [u, 1.0 / u]
}

fn error_at(found: &[f64], t: f64) -> f64 {
    let exact = exact(t);
    largest(&[found[0] - exact[0], found[1] - exact[1]])
}

const END: f64 = 8.0;

/// The step counts between which the order is observed: far enough for the leading term to dominate, and not so far
/// that rounding does.
fn counts(method: Method, order: usize) -> (usize, usize) {
    match (method, order) {
        (Method::Vern6, 6) => (28, 40),
        (Method::Vern8, 8) => (20, 28),
        (_, 1) => (4000, 8000),
        (_, 2) => (2000, 4000),
        (_, 3 | 4) => (800, 1600),
        (_, 5) => (280, 560),
        (_, 6) => (112, 192),
        (_, 7) => (40, 64),
        (_, 8) => (32, 48),
        _ => (16, 24),
    }
}

/// Fails unless this is the order of the method, or of its interpolant. The leading terms of Verner's methods are so small
/// that the next are seen before rounding is.
#[track_caller]
fn assert_order(method: Method, found: f64, expected: usize, what: &str) {
    let most = match method {
        Method::Vern6 | Method::Vern7 | Method::Vern8 | Method::Vern9 if expected > 4 => 3.5,
        _ => 0.1,
    };
    let beyond = found - expected as f64;
    assert!(-0.1 < beyond && beyond < most, "{what}: observed order {found:.3} for {expected}");
}

fn observed(error: impl Fn(usize) -> f64, (few, many): (usize, usize)) -> f64 {
    (error(few) / error(many)).ln() / (many as f64 / few as f64).ln()
}

#[test]
fn methods_converge_with_their_order() {
    let model = any_of(Known {});
    for &method in Method::ALL {
        let order = method.tableau().order;
        let error = |steps: usize| {
            let solver = model.solver().method(method).step_size(END / steps as f64);
            let solution = solver.solve(exact(0.0).to_vec(), 0.0..END).expect("solves");
            // The largest of all steps: at a single time the leading term may vanish.
            let at = |t: f64| error_at(&solution.at(t).expect("inside"), t);
            solution.steps().iter().map(|&t| at(t)).fold(0.0, f64::max)
        };
        assert_order(method, observed(error, counts(method, order)), order, method.tableau().name);
    }
}

/// At points inside of steps of length h there is the error of the method, of size h^p with its order p, and that
/// of an interpolant of order q over a single step, of size h^(q+1): the smaller exponent is seen.
#[test]
fn interpolants_converge_with_their_order() {
    let model = any_of(Known {});
    for &method in Method::ALL {
        let tableau = method.tableau();
        for (interpolation, dense) in [
            (Interpolation::Method, tableau.dense_order),
            (Interpolation::Cubic, 3),
            (Interpolation::Linear, 1),
        ] {
            let expected = tableau.order.min(dense + 1);
            let error = |steps: usize| {
                let solver =
                    model.solver().method(method).step_size(END / steps as f64).interp(interpolation);
                let solution = solver.solve(exact(0.0).to_vec(), 0.0..END).expect("solves");
                let mut largest_error: f64 = 0.0;
                for pair in solution.steps().windows(2) {
                    for theta in [0.2, 0.45, 0.7, 0.9] {
                        let t = pair[0] + theta * (pair[1] - pair[0]);
                        largest_error = largest_error.max(error_at(&solution.at(t).expect("inside"), t));
                    }
                }
                largest_error
            };
            let found = observed(error, counts(method, expected));
            assert_order(method, found, expected, &format!("{method}, {interpolation:?}"));
        }
    }
}

macro_rules! same_by_name {
    ($($Name:ident)*) => {
        /// A method chosen by name does to the last bit what its type does. The steps of all of them are compared where the
        /// methods are; these are one of each kind.
        #[test]
        fn methods_by_name_are_the_methods() {
            let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
            let times = linspace(0.0, 5.0, 101);
            $(
                let name = $Name.tableau().name;
                let method: Method = name.parse().expect("a name");
                assert_eq!(method, Method::from($Name));
                let typed = model.solver().method($Name).rtol(1e-5).atol(1e-6).gradient([1.0, 1.2], &times, loss);
                let named = model.solver().method(method).rtol(1e-5).atol(1e-6).gradient([1.0, 1.2], &times, loss);
                let (typed, named) = (typed.expect("solves"), named.expect("solves"));
                assert_eq!(typed.solution.states(), named.solution.states(), "{name}");
                assert_eq!(typed.solution.stats(), named.solution.stats(), "{name}");
                assert_eq!((typed.params, typed.y0, typed.times), (named.params, named.y0, named.times), "{name}");
            )*
        }
    };
}
same_by_name! { Dopri5 Dop853 Rk4 }

fn loss(states: &[[f64; 2]], cotangents: &mut [[f64; 2]]) -> f64 {
    crate::testkit::sum_of_squares(states, cotangents)
}
