//! What a program is told while a solve runs.

use std::ops::ControlFlow;

use crate::number::{Real, Single};
use crate::space::Space;

#[cfg(feature = "progress")]
mod progress;
#[cfg(feature = "tracing")]
mod traced;

#[cfg(feature = "progress")]
pub use progress::Progress;
#[cfg(feature = "tracing")]
pub use traced::Traced;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A step is about to be tried.
    Step,
    /// A step was accepted.
    Accepted,
    /// A step was found too inaccurate.
    Rejected,
}

/// Which way the solve goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// From the initial state on.
    Forward,
    /// The backward pass of a gradient.
    Adjoint,
}

/// A step, as a callback is told of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Notice<'a> {
    /// What happened.
    pub moment: Moment,
    /// In which pass.
    pub pass: Pass,
    /// Where the step starts.
    pub t: f64,
    /// How long it is; negative backwards in time.
    pub h: f64,
    /// The state where it starts, flat, in the order of the model's `STATES`; in the adjoint what that solves for, the
    /// cotangents among it.
    pub state: &'a [f64],
    /// The ends of the span; the second may be infinite.
    pub span: (f64, f64),
}

/// What is called on every step that is tried, accepted or rejected, and may stop the solve by returning
/// [`ControlFlow::Break`]. A closure is one.
///
/// ```
/// use std::cell::Cell;
/// use std::ops::ControlFlow;
///
/// use ode_runtime::{Moment, Notice, SolveError, ode};
///
/// #[ode]
/// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
///
/// # fn main() -> Result<(), SolveError> {
/// let accepted = Cell::new(0);
/// let until_small = |notice: &Notice<'_>| {
///     if notice.moment == Moment::Accepted {
///         accepted.set(accepted.get() + 1);
///     }
///     if notice.state[0] < 0.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// };
/// let solution = Decay { rate: 0.5 }.solver().callback(&until_small).solve(1.0, 0.0..)?;
/// assert!(solution.last() < 0.1 && solution.stats().accepted == accepted.get());
/// # Ok(())
/// # }
/// ```
pub trait Callback {
    /// Called with each step; [`ControlFlow::Break`] stops the solve, which keeps what there is. In an adjoint it is an
    /// error, [`SolveError::Stopped`](crate::SolveError::Stopped), since half of a gradient is none.
    fn notice(&self, notice: &Notice<'_>) -> ControlFlow<()>;
}

impl<F: Fn(&Notice<'_>) -> ControlFlow<()>> Callback for F {
    fn notice(&self, notice: &Notice<'_>) -> ControlFlow<()> {
        self(notice)
    }
}

/// Tells of a step; whether the callback stops there.
#[cold]
#[inline(never)]
pub(crate) fn tell<L: Single, V: Space<L>>(
    callback: &dyn Callback,
    (moment, pass): (Moment, Pass),
    (t, h): (f64, f64),
    state: &V,
    span: (f64, f64),
) -> bool {
    let state: Vec<f64> = state.values().map(|x| x.get().to_f64()).collect();
    callback.notice(&Notice { moment, pass, t, h, state: &state, span }).is_break()
}
