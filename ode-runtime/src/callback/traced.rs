//! Steps as events of `tracing`.

use std::ops::ControlFlow;

use super::{Callback, Notice};

/// Every step as an event of the crate `tracing`, target `odec::step`, level trace.
///
/// ```
/// use ode_runtime::{SolveError, Traced, ode};
///
/// #[ode]
/// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
///
/// # fn main() -> Result<(), SolveError> {
/// let solution = Decay { rate: 0.5 }.solver().callback(&Traced).solve(1.0, 0.0..1.0)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Traced;

impl Callback for Traced {
    fn notice(&self, notice: &Notice<'_>) -> ControlFlow<()> {
        let Notice { moment, pass, t, h, .. } = *notice;
        tracing::trace!(target: "odec::step", ?moment, ?pass, t, h);
        ControlFlow::Continue(())
    }
}
