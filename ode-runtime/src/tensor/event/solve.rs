//! Solves of tensors with events.

use dfdx::tensor::Tape;

use super::{Backward, EventTimes, KeepsEvents, TensorEvents, TensorSolution};
use crate::adjoint::{Discrete, TensorAdjoint};
use crate::event::And;
use crate::method::Stepper;
use crate::solve::{Keep, SolveError};
use crate::space::Heap;
use crate::tensor::solver::{Plain, Run, Shapes, Solve, check_finite, on_a_thread};
use crate::tensor::{
    Path, PlainState, Saved, TensorModel, TensorSolver, TensorState, TensorSystem, TracedState,
};

/// The gradient that solves with events have.
#[diagnostic::on_unimplemented(
    message = "gradients through events are those of `Discrete`, not of `{Self}`",
    label = "a solve with events whose adjoint is another",
    note = "leave out `.adjoint(..)`, or give `Discrete::default()`, with checkpoints or without"
)]
pub trait EventAdjoint: Copy {
    /// That adjoint.
    #[doc(hidden)]
    fn discrete(self) -> Discrete;
}

impl EventAdjoint for Discrete {
    fn discrete(self) -> Discrete {
        self
    }
}

/// A solution of states `Y`, with the tape that they had.
type Solved<S, Y> = TensorSolution<
    Plain<S, Y>,
    <S as TensorModel>::Real,
    <S as TensorModel>::Device,
    <Y as TensorState<<S as TensorModel>::Real, <S as TensorModel>::Device>>::Tape,
>;

/// The kernel of a system for the shapes of a state.
type KernelOf<S, P, Y> = <P as Path<S, Shapes<S, Y>>>::Kernel;

/// What a tape keeps of a solve.
type Kept<S, M, P, F, Y> = Backward<S, M, KernelOf<S, P, Y>, F, Plain<S, Y>>;

impl<S: TensorModel, M: Stepper, A, P, B, F, R> TensorSolver<'_, S, M, A, P, And<B, F, R>> {
    /// Solves with events from `y0`, a tensor or a tuple of tensors, as far as they let it: over a span, an open one such as
    /// `0.0..` too, or through save times. Where the ends of the span are tensors, `t0.clone()..`, they get gradients.
    ///
    /// With a tape (`y0.traced(gradients)`) the solution has that tape, and `backward` runs the discrete adjoint, which adds
    /// to the gradients of `y0`, of the ends of the span and of the parameters of system, events and resets. Should the
    /// adjoint fail, these are NaN.
    ///
    /// # Errors
    /// As [`Solver::solve`](crate::Solver::solve); [`SolveError::ShapeMismatch`] and [`SolveError::EmptyTensor`] for tensors
    /// that do not fit, and [`SolveError::EventsOfRows`] with `per_sample()`.
    pub fn solve<Y, N>(&self, y0: Y, times: N) -> Result<Solved<S, Y>, SolveError>
    where
        A: EventAdjoint,
        N: EventTimes<S::Real, S::Device>,
        Y: TensorState<S::Real, S::Device>,
        Plain<S, Y>: Saved<S::Real, S::Device, usize> + TracedState<S::Real, S::Device>,
        S: TensorSystem<Shapes<S, Y>>,
        P: Path<S, Shapes<S, Y>>,
        And<B, F, R>: TensorEvents<S::Real, S::Device, Plain<S, Y>>,
        Y::Tape: KeepsEvents<Kept<S, M, P, And<B, F, R>, Y>>,
    {
        self.solve_open(y0, times)
    }
}

impl<S: TensorModel, M: Stepper, A, P, F> TensorSolver<'_, S, M, A, P, F> {
    /// Solves as far as a callback, or an event, lets it; with events this is `solve`. It takes open spans, `0.0..`, and
    /// where a callback stops it, the solution ends there.
    ///
    /// # Errors
    /// As `solve`, and [`SolveError::OpenEnd`] where nothing could end the solve.
    pub fn solve_open<Y, N>(&self, y0: Y, times: N) -> Result<Solved<S, Y>, SolveError>
    where
        A: EventAdjoint,
        N: EventTimes<S::Real, S::Device>,
        Y: TensorState<S::Real, S::Device>,
        Plain<S, Y>: Saved<S::Real, S::Device, usize> + TracedState<S::Real, S::Device>,
        S: TensorSystem<Shapes<S, Y>>,
        P: Path<S, Shapes<S, Y>>,
        F: TensorEvents<S::Real, S::Device, Plain<S, Y>>,
        Y::Tape: KeepsEvents<Kept<S, M, P, F, Y>>,
    {
        if self.per_sample {
            return Err(SolveError::EventsOfRows);
        }
        let (y0, mut tape) = y0.split();
        let flat = y0.flat();
        let flow = self.flow(&y0.shapes(), y0.device(), &y0.axes())?;
        check_finite("y0", &flow.names, &flat)?;
        let adjoint = self.adjoint.discrete();
        let mut keep = Keep::Nothing;
        if <Y::Tape as Tape<S::Real, S::Device>>::OWNS_TAPE {
            keep = <Discrete as TensorAdjoint<M>>::keeps(&adjoint)?;
        }
        let bound = self.events.bind(&y0)?;
        let solve = Solve { method: self.method, options: &self.options, keep };
        let ends = times.ends();
        let (start, times) = ((flow, Heap(flat)), times.times());
        let run = match self.callback {
            Some(_) => solve.run(start, times, &bound, self.callback),
            None => on_a_thread(start.0.is_shared_out(), || solve.run(start, times, &bound, None)),
        };
        let Run { mut recorded, events, stats } = run?;
        if keep != Keep::Nothing {
            recorded = recorded.by_times();
        }
        let ended = recorded.ended;
        let states: Vec<&[S::Real]> = recorded.states.iter().map(|state| state.0.as_slice()).collect();
        let solution = TensorSolution::new(&y0, recorded.times.clone(), &states, events, (ended, stats))?;
        tape.keep(Backward {
            model: self.model.clone(),
            events: self.events.clone(),
            bound,
            adjoint,
            ghosts: solution.ghosts(),
            recorded,
            y0,
            ends,
        });
        Ok(solution.put_tape(tape))
    }
}
