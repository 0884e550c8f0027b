//! The functions of the language as free functions, for `f64`, `f32` and lanes.

use crate::number::{Lane, Real};
use crate::system::Function;

macro_rules! functions {
    ($($name:ident($($argument:ident),*))*) => {$(
        #[doc = concat!("`", stringify!($name), "` as a function; see the method of `f64`.")]
        #[inline(always)]
        #[must_use]
        pub fn $name<L: Lane>(x: L $(, $argument: L)*) -> L {
            Lane::$name(x $(, $argument)*)
        }
    )*};
}

functions! {
    sin() cos() tan() asin() acos() atan() sinh() cosh() tanh() asinh() acosh() atanh()
    exp() exp2() exp_m1() ln() ln_1p() log2() log10() sqrt() cbrt() recip() abs() signum()
    floor() ceil() round() trunc()
    atan2(other) hypot(other) powf(exponent) max(other) min(other)
    clamp(low, high) mul_add(factor, term)
}

/// `max(x, 0)`
#[inline(always)]
#[must_use]
pub fn relu<L: Lane>(x: L) -> L {
    x.relu()
}

/// `1 / (1 + exp(-x))`
#[inline(always)]
#[must_use]
pub fn sigmoid<L: Lane>(x: L) -> L {
    x.sigmoid()
}

/// `ln(1 + exp(x))`, without overflow.
#[inline(always)]
#[must_use]
pub fn softplus<L: Lane>(x: L) -> L {
    x.softplus()
}

/// The error function.
#[inline(always)]
#[must_use]
pub fn erf<L: Lane>(x: L) -> L {
    x.erf()
}

/// `x` times the probability that a standard normal number is below it.
#[inline(always)]
#[must_use]
pub fn gelu<L: Lane>(x: L) -> L {
    x.gelu()
}

/// To a whole power.
#[inline(always)]
#[must_use]
pub fn powi<L: Lane>(x: L, exponent: i32) -> L {
    x.powi(exponent)
}

/// The value of a function that `#[differentiable]` made.
#[doc(hidden)]
#[must_use]
pub fn value<F: Function>(function: &F, t: F::Real, y: F::State) -> F::Output {
    let mut value = F::value_vector(|_| F::Real::from_f64(0.0));
    F::evaluate(&function.parameters(), t, &F::flatten(&y), &mut value);
    F::output(&value)
}
