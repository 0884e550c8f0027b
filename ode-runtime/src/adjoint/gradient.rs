//! Gradients as the user gets them.

use std::fmt;

use crate::solve::Solution;
use crate::system::Model;

/// The derivatives of a number by all that a solve was made from. `G` is what there is by events: nothing, the struct of
/// an event's function, or a pair of that with the struct of its reset; of several events, a pair of those before and
/// the last.
#[derive(Clone)]
pub struct Gradient<S: Model, G = ()> {
    /// By the parameters, each in the field of that parameter.
    pub params: S,
    /// By the initial state.
    pub y0: S::State,
    /// By each of the save times, the others held; the first is the start, where the state stays `y0`.
    pub times: Vec<f64>,
    /// By the parameters of the events.
    pub event: G,
}

/// A loss with its gradient, and the solution that it is of.
#[derive(Clone)]
pub struct LossGradient<S: Model, G = ()> {
    /// The loss.
    pub loss: S::Real,
    /// The loss by the parameters, each in the field of that parameter.
    pub params: S,
    /// The loss by the initial state.
    pub y0: S::State,
    /// The loss by each of the save times, as in [`Gradient::times`].
    pub times: Vec<f64>,
    /// The loss by the parameters of the events, as in [`Gradient::event`].
    pub event: G,
    /// The solution.
    pub solution: Solution<S>,
}

impl<S: Model, G> LossGradient<S, G> {
    pub(crate) fn new(loss: S::Real, gradient: Gradient<S, G>, solution: Solution<S>) -> Self {
        let Gradient { params, y0, times, event } = gradient;
        Self { loss, params, y0, times, event, solution }
    }
}

impl<S: Model + fmt::Debug, G: fmt::Debug> fmt::Debug for Gradient<S, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gradient")
            .field("params", &self.params)
            .field("y0", &self.y0)
            .field("times", &self.times)
            .field("event", &self.event)
            .finish()
    }
}

impl<S: Model + fmt::Debug, G: fmt::Debug> fmt::Debug for LossGradient<S, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LossGradient")
            .field("loss", &self.loss)
            .field("params", &self.params)
            .field("y0", &self.y0)
            .field("times", &self.times)
            .field("event", &self.event)
            .field("solution", &self.solution)
            .finish()
    }
}
