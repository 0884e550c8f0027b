//! The times of a solve that may end early.

use std::ops::{Range, RangeFrom};

use dfdx::shapes::Rank0;
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::Device;

use crate::number::Real;
use crate::solve::{IntoTimes, Times};
use crate::tensor::TensorReal;

/// A time as a tensor, whose gradient is wanted.
type Time<E, D> = Tensor<Rank0, E, D>;

/// What can be given as the times of a solve of tensors with events: whatever other solves take, open spans `a..`, and
/// spans `t0.clone()..t1.clone()` whose ends are tensors of the system's own type of numbers, and get gradients.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no time to solve tensors of `{E}` over",
    label = "neither a span nor save times",
    note = "give a span of f64, `0.0..10.0` or `0.0..`, one of tensors without axes, `t0.clone()..`, or save times by reference, `&times`"
)]
pub trait EventTimes<E: TensorReal, D: Device<E>> {
    /// The times.
    fn times(&self) -> Times<'_>;

    /// The start and the end, where they are tensors.
    fn ends(&self) -> [Option<Tensor<Rank0, E, D>>; 2];
}

impl<E: TensorReal, D: Device<E>, T: IntoTimes> EventTimes<E, D> for T {
    fn times(&self) -> Times<'_> {
        IntoTimes::times(self)
    }

    fn ends(&self) -> [Option<Time<E, D>>; 2] {
        [None, None]
    }
}

impl<E: TensorReal, D: Device<E>> EventTimes<E, D> for Range<Time<E, D>> {
    fn times(&self) -> Times<'_> {
        Times::Span(number(&self.start), number(&self.end))
    }

    fn ends(&self) -> [Option<Time<E, D>>; 2] {
        [Some(self.start.clone()), Some(self.end.clone())]
    }
}

impl<E: TensorReal, D: Device<E>> EventTimes<E, D> for RangeFrom<Time<E, D>> {
    fn times(&self) -> Times<'_> {
        Times::Span(number(&self.start), f64::INFINITY)
    }

    fn ends(&self) -> [Option<Time<E, D>>; 2] {
        [Some(self.start.clone()), None]
    }
}

fn number<E: TensorReal, D: Device<E>>(time: &Time<E, D>) -> f64 {
    Real::to_f64(time.as_vec()[0])
}
