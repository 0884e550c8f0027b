//! The numbers of torchdiffeq, where the methods are the same.

use odec::prelude::*;
use serde_json::Value;

use crate::any::{AnySystem, any, any_of};
use crate::testkit::{assert_close, assert_close_all, distance, json, list, number, numbers, rows, table};

const FIXED: [&str; 5] = ["euler", "midpoint", "heun2", "heun3", "rk4"];

/// y' = -y/2 up to t = 1/2, then y².
#[ode]
fn switched(t: f64, y: [f64; 2]) -> [f64; 2] {
    y.map(|y| if t < 0.5 { -0.5 * y } else { y * y })
}

/// A problem of torchdiffeq's file: the system, its first state and its save times.
fn problem(file: &Value, name: &str) -> (AnySystem, Vec<f64>, Vec<f64>) {
    let entry = &file["problems"][name];
    let system = if name.starts_with("forced_linear") { "forced_decay" } else { name };
    // The object's keys lose their order; these are all of the names, in the order of the models.
    let order = ["alpha", "sigma", "rho", "beta", "gamma", "delta", "mu", "k", "w2", "c"];
    let given = table(&entry["params"]);
    let parameters: Vec<f64> =
        order.iter().filter_map(|name| given.get(name).map(|value| number(value))).collect();
    (any(system, &parameters), numbers(&entry["y0"]), numbers(&entry["t"]))
}

fn method(name: &str) -> Method {
    name.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// The states are those of the reference. Where that has NaN or infinity (null) there is an error here, and what was
/// solved before it is the same.
fn assert_states(
    result: Result<Solution<AnySystem>, SolveError>,
    reference: &Value,
    what: &str,
) -> Option<Solution<AnySystem>> {
    let finite = |state: &&Value| list(state).iter().all(Value::is_number);
    let expected: Vec<Vec<f64>> = list(reference).iter().take_while(finite).map(numbers).collect();
    let exploded = expected.len() < list(reference).len();
    let states = match &result {
        Ok(solution) if !exploded => solution.states(),
        Err(error @ SolveError::NonFiniteState { partial, .. }) if exploded => {
            // The last one is where it stopped.
            assert!(partial.states().len() >= expected.len(), "{what}: {error}");
            &partial.states()[..expected.len()]
        }
        other => panic!("{what}: {other:?}"),
    };
    for (i, (state, expected)) in states.iter().zip(&expected).enumerate() {
        assert_close_all(state, expected, 1e-12, &format!("{what}, state {i}"));
    }
    result.ok()
}

#[test]
fn fixed_steps_give_the_same_states() {
    let file = json("torchdiffeq.json");
    for name in FIXED {
        for problem_name in table(&file["fixed"][name]).keys() {
            let (model, y0, t) = problem(&file, problem_name);
            for h in [0.05, 0.03] {
                for (interp, interpolation) in
                    [("linear", Interpolation::Linear), ("cubic", Interpolation::Cubic)]
                {
                    let case = format!("step_size={h},interp={interp}");
                    let reference = &file["fixed"][name][problem_name][&case];
                    let solver = model.solver().method(method(name)).step_size(h).interp(interpolation);
                    let what = format!("{name}, {problem_name}, {case}");
                    let solution = assert_states(solver.solve(y0.clone(), &t), &reference["y"], &what);
                    if let Some(solution) = solution {
                        assert_eq!(solution.stats().accepted, number(&reference["steps"]) as usize, "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn grids_give_the_same_states() {
    let file = json("torchdiffeq.json");
    let (model, y0, t) = problem(&file, "lotka_volterra");
    let extra = &file["fixed_extra"];
    let times = linspace(0.0, 10.0, 41);
    for name in ["euler", "midpoint", "rk4"] {
        let result = model.solver().method(method(name)).solve(y0.clone(), &times);
        let reference = &extra["no step_size: the grid is t itself (41 points on 0..10)"][name]["y"];
        assert_states(result, reference, &format!("{name}, steps between save times"));
    }
    let grid: Vec<f64> = (0..=200).map(|i| 10.0 * (f64::from(i) / 200.0).powi(2)).collect();
    for name in ["euler", "rk4"] {
        let solver = model.solver().method(method(name)).grid(&grid).interp(Interpolation::Linear);
        let reference = &extra["grid_constructor: 10*(i/200)^2 for i = 0..200, interp linear"][name]["y"];
        let solution = assert_states(solver.solve(y0.clone(), &t), reference, &format!("{name}, on a grid"));
        assert_eq!(solution.expect("a solution").stats().accepted, 200);
    }
}

#[test]
fn errors_by_step_size_are_the_same() {
    let file = json("torchdiffeq.json");
    let errors = &file["errors_by_step_size"];
    let exact = number(&errors["exact"]);
    let (model, y0, _) = problem(&file, "forced_linear");
    let check = |name: &str, reference: &Value, tolerance: f64| {
        for (h, expected) in table(reference) {
            let h: f64 = h.parse().expect("a step size");
            let solution = model.solver().method(method(name)).step_size(h).solve(y0.clone(), 0.0..5.0);
            let error = solution.expect("solves").last()[0] - exact;
            assert_close(error, number(expected), 1e-6, tolerance, &format!("{name}, error for h = {h}"));
        }
    };
    for name in FIXED {
        check(name, &errors[name], 1e-14);
    }
    // Here the two differ in how they sum; the others are other methods in torchdiffeq (PARITY.md, 0.1 and 0.2).
    for name in ["dopri8", "dopri5", "bosh3"] {
        check(name, &errors["adaptive methods held at one step size by max_step"][name], 2e-15);
    }
}

/// The largest error of all saved states.
fn error_of(states: &[Vec<f64>], exact: &[Vec<f64>]) -> f64 {
    states.iter().zip(exact).map(|(state, exact)| distance(state, exact)).fold(0.0, f64::max)
}

/// With torchdiffeq's law of the step the same methods take as many steps and are no less accurate.
#[test]
fn adaptive_steps_are_as_many_and_as_accurate() {
    let file = json("torchdiffeq.json");
    let mut gain = (0.0, 0.0);
    for (problem_name, methods) in table(&file["adaptive"]) {
        let (model, y0, t) = problem(&file, problem_name);
        let exact =
            model.solver().method(Dopri8).rtol(1e-13).atol(1e-14).solve(y0.clone(), &t).expect("solves");
        for name in ["dopri5", "bosh3", "dopri8"] {
            for (tolerance, reference) in table(&methods[name]) {
                let what = format!("{name}, {problem_name}, {tolerance}");
                let tolerance: f64 = tolerance.parse().expect("a tolerance");
                let solver = model.solver().method(method(name)).rtol(tolerance).atol(tolerance);
                let solution = solver.controller(Controller::I).solve(y0.clone(), &t).expect("solves");
                let steps = solution.stats().accepted as f64;
                let expected = number(&reference["accepted"]);
                // The smaller error weights of torchdiffeq's dopri5 make its steps 1.5^(1/5) longer, 8 percent.
                assert!(
                    (steps - expected).abs() <= 1.0 + 0.15 * expected,
                    "{what}: {steps} steps for {expected}"
                );
                let error = error_of(solution.states(), exact.states());
                let bound = error_of(&rows(&reference["y"]), exact.states());
                assert!(error <= 2.0 * bound, "{what}: error {error:.1e}, torchdiffeq's is {bound:.1e}");
                gain = (gain.0 + (error / bound).ln(), gain.1 + 1.0);
            }
        }
    }
    let mean = f64::exp(gain.0 / gain.1);
    assert!(mean < 0.5, "the errors are {mean} of torchdiffeq's in the geometric mean");
}

#[test]
fn jumps_cost_no_more_and_end_no_less_accurate() {
    let file = json("torchdiffeq.json");
    let model = any_of(Switched {});
    let exact = [1.0, 1.5].map(|y: f64| 1.0 / (0.25f64.exp() / y - 0.5));
    for name in ["dopri8", "dopri5", "tsit5", "bosh3", "fehlberg2", "adaptive_heun"] {
        for case in ["plain", "step_t=[0.5]", "jump_t=[0.5]"] {
            let reference = &file["jumps"][format!("{name},{case},tol=1e-6")];
            let solver = model.solver().method(method(name)).rtol(1e-6).atol(1e-6).controller(Controller::I);
            let solver = match case {
                "plain" => solver,
                "step_t=[0.5]" => solver.step_t(&[0.5]),
                _ => solver.jump_t(&[0.5]),
            };
            let solution = solver.solve(vec![1.0, 1.5], 0.0..1.0).expect("solves");
            let what = format!("{name}, {case}");
            // Where it is not told of a jump, torchdiffeq still ends each step just before its end time; here steps
            // that end at the jump see it, and get short.
            let more = if case == "step_t=[0.5]" { 3.0 } else { 1.2 };
            let attempts = (solution.stats().accepted + solution.stats().rejected) as f64;
            let expected = number(&reference["accepted"]) + number(&reference["rejected"]);
            assert!(attempts <= more * expected, "{what}: {attempts} attempts for {expected}");
            let (error, bound) =
                (distance(&solution.last(), &exact), distance(&numbers(&reference["y_end"]), &exact));
            assert!(error <= 1.5 * bound, "{what}: error {error:.1e}, torchdiffeq's is {bound:.1e}");
        }
    }
}

#[test]
fn perturbed_fixed_steps_give_the_same_states() {
    let file = json("torchdiffeq.json");
    let model = any_of(Switched {});
    for name in FIXED {
        for (case, perturb) in [("False", false), ("True", true)] {
            let reference =
                numbers(&file["jumps"][format!("{name},step_size=0.125,perturb={case}")]["y_end"]);
            let solver = model.solver().method(method(name)).step_size(0.125).perturb(perturb);
            let last = solver.solve(vec![1.0, 1.5], 0.0..1.0).expect("solves").last();
            assert_close_all(&last, &reference, 1e-14, &format!("{name}, perturb {case}"));
        }
    }
}
