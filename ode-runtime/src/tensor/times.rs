//! Save times whose number is part of the type of a solution.

use std::ops::Range;

use dfdx::shapes::{Const, Dim};

use crate::solve::IntoTimes;

#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of times for a solve of tensors",
    note = "give `&[f64; N]`, `&[f64]`, a `&Vec<f64>`, or a span `a..b`; an open one, `a..`, is for solves with events, and for `solve_open`"
)]
/// What can be given as the times of a solve of tensors: the solution has an axis of this many places.
pub trait TensorTimes: IntoTimes {
    /// The axis of time.
    type Axis: Dim;

    /// The axis of time.
    fn axis(&self) -> Self::Axis;
}

impl TensorTimes for Range<f64> {
    type Axis = Const<2>;

    fn axis(&self) -> Const<2> {
        Const
    }
}

impl<const N: usize> TensorTimes for &[f64; N] {
    type Axis = Const<N>;

    fn axis(&self) -> Const<N> {
        Const
    }
}

impl TensorTimes for &[f64] {
    type Axis = usize;

    fn axis(&self) -> usize {
        self.len()
    }
}

impl TensorTimes for &Vec<f64> {
    type Axis = usize;

    fn axis(&self) -> usize {
        self.len()
    }
}
