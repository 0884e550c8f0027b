//! The error of a step by two estimates.

/// The square of the error, from the squares of the norms of the first estimate and of the second, whose order is lower:
/// e₁² / √(e₁² + e₂²/100). Where the first is small beside the second, as it is once steps are short, the error goes to 0
/// with a higher power of the length than the first.
///
/// Hairer, Nørsett, Wanner, *Solving ODEs I*, 2nd ed., II.10; the constant is that of `dop853.f`.
#[inline(always)]
pub(crate) fn tempered(first: f64, second: f64) -> f64 {
    let sum = first + 0.01 * second;
    // NaN stays, and is refused.
    if sum == 0.0 { 0.0 } else { first * (first / sum) }
}
