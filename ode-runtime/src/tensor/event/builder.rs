//! The methods that give a solver of tensors its events.

use super::{IntoTensorEvent, IntoTensorReset};
use crate::event::{Action, And, Stays};
use crate::method::Stepper;
use crate::tensor::{TensorModel, TensorSolver};

/// A solver with one more event, and what happens at it.
type WithEvent<'a, S, M, A, P, E, F, R = Stays> = TensorSolver<'a, S, M, A, P, And<E, F, R>>;

impl<'a, S: TensorModel, M: Stepper, A, P, E> TensorSolver<'a, S, M, A, P, E> {
    fn with<F, R>(self, event: F, action: Action, reset: R) -> WithEvent<'a, S, M, A, P, E, F, R> {
        let Self { model, method, adjoint, options, callback, per_sample, path, events } = self;
        let events = And { before: events, event, action, reset };
        TensorSolver { model, method, adjoint, options, callback, per_sample, path, events }
    }

    /// Ends the solve at the first zero of `event`, as [`Solver::until`](crate::Solver::until) does; it is one event for
    /// the whole batch. [`rising`](crate::rising), [`falling`](crate::falling), [`nth`](crate::nth) and
    /// [`steady_state`](crate::steady_state) are there too.
    ///
    /// `event` is the struct of a `#[differentiable]` function from time and state to `Tensor<Rank0>`, or a closure, for
    /// solves from a state without a tape.
    ///
    /// ```
    /// use dfdx::prelude::*;
    /// use ode_runtime::{SolveError, differentiable, ode};
    ///
    /// #[ode]
    /// fn decay<const B: usize>(_t: f64, y: Tensor<Rank1<B>>, rate: Tensor<Rank0>) -> Tensor<Rank1<B>> { -rate * y }
    ///
    /// #[differentiable]
    /// fn largest<const B: usize>(_t: f64, y: Tensor<Rank1<B>>, level: Tensor<Rank0>) -> Tensor<Rank0> {
    ///     y.max(0) - level
    /// }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let dev = Cpu::default();
    /// let (model, event) = (Decay { rate: dev.tensor(0.5) }, Largest { level: dev.tensor(1.0) });
    /// let y0: Tensor<Rank1<3>, f64, Cpu> = dev.tensor([1.0, 4.0, 2.0]);
    /// let solution = model.solver().until(event).solve(y0, 0.0..)?;
    /// let event = solution.event().expect("the solve ended there");
    /// assert!((event.t - 2.0 * 4.0f64.ln()).abs() < 1e-6);
    /// assert!((event.after.array()[2] - 0.5).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn until<K, F: IntoTensorEvent<S, K>>(self, event: F) -> WithEvent<'a, S, M, A, P, E, F::Event> {
        self.with(event.into_event(), Action::End, Stays)
    }

    /// Notes every zero of `event` in [`TensorSolution::events`](crate::TensorSolution::events) and goes on; the steps are
    /// what they would be without it.
    pub fn record<K, F: IntoTensorEvent<S, K>>(self, event: F) -> WithEvent<'a, S, M, A, P, E, F::Event> {
        self.with(event.into_event(), Action::Note, Stays)
    }

    /// Changes the state to `reset` of it at every zero of `event`, and goes on from there, as
    /// [`Solver::reset`](crate::Solver::reset) does.
    ///
    /// `reset` is the struct of a `#[differentiable]` function from time and state to a state, or a closure, for solves from
    /// a state without a tape.
    pub fn reset<K, F: IntoTensorEvent<S, K>, L, R: IntoTensorReset<S, L>>(
        self,
        event: F,
        reset: R,
    ) -> WithEvent<'a, S, M, A, P, E, F::Event, R::Map> {
        self.with(event.into_event(), Action::Reset, reset.into_reset())
    }

    /// How many events may happen in all; 100,000 unless told otherwise.
    pub fn max_events(mut self, count: usize) -> Self {
        self.options.max_events = count;
        self
    }
}
