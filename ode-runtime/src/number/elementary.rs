//! Elementary functions for loops over many numbers: short arithmetic without branches, which the compiler turns into
//! vector instructions, where those of the standard library are calls.
//!
//! Their errors are a few units in the last place.

use super::{Real, Single};

/// The functions of a precision.
pub trait Elementary: Real {
    /// e to this power.
    fn exp_in_loop<L: Single<Scalar = Self>>(x: L) -> L;

    /// The hyperbolic tangent.
    fn tanh_in_loop<L: Single<Scalar = Self>>(x: L) -> L;

    /// ln(1 + u) for u between 0 and 1.
    #[doc(hidden)]
    fn ln_1p_unit<L: Single<Scalar = Self>>(u: L) -> L;
}

/// `c[0] + c[1] x + c[2] x² + ..`
#[inline(always)]
fn polynomial<L: Single, const N: usize>(x: L, c: [f64; N]) -> L {
    let mut sum = L::constant(c[N - 1]);
    for i in (0..N - 1).rev() {
        sum = sum.mul_add_fast(x, L::constant(c[i]));
    }
    sum
}

macro_rules! elementary {
    ($Real:ident, $Bits:ident, mantissa: $mantissa:literal, bias: $bias:literal, whole: $whole:literal,
     exp: { low: $low:literal, high: $high:literal, ln_2: [$ln_2_high:expr, $ln_2_low:expr], $taylor:expr },
     ln: $series:expr,
     tanh: |$x:ident| $tanh:expr) => {
        impl Elementary for $Real {
            // x = n ln 2 + r with |r| <= ln(2)/2; the Taylor polynomial of e^r, and 2^n by its bits.
            #[inline(always)]
            fn exp_in_loop<L: Single<Scalar = Self>>(x: L) -> L {
                let (low, high) = (L::constant($low), L::constant($high));
                let held = L::select(x.gt(high), high, L::select(x.lt(low), low, x));
                let shifted = held.mul_add_fast(L::constant(std::f64::consts::LOG2_E), L::constant($whole));
                let n = shifted - L::constant($whole);
                let r = n.mul_add_fast(L::constant(-$ln_2_high), held);
                let r = n.mul_add_fast(L::constant(-$ln_2_low), r);
                // Half of the power, since the whole one may be beyond the largest number.
                let power = $Real::from_bits(shifted.get().to_bits().wrapping_add($bias - 1) << $mantissa);
                let value = polynomial(r, $taylor) * L::splat(power) * L::constant(2.0);
                let value = L::select(x.gt(high), L::constant(f64::INFINITY), value);
                L::select(x.lt(low), L::constant(0.0), value)
            }

            #[inline(always)]
            fn tanh_in_loop<L: Single<Scalar = Self>>($x: L) -> L {
                $tanh
            }

            // ln w = 2 artanh(s) with s = (w - 1)/(w + 1), of w = 1 + u or half of it.
            #[inline(always)]
            fn ln_1p_unit<L: Single<Scalar = Self>>(u: L) -> L {
                let one = L::constant(1.0);
                let large = u.gt(L::constant(0.4142));
                let top = L::select(large, (u - one) * L::constant(0.5), u);
                let bottom =
                    L::select(large, (u + L::constant(3.0)) * L::constant(0.5), u + L::constant(2.0));
                let s = top / bottom;
                let value = s * polynomial(s * s, $series);
                L::select(large, value + L::constant(std::f64::consts::LN_2), value)
            }
        }
    };
}

elementary! {
    f64, u64, mantissa: 52, bias: 1023, whole: 6_755_399_441_055_744.0,
    exp: {
        low: -707.7, high: 709.78,
        ln_2: [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10],
        [
            1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0,
            1.0 / 362_880.0, 1.0 / 3_628_800.0, 1.0 / 39_916_800.0, 1.0 / 479_001_600.0, 1.0 / 6_227_020_800.0,
        ]
    },
    ln: [
        2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0, 2.0 / 13.0, 2.0 / 15.0, 2.0 / 17.0, 2.0 / 19.0,
        2.0 / 21.0,
    ],
    // Near 0 the rational function of the Cephes library (Moshier, 1989), else by the exponential.
    tanh: |x| {
        let size = x.abs();
        let z = x * x;
        let p = polynomial(z, [
            -1614.6876844170845, -99.28772310019185, -0.9643991794250523,
        ]);
        let q = polynomial(z, [
            4844.063053251255, 2235.4883906010045, 112.81167849163293, 1.0,
        ]);
        let near = (x * z).mul_add_fast(p / q, x);
        let one = L::constant(1.0);
        let far = one - L::constant(2.0) / (Self::exp_in_loop(size + size) + one);
        let far = L::select(x.lt(L::constant(0.0)), -far, far);
        L::select(size.lt(L::constant(0.625)), near, far)
    }
}

elementary! {
    f32, u32, mantissa: 23, bias: 127, whole: 12_582_912.0,
    exp: {
        low: -86.6, high: 88.72,
        ln_2: [0.693_359_375, -2.121_944_4e-4],
        [1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0]
    },
    ln: [2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0],
    // The rational minimax function of the library Eigen (generic fast math, 2016).
    tanh: |x| {
        let limit = L::constant(7.905_311);
        let held = L::select(x.gt(limit), limit, L::select(x.lt(-limit), -limit, x));
        let z = held * held;
        let p = polynomial(z, [
            4.893_524_558_917_86e-3, 6.372_619_288_754_36e-4, 1.485_722_357_179_79e-5, 5.122_297_090_371_14e-8,
            -8.604_671_522_137_35e-11, 2.000_187_904_824_77e-13, -2.760_768_477_423_55e-16,
        ]);
        let q = polynomial(z, [
            4.893_525_185_543_85e-3, 2.268_434_632_439e-3, 1.185_347_056_866_54e-4, 1.198_258_394_667_02e-6,
        ]);
        held * p / q
    }
}

/// The functions of the table that have a form for loops, by their names there.
pub mod each {
    use super::Elementary;
    use crate::number::Single;

    /// e to this power.
    #[inline(always)]
    #[must_use]
    pub fn exp<T: Elementary, L: Single<Scalar = T>>(x: L) -> L {
        T::exp_in_loop(x)
    }

    /// The hyperbolic tangent.
    #[inline(always)]
    #[must_use]
    pub fn tanh<T: Elementary, L: Single<Scalar = T>>(x: L) -> L {
        T::tanh_in_loop(x)
    }

    /// `1 / (1 + exp(-x))`
    #[inline(always)]
    #[must_use]
    pub fn sigmoid<T: Elementary, L: Single<Scalar = T>>(x: L) -> L {
        let one = L::constant(1.0);
        one / (one + T::exp_in_loop(-x))
    }

    /// `ln(1 + exp(x))`, without overflow.
    #[inline(always)]
    #[must_use]
    pub fn softplus<T: Elementary, L: Single<Scalar = T>>(x: L) -> L {
        T::ln_1p_unit(T::exp_in_loop(-x.abs())) + x.relu()
    }
}

#[cfg(test)]
mod tests {
    use super::each;
    use crate::number::{Fused, Lane, Single};

    fn close<L: Single>(found: L, wanted: f64, tolerance: f64, x: f64) {
        let found: f64 = crate::number::Real::to_f64(found.get());
        assert!((found - wanted).abs() <= tolerance * wanted.abs(), "{found} for {wanted} at {x}");
    }

    fn softplus(x: f64) -> f64 {
        (-x.abs()).exp().ln_1p() + x.max(0.0)
    }

    #[test]
    fn they_are_those_of_the_standard_library_to_a_few_units_in_the_last_place() {
        for i in -40_000..=40_000 {
            let x = f64::from(i) / 1000.0;
            close(each::exp(x), x.exp(), 1e-15, x);
            close(each::tanh(x), x.tanh(), 1e-15, x);
            close(each::tanh(Fused(x)), x.tanh(), 1e-15, x);
            close(each::sigmoid(x), 1.0 / (1.0 + (-x).exp()), 1e-15, x);
            close(each::softplus(x), softplus(x), 1e-15, x);
            #[allow(clippy::cast_possible_truncation)]
            let x = x as f32;
            close(each::exp(x), f64::from(x).exp(), 4e-7, f64::from(x));
            close(each::tanh(x), f64::from(x).tanh(), 4e-7, f64::from(x));
            close(each::sigmoid(x), 1.0 / (1.0 + (-f64::from(x)).exp()), 6e-7, f64::from(x));
            close(each::softplus(x), softplus(f64::from(x)), 6e-7, f64::from(x));
        }
    }

    #[test]
    fn limits_and_nan() {
        close(each::exp(709.7), 709.7_f64.exp(), 1e-14, 709.7);
        close(each::exp(-707.0), (-707.0_f64).exp(), 1e-14, -707.0);
        close(each::exp(88.5_f32), 88.5_f64.exp(), 4e-7, 88.5);
        close(each::exp(-86.5_f32), (-86.5_f64).exp(), 4e-7, -86.5);
        assert_eq!(each::exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(each::exp(-f64::INFINITY), 0.0);
        assert_eq!(each::exp(800.0_f32), f32::INFINITY);
        assert_eq!(each::tanh(f64::INFINITY), 1.0);
        assert_eq!(each::tanh(-1e300), -1.0);
        assert!(
            each::exp(f64::NAN).is_nan() && each::tanh(f32::NAN).is_nan() && each::tanh(f64::NAN).is_nan()
        );
        assert!(each::softplus(f64::NAN).is_nan() && each::sigmoid(f32::NAN).is_nan());
        let near_zero = f64::constant(1e-300);
        assert_eq!(each::tanh(near_zero), 1e-300);
    }
}
