//! Steady states.

use super::function::{DifferentiableEvent, EventFunction, IntoEvent};
use crate::number::{Real, Single};
use crate::solve::SolveError;
use crate::space::Space;
use crate::system::Model;

/// The event that nothing changes any more: see [`steady_state`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SteadyState {
    rtol: f64,
    atol: f64,
}

/// The event that the solution has come to rest: the root mean square of f_i / (`atol` + `rtol` |y_i|) is at most 1, so
/// that tolerances are those of a change per unit of time. It happens at the end of the first step at which that is so, and
/// again only after a change; it has no direction.
///
/// Its time is held in gradients, in which it would count for nothing at rest.
///
/// ```
/// use ode_runtime::{SolveError, ode, steady_state};
///
/// #[ode]
/// fn logistic(_t: f64, y: f64, capacity: f64) -> f64 { y * (1.0 - y / capacity) }
///
/// # fn main() -> Result<(), SolveError> {
/// let model = Logistic { capacity: 3.0 };
/// let (rest, pullback) =
///     model.solver().until(steady_state(1e-8, 1e-10)).solve_with_pullback(0.1, 0.0..)?;
/// assert!((rest.last() - 3.0).abs() < 1e-6);
/// let gradient = pullback.apply_event(0.0, 1.0)?;
/// assert!((gradient.params.capacity - 1.0).abs() < 1e-5 && gradient.y0.abs() < 1e-5);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn steady_state(rtol: f64, atol: f64) -> SteadyState {
    SteadyState { rtol, atol }
}

/// It is asked at the ends of steps alone; as a function it has no zero.
impl<S: Model> EventFunction<S> for SteadyState {
    const KNOWS_SLOPE: bool = false;

    fn value<L: Single<Scalar = S::Real>>(&self, _t: f64, _y: &S::Vector<L>) -> f64 {
        1.0
    }

    fn slope<L: Single<Scalar = S::Real>>(
        &self,
        _t: f64,
        _y: &S::Vector<L>,
        _dy: &S::Vector<L>,
        _scale: f64,
    ) -> f64 {
        0.0
    }

    fn check(&self, _index: usize) -> Result<(), SolveError> {
        for (name, value) in [("rtol of steady_state", self.rtol), ("atol of steady_state", self.atol)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(SolveError::BadTolerance { name, component: None, value });
            }
        }
        if self.rtol == 0.0 && self.atol == 0.0 {
            let requirement = "positive where rtol is 0: a solution is never at rest to the last bit";
            return Err(SolveError::BadOption { name: "atol of steady_state", value: 0.0, requirement });
        }
        Ok(())
    }

    #[inline(always)]
    #[allow(clippy::cast_precision_loss)]
    fn at_step_end<L: Single<Scalar = S::Real>>(&self, y: &S::Vector<L>, dy: &S::Vector<L>) -> Option<bool> {
        let sum: f64 = (0..y.len())
            .map(|i| {
                let (y, dy) = (y[i].get().to_f64(), dy[i].get().to_f64());
                if dy == 0.0 { 0.0 } else { (dy / (self.atol + self.rtol * y.abs())).powi(2) }
            })
            .sum();
        Some(sum <= y.len() as f64)
    }
}

impl<S: Model> DifferentiableEvent<S> for SteadyState {
    type Gradient = ();

    fn parameters(&self) -> usize {
        0
    }

    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        _t: f64,
        _y: &S::Vector<L>,
        _y_bar: &mut S::Vector<L>,
        _q_bar: &mut [f64],
    ) -> Option<f64> {
        None
    }

    fn gradient(&self, _q_bar: &[f64]) {}
}

#[diagnostic::do_not_recommend]
impl<S: Model> IntoEvent<S, SteadyState> for SteadyState {
    type Event = Self;

    fn into_event(self) -> Self {
        self
    }
}
