//! Gradients through events against those of the same functions of numbers, and against closed forms.

use dfdx::prelude::*;
use odec::TensorSolution;
use odec::prelude::*;

use super::systems::*;
use crate::systems::Layer;

const GRAVITY: f64 = 9.81;
const DRAG: f64 = 0.1;
const AMPLITUDE: f64 = 0.05;
const RESTITUTION: f64 = 0.8;
const LEVEL: f64 = 0.4;
const START: f64 = 0.1;
const END: f64 = 1.7;
const Y0: [f64; 2] = [1.0, 0.3];

/// Everything that a flight is made from.
const NAMES: [&str; 10] = [
    "height",
    "velocity",
    "gravity",
    "drag",
    "amplitude of the event",
    "amplitude of the reset",
    "restitution",
    "level",
    "start",
    "end",
];

/// A loss that depends on everything, as weights: of saved state `i`, and of the time, the state before and the state after
/// of event `i`, both counted from 1.
#[allow(clippy::cast_precision_loss)]
mod weights {
    pub(super) fn state(i: usize) -> [f64; 2] {
        [i as f64, 0.3 * i as f64]
    }

    pub(super) fn event(i: usize) -> (f64, [f64; 2], [f64; 2]) {
        (1.0 / i as f64, [1.0, 0.2], [0.05 * i as f64, -0.1])
    }
}

/// The derivatives of the loss of numbers by `NAMES`; over an open span until the fifth impact instead of to the end.
fn of_numbers(open: bool) -> Vec<f64> {
    let model = Ball { gravity: GRAVITY, drag: DRAG };
    let solver = model
        .solver()
        .method(Tsit5)
        .step_size(0.05)
        .reset(Impact { amplitude: AMPLITUDE }, Bounce { amplitude: AMPLITUDE, restitution: RESTITUTION })
        .record(Level { height_of: LEVEL });
    let cotangents = |solution: &Solution<Ball>| {
        let states: Vec<[f64; 2]> = (1..=solution.states().len()).map(weights::state).collect();
        let events = (1..=solution.events().len()).map(weights::event);
        let events: Vec<EventCotangent<Ball>> =
            events.map(|(time, before, after)| EventCotangent { time, before, after }).collect();
        (states, events)
    };
    let (gradient, by_until) = if open {
        let solver = solver.until(nth(5, falling(Impact { amplitude: AMPLITUDE })));
        let (solution, pullback) = solver.solve_with_pullback(Y0, START..).expect("a flight");
        let (states, events) = cotangents(&solution);
        let gradient = pullback.apply_events(&states, &events).expect("a gradient");
        let (rest, until) = gradient.event;
        (
            Gradient {
                params: gradient.params,
                y0: gradient.y0,
                times: vec![gradient.times[0], 0.0],
                event: rest,
            },
            until.amplitude,
        )
    } else {
        let (solution, pullback) = solver.solve_with_pullback(Y0, START..END).expect("a flight");
        let (states, events) = cotangents(&solution);
        (pullback.apply_events(&states, &events).expect("a gradient"), 0.0)
    };
    let Gradient { params, y0, times, event: ((impact, bounce), level) } = gradient;
    vec![
        y0[0],
        y0[1],
        params.gravity,
        params.drag,
        impact.amplitude + by_until,
        bounce.amplitude,
        bounce.restitution,
        level.height_of,
        times[0],
        times[1],
    ]
}

/// The loss of a solution of tensors.
fn loss(
    solution: TensorSolution<State, f64, Cpu, OwnedTape<f64, Cpu>>,
) -> Tensor<Rank0, f64, Cpu, OwnedTape<f64, Cpu>> {
    let dev = Cpu::default();
    let (solution, tape) = solution.split_tape();
    let states = solution.states().clone();
    let (count, _) = *states.shape();
    let of_states: Vec<f64> = (1..=count).flat_map(weights::state).collect();
    let of_states = dev.tensor_from_vec(of_states, (count, Const));
    let mut sum = (states.put_tape(tape) * of_states).sum::<Rank0, _>();
    for (place, event) in solution.events().iter().enumerate() {
        let (time, before, after) = weights::event(place + 1);
        for (state, weights) in [(&event.before, before), (&event.after, after)] {
            let (so_far, tape) = sum.split_tape();
            sum = (state.clone().put_tape(tape) * dev.tensor(weights)).sum::<Rank0, _>() + so_far;
        }
        let (so_far, tape) = sum.split_tape();
        sum = event.time.clone().put_tape(tape) * time + so_far;
    }
    sum
}

/// The same of tensors, with the given system and the rest of the solver.
macro_rules! of_tensors {
    ($System:ident, $open:expr, |$solver:ident| $options:expr) => {{
        let dev = Cpu::default();
        let number = |value: f64| -> Tensor<Rank0, f64, Cpu> { dev.tensor(value) };
        let model = $System { gravity: number(GRAVITY), drag: number(DRAG) };
        let impact = Impacts { amplitude: number(AMPLITUDE) };
        let bounce = Bounces { amplitude: number(AMPLITUDE), restitution: number(RESTITUTION) };
        let level = Levels { height_of: number(LEVEL) };
        let (start, end) = (number(START), number(END));
        let y0: State = dev.tensor(Y0);
        let $solver = model
            .solver()
            .method(Tsit5)
            .step_size(0.05)
            .reset(impact.clone(), bounce.clone())
            .record(level.clone());
        let solver = $options;
        let traced = y0.clone().traced(Gradients::leaky());
        let loss = if $open {
            let solver = solver.until(nth(5, falling(impact.clone())));
            loss(solver.solve(traced, start.clone()..).expect("a flight"))
        } else {
            loss(solver.solve(traced, start.clone()..end.clone()).expect("a flight"))
        };
        let gradients = loss.backward();
        let of = |tensor: &Tensor<Rank0, f64, Cpu>| gradients.get(tensor).array();
        let [by_height, by_velocity] = gradients.get(&y0).array();
        vec![
            by_height,
            by_velocity,
            of(&model.gravity),
            of(&model.drag),
            of(&impact.amplitude),
            of(&bounce.amplitude),
            of(&bounce.restitution),
            of(&level.height_of),
            of(&start),
            if $open { 0.0 } else { of(&end) },
        ]
    }};
}

#[track_caller]
fn compare(found: &[f64], wanted: &[f64], tolerance: f64, by_time: f64) {
    for ((found, wanted), name) in found.iter().zip(wanted).zip(NAMES) {
        let tolerance = if name == "start" { by_time } else { tolerance };
        assert_near(*found, *wanted, tolerance * wanted.abs().max(1.0), name);
    }
}

#[test]
fn every_gradient_is_that_of_the_same_functions_of_numbers() {
    for open in [false, true] {
        let wanted = of_numbers(open);
        assert!(wanted.iter().take(9).all(|gradient| gradient.abs() > 1e-3), "{wanted:?}");
        compare(&of_tensors!(Balls, open, |solver| solver), &wanted, 1e-9, 1e-9);
        for checkpoints in [1, 3] {
            let adjoint = Discrete::default().checkpoints(checkpoints);
            compare(&of_tensors!(Balls, open, |solver| solver.adjoint(adjoint)), &wanted, 1e-9, 1e-9);
        }
    }
}

/// dfdx's tape knows no time, by which a difference is taken.
#[test]
fn gradients_by_the_tape_of_dfdx_are_the_same() {
    for open in [false, true] {
        let wanted = of_numbers(open);
        compare(&of_tensors!(HiddenBalls, open, |solver| solver), &wanted, 1e-7, 1e-7);
        compare(&of_tensors!(Balls, open, |solver| solver.on_device()), &wanted, 1e-7, 1e-7);
    }
}

/// The time of impact n is sqrt(2 h/g) (1 + 2 Σ eᵏ), the speed there sqrt(2 g h) eⁿ⁻¹.
#[test]
fn a_bouncing_ball_has_its_closed_form() {
    const BOUNCES: i32 = 6;
    let dev = Cpu::default();
    let number = |value: f64| -> Tensor<Rank0, f64, Cpu> { dev.tensor(value) };
    let (height, gravity, restitution) = (3.0f64, 9.81f64, 0.9f64);
    let model = Throw { gravity: number(gravity) };
    let floor = Levels { height_of: number(0.0) };
    let mirror = Mirror { restitution: number(restitution) };
    let y0: State = dev.tensor([height, 0.0]);
    // The last impact comes before its bounce.
    let solver = model
        .solver()
        .until(nth(usize::try_from(BOUNCES).unwrap(), floor.clone()))
        .reset(floor.clone(), mirror.clone());
    let (flight, tape) =
        solver.solve(y0.clone().traced(Gradients::leaky()), 0.0..).expect("a flight").split_tape();
    let last = flight.event().expect("the last impact");
    let powers = |power: fn(f64, i32) -> f64| (1..BOUNCES).map(|k| power(0.9, k)).sum::<f64>();
    let first = (2.0 * height / gravity).sqrt();
    let time = first * (1.0 + 2.0 * powers(f64::powi));
    assert_near(last.t, time, 1e-9, "time");
    assert_near(last.time.array(), last.t, 0.0, "time as a tensor");
    let speed = (2.0 * gravity * height).sqrt() * restitution.powi(BOUNCES - 1);
    assert_near(last.before.array()[1], -speed, 1e-8, "speed");
    let gradients = last.time.clone().put_tape(tape).backward();
    assert_near(gradients.get(&y0).array()[0], time / (2.0 * height), 1e-7, "by height");
    assert_near(gradients.get(&model.gravity).array(), -time / (2.0 * gravity), 1e-7, "by gravity");
    let by_restitution = 2.0 * first * powers(|e, k| f64::from(k) * e.powi(k - 1));
    assert_near(gradients.get(&mirror.restitution).array(), by_restitution, 1e-7, "by restitution");
}

/// Only the ball that comes down first moves the event.
#[test]
fn a_batch_of_single_precision() {
    let dev = Cpu::default();
    let model = Flight { gravity: dev.tensor(10.0) };
    let floor = Lowest { floor: dev.tensor(0.0) };
    let turn = Turn { restitution: dev.tensor([0.5, 0.6, 0.7]) };
    let height: Tensor<Rank1<3>, f32, Cpu> = dev.tensor([5.0, 3.2, 7.2]);
    let y0 = || (height.clone().traced(Gradients::leaky()), dev.zeros());
    let solver = model.solver();
    let (first, tape) = solver.clone().until(floor.clone()).solve(y0(), 0.0..).expect("a fall").split_tape();
    let event = first.event().expect("the first impact");
    assert_near(event.t, 0.8, 1e-5, "time");
    let gradients = event.time.clone().put_tape(tape).backward();
    let by_height = gradients.get(&height).array();
    assert_near(by_height[1].into(), 0.125, 1e-5, "by its height");
    assert_near((by_height[0].abs() + by_height[2].abs()).into(), 0.0, 1e-6, "by the others'");
    assert_near(gradients.get(&model.gravity).array().into(), -0.04, 1e-5, "by gravity");

    // Each of them bounces once.
    let flight = solver.reset(floor, turn.clone()).solve(y0(), &[0.0, 1.25]).expect("a flight");
    assert_eq!(flight.events().len(), 3);
    let (flight, tape) = flight.split_tape();
    let (heights, velocities) = flight.states().clone();
    // Height = e sqrt(2 g h) (t - t1) - g (t - t1)²/2 with t1 = sqrt(2 h/g).
    let of = |height: f64, e: f64| {
        let (speed, left) = ((20.0 * height).sqrt(), 1.25 - (height / 5.0).sqrt());
        (e * speed * left - 5.0 * left * left, speed * left)
    };
    let gradients = heights.clone().put_tape(tape).sum::<Rank0, _>().backward();
    let by_restitution = gradients.get(&turn.restitution).array();
    for (row, (height, e)) in [(5.0, 0.5), (3.2, 0.6), (7.2, 0.7)].into_iter().enumerate() {
        let (wanted, by_e) = of(height, e);
        assert_near(heights.as_vec()[3 + row].into(), wanted, 1e-4, "height");
        assert_near(by_restitution[row].into(), by_e, 1e-3, "by restitution");
    }
    assert_eq!(*velocities.shape(), (2, Const::<3>));
}

/// Where an event barely crosses, its time has no derivative, and the gradient is none.
#[test]
fn an_event_that_grazes_has_no_gradient() {
    #[differentiable]
    fn cubed(_t: f64, y: Tensor<Rank1<2>>, height_of: Tensor<Rank0>) -> Tensor<Rank0> {
        (y[0] - height_of).powi(3)
    }
    let dev = Cpu::default();
    let model = Throw { gravity: dev.tensor(9.81) };
    let y0: State = dev.tensor([1.0, 0.0]);
    let event = Cubed { height_of: dev.tensor(0.5) };
    let solution = model.solver().until(event).solve(y0.clone().traced(Gradients::leaky()), 0.0..);
    let (solution, tape) = solution.expect("a fall").split_tape();
    let time = solution.event().expect("an event").time.clone();
    assert!(time.put_tape(tape).backward().get(&y0).array()[0].is_nan());
}

/// By hand: the height at the end of a flight of 1 s from 2 m, thrown at t0, is 2 + v - g/2 for any t0.
#[test]
fn ends_of_a_span_have_gradients() {
    let dev = Cpu::default();
    let model = Throw { gravity: dev.tensor(10.0) };
    let y0: State = dev.tensor([2.0, 1.0]);
    let (start, end): (Tensor<Rank0, f64, Cpu>, Tensor<Rank0, f64, Cpu>) = (dev.tensor(3.0), dev.tensor(4.0));
    let never = Levels { height_of: dev.tensor(100.0) };
    let traced = y0.clone().traced(Gradients::leaky());
    let solution = model.solver().until(never).solve(traced, start.clone()..end.clone()).expect("a flight");
    assert_eq!(solution.ended(), Ended::AtEnd);
    let (solution, tape) = solution.split_tape();
    let height = solution.states().clone().put_tape(tape).slice((1.., 0..1)).sum::<Rank0, _>();
    assert_near(height.array(), -2.0, 1e-8, "height");
    let gradients = height.backward();
    // The velocity there is -9.
    assert_near(gradients.get(&end).array(), -9.0, 1e-8, "by the end");
    assert_near(gradients.get(&start).array(), 9.0, 1e-8, "by the start");
}

/// A network that says when, by differences of solves with the same steps.
#[test]
fn an_event_that_is_a_network() {
    #[differentiable]
    fn network(
        t: f64,
        y: Tensor<Rank1<2>>,
        net: (Linear<2, 3>, Tanh, Linear<3, 1>),
        shift: Tensor<Rank0>,
    ) -> Tensor<Rank0> {
        net.forward(y).sum() - shift * t
    }
    let dev = Cpu::default();
    let model = Throw { gravity: dev.tensor(1.0) };
    let y0: State = dev.tensor([0.4, 0.3]);
    let event = |numbers: &[f64]| Network {
        net: (
            modules::Linear {
                weight: dev.tensor(numbers[..6].to_vec()),
                bias: dev.tensor(numbers[6..9].to_vec()),
            },
            Tanh,
            modules::Linear {
                weight: dev.tensor(numbers[9..12].to_vec()),
                bias: dev.tensor(numbers[12..13].to_vec()),
            },
        ),
        shift: dev.tensor(numbers[13]),
    };
    // It begins between 1.5 and 4.5, and falls by 2 per unit of time.
    let mut numbers: Vec<f64> = (1..=12).map(|k| 0.5 * f64::from(k).sin()).collect();
    numbers.extend([3.0, 2.0]);
    let solver = model.solver().method(Tsit5).step_size(0.05);
    let time = |numbers: &[f64]| {
        let solution = solver.clone().until(event(numbers)).solve(y0.clone(), 0.0..).expect("an event");
        solution.event().expect("an event").t
    };
    let learned = event(&numbers);
    let traced = y0.clone().traced(Gradients::leaky());
    let (solution, tape) =
        solver.clone().until(learned.clone()).solve(traced, 0.0..).expect("an event").split_tape();
    let last = solution.event().expect("an event");
    let value = network(last.t, last.after.clone(), learned.net.clone(), learned.shift.clone());
    assert_near(value.array(), 0.0, 1e-14, "zero");
    let gradients = last.time.clone().put_tape(tape).backward();
    let (first, _, second) = &learned.net;
    let found = [
        gradients.get(&first.weight).as_vec(),
        gradients.get(&first.bias).as_vec(),
        gradients.get(&second.weight).as_vec(),
        gradients.get(&second.bias).as_vec(),
        gradients.get(&learned.shift).as_vec(),
    ]
    .concat();
    for (place, found) in found.into_iter().enumerate() {
        let shifted = |by: f64| {
            let mut numbers = numbers.clone();
            numbers[place] += by;
            time(&numbers)
        };
        let wanted = (shifted(1e-4) - shifted(-1e-4)) / 2e-4;
        assert_near(found, wanted, 1e-7, &format!("number {place}"));
    }
}

/// A function of a state that is one number is an event and a reset: y grows from 1 to 2, and loses 1.
#[test]
fn a_state_that_is_one_number() {
    #[ode]
    fn growth(_t: f64, y: Tensor<Rank0>, rate: Tensor<Rank0>) -> Tensor<Rank0> {
        rate * y
    }
    #[differentiable]
    fn less(_t: f64, y: Tensor<Rank0>, by: Tensor<Rank0>) -> Tensor<Rank0> {
        y - by
    }
    let dev = Cpu::default();
    let number = |value: f64| -> Tensor<Rank0, f64, Cpu> { dev.tensor(value) };
    let model = Growth { rate: number(2.0) };
    let (event, reset) = (Less { by: number(2.0) }, Less { by: number(1.0) });
    let solver = model.solver().rtol(1e-9).atol(1e-9).reset(event.clone(), reset.clone());
    let y0 = number(1.0).traced(Gradients::leaky());
    let (solution, tape) = solver.solve(y0, 0.0..1.0).expect("a solution").split_tape();
    assert_eq!(solution.events().len(), 2);
    let second = solution.events()[1].time.clone();
    assert_near(second.array(), 2.0f64.ln(), 1e-8, "time");
    let gradients = second.put_tape(tape).backward();
    assert_near(gradients.get(&model.rate).array(), -2.0f64.ln() / 2.0, 1e-7, "by rate");
    // ln(a/1)/2 + ln(a/(a - b))/2 with a = 2 and b = 1.
    assert_near(gradients.get(&event.by).array(), 0.25 + 0.25 - 0.5, 1e-7, "by the level");
    assert_near(gradients.get(&reset.by).array(), 0.5, 1e-7, "by the loss");
}

/// Rows that are shared out among threads have the gradients of those that are not.
#[test]
fn a_large_batch_with_events_is_shared_out() {
    #[differentiable]
    fn size<const B: usize>(_t: f64, y: Tensor<Rank2<B, 64>>, of: Tensor<Rank0>) -> Tensor<Rank0> {
        y.square().mean() - of
    }
    let dev = Cpu::seed_from_u64(3);
    let model = Layer { w: dev.sample_normal() * 0.1 };
    let y0: Tensor<Rank2<700, 64>, f64, Cpu> = dev.sample_normal();
    let of: Tensor<Rank0, f64, Cpu> = dev.tensor(0.8);
    // Noted on the way to where the solve ends.
    let (noted, last) = (Size { of: dev.tensor(0.9) }, Size { of: of.clone() });
    macro_rules! gradients {
        ($solver:expr, $by_time:expr) => {{
            let solver = $solver.method(Rk4).step_size(0.25).record(noted.clone()).until(last.clone());
            let traced = y0.clone().traced(Gradients::leaky());
            let (solution, tape) = solver.solve(traced, 0.0..).expect("an event").split_tape();
            assert_eq!(solution.events().len(), 2);
            let event = solution.event().expect("the last");
            let grads = if $by_time {
                event.time.clone().put_tape(tape).backward()
            } else {
                event.after.clone().put_tape(tape).square().sum::<Rank0, _>().backward()
            };
            (grads.get(&model.w).as_vec(), grads.get(&y0).as_vec(), grads.get(&of).array())
        }};
    }
    for by_time in [true, false] {
        let (by_w, by_y0, by_of) = gradients!(model.solver(), by_time);
        let (w, y0, of) = gradients!(model.solver().on_device(), by_time);
        let size = |values: &[f64]| values.iter().map(|value| value.abs()).fold(1e-3, f64::max);
        let compare = |found: &[f64], wanted: &[f64], what: &str| {
            let tolerance = 1e-9 * size(wanted);
            found
                .iter()
                .zip(wanted)
                .for_each(|(found, wanted)| assert_near(*found, *wanted, tolerance, what));
        };
        compare(&by_w, &w, "by w");
        compare(&by_y0, &y0, "by y0");
        compare(&[by_of], &[of], "by the size");
    }
}

/// Differences by time are as good far from 0.
#[test]
fn late_times_have_gradients_by_the_tape_of_dfdx() {
    let dev = Cpu::default();
    let number = |value: f64| -> Tensor<Rank0, f64, Cpu> { dev.tensor(value) };
    for at in [0.0, 100.0, 1e4] {
        let start = number(at);
        macro_rules! by_start {
            ($System:ident) => {{
                let model = $System { gravity: number(GRAVITY), drag: number(DRAG) };
                let y0: State = dev.tensor(Y0);
                let solver =
                    model.solver().method(Tsit5).step_size(0.05).until(Levels { height_of: number(0.0) });
                let traced = y0.traced(Gradients::leaky());
                let (hit, tape) = solver.solve(traced, start.clone()..).expect("an impact").split_tape();
                hit.event().expect("an impact").time.clone().put_tape(tape).backward().get(&start).array()
            }};
        }
        assert_near(by_start!(HiddenBalls), by_start!(Balls), 1e-7, &format!("from {at}"));
    }
    // In single precision, and where the function begins at the start.
    #[ode]
    fn seen(t: f32, y: Tensor<Rank1<2>>, rate: Tensor<Rank0>) -> Tensor<Rank1<2>> {
        rate * (2.0 + (3.0 * t).sin() + (t - 20.0).powf(1.5)) + 0.0 * y
    }
    #[ode]
    #[opaque]
    fn hidden(t: f32, y: Tensor<Rank1<2>>, rate: Tensor<Rank0>) -> Tensor<Rank1<2>> {
        let (zero, tape) = (y * 0.0).split_tape();
        (rate.put_tape(tape) * (2.0 + (3.0 * t).sin() + (t - 20.0).powf(1.5))).broadcast::<Rank1<2>, _>()
            + zero
    }
    #[differentiable]
    fn first(_t: f32, y: Tensor<Rank1<2>>, at: Tensor<Rank0>) -> Tensor<Rank0> {
        y[0] - at
    }
    let single = |value: f32| -> Tensor<Rank0, f32, Cpu> { dev.tensor(value) };
    let start = single(20.0);
    macro_rules! by_start {
        ($System:ident) => {{
            let model = $System { rate: single(1.0) };
            let y0: Tensor<Rank1<2>, f32, Cpu> = dev.zeros();
            let solver = model.solver().method(Tsit5).step_size(0.05).until(First { at: single(1.0) });
            let traced = y0.traced(Gradients::leaky());
            let (hit, tape) = solver.solve(traced, start.clone()..).expect("an event").split_tape();
            f64::from(
                hit.event().expect("an event").time.clone().put_tape(tape).backward().get(&start).array(),
            )
        }};
    }
    assert_near(by_start!(Hidden), by_start!(Seen), 2e-2, "in single precision");
}
