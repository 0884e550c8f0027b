//! The length of the first step.

use super::Norm;
use crate::number::{exp2, log2};

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
    // Squares of d0, d1 and d2 of the book.
    let y_squared = norm.squared(count, scratch, |i| y(i) / scale(i));
    let f_squared = norm.squared(count, scratch, |i| f(i) / scale(i));
    let small = y_squared < 1e-10 || f_squared < 1e-10;
    let h0 = if small { 1e-6 } else { 0.01 * (y_squared / f_squared).sqrt() };
    let h0 = h0.min(span);
    let mut change = trial(h0);
    let change_squared = norm.squared(count, scratch, |i| change(i) / scale(i)) / (h0 * h0);
    let h1 = if f_squared <= 1e-30 && change_squared <= 1e-30 {
        (h0 * 1e-3).max(1e-6)
    } else {
        root(1e-4 / f_squared.max(change_squared), 2 * order)
    };
    let h = (100.0 * h0).min(h1).min(span);
    if h.is_finite() && h > 0.0 { h } else { h0 }
}

/// The root of this degree, of five digits: as many as a first step wants.
#[allow(clippy::cast_precision_loss)]
fn root(x: f64, degree: usize) -> f64 {
    let exponent = 1.0 / degree as f64;
    if x.is_normal() { exp2::<f64>(log2::<f64>(x) * exponent) } else { x.powf(exponent) }
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn roots_have_five_digits() {
        for exponent in -300..300 {
            for degree in [2, 4, 10, 18] {
                let (x, wanted) = (10f64.powi(exponent), 10f64.powf(f64::from(exponent) / degree as f64));
                assert!((root(x, degree) / wanted - 1.0).abs() < 1e-5, "{x}, {degree}");
            }
        }
        assert_eq!(root(0.0, 10), 0.0);
        assert_eq!(root(f64::INFINITY, 10), f64::INFINITY);
        assert!(root(f64::NAN, 10).is_nan());
        assert!((root(1e-310, 2) / 1e-155 - 1.0).abs() < 1e-5);
    }
}
