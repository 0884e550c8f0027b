//! The compiled systems, solved, against solutions in many digits.

use odec::prelude::*;

use crate::any::any;
use crate::systems::{
    ForcedLinear, HarmonicOscillator, Lorenz96, LotkaVolterra, LotkaVolterraF32, Mlp, PendulumFrictionF32,
};
use crate::testkit::{Flat, Problem, TestSystem, assert_close_all, largest, problems, sum_of_squares};

/// Each with the tolerance of its solves, and the factor by which its error may exceed tolerance times condition: what
/// some thousand local errors come to on the worst problem, doubled.
const METHODS: [(Method, f64, f64); 9] = [
    (Method::Dopri5, 1e-12, 70.0),
    (Method::Tsit5, 1e-12, 30.0),
    (Method::Dopri8, 1e-13, 4.0),
    (Method::Dop853, 1e-13, 20.0),
    (Method::Vern6, 1e-12, 150.0),
    (Method::Vern7, 1e-13, 30.0),
    (Method::Vern8, 1e-13, 20.0),
    (Method::Vern9, 1e-13, 20.0),
    (Method::Bosh3, 1e-7, 500.0),
];

/// By how much an error grows to the end: the problem's own condition, where the file has it.
fn growth(problem: &Problem) -> f64 {
    let known = match problem.name.as_str() {
        "pleiades" => Some(100.0),
        "lorenz96" => Some(100.0),
        "detest_c4" | "detest_c5" => Some(1.0),
        _ => problem.condition,
    };
    known.unwrap_or_else(|| panic!("{} needs a condition", problem.name)).max(1.0)
}

/// The error, relative to the state but not to states that have all but died away; `size` is that of the largest.
fn error(state: &[f64], expected: &[f64], size: f64) -> f64 {
    let differences: Vec<f64> = state.iter().zip(expected).map(|(a, b)| a - b).collect();
    assert!(differences.iter().all(|x| x.is_finite()), "{state:?}");
    largest(&differences) / largest(expected).max(1e-2 * size)
}

#[test]
fn solutions_are_those_of_the_reference() {
    for problem in problems("nonstiff.json") {
        let Problem { name, y0, t, states, .. } = &problem;
        let model = any(name, &problem.params);
        let size = states.iter().map(|state| largest(state)).fold(0.0, f64::max);
        for (method, tolerance, factor) in METHODS {
            // Save points at the ends of steps: the interpolants are tested on their own.
            let solver = model.solver().method(method).rtol(tolerance).atol(tolerance).step_t(&t[1..]);
            let solution = solver.solve(y0.clone(), t).unwrap_or_else(|error| panic!("{name}: {error}"));
            let bound = factor * tolerance * growth(&problem);
            for (i, (state, expected)) in solution.states().iter().zip(states).enumerate() {
                let error = error(state, expected, size);
                assert!(
                    error <= bound,
                    "{name}, {method}: state {i} is off by {error:.1e}, {bound:.1e} is allowed"
                );
            }
        }
    }
}

/// What an error grows to from one save point back to the one before, at most; none where nothing is left of a state.
fn growth_backwards(name: &str) -> Option<f64> {
    match name {
        // Volumes shrink by e^27 from save point to save point.
        "lorenz_t20" => None,
        // The fastest component decays by e^45.
        "detest_c2" => None,
        "detest_b2" | "detest_c3" | "detest_c4" => Some(4e5),
        "detest_a1" => Some(4e3),
        "arenstorf" | "arenstorf_full_inputs" => Some(2e3),
        "detest_c1" => Some(700.0),
        _ => Some(300.0),
    }
}

#[test]
fn backwards_in_time_each_state_leads_to_the_one_before() {
    for problem in problems("nonstiff.json") {
        let Problem { name, t, states, .. } = &problem;
        let Some(growth) = growth_backwards(name) else { continue };
        let model = any(name, &problem.params);
        let size = states.iter().map(|state| largest(state)).fold(0.0, f64::max);
        for (method, tolerance, _) in METHODS {
            let solver = model.solver().method(method).rtol(tolerance).atol(tolerance);
            // What the estimate of a method makes of a tolerance differs.
            let more = match method {
                Method::Dopri5 | Method::Tsit5 | Method::Dopri8 => 1.0,
                Method::Bosh3 => 5.0,
                _ => 20.0,
            };
            let bound = tolerance * growth * more;
            for i in 1..t.len() {
                let back = solver.solve(states[i].clone(), t[i]..t[i - 1]).expect("solves");
                let error = error(&back.last(), &states[i - 1], size);
                let what = format!("{name}, {method}, from {} to {}", t[i], t[i - 1]);
                assert!(error <= bound, "{what}: off by {error:.1e}, {bound:.1e} is allowed");
            }
        }
    }
}

#[test]
fn gradients_are_those_of_the_reference() {
    for problem in problems("nonstiff.json") {
        let Problem { name, y0, t, .. } = &problem;
        let model = any(name, &problem.params);
        let solver = model.solver().method(Dopri8).rtol(1e-13).atol(1e-13).step_t(&t[1..]);
        let gradient = solver.gradient(y0.clone(), t, sum_of_squares).expect("solves");
        // 1e-13 of rounding and tolerance, times what the chaos makes of it.
        let tolerance = if name == "lorenz_t20" { 1e-7 } else { 3e-9 };
        assert_close_all(&[gradient.loss], &[problem.loss], 1e-10, &format!("{name}: loss"));
        assert_close_all(&gradient.y0, &problem.dloss_dy0, tolerance, &format!("{name}: by y0"));
        assert_close_all(
            gradient.params.numbers(),
            &problem.dloss_dparams,
            tolerance,
            &format!("{name}: by parameters"),
        );
    }
}

/// Solved and differentiated as a user has it, with the default method, without a pointer between.
#[test]
fn compiled_systems_agree_with_those_behind_pointers() {
    fn check<S: TestSystem>(problem: &Problem, model: S) {
        let Problem { name, y0, t, params, .. } = problem;
        let solver = Solver::new(&model).rtol(1e-9).atol(1e-9);
        let typed = solver.gradient(S::State::from_flat(y0), t, sum_of_squares).expect("solves");
        let model = any(name, params);
        let solver = model.solver().rtol(1e-9).atol(1e-9);
        let pointed = solver.gradient(y0.clone(), t, sum_of_squares).expect("solves");
        assert_eq!(typed.solution.stats(), pointed.solution.stats(), "{name}");
        assert_close_all(&typed.solution.last().flat(), &pointed.solution.last(), 1e-12, name);
        assert_close_all(&typed.y0.flat(), &pointed.y0, 1e-11, name);
        assert_close_all(&typed.params.numbers(), pointed.params.numbers(), 1e-11, name);
    }
    for problem in problems("gradients.json").iter().chain(&problems("nonstiff.json")) {
        let p = &problem.params;
        match problem.name.as_str() {
            "lotka_volterra" => check(problem, LotkaVolterra::from_params(Flat::from_flat(p))),
            "forced_linear" => check(problem, ForcedLinear::from_params(Flat::from_flat(p))),
            "harmonic_oscillator" => check(problem, HarmonicOscillator::from_params(Flat::from_flat(p))),
            "mlp" => check(problem, Mlp::from_params(Flat::from_flat(p))),
            "lorenz96" => check(problem, Lorenz96::from_params(Flat::from_flat(p))),
            _ => {}
        }
    }
}

#[test]
fn single_precision() {
    for problem in problems("nonstiff.json") {
        let to_f32 = |numbers: &[f64]| numbers.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let (y0, p) = (to_f32(&problem.y0), to_f32(&problem.params));
        let mut loss = |states: &[[f32; 2]], cotangents: &mut [[f32; 2]]| {
            cotangents.iter_mut().zip(states).for_each(|(bar, y)| *bar = y.map(|y| 2.0 * y));
            states.iter().flatten().map(|y| y * y).sum::<f32>()
        };
        let (states, by_y0, by_parameters) = match problem.name.as_str() {
            "lotka_volterra" => {
                let model = LotkaVolterraF32::from_params([p[0], p[1], p[2], p[3]]);
                let of_seventh_order =
                    model.solver().method(Vern7).gradient([y0[0], y0[1]], &problem.t, &mut loss);
                let by_y0 = of_seventh_order.expect("solves").y0.map(f64::from);
                assert_close_all(&by_y0, &problem.dloss_dy0, 1e-3, "vern7 in f32, by y0");
                let gradient =
                    model.solver().gradient([y0[0], y0[1]], &problem.t, &mut loss).expect("solves");
                (gradient.solution.states().to_vec(), gradient.y0, gradient.params.to_params().to_vec())
            }
            "pendulum_friction" => {
                let model = PendulumFrictionF32::from_params([p[0], p[1]]);
                let gradient =
                    model.solver().gradient([y0[0], y0[1]], &problem.t, &mut loss).expect("solves");
                (gradient.solution.states().to_vec(), gradient.y0, gradient.params.to_params().to_vec())
            }
            _ => continue,
        };
        let double = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        for (state, expected) in states.iter().zip(&problem.states) {
            assert_close_all(&double(state), expected, 2e-4, &format!("{} in f32", problem.name));
        }
        assert_close_all(
            &double(&by_y0),
            &problem.dloss_dy0,
            1e-3,
            &format!("{} in f32, by y0", problem.name),
        );
        let what = format!("{} in f32, by parameters", problem.name);
        assert_close_all(&double(&by_parameters), &problem.dloss_dparams, 1e-3, &what);
    }
}
