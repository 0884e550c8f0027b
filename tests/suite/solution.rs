//! What a solution offers: save points, dense output, counts.

use odec::Stepper;
use odec::prelude::*;

use crate::any::{any, any_of};
use crate::systems::{HarmonicOscillator, Known, LotkaVolterra};
use crate::testkit::{assert_close_all, distance, largest};

const PREDATORS: LotkaVolterra = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };

#[test]
fn the_first_state_is_the_initial_one_to_the_bit() {
    let y0 = [0.1 + 0.2, 1.0 / 3.0];
    for times in [vec![0.0, 1.0], vec![2.0, 1.5, -1.0]] {
        let solution = PREDATORS.solve(y0, &times).expect("solves");
        assert_eq!(solution.states()[0].map(f64::to_bits), y0.map(f64::to_bits));
        assert_eq!(solution.times(), times);
        let again = PREDATORS.solver().dense(true).solve(y0, &times).expect("solves");
        assert_eq!(again.at(times[0]).expect("the start").map(f64::to_bits), y0.map(f64::to_bits));
    }
}

#[test]
fn iter_times_states_and_last_agree() {
    let times = linspace(0.0, 3.0, 7);
    let solution = PREDATORS.solve([1.0, 1.0], &times).expect("solves");
    let pairs: Vec<(f64, [f64; 2])> = solution.iter().collect();
    assert_eq!(pairs.len(), 7);
    assert_eq!(solution.iter().len(), 7);
    for (i, (t, state)) in pairs.iter().enumerate() {
        assert_eq!((*t, *state), (times[i], solution.states()[i]));
    }
    assert_eq!(solution.last(), solution.states()[6]);
    assert_eq!(solution.iter().next_back(), Some((3.0, solution.last())));
    assert!(solution.steps().is_empty(), "save times alone keep no dense output");
}

#[test]
fn a_span_keeps_its_ends_and_dense_output() {
    for span in [0.0..3.0, 3.0..0.0] {
        let solution = PREDATORS.solve([1.0, 1.0], span.clone()).expect("solves");
        assert_eq!(solution.times(), [span.start, span.end]);
        assert_eq!(solution.states().len(), 2);
        assert_eq!(solution.at(span.start).expect("the start"), [1.0, 1.0]);
        let end = solution.at(span.end).expect("the end");
        assert_close_all(&end, &solution.last(), 1e-15, "the end");
        assert_eq!(solution.steps().first(), Some(&span.start));
        assert_eq!(solution.steps().last(), Some(&span.end));
        assert_eq!(solution.steps().len(), solution.stats().accepted + 1);
        let direction = (span.end - span.start).signum();
        assert!(solution.steps().windows(2).all(|pair| (pair[1] - pair[0]) * direction > 0.0));
    }
}

/// On both sides of the end of a step there is the same state.
#[test]
fn dense_output_is_continuous() {
    let model = any("known", &[]);
    for &method in Method::ALL {
        for interpolation in [Interpolation::Method, Interpolation::Cubic, Interpolation::Linear] {
            for span in [0.0..6.0, 6.0..0.0] {
                let u = 2.0 + f64::sin(span.start);
                let start = vec![u, 1.0 / u];
                let solver = model.solver().method(method).step_size(0.25).interp(interpolation);
                let solution = solver.solve(start, span.clone()).expect("solves");
                for &t in &solution.steps()[1..solution.steps().len() - 1] {
                    let at = |t: f64| solution.at(t).expect("inside");
                    // dopri8's interpolant meets the end of the step to 1e-12, as it was published.
                    // The weights of vern6 and vern8 are large, and cancel.
                    let tolerance = match method {
                        Method::Dopri8 => 1e-12,
                        Method::Vern6 | Method::Vern8 => 1e-13,
                        _ => 4e-15,
                    };
                    let what = format!("{method}, {interpolation:?} at {t}");
                    assert_close_all(&at(t.next_down()), &at(t), tolerance, &what);
                    assert_close_all(&at(t.next_up()), &at(t), tolerance, &what);
                }
            }
        }
    }
}

#[test]
fn dense_output_is_as_accurate_as_the_steps() {
    for (method, tolerance) in [(Method::Dopri5, 1e-9), (Method::Tsit5, 1e-9), (Method::Bosh3, 1e-7)] {
        for span in [0.0..6.0, 6.0..0.0] {
            let exact = |t: f64| {
                let u = 2.0 + t.sin();
                [u, 1.0 / u]
            };
            let model = any_of(Known {});
            let solver = model.solver().method(method).rtol(tolerance).atol(tolerance);
            let solution = solver.solve(exact(span.start).to_vec(), span.clone()).expect("solves");
            let error = |t: f64| distance(&solution.at(t).expect("inside"), &exact(t));
            let at_ends = solution.steps().iter().map(|&t| error(t)).fold(0.0, f64::max);
            let between = linspace(span.start, span.end, 1001).iter().map(|&t| error(t)).fold(0.0, f64::max);
            assert!(
                between < 30.0 * (at_ends + tolerance),
                "{method}: {between:e} between steps, {at_ends:e} at their ends"
            );
        }
    }
}

/// A save point that a step ends at is that step's state, not an interpolated one.
#[test]
fn save_points_at_step_ends_are_exact() {
    for span in [0.0..3.0, 3.0..0.0] {
        let free = PREDATORS.solver().solve([1.0, 1.2], span.clone()).expect("solves");
        let steps = free.steps().to_vec();
        let saved = PREDATORS.solver().solve([1.0, 1.2], &steps).expect("solves");
        assert_eq!(saved.stats().accepted, free.stats().accepted);
        // Solved one step at a time, each starts at the saved state.
        for i in 1..steps.len() {
            let solver = PREDATORS.solver().grid(&steps[..=i]);
            let last = solver.solve([1.0, 1.2], steps[0]..steps[i]).expect("solves").last();
            assert_eq!(saved.states()[i], last, "step {i}");
        }
    }
}

#[test]
fn save_points_do_not_change_the_steps() {
    for &method in Method::ALL.iter().filter(|method| method.tableau().is_adaptive()) {
        let model = any("lotka_volterra", &[1.5, 1.0, 3.0, 1.0]);
        let solver = model.solver().method(method).rtol(1e-5).atol(1e-5);
        for span in [0.0..4.0, 4.0..0.0] {
            let alone = solver.solve(vec![1.0, 1.0], span.clone()).expect("solves");
            for count in [2, 3, 10, 333] {
                let times = linspace(span.start, span.end, count);
                let saved = solver.clone().dense(true).solve(vec![1.0, 1.0], &times).expect("solves");
                assert_eq!(saved.steps(), alone.steps(), "{method}, {count} save points");
                assert_eq!(saved.last(), alone.last());
                assert_eq!(saved.stats().rejected, alone.stats().rejected);
                for (t, state) in saved.iter() {
                    assert_close_all(
                        &state,
                        &alone.at(t).expect("inside"),
                        1e-12,
                        "save points are dense output",
                    );
                }
            }
            let sparse = solver.clone().dense(false).solve(vec![1.0, 1.0], span).expect("solves");
            assert_eq!(sparse.last(), alone.last());
            assert!(sparse.stats().rhs_evaluations <= alone.stats().rhs_evaluations);
        }
    }
}

/// A component with a wide tolerance does not ask for small steps.
#[test]
fn tolerances_of_components_count_each_for_its_own() {
    // The two components do not meet: one is fast, one is slow.
    #[ode]
    fn apart(t: f64, [fast, slow]: [f64; 2]) -> [f64; 2] {
        [50.0 * (50.0 * t).cos() - 0.0 * fast, t.cos() - 0.0 * slow]
    }
    let model = any_of(Apart {});
    let solve = |rtol: [f64; 2], atol: [f64; 2]| {
        model.solver().rtol(rtol).atol(atol).max_step(0.5).solve(vec![0.0, 0.0], 0.0..3.0).expect("solves")
    };
    let tight = solve([1e-9, 1e-9], [1e-9, 1e-9]);
    let slow_only = solve([1e-9, 1e-9], [1e9, 1e-9]);
    let fast_only = solve([0.0, 1e-9], [1e-9, 1e9]);
    assert!(slow_only.stats().accepted * 4 < tight.stats().accepted, "{:?}", slow_only.stats());
    assert!(fast_only.stats().accepted * 2 > tight.stats().accepted);
    assert!((slow_only.last()[1] - 3.0f64.sin()).abs() < 1e-8);
    assert!((fast_only.last()[0] - 150.0f64.sin()).abs() < 1e-6);
    // One number for all is the same as that number for each.
    let all =
        model.solver().rtol(1e-9).atol(1e-9).max_step(0.5).solve(vec![0.0, 0.0], 0.0..3.0).expect("solves");
    assert_eq!(all, tight);
}

#[test]
fn states_may_be_tuples() {
    let model = HarmonicOscillator { omega: 2.0 };
    let solution = model.solve((1.0, 0.0), 0.0..1.0).expect("solves");
    let (place, speed) = solution.last();
    assert_close_all(&[place, speed], &[2.0f64.cos(), -2.0 * 2.0f64.sin()], 1e-6, "cos 2t");
    assert_eq!(HarmonicOscillator::PARAMETERS, ["omega"]);
}

#[test]
fn evaluations_are_counted() {
    let model = any_of(Known {});
    for &method in Method::ALL {
        let tableau = method.tableau();
        let (working, steps) = (tableau.stages() - 1, 8);
        let solver = model.solver().method(method).step_size(0.125).dense(false);
        let solution = solver.solve(vec![2.0, 0.5], 0.0..1.0).expect("solves");
        // Each step needs its working stages, the first of which is the completion of the step before.
        assert_eq!(solution.stats().rhs_evaluations, steps * working, "{method}");
        assert_eq!((solution.stats().accepted, solution.stats().rejected), (steps, 0));
        // Stages that dense output alone needs are evaluated in the steps with save points inside of them.
        let evaluations = |interpolation: Interpolation, times: &[f64]| {
            let solution = solver.clone().interp(interpolation).solve(vec![2.0, 0.5], times).expect("solves");
            solution.stats().rhs_evaluations - steps * working
        };
        let extra = tableau.extra.len();
        assert_eq!(evaluations(Interpolation::Method, &[0.0, 0.25, 0.5, 1.0]), 0, "{method}: ends of steps");
        assert_eq!(evaluations(Interpolation::Method, &[0.0, 0.26, 0.3, 1.0]), extra, "{method}: one step");
        assert_eq!(evaluations(Interpolation::Method, &[0.0, 0.3, 0.4, 1.0]), 2 * extra, "{method}: two");
        assert_eq!(
            evaluations(Interpolation::Cubic, &[0.0, 0.26, 0.3, 1.0]),
            0,
            "{method}: another interpolant"
        );
    }
}

/// At a tight tolerance, between the ends of steps as at them: where the weights of the interpolant cancel, digits are lost.
#[test]
fn dense_output_of_high_order_is_as_accurate_as_the_steps() {
    for method in [Method::Dop853, Method::Vern6, Method::Vern7, Method::Vern8, Method::Vern9] {
        for span in [0.0..6.0, 6.0..0.0] {
            let exact = |t: f64| [2.0 + t.sin(), 1.0 / (2.0 + t.sin())];
            let model = any_of(Known {});
            let solver = model.solver().method(method).rtol(1e-12).atol(1e-12).dense(true);
            let times = linspace(span.start, span.end, 301);
            let solution = solver.solve(exact(span.start).to_vec(), &times).expect("solves");
            for (t, state) in solution.iter() {
                assert_close_all(&state, &exact(t), 1e-10, &format!("{method}, saved at {t}"));
                let dense = solution.at(t).expect("inside");
                assert_close_all(&dense, &state, 1e-12, &format!("{method}, dense at {t}"));
            }
        }
    }
}

#[test]
fn linspace_has_exact_ends_and_even_steps() {
    assert_eq!(linspace(0.0, 1.0, 5), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(linspace(0.1, 0.7, 7).last(), Some(&0.7));
    assert_eq!(linspace(1.0, -1.0, 3), [1.0, 0.0, -1.0]);
    assert_eq!(linspace(2.0, 3.0, 1), [2.0]);
    assert!(linspace(2.0, 3.0, 0).is_empty());
    let times = linspace(0.0, 10.0, 101);
    assert!(times.windows(2).all(|pair| (pair[1] - pair[0] - 0.1).abs() < 1e-14));
    assert!(largest(&times) == 10.0);
}
