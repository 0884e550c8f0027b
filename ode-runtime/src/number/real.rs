//! The two precisions of a state.

use super::Lane;

/// `f64` or `f32`: the type of the numbers of a state. Time is `f64` for both.
pub trait Real: Lane<Scalar = Self, Mask = bool> + PartialOrd + Default {
    /// The relative and absolute tolerance that a solve has unless told otherwise: what this precision can resolve.
    const TOLERANCES: (f64, f64);

    /// The distance from 1 to the next number.
    const EPSILON: f64;

    /// The number nearest to `x`.
    fn from_f64(x: f64) -> Self;

    /// The same number.
    fn to_f64(self) -> f64;

    /// Whether it is neither infinite nor NaN.
    fn is_finite(self) -> bool;
}

impl Real for f64 {
    const TOLERANCES: (f64, f64) = (1e-7, 1e-9);
    const EPSILON: f64 = Self::EPSILON;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
}

impl Real for f32 {
    const TOLERANCES: (f64, f64) = (1e-5, 1e-7);
    const EPSILON: f64 = Self::EPSILON as f64;

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn from_f64(x: f64) -> Self {
        x as Self
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }
}
