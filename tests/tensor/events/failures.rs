//! What goes wrong with events of tensors: a named error, and the part that was solved.

use dfdx::prelude::*;
use odec::TensorSolution;
use odec::prelude::*;

use super::systems::*;

type Rows = Tensor<(usize, Const<2>), f64, Cpu>;

fn number(value: f64) -> Tensor<Rank0, f64, Cpu> {
    Cpu::default().tensor(value)
}

fn rows(count: usize) -> Rows {
    Cpu::default().tensor_from_vec(vec![1.0; 2 * count], (count, Const))
}

fn decay() -> Decay {
    Decay { rate: Cpu::default().tensor([1.0, 2.0]) }
}

fn error<Y: odec::Saved<E, D, usize>, E: odec::TensorReal, D: Device<E>, T>(
    result: Result<TensorSolution<Y, E, D, T>, SolveError>,
) -> SolveError {
    result.map(|solution| format!("{solution:?}")).expect_err("an error")
}

#[test]
fn an_event_that_never_happens() {
    // It does not change its sign either.
    let positive = |_t: f64, y: Rows| y.square().sum::<Rank0, _>() + 1.0;
    let model = decay();
    match error(model.solver().max_num_steps(500).until(positive).solve(rows(2), 0.0..)) {
        SolveError::NoEvent { t, partial, .. } => {
            assert!(t > 10.0 && partial.last().len() == 4, "{t}");
        }
        other => panic!("{other:?}"),
    }
    let solution = model.solver().until(MeanOf { target: number(2.0) }).solve(rows(2), 0.0..1.0);
    assert_eq!(solution.expect("a solution").ended(), Ended::AtEnd);
}

#[test]
fn an_event_function_that_is_no_number() {
    let later = |t: f64, y: Rows| if t > 0.5 { f64::NAN } else { y.as_vec()[0] };
    match error(decay().solver().until(later).solve(rows(2), 0.0..)) {
        SolveError::NonFiniteEvent { event: 0, t, partial, .. } => {
            assert!(t > 0.5 && partial.t() <= 0.6 && partial.last().len() == 4, "{t}");
        }
        other => panic!("{other:?}"),
    }
    #[differentiable]
    fn root(_t: f64, y: Tensor<(usize, Const<2>)>, of: Tensor<Rank0>) -> Tensor<Rank0> {
        (y.sum() - of).sqrt() + 1.0
    }
    match error(
        decay()
            .solver()
            .record(MeanOf { target: number(0.0) })
            .until(Root { of: number(9.0) })
            .solve(rows(2), 0.0..),
    ) {
        SolveError::NonFiniteEvent { event: 1, t, .. } => assert_near(t, 0.0, 0.0, "time"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn more_events_than_allowed() {
    // One in every step, and more.
    let often = |t: f64, _y: Rows| (400.0 * t).sin();
    match error(decay().solver().max_step(0.05).max_events(100).record(often).solve(rows(1), 0.0..100.0)) {
        SolveError::TooManyEvents { event: 0, limit: 100, t, partial } => {
            assert!(t > 0.5 && !partial.last().is_empty(), "{t}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ball_that_comes_to_rest() {
    let model = Throw { gravity: number(9.81) };
    let solver = model.solver().reset(Levels { height_of: number(0.0) }, Mirror { restitution: number(0.5) });
    let y0: State = Cpu::default().tensor([1.0, 0.0]);
    match error(solver.solve(y0, 0.0..9.0)) {
        SolveError::EventsPileUp { event: 0, t, partial } => {
            assert_near(t, 3.0 * (2.0f64 / 9.81).sqrt(), 1e-4, "limit of the bounces");
            assert!(partial.last()[0].abs() < 1e-6);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_one_by_one_have_no_events() {
    let model = decay();
    let solver = model.solver().per_sample().until(MeanOf { target: number(0.5) });
    let error = error(solver.solve(rows(2), 0.0..));
    assert_eq!(error, SolveError::EventsOfRows);
    assert!(error.to_string().contains("leave out `per_sample()`"), "{error}");
}

#[test]
fn input_that_is_wrong_is_refused_before_the_first_step() {
    let model = Throw { gravity: number(9.81) };
    let y0 = || -> State { Cpu::default().tensor([1.0, 0.0]) };
    let level = |value: f64| Levels { height_of: number(value) };
    let text = |result| error(result).to_string();
    let found = text(model.solver().record(level(0.0)).until(level(f64::NAN)).solve(y0(), 0.0..));
    assert!(found.starts_with("event 1's parameter `height_of` is NaN"), "{found}");
    let mirror = Mirror { restitution: number(f64::INFINITY) };
    let found = text(model.solver().reset(level(0.0), mirror).solve(y0(), 0.0..1.0));
    assert!(found.starts_with("event 0's reset parameter `restitution` is inf"), "{found}");
    let found = text(model.solver().until(nth(0, level(0.0))).solve(y0(), 0.0..));
    assert!(found.contains("nth is 0"), "{found}");
    let found = text(model.solver().until(steady_state(-1.0, 1e-9)).solve(y0(), 0.0..));
    assert!(found.contains("rtol of steady_state is -1"), "{found}");
    let found = text(model.solver().until(level(0.0)).solve(y0(), number(f64::NAN)..));
    assert!(found.starts_with("the start of the span is NaN"), "{found}");
    assert_eq!(error(model.solver().solve_open(y0(), 0.0..)), SolveError::OpenEnd);
    let closed = model.solver().solve(y0(), 0.0..f64::INFINITY).map(|_| ()).expect_err("no end");
    assert_eq!(closed, SolveError::OpenEnd);
}

#[test]
fn lengths_that_do_not_fit() {
    #[differentiable]
    fn differs(_t: f64, (a, b): (Tensor<(usize, Const<2>)>, Tensor<(usize, Const<2>)>)) -> Tensor<Rank0> {
        (a - b).sum()
    }
    #[ode]
    fn pair(
        _t: f64,
        (a, b): (Tensor<(usize, Const<2>)>, Tensor<(usize, Const<2>)>),
        rate: Tensor<Rank0>,
    ) -> (Tensor<(usize, Const<2>)>, Tensor<(usize, Const<2>)>) {
        (-rate * a, -rate * b)
    }
    let model = Pair { rate: number(1.0) };
    let found = error(model.solver().until(Differs::default()).solve((rows(2), rows(3)), 0.0..)).to_string();
    assert!(found.contains("2 and 3"), "{found}");
}

#[test]
fn a_reset_that_is_no_state() {
    let model = decay();
    let half = || MeanOf { target: number(0.5) };
    let root = |_t: f64, y: Rows| (y - 1.0).sqrt();
    match error(model.solver().reset(half(), root).solve(rows(2), 0.0..2.0)) {
        SolveError::NonFiniteReset { event: 0, component, partial, .. } => {
            assert_eq!(component, "y[0, 0]");
            assert!(!partial.last().is_empty());
        }
        other => panic!("{other:?}"),
    }
    // One row more than there were.
    let grown = |_t: f64, _y: Rows| rows(3);
    assert!(matches!(
        error(model.solver().reset(half(), grown).solve(rows(2), 0.0..2.0)),
        SolveError::NonFiniteReset { event: 0, .. }
    ));
}
