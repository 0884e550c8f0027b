//! Events at one time, on save points, on the end, and one unit in the last place beside them.

use odec::prelude::*;

use crate::systems::*;

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

/// The interpolant alone would put A before B, and then see it again: they are 4e-5 apart, on the other side of it.
#[test]
fn events_closer_than_the_interpolant_is_exact_happen_once_and_in_order() {
    let root = std::f64::consts::FRAC_1_SQRT_2;
    let solver = (Oscillator {}).solver().method(Rk4).step_size(0.5);
    for interpolation in [Interpolation::Method, Interpolation::Linear] {
        let solver = solver.clone().interp(interpolation);
        for at in [0.78546, 0.7855, 0.78553, 0.7856, 0.79] {
            let solution = solver
                .clone()
                .record(First { level: root })
                .reset(Clock { at }, |_t: f64, [x, v]: [f64; 2]| [x, v - 1.0])
                .record(First { level: root })
                .solve([1.0, 0.0], 0.0..1.5)
                .expect("a solution");
            let found = times(&solution);
            let indices: Vec<usize> = solution.events().iter().map(|event| event.index).collect();
            assert!(found.is_sorted(), "{found:?}");
            let crossing = found[indices.iter().position(|&index| index == 0).expect("it crosses")];
            let expected = if crossing < at { [0, 2, 1] } else { [1, 0, 2] };
            assert_eq!(indices, expected, "{found:?} at {at}");
        }
    }
}

#[test]
fn functions_that_differ_and_are_zero_at_one_time_happen_in_the_order_given() {
    // x = 1000 + 1000 t, whose rounding is more than that of time.
    let fast = |_t: f64, [x, _v]: [f64; 2]| x - 1000.1;
    let same = |_t: f64, [x, _v]: [f64; 2]| 7.0 * x - 7000.7;
    for scale in [1.0, 3.0, 11.0] {
        let (x, v) = (1000.0, 1000.0 / scale);
        let at = 1e-4 * scale;
        let ended = (Uniform {}).solver().reset(Clock { at }, Jump { by: 0.5 }).record(fast).record(same);
        let ended = ended.until(fast).solve([x, v], 0.0..1.0).expect("a solution");
        assert_eq!(ended.events().iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
        let noted = (Uniform {}).solver().record(fast).reset(same, Jump { by: 0.5 }).record(Clock { at });
        let noted = noted.solve([x, v], 0.0..1.0).expect("a solution");
        assert_eq!(noted.events().iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1, 2]);
    }
}

#[test]
fn a_function_that_has_touched_zero_does_not_happen_later() {
    // One step, in which the cosine touches 1 at 2 pi, and which is cut at 7.
    let touch = |t: f64, _y: [f64; 2]| t.cos() - 1.0;
    let solution = (Uniform {})
        .solver()
        .method(Rk4)
        .grid(&[0.1, 8.0])
        .record(touch)
        .reset(Clock { at: 7.0 }, Jump { by: 1.0 })
        .solve([0.0, 1.0], 0.1..8.0)
        .expect("a solution");
    for event in solution.events().iter().filter(|event| event.index == 0) {
        assert_near(event.time, 2.0 * std::f64::consts::PI, 1e-6, "touch");
    }
    assert_eq!(solution.events().last().expect("the jump").index, 1);
}

#[test]
fn a_function_that_stays_zero_happens_where_it_comes_to_be() {
    let clipped = |t: f64, _y: [f64; 2]| (1.3 - t).max(0.0);
    let solution = (Uniform {}).solver().until(clipped).solve([0.0, 1.0], 0.0..9.0).expect("a solution");
    assert_near(solution.event().expect("an event").time, 1.3, 1e-12, "time");
}

#[test]
fn the_solution_at_its_end_is_the_state_after_a_reset() {
    let jump = || (Uniform {}).solver().reset(Clock { at: 1.0 }, Jump { by: 10.0 });
    let to_the_end = jump().solve([0.0, 1.0], 0.0..1.0).expect("a solution");
    let until = jump().until(Clock { at: 1.0 }).solve([0.0, 1.0], 0.0..).expect("a solution");
    for solution in [to_the_end, until] {
        assert_eq!(solution.last(), solution.at(1.0).expect("inside"));
        assert_near(solution.last()[0], 11.0, 1e-12, "state");
        assert_near(solution.at(1.0f64.next_down()).expect("inside")[0], 1.0, 1e-12, "before");
    }
}

/// Steps in which the function changes by less than its rounding.
#[test]
fn a_jump_beside_a_reset_happens_once_and_then() {
    let jump_at = 1.000_000_5;
    let jump = |t: f64, _y: [f64; 2]| if t < jump_at { 1.0 } else { -1.0 };
    let solver = (Uniform {}).solver().reset(Clock { at: 1.0 }, Jump { by: 1.0 }).record(jump);
    let solution = solver.solve([0.0, 1.0], 0.0..2.0).expect("a solution");
    assert_eq!(times(&solution), [1.0, jump_at]);
    let solver = (Uniform {}).solver().record(jump).reset(Clock { at: 1.0 }, Jump { by: 1.0 });
    let solution = solver.solve([0.0, 1.0], 0.0..2.0).expect("a solution");
    assert_eq!(times(&solution), [1.0, jump_at]);
}

/// What lies on the floor to rounding is launched from there.
/// A leg that is a spring while it is on the ground: each event is asked in one mode alone, into which the reset at the
/// other brings its function at zero.
/// A ball that is let go by a table which swings under it: the gap begins with a triple zero.
/// A clock among the states, which sums up to just below 3.7, and is set back by a reset at t = 1.
#[test]
fn a_zero_that_rounding_moves_past_the_end_of_the_step_is_not_lost() {
    #[ode]
    fn clocked(_t: f64, [_clock, _count]: [f64; 2]) -> [f64; 2] {
        [3.7, 0.0]
    }
    let mut below = 0;
    for steps in 3..40 {
        let step = 1.0 / f64::from(steps);
        let solver = (Clocked {}).solver().method(Rk4).step_size(step);
        let plain = solver.clone().solve([0.0, 0.0], 0.0..1.0).expect("a solution").last()[0];
        if plain < 3.7f64.next_down() {
            continue;
        }
        below += usize::from(plain < 3.7);
        // Whether the reset changes the clock or not.
        for kept in [0.0, 1.0] {
            let reset = |_t: f64, [clock, count]: [f64; 2]| [kept * clock, count + 1.0];
            let solver = solver.clone().reset(Clock { at: 1.0 }, reset).record(First { level: 3.7 });
            let solution = solver.solve([0.0, 0.0], 0.0..1.5).expect("a solution");
            let count = |index: usize| solution.events().iter().filter(|event| event.index == index).count();
            assert_eq!((count(0), count(1)), (1, 1), "steps of {step}: {:?}", solution.events());
        }
    }
    assert!(below > 0, "some sum ends below");
}
