//! Events with methods whose dense output has stages of its own: evaluated only where something may have happened.

use odec::Stepper;
use odec::prelude::*;

use crate::systems::*;

#[ode]
fn swing(_t: f64, [x, v]: [f64; 2], stiffness: f64) -> [f64; 2] {
    [v, -stiffness * x]
}

#[differentiable]
fn place(_t: f64, [x, _v]: [f64; 2], at: f64) -> f64 {
    x - at
}

static SWING: Swing = Swing { stiffness: 1.0 };

macro_rules! each_method {
    ($check:ident: $($Method:ident)*) => { $($check($Method);)* };
}

#[test]
fn crossings_are_found_in_both_directions_of_time() {
    fn check<M: Stepper + Into<Method>>(method: M) {
        for direction in [1.0, -1.0] {
            let crossings = |solver: Solver<'_, Swing, Method>| {
                solver.record(Place { at: 0.0 }).solve([1.0, 0.0], 0.0..direction * 10.0).expect("solves")
            };
            let solver = SWING.solver().rtol(1e-11).atol(1e-11);
            let named = crossings(solver.clone().method(method.into()));
            let typed = solver.method(method).record(Place { at: 0.0 });
            let typed = typed.solve([1.0, 0.0], 0.0..direction * 10.0).expect("solves");
            let name = method.tableau().name;
            assert_eq!(times(&typed).len(), 3, "{name}");
            for (i, time) in times(&typed).into_iter().enumerate() {
                let expected = direction * (f64::from(i as u32) + 0.5) * std::f64::consts::PI;
                assert_near(time, expected, 1e-9, name);
            }
            assert_eq!(times(&named), times(&typed), "{name}: by name");
            assert_eq!(named.stats(), typed.stats(), "{name}: by name");
            assert_eq!(named.last(), typed.last(), "{name}: by name");
        }
    }
    each_method!(check: Dopri5 Dopri8 Dop853 Vern6 Vern7 Vern8 Vern9);
}

#[test]
fn an_event_that_is_far_away_costs_extra_stages_once() {
    fn check<M: Stepper>(method: M) {
        let solver = SWING.solver().method(method).rtol(1e-10).atol(1e-10).dense(false);
        let alone = *solver.solve([1.0, 0.0], 0.0..20.0).expect("solves").stats();
        let watched = *solver.until(Place { at: 1e3 }).solve([1.0, 0.0], 0.0..20.0).expect("solves").stats();
        let name = method.tableau().name;
        assert_eq!((alone.accepted, alone.rejected), (watched.accepted, watched.rejected), "{name}");
        // The end of the last step is looked at, and all of the first one, at whose start no slope is known.
        let more = 1 + method.tableau().extra.len();
        assert!(watched.rhs_evaluations <= alone.rhs_evaluations + more, "{name}: {watched:?}, {alone:?}");
    }
    each_method!(check: Dop853 Vern6 Vern7 Vern8 Vern9);
}

/// The gradient of an event's time, and of states saved inside of the steps before it and of the step that it cuts.
#[test]
fn gradients_go_through_extra_stages() {
    fn check<M: Stepper>(method: M) {
        let name = method.tableau().name;
        let saves = [0.0, 0.2, 0.9, 1.1, 1.3, 1.65, 1.9];
        let loss = |stiffness: f64, y0: [f64; 2], at: f64| {
            let model = Swing { stiffness };
            let solver = model.solver().method(method).step_size(0.4).until(falling(Place { at }));
            let solution = solver.solve(y0, &saves).expect("solves");
            solution.states().iter().map(|y| y[0] * y[0] + y[1]).sum::<f64>()
        };
        let solver = SWING.solver().method(method).step_size(0.4).until(falling(Place { at: 0.1 }));
        let gradient = solver
            .gradient([1.0, 0.3], &saves, |states, cotangents| {
                let mut sum = 0.0;
                for (y, bar) in states.iter().zip(cotangents) {
                    sum += y[0] * y[0] + y[1];
                    *bar = [2.0 * y[0], 1.0];
                }
                sum
            })
            .expect("a gradient");
        let near = |actual: f64, f: &dyn Fn(f64) -> f64, what: &str| {
            // Rounding leaves most of vern6, whose coefficients are large.
            assert_near(actual, derivative(1e-3, f), 1e-8, &format!("{name}, {what}"));
        };
        near(gradient.params.stiffness, &|d| loss(1.0 + d, [1.0, 0.3], 0.1), "stiffness");
        near(gradient.y0[0], &|d| loss(1.0, [1.0 + d, 0.3], 0.1), "place");
        near(gradient.y0[1], &|d| loss(1.0, [1.0, 0.3 + d], 0.1), "speed");
        near(gradient.event.at, &|d| loss(1.0, [1.0, 0.3], 0.1 + d), "threshold");
    }
    each_method!(check: Dop853 Vern6 Vern7 Vern8 Vern9);
}
