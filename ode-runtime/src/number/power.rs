//! Powers for the step-size law: a few digits suffice there, and the standard functions give sixteen.
//!
//! Both are polynomials on the bits, interpolated at Chebyshev nodes and summed in pairs to be short in latency, the
//! same on every machine. Their errors (5e-6 for `log2`, a relative 4e-6 for `exp2`) are far inside of the
//! controller's safety factor.

use super::Single;

/// The binary logarithm of a positive, normal number, to 5e-6; about -1023 for 0.
#[inline(always)]
pub(crate) fn log2<L: Single>(x: f64) -> f64 {
    // x = m 2^e with m in [sqrt(1/2), sqrt(2)), and log2 m as a polynomial in m - 1. With a biased exponent, all is done in
    // operations on bits that vector instructions have.
    const HALF_SQRT_2: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const BIAS: u64 = 1023 << 52;
    let biased = x.to_bits().wrapping_sub(HALF_SQRT_2).wrapping_add(BIAS) >> 52;
    let mantissa = f64::from_bits(x.to_bits().wrapping_sub(biased << 52).wrapping_add(BIAS));
    let exponent = f64::from_bits(WHOLE.to_bits() + biased) - (WHOLE + 1023.0);
    let d = mantissa - 1.0;
    let d2 = d * d;
    let low = L::mul_add_time(-0.721_195_752_393_862_8, d, 1.442_700_440_013_492_8);
    let middle = L::mul_add_time(-0.366_925_770_957_803_27, d, 0.479_925_573_470_925_1);
    let high = L::mul_add_time(-0.202_289_263_726_343_07, d, 0.316_898_187_155_195_1);
    L::mul_add_time(d, L::mul_add_time(d2, L::mul_add_time(d2, high, middle), low), exponent)
}

/// 2 to this power, to a relative 4e-6; the power is held within the normal range.
#[inline(always)]
pub(crate) fn exp2<L: Single>(x: f64) -> f64 {
    let x = within(x, -1000.0, 1000.0);
    let rounded = x + WHOLE;
    let f = x - (rounded - WHOLE);
    let f2 = f * f;
    let low = L::mul_add_time(0.693_121_045_203_427, f, 1.0);
    let middle = L::mul_add_time(0.055_921_975_842_256_35, f, 0.240_223_490_380_203_02);
    let polynomial = L::mul_add_time(f2, L::mul_add_time(f2, 0.009_666_368_515_388_303, middle), low);
    f64::from_bits(polynomial.to_bits().wrapping_add(rounded.to_bits() << 52))
}

/// Adding this rounds to the nearest whole number, which then stands in the lowest bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// `x` between these bounds. One instruction each, where those of the standard library take care of NaN.
#[inline(always)]
pub(crate) fn within(x: f64, low: f64, high: f64) -> f64 {
    let x = if x > low { x } else { low };
    if x < high { x } else { high }
}

#[cfg(test)]
mod tests {
    use super::{exp2, log2};

    #[test]
    fn the_logarithm_is_right_to_five_digits() {
        for i in 0..200_000 {
            let x = 10f64.powf(f64::from(i) / 1000.0 - 100.0);
            assert!((log2::<f64>(x) - x.log2()).abs() < 5e-6, "{x}");
        }
        assert!(log2::<f64>(0.0) < -1000.0);
    }

    #[test]
    fn the_power_is_right_to_five_digits() {
        for i in -100_000..100_000 {
            let x = f64::from(i) / 777.0;
            assert!((exp2::<f64>(x) / x.exp2() - 1.0).abs() < 4e-6, "{x}");
        }
        assert!(exp2::<f64>(1e300).is_finite());
        assert!(exp2::<f64>(-1e300) >= 0.0);
    }
}
