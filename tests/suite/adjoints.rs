//! All adjoints: checkpoints against none, each method against gradients in many digits, and where each one fails.

use odec::prelude::*;
use odec::{Adjoint, Stepper};

use crate::any::{AnySystem, any, any_of};
use crate::systems::{Lorenz, LotkaVolterra};
use crate::testkit::{Problem, assert_close_all, derivative, distance, problems, sum_of_squares};

type AnySolver<'a> = Solver<'a, AnySystem, Method>;

/// By parameters, by the initial state, by times.
type Parts = [Vec<f64>; 3];

fn parts<A: Adjoint<AnySystem, M>, M: Stepper>(
    solver: &Solver<'_, AnySystem, M, A>,
    y0: &[f64],
    times: &[f64],
) -> Result<Parts, SolveError> {
    let gradient = solver.gradient(y0.to_vec(), times, sum_of_squares)?;
    Ok([gradient.params.numbers().to_vec(), gradient.y0, gradient.times])
}

/// Nonlinear, driven, and with a jump at t = 1.
#[ode]
fn switched(t: f64, [x, v]: [f64; 2], stiffness: f64, friction: f64, force: f64) -> [f64; 2] {
    let force = if t < 1.0 { force } else { -2.0 * force * x };
    [v, -stiffness * x.sin() - friction * v.powi(3) + force * (1.3 * t).cos()]
}

/// What is computed again is the same to the last bit, so the gradient is.
#[track_caller]
fn assert_checkpoints_change_nothing(what: &str, solver: &AnySolver<'_>, times: &[f64]) {
    let y0 = [1.1, -0.2];
    let expected = parts(solver, &y0, times).unwrap_or_else(|error| panic!("{what}: {error}"));
    let choices = [
        Checkpoints::Count(1),
        Checkpoints::Count(7),
        Checkpoints::Count(32),
        Checkpoints::Count(1_000_000),
        Checkpoints::SquareRoot,
    ];
    for checkpoints in choices {
        let solver = solver.clone().adjoint(Discrete::default().checkpoints(checkpoints));
        let found = parts(&solver, &y0, times).expect("solved before");
        assert_eq!(found, expected, "{what}, {checkpoints:?}");
    }
}

/// Save points on both sides of many steps, several of them in one.
const TIMES: [f64; 8] = [0.0, 0.3012, 0.3024, 0.3037, 0.911, 1.4333, 1.921, 2.5];

#[test]
fn checkpoints_change_no_bit_of_the_gradient() {
    let model = any_of(Switched { stiffness: 2.0, friction: 0.03, force: 0.8 });
    let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
    for &method in Method::ALL {
        let solver = model.solver().method(method);
        for (direction, times) in [("forwards", &TIMES[..]), ("backwards", &backwards)] {
            let what = |options: &str| format!("{method}, {options}, {direction}");
            for interpolation in [Interpolation::Method, Interpolation::Cubic, Interpolation::Linear] {
                let solver = solver.clone().step_size(0.03).interp(interpolation);
                assert_checkpoints_change_nothing(&what(&format!("{interpolation:?}")), &solver, times);
            }
            let fixed = solver.clone().step_size(0.021);
            let stops = [0.7, 1.6];
            assert_checkpoints_change_nothing(&what("step_t"), &fixed.clone().step_t(&stops), times);
            assert_checkpoints_change_nothing(&what("jump_t"), &fixed.clone().jump_t(&[1.0]), times);
            assert_checkpoints_change_nothing(&what("perturb"), &fixed.perturb(true), times);
            if method.tableau().is_adaptive() {
                // Of many lengths, and more than the 32 that are kept.
                let solver = solver.clone().max_step(0.06).rtol([1e-4, 1e-5]).atol([1e-5, 1e-4]);
                assert_checkpoints_change_nothing(&what("adaptive"), &solver, times);
                let jump = solver.clone().jump_t(&[1.0]).step_t(&stops);
                assert_checkpoints_change_nothing(&what("adaptive, stops"), &jump, times);
            } else {
                assert_checkpoints_change_nothing(&what("save times"), &solver, times);
            }
        }
    }
}

#[test]
fn checkpoints_of_no_states_are_refused() {
    let model = any_of(Switched { stiffness: 2.0, friction: 0.03, force: 0.8 });
    let solver = model.solver().adjoint(Discrete::default().checkpoints(0));
    let error = solver.gradient(vec![1.0, 0.0], &TIMES, sum_of_squares).expect_err("none can't do");
    let expected = "checkpoints is 0, but must be at least 1: the state at the start is one";
    assert_eq!(error.to_string(), expected);
}

/// The distances from the reference, by the three parts.
fn errors<A: Adjoint<AnySystem, M>, M: Stepper>(
    problem: &Problem,
    solver: &Solver<'_, AnySystem, M, A>,
) -> [f64; 3] {
    let found = parts(solver, &problem.y0, &problem.t);
    let [params, y0, times] = found.unwrap_or_else(|error| panic!("{}: {error}", problem.name));
    let by_times = problem.dloss_dt.as_ref().expect("this file has them");
    [distance(&params, &problem.dloss_dparams), distance(&y0, &problem.dloss_dy0), distance(&times, by_times)]
}

fn worst(errors: [f64; 3]) -> f64 {
    assert!(errors.iter().all(|error| !error.is_nan()), "{errors:?}");
    errors.into_iter().fold(0.0, f64::max)
}

/// At a tolerance of 1e-11, with steps that end at the save points.
#[test]
fn every_adjoint_gives_the_gradients_of_the_reference() {
    for problem in problems("gradients.json") {
        let name = &problem.name;
        let model = any(name, &problem.params);
        let solver = model.solver().method(Dopri8).rtol(1e-11).atol(1e-11).step_t(&problem.t[1..]);
        // The relaxation of van der Pol's oscillator depends more on its parameter than the others do.
        let condition = if name == "van_der_pol" { 25.0 } else { 1.0 };
        let check = |what: &str, errors: [f64; 3], bound: f64| {
            let worst = worst(errors);
            assert!(worst < condition * bound, "{name}, {what}: {worst:.1e} is far from the reference");
        };
        check("discrete", errors(&problem, &solver), 1e-10);
        let few = Discrete::default().checkpoints(5);
        check("checkpoints", errors(&problem, &solver.clone().adjoint(few)), 1e-10);
        check("backsolve", errors(&problem, &solver.clone().adjoint(Backsolve::default())), 1e-10);
        let other = Backsolve::default().seminorm().method(Dopri5).rtol(1e-10).atol(1e-12);
        check("backsolve by Dopri5", errors(&problem, &solver.clone().adjoint(other)), 5e-10);
        // The dense output of Dopri8 is less accurate than its steps.
        check("interpolating", errors(&problem, &solver.clone().adjoint(Interpolating::default())), 3e-9);
        let other = Interpolating::default().method(Dopri5).rtol(1e-10).atol(1e-12);
        check("interpolating by Dopri5", errors(&problem, &solver.clone().adjoint(other)), 3e-9);
        check("quadrature", errors(&problem, &solver.clone().adjoint(Quadrature::default())), 3e-9);
    }
}

/// The problem of this name.
fn problem(name: &str) -> Problem {
    problems("gradients.json").into_iter().find(|problem| problem.name == name).expect("it is in the file")
}

#[test]
fn the_error_of_a_backward_solve_follows_its_own_tolerance() {
    let problem = problem("lotka_volterra");
    let model = any(&problem.name, &problem.params);
    let solver = model.solver().method(Dopri8).rtol(1e-12).atol(1e-12).step_t(&problem.t[1..]);
    let mut before = [f64::INFINITY; 4];
    for tol in [1e-4, 1e-6, 1e-8, 1e-10] {
        let backsolve = Backsolve::default().method(Dopri5).rtol(tol).atol(tol);
        let interpolating = Interpolating::default().method(Dopri5).rtol(tol).atol(tol);
        let quadrature = Quadrature::default().method(Dopri5).rtol(tol).atol(tol);
        let found = [
            worst(errors(&problem, &solver.clone().adjoint(backsolve.clone()))),
            worst(errors(&problem, &solver.clone().adjoint(backsolve.seminorm()))),
            worst(errors(&problem, &solver.clone().adjoint(interpolating))),
            worst(errors(&problem, &solver.clone().adjoint(quadrature))),
        ];
        for (what, (found, before)) in found.iter().zip(before).enumerate() {
            assert!(*found < 5.0 * tol, "adjoint {what} at {tol:e}: {found:.1e}");
            assert!(*found < before / 20.0, "adjoint {what} at {tol:e}: {found:.1e} after {before:.1e}");
        }
        before = found;
    }
}

/// Of fourth order, back by the method of the forward solve and by another.
#[test]
fn fixed_steps_forwards_and_back() {
    let problem = problem("pendulum_friction");
    let model = any(&problem.name, &problem.params);
    let mut before = None;
    for h in [0.05, 0.025, 0.0125] {
        let solver = model.solver().method(Rk4).step_size(h);
        let found = [
            worst(errors(&problem, &solver)),
            worst(errors(&problem, &solver.clone().adjoint(Backsolve::default()))),
            worst(errors(&problem, &solver.clone().adjoint(Backsolve::default().method(Dopri5)))),
            worst(errors(&problem, &solver.clone().adjoint(Interpolating::default()))),
            worst(errors(&problem, &solver.clone().adjoint(Quadrature::default()))),
        ];
        for (what, (found, before)) in found.into_iter().zip(before.unwrap_or([1e-4; 5])).enumerate() {
            assert!(found < 5e-5, "adjoint {what}, h = {h}: {found:.1e}");
            assert!(
                before == 1e-4 || (before / found - 16.0).abs() < 2.0,
                "adjoint {what}: {before:.1e}, {found:.1e}"
            );
        }
        before = Some(found);
    }
}

/// The reversible scheme has numbers of its own, whose gradient this is: with the steps held, all of them shift along
/// with a save point until the next time that was given.
#[test]
fn the_reversible_gradient_is_that_of_its_own_steps() {
    let model = any_of(Switched { stiffness: 2.0, friction: 0.03, force: 0.8 });
    let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
    let (n, p) = (2, 3);
    for times in [&TIMES[..], &backwards] {
        let direction = (times[1] - times[0]).signum();
        let point = [&[1.1, -0.2], model.numbers(), times].concat();
        let solver = model.solver().method(Rk4).jump_t(&[1.0]);
        let stops = solver.clone().step_size(0.12).step_t(&times[1..]).dense(true);
        let grid = stops.solve(point[..n].to_vec(), times).expect("solves").steps().to_vec();
        let reversible = Reversible::default().coupling(0.9);
        let found = parts(&solver.step_size(0.12).adjoint(reversible), &point[..n], times).expect("solves");

        let held = |point: &[f64], grid: &[f64]| {
            let model = model.with(&point[n..n + p]);
            let solver = model.solver().method(Rk4).jump_t(&[1.0]).grid(grid).adjoint(reversible);
            solver.gradient(point[..n].to_vec(), &point[n + p..], sum_of_squares).expect("solves").loss
        };
        let moved = |i: usize, d: f64| {
            let (mut point, mut grid) = (point.clone(), grid.clone());
            point[i] += d;
            if i >= n + p {
                let from = times[i - n - p];
                let given = times[1..].iter().chain(&[1.0]).filter(|&&t| (t - from) * direction > 0.0);
                let next = given.map(|t| t * direction).fold(f64::INFINITY, f64::min);
                let along = grid.iter_mut().filter(|t| (**t - from) * direction >= 0.0);
                along.filter(|t| **t * direction < next).for_each(|t| *t += d);
            }
            held(&point, &grid)
        };
        let expected: Vec<f64> = (0..point.len()).map(|i| derivative(1e-4, |d| moved(i, d))).collect();
        let [params, y0, by_times] = found;
        assert_close_all(&[y0, params, by_times].concat(), &expected, 1e-9, "reversible");
    }
}

/// A fast state that follows a signal, and a slow one that it drives: an ordinary contracting system.
#[ode]
fn relaxing(t: f64, [fast, slow]: [f64; 2], rate: f64, gain: f64) -> [f64; 2] {
    [-rate * (fast - t.cos()), gain * fast - slow]
}

const REST: [f64; 2] = [0.3, -0.5];

/// The slow state at t = 1.
fn slow([fast, slow]: [f64; 2], rate: f64, gain: f64) -> f64 {
    let (along_cos, along_sin) = (rate * rate / (1.0 + rate * rate), rate / (1.0 + rate * rate));
    let (end, decay) = (1.0f64, (-1.0f64).exp());
    let cos = (end.cos() + end.sin() - decay) / 2.0;
    let sin = (end.sin() - end.cos() + decay) / 2.0;
    let transient = ((-rate).exp() - decay) / (1.0 - rate);
    slow * decay + gain * (along_cos * cos + along_sin * sin + (fast - along_cos) * transient)
}

/// The gradient of the slow state at t = 1 by rate, gain, and both initial states.
fn gradient_of_slow<A: Adjoint<AnySystem, Dopri8>>(rate: f64, adjoint: A) -> Result<[f64; 4], SolveError> {
    let model = any_of(Relaxing { rate, gain: 2.0 });
    let solver = model.solver().method(Dopri8).rtol(1e-9).atol(1e-9).adjoint(adjoint);
    let (_, pullback) = solver.solve_with_pullback(REST.to_vec(), 0.0..1.0).expect("solves forwards");
    let gradient = pullback.apply(&[vec![0.0, 0.0], vec![0.0, 1.0]])?;
    let (p, y0) = (gradient.params.numbers(), &gradient.y0);
    Ok([p[0], p[1], y0[0], y0[1]])
}

#[test]
fn backsolve_fails_where_the_system_contracts_and_the_others_do_not() {
    for rate in [50.0, 100.0, 200.0] {
        let [fast0, slow0] = REST;
        let expected = [
            derivative(1e-2, |d| slow(REST, rate + d, 2.0)),
            derivative(1e-2, |d| slow(REST, rate, 2.0 + d)),
            derivative(1e-2, |d| slow([fast0 + d, slow0], rate, 2.0)),
            derivative(1e-2, |d| slow([fast0, slow0 + d], rate, 2.0)),
        ];
        let found = [
            ("discrete", gradient_of_slow(rate, Discrete::default())),
            ("checkpoints", gradient_of_slow(rate, Discrete::default().checkpoints(7))),
            ("interpolating", gradient_of_slow(rate, Interpolating::default())),
            ("quadrature", gradient_of_slow(rate, Quadrature::default())),
        ];
        for (what, found) in found {
            let found = found.unwrap_or_else(|error| panic!("{what} at rate {rate}: {error}"));
            assert_close_all(&found, &expected, 1e-6, &format!("{what} at rate {rate}"));
        }
        let lost = [
            gradient_of_slow(rate, Backsolve::default()),
            gradient_of_slow(rate, Backsolve::default().seminorm()),
            gradient_of_slow(rate, Backsolve::default().rtol(1e-13).atol(1e-13)),
        ];
        // Lost: an error, or far from it.
        for found in lost.into_iter().flatten() {
            let distance = distance(&found, &expected);
            assert!(distance.is_nan() || distance > 1e3, "at rate {rate}: {distance:e}");
        }
    }
}

#[test]
fn a_backward_solve_that_cannot_be_is_an_error() {
    let state_is_lost = gradient_of_slow(1000.0, Backsolve::default()).expect_err("exp(1000) is no number");
    let partial = state_is_lost.partial().expect("it went some way back");
    assert!(partial.last()[0].abs() > 1e250, "{state_is_lost}");
    assert!(state_is_lost.to_string().contains("t = 0."), "{state_is_lost}");

    let no_step_is_that_good = [
        gradient_of_slow(1.0, Backsolve::default().rtol(1e-30).atol(0.0)),
        gradient_of_slow(1.0, Interpolating::default().rtol(1e-30).atol(0.0)),
        gradient_of_slow(1.0, Quadrature::default().rtol(1e-30).atol(0.0)),
    ];
    for found in no_step_is_that_good {
        let error = found.expect_err("no gradient");
        assert!(matches!(error, SolveError::StepTooSmall { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("accepted steps, the step fell to "), "{text}");
    }
    let error = gradient_of_slow(1.0, Quadrature::default().rtol(0.0).atol(0.0)).expect_err("no tolerance");
    assert_eq!(error, SolveError::ZeroTolerance { component: None });
    let error = gradient_of_slow(1.0, Backsolve::default().rtol(-1.0)).expect_err("no tolerance");
    assert_eq!(error, SolveError::BadTolerance { name: "rtol", component: None, value: -1.0 });
}

fn refusal<A: Adjoint<LotkaVolterra, Dopri5>>(adjoint: A, cotangents: &[[f64; 2]]) -> String {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().adjoint(adjoint);
    let (_, pullback) = solver.solve_with_pullback([1.0, 1.0], &[0.0, 0.5, 1.0]).expect("solves");
    pullback.apply(cotangents).expect_err("refused").to_string()
}

#[test]
fn cotangents_are_checked() {
    let (few, nan) = ([[1.0, 1.0]; 2], [[1.0, 1.0], [0.0, f64::NAN], [1.0, 1.0]]);
    let count = "2 cotangents for 3 save points: give one per save point, in their order";
    let finite = "the cotangent of predator at save point 1 is NaN: every cotangent must be finite";
    for (cotangents, expected) in [(&few[..], count), (&nan[..], finite)] {
        assert_eq!(refusal(Discrete::default(), cotangents), expected);
        assert_eq!(refusal(Backsolve::default(), cotangents), expected);
    }
}

/// Of chaos over a long time no gradient is left: errors grow by exp(0.9 t).
#[test]
fn the_cotangent_of_chaos_is_refused() {
    let model = Lorenz { sigma: 10.0, rho: 28.0, beta: 8.0 / 3.0 };
    for adjoint in [Discrete::default(), Discrete::default().checkpoints(10)] {
        let solver = model.solver().adjoint(adjoint);
        let error = solver
            .gradient([1.0, 1.0, 1.0], 0.0..60.0, |states, cotangents| {
                cotangents[1] = [1.0, 0.0, 0.0];
                states[1][0]
            })
            .expect_err("no gradient");
        let SolveError::CotangentGrowth { t, stage, component, value } = &error else { panic!("{error}") };
        assert!(*t > 0.0 && *t < 60.0, "{t}");
        assert!((1..=6).contains(stage), "{stage}");
        assert!(["x", "y", "z"].contains(&component.as_str()), "{component}");
        assert!(value.abs() > 1e12, "{value}");
        let text = error.to_string();
        assert!(text.contains(&format!("t = {t}")) && text.contains(&format!("of {component} ")), "{text}");
    }
}
