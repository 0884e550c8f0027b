//! Solves that fail on the way, and right-hand sides with an edge.

use odec::Stepper;
use odec::prelude::*;
use proptest::prelude::*;

use crate::any::{AnySystem, any_of};

#[ode]
fn square_root(t: f64, _y: f64) -> f64 {
    (1.0 - t).sqrt()
}

#[ode]
fn pole(t: f64, _y: f64) -> f64 {
    1.0 / (1.0 - t)
}

#[ode]
fn explosion(_t: f64, y: f64) -> f64 {
    y * y
}

/// y' = cos t, with NaN outside of low..high.
#[ode]
fn guarded(t: f64, y: f64, low: f64, high: f64) -> f64 {
    if t < low {
        (t - low).sqrt()
    } else if t > high {
        (high - t).sqrt()
    } else {
        t.cos() - 0.1 * y
    }
}

/// Stiff enough that explicit methods need steps below 1e-3.
#[ode]
fn stiff(t: f64, y: f64) -> f64 {
    -4000.0 * (y - t.cos())
}

fn adaptive() -> impl Iterator<Item = Method> {
    Method::ALL.iter().copied().filter(|method| method.tableau().is_adaptive())
}

#[test]
fn a_right_hand_side_that_leaves_its_domain() {
    for method in adaptive() {
        let model = SquareRoot {};
        let error =
            model.solver().method(method).rtol(1e-6).solve(0.0, 0.0..2.0).expect_err("leaves its domain");
        let (t, partial) = match &error {
            SolveError::NonFiniteDerivative { t, component, value, partial } => {
                assert!(value.is_nan() && component == "y", "{error}");
                (t, partial)
            }
            // Where the last step ended at the very edge, none is left that could see beyond it.
            SolveError::StepTooSmall { t, h, partial, .. } if method != Method::Dopri5 && *h > 0.0 => {
                (t, partial)
            }
            _ => panic!("{method}: {error}"),
        };
        assert!((t - 1.0).abs() < 1e-9, "{method}: {error}");
        assert_eq!(partial.t(), *t);
        assert!((partial.last()[0] - 2.0 / 3.0).abs() < 1e-3, "{method}: {:?}", partial.last());
        assert_eq!(partial.times()[0], 0.0);
        // Up to its edge there is a solution.
        assert!(model.solver().method(method).rtol(1e-6).solve(0.0, 0.0..1.0).is_ok(), "{method}");
    }
    let start = SquareRoot {}.solve(0.0, 1.5..2.0).expect_err("outside from the start");
    assert!(
        matches!(&start, SolveError::NonFiniteDerivative { t: 1.5, partial, .. } if partial.t() == 1.5),
        "{start}"
    );
}

#[test]
fn solutions_that_grow_without_bound() {
    for method in adaptive() {
        for (name, model) in [("pole", any_of(Pole {})), ("explosion", any_of(Explosion {}))] {
            for save in [&[0.0, 0.5, 0.9, 2.0][..], &[0.0, 2.0]] {
                // The second order needs many steps, and misplaces the pole by some hundred of its tolerances.
                let (tolerance, place) = if method.tableau().order < 3 { (1e-4, 2e-2) } else { (1e-6, 1e-2) };
                let solver = model.solver().method(method).rtol(tolerance).atol(tolerance);
                let result = solver.solve(vec![1.0], save);
                let error =
                    result.err().unwrap_or_else(|| panic!("{method}, {name}: there is no solution to 2"));
                let partial = error.partial().unwrap_or_else(|| panic!("{method}, {name}: {error}"));
                assert!(!matches!(error, SolveError::TooManySteps { .. }), "{method}, {name}: {error}");
                assert!((partial.t() - 1.0).abs() < place, "{method}, {name}: {} in {error}", partial.t());
                assert!(partial.last()[0].is_finite() && partial.last()[0] > 10.0);
                assert_eq!(partial.times().len(), partial.states().len());
                assert_eq!(partial.times()[..save.len() - 1], save[..save.len() - 1]);
            }
        }
    }
}

/// One stage of a step falls on the only time where the derivative is not finite, and that stage has no weight in
/// fehlberg2's error.
#[test]
fn a_stage_without_weight_in_the_error() {
    #[ode]
    fn spike(t: f64, _y: f64) -> f64 {
        if t == 0.25 { f64::INFINITY } else { 0.0 }
    }
    let solver = Spike {}.solver().method(Fehlberg2).first_step(0.5);
    let solution = solver.solve(0.0, 0.0..1.0).expect("another step avoids it");
    assert_eq!((solution.last(), solution.stats().rejected), (0.0, 1));
}

#[test]
fn fixed_steps_over_an_explosion() {
    let error =
        Explosion {}.solver().method(Rk4).step_size(0.25).solve(1.0, 0.0..10.0).expect_err("overflows");
    let SolveError::NonFiniteState { t, h, component, partial, .. } = &error else { panic!("{error}") };
    assert_eq!((*h, component.as_str()), (0.25, "y"));
    assert!(partial.t() == *t && partial.last()[0].is_finite());
}

#[test]
fn limits_of_steps() {
    let error = Stiff {}.solver().max_num_steps(20).solve(0.0, 0.0..10.0).expect_err("too many steps");
    let SolveError::TooManySteps { t, limit: 20, partial } = &error else { panic!("{error}") };
    assert_eq!(partial.stats().accepted + partial.stats().rejected, 20);
    assert!(*t > 0.0 && partial.t() == *t && *t < 10.0);

    let error = Stiff {}.solver().min_step(0.01).solve(0.0, 0.0..10.0).expect_err("steps too long");
    let SolveError::StepTooSmall { h, limit, partial, .. } = &error else { panic!("{error}") };
    assert!(*h < 0.01 && *limit == 0.01 && partial.t().is_finite());

    // A limit that is just reached is none.
    let steps = *Stiff {}.solver().solve(0.0, 0.0..0.1).expect("solves").stats();
    let all = steps.accepted + steps.rejected;
    assert!(Stiff {}.solver().max_num_steps(all).solve(0.0, 0.0..0.1).is_ok());
    assert!(Stiff {}.solver().max_num_steps(all - 1).solve(0.0, 0.0..0.1).is_err());
    let capped = Stiff {}.solver().max_step(1e-5).solve(0.0, 0.0..0.01).expect("solves");
    assert!(capped.steps().windows(2).all(|pair| pair[1] - pair[0] <= 1e-5 * (1.0 + 1e-9)));
}

/// Nothing is evaluated outside of the span: there it is NaN, which would spoil the solution.
#[test]
fn nothing_is_evaluated_outside_of_the_span() {
    for (start, end) in [(0.3, 2.7), (2.7, 0.3), (-1.1, -0.2), (-0.2, -1.1)] {
        let model = any_of(Guarded { low: f64::min(start, end), high: f64::max(start, end) });
        let times = linspace(start, end, 17);
        for &method in Method::ALL {
            let solver = model.solver().method(method);
            let solver =
                if method.tableau().is_adaptive() { solver.rtol(1e-4) } else { solver.step_size(0.07) };
            let check = |what: &str, solver: Solver<'_, AnySystem, Method>| {
                for dense in [false, true] {
                    let solution = solver.clone().dense(dense).solve(vec![1.0], &times);
                    let solution =
                        solution.unwrap_or_else(|error| panic!("{method}, {start}..{end}, {what}: {error}"));
                    assert!(solution.states().iter().all(|y| y[0].is_finite()), "{method}, {what}");
                    for &t in solution.steps() {
                        assert!(solution.at(t).expect("inside")[0].is_finite());
                    }
                }
                let gradient =
                    solver.gradient(vec![1.0], &times, crate::testkit::sum_of_squares).expect("solves");
                assert!(gradient.y0[0].is_finite() && gradient.times.iter().all(|x| x.is_finite()));
            };
            check("plain", solver.clone());
            check(
                "stops",
                solver.clone().step_t(&[0.5 * (start + end), end]).jump_t(&[0.9 * start + 0.1 * end]),
            );
            check("jump at the end", solver.clone().jump_t(&[end, start]));
            check("perturb", solver.clone().perturb(true));
            check("first step", solver.clone().first_step(100.0));
            check("one step", solver.clone().step_size(100.0));
            check("cubic", solver.clone().interp(Interpolation::Cubic));
        }
    }
}

/// Numbers of all kinds, sensible ones more often.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 1e-6..1.0f64,
        1 => -10.0..10.0f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, f64::MIN_POSITIVE]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// Whatever is asked for, there is a finite solution or an error that says something, and soon.
    #[test]
    fn no_option_panics(
        system in prop::sample::select(vec![("lotka_volterra", 2, 4), ("van_der_pol", 2, 1), ("forced_linear", 1, 3), ("detest_a5", 1, 0)]),
        method in prop::sample::select(Method::ALL.to_vec()),
        y0 in prop::collection::vec(number(), 2),
        parameters in prop::collection::vec(number(), 4),
        times in prop::collection::vec(number(), 0..5),
        sorted in any::<bool>(),
        which in any::<u16>(),
        options in prop::collection::vec(number(), 11),
        points in prop::collection::vec(number(), 0..4),
    ) {
        let (name, states, count) = system;
        let model = crate::any::any(name, &parameters[..count]);
        let mut times = times;
        if sorted {
            times.sort_by(f64::total_cmp);
        }
        let on = |bit: u16| which >> bit & 1 == 1;
        let mut solver = model.solver().method(method).max_num_steps(300);
        if on(0) { solver = solver.rtol(options[0]); }
        if on(1) { solver = solver.atol(options[1]); }
        if on(2) { solver = solver.step_size(options[2]); }
        if on(3) { solver = solver.first_step(options[3]); }
        if on(4) && on(13) { solver = solver.min_step(options[4]); }
        if on(5) { solver = solver.max_step(options[5]); }
        if on(6) && on(14) { solver = solver.safety(options[6]).ifactor(options[7]).dfactor(options[8]); }
        if on(7) { solver = solver.step_t(&points); }
        if on(8) && on(13) { solver = solver.jump_t(&points); }
        if on(9) && on(14) { solver = solver.grid(&points); }
        if on(10) { solver = solver.perturb(true); }
        if on(11) { solver = solver.controller(Controller::I); }
        if on(12) && on(13) { solver = solver.controller(Controller::PiWith { alpha: options[9], beta: options[10] }); }
        let loss = crate::testkit::sum_of_squares;
        match solver.gradient(y0[..states].to_vec(), &times, loss) {
            Ok(gradient) => {
                prop_assert_eq!(gradient.solution.states().len(), times.len());
                prop_assert!(gradient.solution.states().iter().flatten().all(|x| x.is_finite()), "{:?}", gradient.solution);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
