//! A solve with events as one operation on dfdx's tape.

use dfdx::shapes::Rank0;
use dfdx::tensor::{Gradients, NoneTape, OwnedTape, Tape, Tensor};
use dfdx::tensor_ops::Device;

use super::solution::Ghosts;
use super::{TapedEvents, TensorEvents};
use crate::adjoint::{Discrete, Recorded, pull_back_events};
use crate::event::Ended;
use crate::method::Stepper;
use crate::number::Real;
use crate::tensor::solver::on_a_thread;
use crate::tensor::{Saved, TensorKernel, TensorModel, TensorReal, TracedState, accumulate};

/// A time as a tensor.
type Time<S> = Tensor<Rank0, <S as TensorModel>::Real, <S as TensorModel>::Device>;

/// A solve that has been done, and all that its gradient goes to.
#[doc(hidden)]
pub struct Backward<S: TensorModel, M, K, F, Y>
where
    F: TensorEvents<S::Real, S::Device, Y>,
    Y: Saved<S::Real, S::Device, usize>,
{
    pub(super) model: S,
    pub(super) y0: Y,
    /// The events as they were given.
    pub(super) events: F,
    pub(super) bound: F::Bound,
    /// The start and the end of the span, where they are tensors.
    pub(super) ends: [Option<Time<S>>; 2],
    pub(super) adjoint: Discrete,
    pub(super) recorded: Recorded<S::Real, K, M>,
    pub(super) ghosts: Ghosts<Y, S::Real, S::Device>,
}

/// An operation on a tape.
#[doc(hidden)]
pub trait PullsBack<E: TensorReal, D: Device<E>> {
    /// Adds to the gradients.
    fn pull_back(self, gradients: &mut Gradients<E, D>) -> Result<(), D::Err>;
}

/// A tape that can keep a solve with events: one that keeps nothing does so with any, another with those that have
/// gradients.
pub trait KeepsEvents<R> {
    /// Keeps it.
    #[doc(hidden)]
    fn keep(&mut self, solve: R);
}

impl<R> KeepsEvents<R> for NoneTape {
    fn keep(&mut self, _: R) {}
}

impl<E: TensorReal, D: Device<E>, R: PullsBack<E, D> + 'static> KeepsEvents<R> for OwnedTape<E, D> {
    fn keep(&mut self, solve: R) {
        self.add_backward_op(move |gradients| solve.pull_back(gradients));
    }
}

impl<S, M, K, F, Y> PullsBack<S::Real, S::Device> for Backward<S, M, K, F, Y>
where
    S: TensorModel,
    M: Stepper,
    K: TensorKernel<S::Real>,
    F: TapedEvents<S::Real, S::Device, Y>,
    Y: Saved<S::Real, S::Device, usize> + TracedState<S::Real, S::Device>,
{
    fn pull_back(
        self,
        gradients: &mut Gradients<S::Real, S::Device>,
    ) -> Result<(), <S::Device as dfdx::tensor::HasErr>::Err> {
        let Self { model, y0, events, bound, ends, adjoint, recorded, ghosts } = self;
        let (of_states, of_events) = (ghosts.of_states(gradients)?, ghosts.of_events(gradients)?);
        let bars = on_a_thread(recorded.flow.is_shared_out(), || {
            pull_back_events(adjoint, &recorded, &bound, &of_states, &of_events)
        });
        model.accumulate(gradients, &bars.parameters)?;
        y0.accumulate(gradients, &bars.y0)?;
        events.accumulate(gradients, &bars.events)?;
        let (by_start, by_last) = (bars.times[0], bars.times[bars.times.len() - 1]);
        // The end of a span that was not reached does not count; that of the last step moves with the start.
        let by_ends = match recorded.ended {
            Ended::AtEnd => [by_start, by_last],
            Ended::ByEvent => [by_start, 0.0],
            Ended::ByCallback if bars.times.len() > 1 => [by_start + by_last, 0.0],
            Ended::ByCallback => [by_start, 0.0],
        };
        for (end, by_time) in ends.iter().zip(by_ends) {
            if let Some(end) = end {
                accumulate(gradients, end, &[Real::from_f64(by_time)])?;
            }
        }
        Ok(())
    }
}
