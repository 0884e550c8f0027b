//! Solves with events of tensors against those of numbers.

use std::ops::ControlFlow;

use dfdx::prelude::*;
use odec::prelude::*;
use odec::{Moment, Notice};

use super::systems::*;

fn number(value: f64) -> Tensor<Rank0, f64, Cpu> {
    Cpu::default().tensor(value)
}

fn thrown() -> (Throw, State) {
    (Throw { gravity: number(10.0) }, Cpu::default().tensor([0.0, 10.0]))
}

#[test]
fn events_are_those_of_numbers() {
    let model = Ball { gravity: 9.81, drag: 0.1 };
    let flight = model
        .solver()
        .reset(Impact { amplitude: 0.05 }, Bounce { amplitude: 0.05, restitution: 0.8 })
        .record(rising(Level { height_of: 0.4 }))
        .solve([1.0, 0.3], &[0.0, 0.5, 1.7])
        .expect("a flight");
    let balls = Balls { gravity: number(9.81), drag: number(0.1) };
    let same = balls
        .solver()
        .reset(
            Impacts { amplitude: number(0.05) },
            Bounces { amplitude: number(0.05), restitution: number(0.8) },
        )
        .record(rising(Levels { height_of: number(0.4) }))
        .solve(Cpu::default().tensor([1.0, 0.3]), &[0.0, 0.5, 1.7])
        .expect("a flight");
    assert_eq!(same.events().len(), flight.events().len());
    assert!(flight.events().len() >= 4, "{:?}", flight.events());
    for (found, wanted) in same.events().iter().zip(flight.events()) {
        assert_eq!(found.index, wanted.index);
        assert_near(found.t, wanted.time, 1e-11, "time");
        for place in 0..2 {
            assert_near(found.before.array()[place], wanted.before[place], 1e-9, "before");
            assert_near(found.after.array()[place], wanted.after[place], 1e-9, "after");
        }
    }
    let states: Vec<f64> = flight.states().iter().flatten().copied().collect();
    assert_eq!(same.times(), flight.times());
    for (found, wanted) in same.states().as_vec().iter().zip(states) {
        assert_near(*found, wanted, 1e-9, "state");
    }
    assert_eq!(same.stats().accepted, flight.stats().accepted);
}

#[test]
fn directions_count_as_they_do_for_numbers() {
    let (model, y0) = thrown();
    let level = Levels { height_of: number(1.8) };
    let time = |solution: Result<odec::TensorSolution<State, f64, Cpu>, SolveError>| {
        solution.expect("a flight").event().expect("an event").t
    };
    let solver = model.solver();
    assert_near(time(solver.clone().until(rising(level.clone())).solve(y0.clone(), 0.0..)), 0.2, 1e-9, "up");
    assert_near(
        time(solver.clone().until(falling(level.clone())).solve(y0.clone(), 0.0..)),
        1.8,
        1e-9,
        "down",
    );
    assert_near(
        time(solver.clone().until(nth(2, level.clone())).solve(y0.clone(), 0.0..)),
        1.8,
        1e-9,
        "second",
    );
    let back = solver.until(Levels { height_of: number(-1.0) }).solve(y0, 0.0..f64::NEG_INFINITY);
    assert_near(time(back), 1.0 - 1.2f64.sqrt(), 1e-9, "backwards");
}

#[test]
fn the_end_is_saved_once() {
    let (model, y0) = thrown();
    let top = |_t: f64, y: State| y.select(Cpu::default().tensor(1));
    let solution = model.solver().until(top).solve(y0, &[0.0, 0.5, 1.5, 3.0]).expect("a flight");
    assert_eq!(solution.ended(), Ended::ByEvent);
    assert_eq!(solution.times()[..2], [0.0, 0.5]);
    assert_near(solution.times()[2], 1.0, 1e-12, "the end");
    let heights: Vec<f64> = solution.states().as_vec().into_iter().step_by(2).collect();
    assert_eq!(heights.len(), 3);
    assert_near(heights[1], 3.75, 1e-9, "saved");
    assert_near(heights[2], 5.0, 1e-9, "top");
}

#[test]
fn closures_are_events_and_resets() {
    let dev = Cpu::default();
    let (model, y0) = thrown();
    let floor = |_t: f64, y: State| y.array()[0];
    let mirror = |_t: f64, y: State| y * dev.tensor([1.0, -0.5]);
    let solution = model.solver().reset(floor, mirror).solve(y0, 0.0..3.5).expect("a flight");
    let times: Vec<f64> = solution.events().iter().map(|event| event.t).collect();
    assert_eq!(times.len(), 2);
    assert_near(times[0], 2.0, 1e-9, "first");
    assert_near(times[1], 3.0, 1e-9, "second");
    assert_near(solution.events()[0].after.array()[1], 5.0, 1e-8, "speed");
}

#[test]
fn what_comes_to_rest_is_steady() {
    let dev = Cpu::default();
    let model = Decay { rate: dev.tensor([1.0, 2.0]) };
    let y0: Tensor<(usize, Const<2>), f64, Cpu> = dev.tensor_from_vec(vec![1.0; 6], (3, Const));
    let solution = model.solver().until(steady_state(0.0, 1e-6)).solve(y0.clone(), 0.0..).expect("rest");
    assert_eq!(solution.ended(), Ended::ByEvent);
    assert!(solution.event().expect("an event").after.as_vec().iter().all(|y| y.abs() < 1e-5));
    // On the way its mean is 1/4 at some time: e^-t + e^-2t = 1/2.
    let event = MeanOf { target: number(0.25) };
    let solution = model.solver().until(event).solve(y0, 0.0..).expect("a solution");
    let root = (3.0f64.sqrt() - 1.0) / 2.0;
    assert_near(solution.event().expect("an event").t, -root.ln(), 1e-7, "time");
}

#[test]
fn an_event_without_parameters() {
    #[differentiable]
    fn top(_t: f64, y: Tensor<Rank1<2>>) -> Tensor<Rank0> {
        y[1]
    }
    let (model, y0) = thrown();
    let traced = y0.clone().traced(Gradients::leaky());
    let (solution, tape) =
        model.solver().until(Top::default()).solve(traced, 0.0..).expect("a flight").split_tape();
    let time = solution.event().expect("the top").time.clone();
    assert_near(time.array(), 1.0, 1e-12, "time");
    assert_near(time.put_tape(tape).backward().get(&y0).array()[1], 0.1, 1e-9, "by velocity");
    assert_near(top(0.0, y0).array(), 10.0, 0.0, "the function itself");
}

#[test]
fn the_functions_are_there_in_operations_of_dfdx() {
    let dev = Cpu::default();
    let y: State = dev.tensor([2.0, 3.0]);
    assert_near(impacts(0.5, y.clone(), number(0.1)).array(), 2.0 - 0.1 * 0.5f64.sin(), 1e-15, "event");
    let gradients = bounces(0.0, y.clone().traced(Gradients::leaky()), number(0.1), number(0.5))
        .sum::<Rank0, _>()
        .backward();
    assert_eq!(gradients.get(&y).array(), [1.0, -0.5]);
}

#[test]
fn a_callback_ends_an_open_solve() {
    let (model, y0) = thrown();
    let enough = |notice: &Notice<'_>| {
        if notice.moment == Moment::Accepted && notice.state[0] < -50.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let traced = y0.clone().traced(Gradients::leaky());
    let start = number(0.0);
    let solution = model.solver().callback(&enough).solve_open(traced, start.clone()..).expect("a fall");
    assert_eq!(solution.ended(), Ended::ByCallback);
    let end = *solution.times().last().expect("the end");
    let (solution, tape) = solution.split_tape();
    let state = solution.states().clone();
    assert!(state.as_vec()[2] < -50.0);
    // Its steps are held: the last height by the initial velocity is the time.
    let height = state.put_tape(tape).slice((1.., 0..1)).sum::<Rank0, _>();
    let gradients = height.backward();
    assert_near(gradients.get(&y0).array()[1], end, 1e-7, "by velocity");
    assert_near(gradients.get(&start).array(), 0.0, 1e-9, "by the start, with which the end moves");
    // An event that never comes lets it end as well.
    let never = Levels { height_of: number(1e9) };
    let solution = model.solver().callback(&enough).until(never).solve(y0, 0.0..).expect("a fall");
    assert_eq!(solution.ended(), Ended::ByCallback);
}

#[test]
fn events_that_are_noted_leave_the_steps_alone() {
    let (model, y0) = thrown();
    let plain = model.solver().solve(y0.clone(), &[0.0, 1.0, 2.5]).expect("a flight").as_vec();
    let noted = model.solver().record(Levels { height_of: number(1.0) }).solve(y0, &[0.0, 1.0, 2.5]);
    let noted = noted.expect("a flight");
    assert_eq!(noted.events().len(), 2);
    assert_eq!(noted.states().as_vec(), plain);
}
