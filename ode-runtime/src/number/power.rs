//! Powers for the step-size law: a few digits suffice there, and the standard functions give sixteen.
//!
//! Both are polynomials on the bits, the same on every machine. Their errors (below 2e-6 for `log2`, below 4e-8
//! relative for `exp2`) are far inside of the controller's safety factor.

/// The binary logarithm of a positive, normal number, to 2e-6; about -1023 for 0.
#[inline(always)]
#[allow(clippy::cast_precision_loss)]
pub(crate) fn log2(x: f64) -> f64 {
    // x = m 2^e with m in [sqrt(1/2), sqrt(2)), and log2 m by the odd series in s = (m - 1) / (m + 1).
    const HALF_SQRT_2: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    let shifted = x.to_bits().wrapping_sub(HALF_SQRT_2).cast_signed();
    let exponent = shifted >> 52;
    let mantissa = f64::from_bits(x.to_bits().wrapping_sub((exponent << 52).cast_unsigned()));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    // 2 / ln 2 times 1, 1/3, 1/5, 1/7.
    let series = 2.885_390_081_777_927 + s2 * (0.961_796_693_925_975_7 + s2 * (0.577_078_016_355_585_4 + s2 * 0.412_198_583_111_132_4));
    exponent as f64 + s * series
}

/// 2 to this power, to a relative 4e-8; the power is held within the normal range.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn exp2(x: f64) -> f64 {
    // Adding this rounds to the nearest whole number, which then stands in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let x = if x < -1000.0 { -1000.0 } else if x > 1000.0 { 1000.0 } else { x };
    let rounded = x + ROUND;
    let f = x - (rounded - ROUND);
    // The Taylor polynomial of 2^f, f in [-1/2, 1/2].
    let polynomial = 1.0
        + f * (0.693_147_180_559_945_3
            + f * (0.240_226_506_959_100_7
                + f * (0.055_504_108_664_821_58
                    + f * (0.009_618_129_107_628_477 + f * (0.001_333_355_814_642_844_3 + f * 0.000_154_035_303_933_816_1)))));
    f64::from_bits(polynomial.to_bits().wrapping_add(rounded.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::{exp2, log2};

    #[test]
    fn the_logarithm_is_right_to_six_digits() {
        for i in 0..200_000 {
            let x = 10f64.powf(f64::from(i) / 1000.0 - 100.0);
            assert!((log2(x) - x.log2()).abs() < 2e-6, "{x}");
        }
        assert!(log2(0.0) < -1000.0);
    }

    #[test]
    fn the_power_is_right_to_seven_digits() {
        for i in -100_000..100_000 {
            let x = f64::from(i) / 777.0;
            assert!((exp2(x) / x.exp2() - 1.0).abs() < 4e-8, "{x}");
        }
        assert!(exp2(f64::from(1 << 20)).is_finite());
        assert!(exp2(-1e9) >= 0.0);
    }
}
