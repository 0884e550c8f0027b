//! What a solve of tensors with events returns.

use std::fmt;

use dfdx::shapes::Rank0;
use dfdx::tensor::{Gradients, NoneTape, Tensor};
use dfdx::tensor_ops::Device;

use crate::adjoint::EventBar;
use crate::event::{Ended, Event};
use crate::number::Real;
use crate::solve::{SolveError, Stats};
use crate::space::Heap;
use crate::tensor::{Flat, Saved, TensorReal, TracedState, device_error};

/// An event of a solve of tensors.
#[derive(Clone)]
pub struct TensorEvent<Y, E: TensorReal, D: Device<E>> {
    /// Which: the number of `until`, `record` or `reset` among those of the solver, from 0.
    pub index: usize,
    /// When.
    pub t: f64,
    /// When, on dfdx's tape.
    pub time: Tensor<Rank0, E, D>,
    /// The state there.
    pub before: Y,
    /// What it became; the same where nothing was reset.
    pub after: Y,
}

impl<Y: fmt::Debug, E: TensorReal, D: Device<E>> fmt::Debug for TensorEvent<Y, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorEvent")
            .field("index", &self.index)
            .field("t", &self.t)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

/// The saved states of a solve that may have ended early, and its events, all as tensors. `T` is the tape, which
/// [`split_tape`](Self::split_tape) takes off: it goes to whatever is computed first from one of the tensors.
///
/// ```
/// use dfdx::prelude::*;
/// use ode_runtime::{SolveError, differentiable, ode};
///
/// #[ode]
/// fn flight<const B: usize>(
///     _t: f64,
///     (height, velocity): (Tensor<Rank1<B>>, Tensor<Rank1<B>>),
///     gravity: Tensor<Rank0>,
/// ) -> (Tensor<Rank1<B>>, Tensor<Rank1<B>>) {
///     (velocity, 0.0 * height - gravity)
/// }
///
/// #[differentiable]
/// fn impact<const B: usize>(
///     _t: f64,
///     (height, _velocity): (Tensor<Rank1<B>>, Tensor<Rank1<B>>),
///     floor: Tensor<Rank0>,
/// ) -> Tensor<Rank0> {
///     height.min(0) - floor
/// }
///
/// # fn main() -> Result<(), SolveError> {
/// let dev = Cpu::default();
/// let (balls, floor) = (Flight { gravity: dev.tensor(10.0) }, Impact { floor: dev.tensor(0.0) });
/// let height: Tensor<Rank1<2>, f64, Cpu> = dev.tensor([5.0, 7.0]);
/// let y0 = (height.clone().traced(Gradients::leaky()), dev.zeros());
/// let (first, tape) = balls.solver().until(floor.clone()).solve(y0, 0.0..)?.split_tape();
/// let time = first.event().expect("one of them comes down").time.clone();
/// // It is sqrt(2 (height - floor) / gravity).
/// assert!((time.array() - 1.0).abs() < 1e-9);
/// let gradients = time.put_tape(tape).backward();
/// assert!((gradients.get(&balls.gravity).array() + 0.05).abs() < 1e-9);
/// assert!((gradients.get(&floor.floor).array() + 0.1).abs() < 1e-9);
/// assert!((gradients.get(&height).array()[0] - 0.1).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
pub struct TensorSolution<Y: Saved<E, D, usize>, E: TensorReal, D: Device<E>, T = NoneTape> {
    times: Vec<f64>,
    states: Y::Stacked,
    events: Vec<TensorEvent<Y, E, D>>,
    ended: Ended,
    stats: Stats,
    tape: T,
}

impl<Y: Saved<E, D, usize>, E: TensorReal, D: Device<E>, T> TensorSolution<Y, E, D, T> {
    /// The save times: those that were given, or both ends of the span. Where an event or a callback ended the solve, those
    /// before, and then the time of that.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The states at the save times, in one tensor whose first axis is time.
    #[must_use]
    pub fn states(&self) -> &Y::Stacked {
        &self.states
    }

    /// The event that ended the solve, if one did.
    #[must_use]
    pub fn event(&self) -> Option<&TensorEvent<Y, E, D>> {
        self.events.last().filter(|_| self.ended == Ended::ByEvent)
    }

    /// All events that happened, in order.
    #[must_use]
    pub fn events(&self) -> &[TensorEvent<Y, E, D>] {
        &self.events
    }

    /// Why the solve ended.
    #[must_use]
    pub fn ended(&self) -> Ended {
        self.ended
    }

    /// What the solve did.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The solution without its tape, and the tape: what is computed first from its tensors takes it, by dfdx's `put_tape`.
    #[must_use]
    pub fn split_tape(self) -> (TensorSolution<Y, E, D>, T) {
        let Self { times, states, events, ended, stats, tape } = self;
        (TensorSolution { times, states, events, ended, stats, tape: NoneTape }, tape)
    }
}

impl<Y: Saved<E, D, usize> + TracedState<E, D>, E: TensorReal, D: Device<E>> TensorSolution<Y, E, D> {
    /// The tensors of flat states and events; `y0` is what they look like.
    pub(super) fn new(
        y0: &Y,
        times: Vec<f64>,
        states: &[&[E]],
        happened: Vec<Event<Flat<E>>>,
        (ended, stats): (Ended, Stats),
    ) -> Result<Self, SolveError> {
        let (shapes, device) = (y0.shapes(), y0.device());
        let states = y0.stacked(times.len(), states).map_err(device_error)?;
        let state = |flat: &Heap<E>| Y::from_flat(&shapes, &device, &flat.0);
        let event = |event: Event<Flat<E>>| {
            let Event { index, time: t, before, after } = event;
            let time = device.tensor_from_vec(vec![Real::from_f64(t)], ());
            TensorEvent { index, t, time, before: state(&before), after: state(&after) }
        };
        let events = happened.into_iter().map(event).collect();
        Ok(Self { times, states, events, ended, stats, tape: NoneTape })
    }

    /// The same with a tape.
    pub(super) fn put_tape<T>(self, tape: T) -> TensorSolution<Y, E, D, T> {
        let Self { times, states, events, ended, stats, .. } = self;
        TensorSolution { times, states, events, ended, stats, tape }
    }

    /// The same tensors once more, to find their gradients by.
    pub(super) fn ghosts(&self) -> Ghosts<Y, E, D> {
        Ghosts { states: self.states.clone(), events: self.events.clone() }
    }
}

impl<Y: Saved<E, D, usize>, E: TensorReal, D: Device<E>, T> fmt::Debug for TensorSolution<Y, E, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorSolution")
            .field("times", &self.times)
            .field("events", &self.events.iter().map(|event| (event.index, event.t)).collect::<Vec<_>>())
            .field("ended", &self.ended)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

/// The tensors of a solution, whose gradients the adjoint starts from.
pub(super) struct Ghosts<Y: Saved<E, D, usize>, E: TensorReal, D: Device<E>> {
    states: Y::Stacked,
    events: Vec<TensorEvent<Y, E, D>>,
}

impl<Y: Saved<E, D, usize> + TracedState<E, D>, E: TensorReal, D: Device<E>> Ghosts<Y, E, D> {
    /// One cotangent for each saved state, flat.
    pub(super) fn of_states(&self, gradients: &mut Gradients<E, D>) -> Result<Vec<Heap<E>>, D::Err> {
        Ok(Y::cotangents(&self.states, gradients)?.into_iter().map(Heap).collect())
    }

    /// The cotangents of each event.
    pub(super) fn of_events(
        &self,
        gradients: &mut Gradients<E, D>,
    ) -> Result<Vec<EventBar<Heap<E>>>, D::Err> {
        self.events
            .iter()
            .map(|event| {
                gradients.try_alloc_for(&event.time)?;
                let time = Real::to_f64(gradients.get(&event.time).as_vec()[0]);
                let (before, after) = (event.before.gradient(gradients)?, event.after.gradient(gradients)?);
                Ok(EventBar { time, before: Heap(before), after: Heap(after) })
            })
            .collect()
    }
}
