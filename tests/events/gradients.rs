//! Gradients through events against differences of solves with the same steps, and against closed forms.

use odec::prelude::*;

use crate::systems::*;

/// A ball that bounces off a moving floor through air, with fixed steps: a smooth function of all numbers that it is made
/// from, whose exact gradient the adjoint must give.
fn flight(numbers: [f64; 7], loss: impl Fn(&Solution<Draggy>) -> f64) -> f64 {
    let [height, velocity, gravity, drag, amplitude, restitution, start] = numbers;
    let model = Draggy { gravity, drag };
    let times = save_times(start);
    let solution = model
        .solver()
        .method(Tsit5)
        .step_size(0.05)
        .reset(MovingImpact { amplitude }, MovingBounce { amplitude, restitution })
        .record(First { level: 0.4 })
        .solve([height, velocity], &times)
        .expect("a flight");
    loss(&solution)
}

fn save_times(start: f64) -> [f64; 4] {
    [start, 0.31, 0.9, 1.7]
}

const NUMBERS: [f64; 7] = [1.0, 0.3, 9.81, 0.1, 0.05, 0.8, 0.0];

/// A loss that depends on everything: saved states, times of events, states before and after them.
fn weigh(solution: &Solution<Draggy>) -> f64 {
    let saved: f64 = solution.states().iter().zip(1..).map(|(y, i)| f64::from(i) * (y[0] + 0.3 * y[1])).sum();
    let events = solution.events().iter().zip(1..).map(|(event, i)| {
        event.time / f64::from(i) + 0.2 * event.before[1] - 0.1 * event.after[1] + event.before[0]
    });
    saved + events.sum::<f64>()
}

fn cotangents(solution: &Solution<Draggy>) -> (Vec<[f64; 2]>, Vec<EventCotangent<Draggy>>) {
    let saved = (1..=solution.states().len()).map(|i| {
        #[allow(clippy::cast_precision_loss)]
        let weight = i as f64;
        [weight, 0.3 * weight]
    });
    let events = (1..=solution.events().len()).map(|i| EventCotangent {
        #[allow(clippy::cast_precision_loss)]
        time: 1.0 / i as f64,
        before: [1.0, 0.2],
        after: [0.0, -0.1],
    });
    (saved.collect(), events.collect())
}

#[test]
fn every_derivative_is_that_of_the_computed_numbers() {
    let [height, velocity, gravity, drag, amplitude, restitution, start] = NUMBERS;
    let model = Draggy { gravity, drag };
    for adjoint in
        [Discrete::default(), Discrete::default().checkpoints(3), Discrete::default().checkpoints(1)]
    {
        let (solution, pullback) = model
            .solver()
            .method(Tsit5)
            .step_size(0.05)
            .adjoint(adjoint)
            .reset(MovingImpact { amplitude }, MovingBounce { amplitude, restitution })
            .record(First { level: 0.4 })
            .solve_with_pullback([height, velocity], &save_times(start))
            .expect("a flight");
        let resets = solution.events().iter().filter(|event| event.index == 0).count();
        assert!(resets >= 3 && solution.events().len() >= resets + 3, "{:?}", solution.events());
        let (saved, events) = cotangents(&solution);
        let gradient = pullback.apply_events(&saved, &events).expect("a gradient");
        let (reset_event, reset) = &gradient.event.0;
        let found = [
            gradient.y0[0],
            gradient.y0[1],
            gradient.params.gravity,
            gradient.params.drag,
            reset_event.amplitude + reset.amplitude,
            reset.restitution,
        ];
        for (place, found) in found.into_iter().enumerate() {
            let expected = derivative(1e-4, |step| {
                let mut numbers = NUMBERS;
                numbers[place] += step;
                flight(numbers, weigh)
            });
            assert_near(found / expected, 1.0, 1e-8, &format!("number {place}"));
        }
        let level = derivative(1e-4, |step| {
            let solution = model
                .solver()
                .method(Tsit5)
                .step_size(0.05)
                .reset(MovingImpact { amplitude }, MovingBounce { amplitude, restitution })
                .record(First { level: 0.4 + step })
                .solve([height, velocity], &save_times(start));
            weigh(&solution.expect("a flight"))
        });
        assert_near(gradient.event.1.level / level, 1.0, 1e-8, "level");
    }
}

#[test]
fn save_times_and_start_have_derivatives_too() {
    let model = Ball { gravity: 9.81 };
    let solve = |times: [f64; 4]| {
        model
            .solver()
            .reset(Impact { floor: 0.0 }, Bounce { restitution: 0.8 })
            .solve_with_pullback([1.0, 0.5], &times)
            .expect("a flight")
    };
    let loss = |solution: &Solution<Ball>| {
        solution.states().iter().zip(1..).map(|(y, i)| f64::from(i) * y[0] * y[0]).sum::<f64>()
    };
    let times = [0.0, 0.3, 0.7, 1.1];
    let (solution, pullback) = solve(times);
    let cotangents: Vec<[f64; 2]> =
        solution.states().iter().zip(1..).map(|(y, i)| [2.0 * f64::from(i) * y[0], 0.0]).collect();
    let gradient = pullback.apply(&cotangents).expect("a gradient");
    for place in 0..4 {
        let expected = derivative(1e-3, |step| {
            let mut times = times;
            times[place] += step;
            loss(&solve(times).0)
        });
        assert_near(gradient.times[place], expected, 1e-7, &format!("time {place}"));
    }
}

#[test]
fn the_start_of_an_event_solve_has_a_derivative() {
    // The time of fall does not depend on when it begins.
    let model = Ball { gravity: 9.81 };
    let (_, pullback) =
        model.solver().until(Impact { floor: 0.0 }).solve_with_pullback([1.0, 0.0], 2.0..).expect("a fall");
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    assert_near(gradient.times[0], 1.0, 1e-10, "start");
    let by_state = pullback.apply_event(0.0, [0.0, 1.0]).expect("a gradient");
    assert_near(by_state.times[0], 0.0, 1e-10, "start");
    assert_near(by_state.y0[0], -(9.81f64 / 2.0).sqrt(), 1e-9, "speed by height");
}

#[test]
fn backwards_in_time_gradients_are_the_same() {
    // Thrown down at t = 0, when was it at 5? By symmetry the closed form holds with time reversed.
    let model = Ball { gravity: 9.81 };
    let (rise, pullback) = model
        .solver()
        .until(First { level: 0.0 })
        .solve_with_pullback([1.0, 0.5], 0.0..f64::NEG_INFINITY)
        .expect("a rise");
    let time = rise.event().expect("an event").time;
    let root = (0.25f64 + 2.0 * 9.81).sqrt();
    assert_near(time, (0.5 - root) / 9.81, 1e-9, "time");
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    assert_near(gradient.y0[0], -1.0 / root, 1e-9, "height");
    assert_near(gradient.y0[1], (1.0 - 0.5 / root) / 9.81, 1e-9, "velocity");
    assert_near(gradient.event.level, 1.0 / root, 1e-9, "level");
    assert_near(gradient.times[0], 1.0, 1e-9, "start");
}

#[test]
fn doses_have_derivatives_by_time_and_amount() {
    // x' = v, v' = -x: a dose of a at time q adds a cos(T - q) to x(T).
    let (solution, pullback) = Oscillator {}
        .solver()
        .rtol(1e-11)
        .atol(1e-11)
        .reset(Clock { at: 1.0 }, Dose { amount: 0.7 })
        .reset(Clock { at: 2.5 }, Dose { amount: 0.2 })
        .solve_with_pullback([1.0, 0.0], &[0.0, 4.0])
        .expect("a solution");
    let exact = 4.0f64.cos() + 0.7 * 3.0f64.cos() + 0.2 * 1.5f64.cos();
    assert_near(solution.last()[0], exact, 1e-9, "state");
    let gradient = pullback.apply(&[[0.0, 0.0], [1.0, 0.0]]).expect("a gradient");
    let ((first, first_dose), (second, second_dose)) = gradient.event;
    assert_near(first_dose.amount, 3.0f64.cos(), 1e-9, "first amount");
    assert_near(first.at, 0.7 * 3.0f64.sin(), 1e-9, "first time");
    assert_near(second_dose.amount, 1.5f64.cos(), 1e-9, "second amount");
    assert_near(second.at, 0.2 * 1.5f64.sin(), 1e-9, "second time");
}

#[test]
fn a_loss_through_resets_has_its_gradient_in_one_call() {
    let model = Ball { gravity: 9.81 };
    let times = [0.0, 0.5, 1.0];
    let gradient = model
        .solver()
        .reset(Impact { floor: 0.0 }, Bounce { restitution: 0.8 })
        .gradient([1.0, 0.0], &times, |states, cotangents| {
            cotangents[2] = [2.0 * states[2][0], 0.0];
            states[2][0] * states[2][0]
        })
        .expect("a gradient");
    // After one bounce: height = e v (t - t1) - g (t - t1)² / 2 with v = sqrt(2 g h).
    let height = |restitution: f64| {
        let (v, t1) = ((2.0 * 9.81f64).sqrt(), (2.0 / 9.81f64).sqrt());
        restitution * v * (1.0 - t1) - 9.81 * (1.0 - t1).powi(2) / 2.0
    };
    assert_near(gradient.loss, height(0.8).powi(2), 1e-9, "loss");
    let expected = 2.0 * height(0.8) * (height(1.8) - height(0.8));
    assert_near(gradient.event.1.restitution, expected, 1e-8, "restitution");
}

#[test]
fn save_points_do_not_touch_the_gradient_of_an_event() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let gradient = |times: &[f64]| {
        let (solution, pullback) = model
            .solver()
            .until(rising(First { level: 3.0 }))
            .solve_with_pullback([1.0, 1.0], times)
            .expect("a solution");
        let time = solution.event().expect("an event").time;
        (time, pullback.apply_event(1.0, [0.0, 0.5]).expect("a gradient").params.alpha)
    };
    let (time, plain) = gradient(&[0.0, 10.0]);
    for times in [[0.0, time, 10.0], [0.0, time.next_down(), 10.0], [0.0, time.next_up(), 10.0]] {
        assert_eq!(gradient(&times), (time, plain), "{times:?}");
    }
}

/// x' = v = 1 with a jump by 10 at a time, saved at that very time: with the time of saving held, x = t + 10 whenever the
/// jump was.
#[test]
fn a_state_saved_at_a_reset_does_not_move_with_it() {
    for times in [&[0.0, 1.0][..], &[0.0, 1.0, 2.0]] {
        let solver = (Uniform {}).solver().reset(Clock { at: 1.0 }, Dose { amount: 10.0 });
        let (solution, pullback) = solver.solve_with_pullback([0.0, 1.0], times).expect("a solution");
        assert_near(solution.states()[1][0], 11.0, 1e-12, "state");
        let mut cotangents = vec![[0.0, 0.0]; times.len()];
        cotangents[1] = [1.0, 0.0];
        let gradient = pullback.apply(&cotangents).expect("a gradient");
        assert_near(gradient.event.0.at, 0.0, 1e-12, "by the time of the jump");
        assert_near(gradient.times[1], 1.0, 1e-12, "by the time of saving");
        assert_near(gradient.times[0], -1.0, 1e-12, "by the start");
        assert_near(gradient.event.1.amount, 1.0, 1e-12, "by the jump");
        assert_near(gradient.y0[1], 1.0, 1e-12, "by the speed");
    }
    // What ends at an event moves with it.
    let solver =
        (Uniform {}).solver().reset(Clock { at: 1.0 }, Dose { amount: 10.0 }).until(Clock { at: 1.0 });
    let (_, pullback) = solver.solve_with_pullback([0.0, 1.0], 0.0..).expect("a solution");
    let gradient = pullback.apply(&[[0.0, 0.0], [1.0, 0.0]]).expect("a gradient");
    assert_near(gradient.event.0.0.at + gradient.event.1.at, 1.0, 1e-12, "by the time of the end");
}

/// A dose at a save point, against solves with doses just beside it.
#[test]
fn a_dose_at_a_save_point_has_the_derivatives_of_one_before_it() {
    #[ode]
    fn drug(_t: f64, [gut, blood]: [f64; 2], absorption: f64, clearance: f64) -> [f64; 2] {
        [-absorption * gut, absorption * gut - clearance * blood]
    }
    let model = Drug { absorption: 1.1, clearance: 0.3 };
    for times in [&[0.0, 1.0, 4.0][..], &[0.0, 1.0, 4.0, 6.0]] {
        let gradient = |at: f64| {
            let solver = model.solver().rtol(1e-11).atol(1e-11).reset(Clock { at }, Dose { amount: 3.0 });
            let (_, pullback) = solver.solve_with_pullback([2.0, 0.0], times).expect("a solution");
            let cotangents: Vec<[f64; 2]> = times.iter().map(|_| [0.7, 1.3]).collect();
            let gradient = pullback.apply(&cotangents).expect("a gradient");
            let by_all = [gradient.params.absorption, gradient.params.clearance, gradient.event.0.at];
            [&by_all[..], &gradient.times].concat()
        };
        let (here, before) = (gradient(4.0), gradient(4.0 - 1e-9));
        for (place, (found, wanted)) in here.iter().zip(before).enumerate() {
            assert_near(*found, wanted, 1e-7, &format!("number {place} of {}", times.len()));
        }
    }
}

/// A point in a box meets two walls at one time: the second reset may come in a step of one unit in the last place.
#[test]
fn two_walls_at_once_have_gradients() {
    #[differentiable]
    fn right(_t: f64, [x, _y, _v, _w]: [f64; 4], wall: f64) -> f64 {
        x - wall
    }
    #[differentiable]
    fn top(_t: f64, [_x, y, _v, _w]: [f64; 4], wall: f64) -> f64 {
        0.1 * y - 0.1 * wall
    }
    #[differentiable]
    fn back(_t: f64, [x, y, v, w]: [f64; 4]) -> [f64; 4] {
        [x, y, -v, w]
    }
    #[differentiable]
    fn down(_t: f64, [x, y, v, w]: [f64; 4]) -> [f64; 4] {
        [x, y, v, -w]
    }
    for (x, y, v, w) in [(0.3, 0.3, 1.7, 1.7), (1.0, 4.0, 3.0, 2.0), (0.1, 5.05, 0.7, 0.35)] {
        let solver =
            (Straight {}).solver().reset(Right { wall: 10.0 }, Back {}).reset(Top { wall: 10.0 }, Down {});
        let end = 2.0 * (10.0 - x) / v;
        let (solution, pullback) = solver.solve_with_pullback([x, y, v, w], &[0.0, end]).expect("a solution");
        assert_eq!(solution.events().len(), 2, "{:?}", solution.events());
        for (found, wanted) in solution.last().iter().zip([x, y, -v, -w]) {
            assert_near(*found, wanted, 1e-9, "it comes back");
        }
        let gradient = pullback.apply(&[[0.0; 4], [1.0, 1.0, 0.0, 0.0]]).expect("a gradient");
        // x(end) = 2 wall - x - v end
        for (place, wanted) in [-1.0, -1.0, -end, -end].into_iter().enumerate() {
            assert_near(gradient.y0[place], wanted, 1e-8, &format!("by number {place}"));
        }
        assert_near(gradient.event.0.0.wall, 2.0, 1e-8, "by the wall");
        assert_near(gradient.event.1.0.wall, 2.0, 1e-8, "by the other wall");
    }
}

/// Two doses at one time, each with a time of its own: dx = -rate x between, so that x(end) = Σ amount e^(-rate (end - at)).
#[test]
fn doses_at_one_time_have_derivatives_of_their_own() {
    #[ode]
    fn leak(_t: f64, [x, y]: [f64; 2], rate: f64) -> [f64; 2] {
        [-rate * x, -2.0 * rate * y]
    }
    #[differentiable]
    fn other(_t: f64, [x, y]: [f64; 2], amount: f64) -> [f64; 2] {
        [x, y + amount]
    }
    let (rate, at, end) = (0.7, 1.3, 2.0f64);
    let model = Leak { rate };
    let solver = model
        .solver()
        .rtol(1e-12)
        .atol(1e-12)
        .reset(Clock { at }, Dose { amount: 2.0 })
        .reset(Clock { at }, Other { amount: 3.0 })
        .record(Clock { at })
        .reset(Clock { at }, Dose { amount: 5.0 });
    let (_, pullback) = solver.solve_with_pullback([0.0, 0.0], &[0.0, end]).expect("a solution");
    let gradient = pullback.apply(&[[0.0, 0.0], [1.0, 1.0]]).expect("a gradient");
    let (((first, second), noted), last) = gradient.event;
    let (decay, twice) = ((-rate * (end - at)).exp(), (-2.0 * rate * (end - at)).exp());
    assert_near(first.0.at, 2.0 * rate * decay, 1e-9, "the first");
    assert_near(second.0.at, 3.0 * 2.0 * rate * twice, 1e-9, "the second");
    assert_near(noted.at, 0.0, 1e-9, "what is noted");
    assert_near(last.0.at, 5.0 * rate * decay, 1e-9, "the last");
    assert_near(last.1.amount, decay, 1e-9, "an amount");
    let nothing = EventCotangent { time: 0.0, before: [0.0, 0.0], after: [0.0, 0.0] };
    let mut events = vec![nothing; 4];
    events[2].time = 1.0;
    let gradient = pullback.apply_events(&[[0.0, 0.0]; 2], &events).expect("a gradient");
    assert_near(gradient.event.0.1.at, 1.0, 1e-12, "the time of what is noted");
    assert_near(gradient.event.0.0.0.0.at, 0.0, 1e-12, "which is not that of the first");
}

/// A ball that sticks to the floor, and a solve that ends there: the second event would never come after the first.
#[test]
fn an_event_that_a_reset_at_its_time_would_prevent_has_the_time_of_that() {
    let stick = |_t: f64, [height, _velocity]: [f64; 2]| [height, 0.0];
    let model = Ball { gravity: 10.0 };
    let solver = model.solver().reset(Impact { floor: 0.0 }, stick).until(Impact { floor: 0.0 });
    assert_near(solver.solve([5.0, 0.0], 0.0..).expect("an impact").times()[1], 1.0, 1e-9, "time");
    for restitution in [0.0, 0.5] {
        let solver =
            model.solver().reset(Impact { floor: 0.0 }, Bounce { restitution }).until(Impact { floor: 0.0 });
        let (_, pullback) = solver.solve_with_pullback([5.0, 0.0], 0.0..).expect("an impact");
        let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
        assert_near(gradient.y0[0], 0.1, 1e-9, "by height");
        assert_near(gradient.params.gravity, -0.05, 1e-9, "by gravity");
    }
}

/// Three events at a corner, of which the last has the time of the first, and the second its own.
#[test]
fn an_event_tied_to_the_first_has_its_derivative() {
    #[differentiable]
    fn right(_t: f64, [x, _y, _v, _w]: [f64; 4]) -> f64 {
        x - 10.0
    }
    #[differentiable]
    fn top(_t: f64, [_x, y, _v, _w]: [f64; 4]) -> f64 {
        y - 10.0
    }
    #[differentiable]
    fn stop(_t: f64, [x, y, v, w]: [f64; 4]) -> [f64; 4] {
        [x, y, 0.0 * v, w]
    }
    #[differentiable]
    fn down(_t: f64, [x, y, v, w]: [f64; 4]) -> [f64; 4] {
        [x, y, v, -w]
    }
    let solver = (Straight {}).solver().reset(Right {}, Stop {}).reset(Top {}, Down {}).until(Right {});
    let (solution, pullback) = solver.solve_with_pullback([0.3, 0.3, 1.7, 1.7], 0.0..).expect("a solution");
    assert_eq!(solution.events().len(), 3);
    let gradient = pullback.apply_event(1.0, [0.0; 4]).expect("a gradient");
    assert_near(gradient.y0[0], -1.0 / 1.7, 1e-9, "by x");
    assert_near(gradient.y0[1], 0.0, 1e-9, "by y");
}

/// As for a solve that comes to its end.
#[test]
fn a_state_saved_at_a_reset_where_a_callback_stops_is_held() {
    let stop = |notice: &odec::Notice<'_>| {
        let accepted = notice.pass == odec::Pass::Forward && notice.moment == odec::Moment::Accepted;
        let done = accepted && notice.t + notice.h >= 1.0;
        if done { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    let solver = (Oscillator {}).solver().reset(Clock { at: 1.0 }, Dose { amount: 10.0 });
    let gradient = |stopped: bool| {
        let solver = if stopped { solver.clone().callback(&stop) } else { solver.clone() };
        let (solution, pullback) =
            solver.solve_with_pullback([0.3, 1.0], &[0.0, 1.0, 2.0]).expect("a solution");
        assert_eq!(solution.states().len(), if stopped { 2 } else { 3 });
        let mut cotangents = vec![[0.0, 0.0]; solution.states().len()];
        cotangents[1] = [1.0, 0.7];
        let gradient = pullback.apply(&cotangents).expect("a gradient");
        [gradient.y0[0], gradient.event.0.at, gradient.times[0], gradient.times[1]]
    };
    for (place, (found, wanted)) in gradient(true).into_iter().zip(gradient(false)).enumerate() {
        assert_near(found, wanted, 1e-12, &format!("number {place}"));
    }
}
