//! Events at one time, on save points, on the end, and one unit in the last place beside them.

use odec::prelude::*;

use crate::systems::*;

/// y = [t, ...]: exact, so that events fall on round times.
#[ode]
fn uniform(_t: f64, [_x, v]: [f64; 2]) -> [f64; 2] {
    [v, 0.0]
}

#[differentiable]
fn jump(_t: f64, [x, v]: [f64; 2], by: f64) -> [f64; 2] {
    [x + by, v]
}

#[test]
fn a_terminal_event_on_a_save_point_is_saved_once() {
    let end = 2.0;
    let ended = |times: &[f64]| {
        (Uniform {}).solver().until(Clock { at: end }).solve([0.0, 1.0], times).expect("a solution")
    };
    let solution = ended(&[0.0, 1.0, 2.0, 3.0]);
    assert_eq!(solution.times(), [0.0, 1.0, 2.0]);
    assert_eq!(solution.states().len(), 3);
    assert_eq!(solution.ended(), Ended::ByEvent);
    let before = ended(&[0.0, end.next_down(), 3.0]);
    assert_eq!(before.times(), [0.0, end.next_down(), end]);
    let after = ended(&[0.0, end.next_up(), 3.0]);
    assert_eq!(after.times(), [0.0, end]);
    let at_the_end = ended(&[0.0, end]);
    assert_eq!((at_the_end.times(), at_the_end.ended()), (&[0.0, end][..], Ended::ByEvent));
}

#[test]
fn a_save_point_at_a_reset_has_the_state_after_it() {
    for direction in [1.0, -1.0] {
        let at = |t: f64| direction * t;
        let solution = (Uniform {})
            .solver()
            .reset(Clock { at: at(1.0) }, Jump { by: 10.0 })
            .solve([0.0, 1.0], &[0.0, at(1.0), at(2.0)])
            .expect("a solution");
        let positions: Vec<f64> = solution.states().iter().map(|y| y[0]).collect();
        assert_near(positions[1], 10.0 + at(1.0), 1e-12, "at the reset");
        assert_near(positions[2], 10.0 + at(2.0), 1e-12, "after it");
        assert_eq!(solution.events().len(), 1);
        assert_near(solution.events()[0].before[0], at(1.0), 1e-12, "before");
        assert_near(solution.events()[0].after[0], 10.0 + at(1.0), 1e-12, "after");
    }
}

#[test]
fn a_reset_at_the_very_end_counts() {
    let (solution, pullback) = (Uniform {})
        .solver()
        .reset(Clock { at: 1.0 }, Jump { by: 10.0 })
        .solve_with_pullback([0.0, 1.0], &[0.0, 1.0])
        .expect("a solution");
    assert_near(solution.last()[0], 11.0, 1e-12, "state");
    assert_eq!(solution.ended(), Ended::AtEnd);
    let gradient = pullback.apply(&[[0.0, 0.0], [1.0, 0.0]]).expect("a gradient");
    assert_eq!((gradient.y0[0], gradient.event.1.by), (1.0, 1.0));
    let dense = (Uniform {}).solver().reset(Clock { at: 1.0 }, Jump { by: 10.0 }).solve([0.0, 1.0], 0.0..1.0);
    assert_near(dense.expect("a solution").last()[0], 11.0, 1e-12, "over a span");
}

#[test]
fn events_at_one_time_happen_in_the_order_given() {
    let both = (Uniform {})
        .solver()
        .reset(Clock { at: 1.0 }, Jump { by: 1.0 })
        .reset(Clock { at: 1.0 }, |_t: f64, [x, v]: [f64; 2]| [2.0 * x, v])
        .solve([0.0, 1.0], 0.0..2.0)
        .expect("a solution");
    assert_eq!(both.events().iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1]);
    assert_near(both.last()[0], 5.0, 1e-12, "(1 + 1) 2 + 1");
    let ended = (Uniform {})
        .solver()
        .record(Clock { at: 1.0 })
        .reset(Clock { at: 1.0 }, Jump { by: 1.0 })
        .until(Clock { at: 1.0 })
        .reset(Clock { at: 1.0 }, Jump { by: 100.0 })
        .solve([0.0, 1.0], 0.0..2.0)
        .expect("a solution");
    assert_eq!(ended.events().iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(ended.times(), [0.0, 1.0]);
    assert_near(ended.last()[0], 2.0, 1e-12, "what comes after the end does not happen");
}

#[test]
fn events_a_unit_in_the_last_place_apart_are_two() {
    let solution = (Uniform {})
        .solver()
        .reset(Clock { at: 1.0f64.next_up() }, Jump { by: 10.0 })
        .reset(Clock { at: 1.0 }, Jump { by: 1.0 })
        .solve([0.0, 1.0], 0.0..2.0)
        .expect("a solution");
    assert_eq!(solution.events().iter().map(|event| event.index).collect::<Vec<_>>(), [1, 0]);
    assert_near(solution.last()[0], 13.0, 1e-12, "state");
}

#[test]
fn noting_an_event_changes_no_step() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let times = linspace(0.0, 10.0, 21);
    let plain = model.solver().solve([1.0, 1.0], &times).expect("a solution");
    let noted = model.solver().record(First { level: 3.0 }).solve([1.0, 1.0], &times).expect("a solution");
    assert_eq!(plain.states(), noted.states());
    assert_eq!(plain.stats().accepted, noted.stats().accepted);
}

#[test]
fn dense_output_jumps_with_the_state() {
    let solution = (Uniform {})
        .solver()
        .reset(Clock { at: 1.0 }, Jump { by: 10.0 })
        .solve([0.0, 1.0], 0.0..2.0)
        .expect("a solution");
    let at = |t: f64| solution.at(t).expect("inside")[0];
    assert_near(at(0.999), 0.999, 1e-12, "before");
    assert_near(at(1.0), 11.0, 1e-12, "at the reset");
    assert_near(at(1.5), 11.5, 1e-12, "after");
}

#[test]
fn fixed_steps_stop_at_events_too() {
    for method in ["euler", "rk4", "midpoint"] {
        let method: Method = method.parse().expect("a method");
        let solution = (Uniform {})
            .solver()
            .method(method)
            .step_size(0.3)
            .reset(Clock { at: 0.5 }, Jump { by: 1.0 })
            .until(Clock { at: 1.0 })
            .solve([0.0, 1.0], 0.0..)
            .expect("a solution");
        assert_near(solution.last()[0], 2.0, 1e-12, "state");
        assert_near(solution.event().expect("an event").time, 1.0, 1e-15, "time");
    }
}

#[test]
fn a_reset_that_jumps_past_another_event_is_none_of_that() {
    // The velocity falls through zero at the top, and jumps from negative to positive at the floor.
    let top = |_t: f64, [_height, velocity]: [f64; 2]| velocity;
    let flight = (Ball { gravity: 9.81 })
        .solver()
        .reset(Impact { floor: 0.0 }, Bounce { restitution: 0.9 })
        .record(falling(top))
        .solve([10.0, 0.0], 0.0..8.0)
        .expect("a flight");
    let indices: Vec<usize> = flight.events().iter().map(|event| event.index).collect();
    assert_eq!(indices, [0, 1, 0, 1, 0, 1]);
    for pair in flight.events().chunks(2) {
        let rise = pair[0].after[1] / 9.81;
        assert_near(pair[1].time - pair[0].time, rise, 1e-8, "top");
    }
}

#[test]
fn loose_tolerances_bounce_as_often() {
    for (rtol, atol) in [(1e-7, 1e-9), (1e-3, 1e-6), (1e-10, 1e-12)] {
        let flight = (Ball { gravity: 9.81 })
            .solver()
            .rtol(rtol)
            .atol(atol)
            .reset(Impact { floor: 0.0 }, Bounce { restitution: 0.9 })
            .until(nth(20, Impact { floor: 0.0 }))
            .solve([10.0, 0.0], 0.0..)
            .expect("a flight");
        assert_near(flight.event().expect("an event").time, 23.657_171_531_75, 1e-6, "time");
    }
}

#[ode]
fn single_ball(_t: f32, [_height, velocity]: [f32; 2], gravity: f32) -> [f32; 2] {
    [velocity, -gravity]
}

#[differentiable]
fn single_impact(_t: f32, [height, _velocity]: [f32; 2], floor: f32) -> f32 {
    height - floor
}

#[differentiable]
fn single_bounce(_t: f32, [height, velocity]: [f32; 2], restitution: f32) -> [f32; 2] {
    [height, -restitution * velocity]
}

#[test]
fn single_precision_bounces_too() {
    let (flight, pullback) = (SingleBall { gravity: 9.81 })
        .solver()
        .reset(SingleImpact { floor: 0.0 }, SingleBounce { restitution: 0.9 })
        .until(nth(10, SingleImpact { floor: 0.0 }))
        .solve_with_pullback([10.0, 0.0], 0.0..)
        .expect("a flight");
    assert_near(flight.event().expect("an event").time, 17.171_857, 2e-4, "time");
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    // The times are proportional to the root of the height.
    assert_near(f64::from(gradient.y0[0]), 17.171_857 / 20.0, 1e-4, "by height");
}

/// Impact n is at sqrt(2 h/g) (1 + 2 Σ eᵏ), whichever of two events at one time was given first.
#[test]
fn an_event_that_waits_for_its_number_counts_once_beside_a_reset() {
    let ball = Ball { gravity: 9.81 };
    let (impact, bounce) = (Impact { floor: 0.0 }, Bounce { restitution: 0.9 });
    for count in 1..15 {
        let wanted = (6.0f64 / 9.81).sqrt() * (1.0 + 2.0 * (1..count).map(|k| 0.9f64.powi(k)).sum::<f64>());
        let number = usize::try_from(count).expect("a number");
        let solver = ball.solver().rtol(1e-10).atol(1e-10);
        let first = solver.clone().until(nth(number, impact.clone())).reset(impact.clone(), bounce.clone());
        let second = solver.reset(impact.clone(), bounce.clone()).until(nth(number, impact.clone()));
        let first = first.solve([3.0, 0.0], 0.0..).expect("a flight");
        let second = second.solve([3.0, 0.0], 0.0..).expect("a flight");
        for solution in [first, second] {
            assert_near(solution.event().expect("an event").time, wanted, 1e-8, &format!("impact {count}"));
        }
    }
}
