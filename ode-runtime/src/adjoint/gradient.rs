//! Gradients as the user gets them.

use std::fmt;

use crate::solve::Solution;
use crate::system::Model;

/// The derivatives of a number by all that a solve was made from.
#[derive(Clone)]
pub struct Gradient<S: Model> {
    /// By the parameters, each in the field of that parameter.
    pub params: S,
    /// By the initial state.
    pub y0: S::State,
    /// By each of the save times, the others held; the first is the start, where the state stays `y0`.
    pub times: Vec<f64>,
}

/// A loss with its gradient, and the solution that it is of.
#[derive(Clone)]
pub struct LossGradient<S: Model> {
    /// The loss.
    pub loss: S::Real,
    /// The loss by the parameters, each in the field of that parameter.
    pub params: S,
    /// The loss by the initial state.
    pub y0: S::State,
    /// The loss by each of the save times, as in [`Gradient::times`].
    pub times: Vec<f64>,
    /// The solution.
    pub solution: Solution<S>,
}

impl<S: Model> LossGradient<S> {
    pub(crate) fn new(loss: S::Real, gradient: Gradient<S>, solution: Solution<S>) -> Self {
        let Gradient { params, y0, times } = gradient;
        Self { loss, params, y0, times, solution }
    }
}

impl<S: Model + fmt::Debug> fmt::Debug for Gradient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gradient")
            .field("params", &self.params)
            .field("y0", &self.y0)
            .field("times", &self.times)
            .finish()
    }
}

impl<S: Model + fmt::Debug> fmt::Debug for LossGradient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LossGradient")
            .field("loss", &self.loss)
            .field("params", &self.params)
            .field("y0", &self.y0)
            .field("times", &self.times)
            .field("solution", &self.solution)
            .finish()
    }
}
