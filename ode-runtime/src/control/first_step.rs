//! The length of the first step.

use super::Norm;

/// What the choice needs to know of the problem.
pub(crate) struct Start<'a, F> {
    /// The order of the method.
    pub(crate) order: usize,
    /// The length of the span: the step is no longer.
    pub(crate) span: f64,
    /// The number of states.
    pub(crate) count: usize,
    /// The norm of errors.
    pub(crate) norm: &'a Norm,
    /// Space for it.
    pub(crate) scratch: &'a mut [f64],
    /// The tolerance of each state at the start.
    pub(crate) scale: F,
}

/// A step that is small enough to be accepted and not much smaller. `trial` returns, for a length, how much f changes
/// over an Euler step of it, component by component.
///
/// Hairer, Nørsett, Wanner, *Solving ODEs I*, 2nd ed., II.4, "Starting Step Size", with torchdiffeq's exponent 1/p.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn first_step<F: Fn(usize) -> f64, C: FnMut(usize) -> f64>(
    start: Start<'_, F>,
    y: impl Fn(usize) -> f64,
    f: impl Fn(usize) -> f64,
    trial: impl FnOnce(f64) -> C,
) -> f64 {
    let Start { order, span, count, norm, scratch, scale } = start;
    let d0 = norm.squared(count, scratch, |i| y(i) / scale(i)).sqrt();
    let d1 = norm.squared(count, scratch, |i| f(i) / scale(i)).sqrt();
    let h0 = if d0 < 1e-5 || d1 < 1e-5 { 1e-6 } else { 0.01 * d0 / d1 };
    let h0 = h0.min(span);
    let mut change = trial(h0);
    let d2 = norm.squared(count, scratch, |i| change(i) / scale(i)).sqrt() / h0;
    let h1 = if d1 <= 1e-15 && d2 <= 1e-15 {
        (h0 * 1e-3).max(1e-6)
    } else {
        (0.01 / d1.max(d2)).powf(1.0 / order as f64)
    };
    let h = (100.0 * h0).min(h1).min(span);
    if h.is_finite() && h > 0.0 { h } else { h0 }
}
