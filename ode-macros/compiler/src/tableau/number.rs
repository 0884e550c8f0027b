//! Numbers that a tableau is checked in: exact rationals, or fixed point where surds or high orders rule them
//! out.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// What the checks compute with.
pub(super) trait Number: Clone {
    /// The value of a coefficient, rounded at most once.
    fn of(constant: &Constant) -> Self;
    /// How far a condition that holds may seem to be missed: what rounding leaves.
    fn slack() -> Self;
    /// `self + other`
    fn plus(&self, other: &Self) -> Self;
    /// `self - other`
    fn minus(&self, other: &Self) -> Self;
    /// `self * other`
    fn times(&self, other: &Self) -> Self;
    /// Whether this is zero.
    fn is_zero(&self) -> bool;
    /// Whether `|self| <= limit`.
    fn is_within(&self, limit: &Self) -> bool;
    /// Whether `self < 0`.
    fn is_negative(&self) -> bool;
    /// The nearest `f64`, ties to even.
    fn to_f64(&self) -> f64;
    /// As a message shows it: a short fraction, otherwise a decimal.
    fn text(&self) -> String;

    /// `numerator / denominator`
    fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::of(&Constant::Rational(BigRational::new(numerator.into(), denominator.into())))
    }

    /// `Σ left[i] right[i]`. Most coefficients of a tableau are zero or meet a zero.
    fn dot(left: &[Self], right: &[Self]) -> Self {
        left.iter()
            .zip(right)
            .filter(|(l, r)| !l.is_zero() && !r.is_zero())
            .fold(Self::ratio(0, 1), |sum, (l, r)| sum.plus(&l.times(r)))
    }
}

impl Number for BigRational {
    fn of(constant: &Constant) -> Self {
        match constant {
            Constant::Rational(value) => value.clone(),
            Constant::Surd(value) => value.to_rational(),
        }
    }

    fn slack() -> Self {
        BigRational::zero()
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn minus(&self, other: &Self) -> Self {
        self - other
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn is_zero(&self) -> bool {
        Zero::is_zero(self)
    }

    fn is_within(&self, limit: &Self) -> bool {
        self.abs() <= *limit
    }

    fn is_negative(&self) -> bool {
        Signed::is_negative(self)
    }

    fn to_f64(&self) -> f64 {
        // num-rational rounds the quotient of big integers to the nearest even (tested below against std's
        // parser); it has no value only for 0/0, which cannot be made.
        ToPrimitive::to_f64(self).unwrap_or(f64::NAN)
    }

    fn text(&self) -> String {
        const SHORT: usize = 13;
        let fraction = self.to_string();
        if fraction.len() <= SHORT { fraction } else { decimal(Number::to_f64(self)) }
    }
}

/// Fixed point with 384 fractional bits, some 115 decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fixed(BigInt);

impl Fixed {
    const BITS: usize = 384;

    fn from_rational(value: &BigRational) -> Self {
        let scaled: BigInt = value.numer() << (Self::BITS + 1);
        // `>>` rounds down for either sign, so that one added at half a unit makes it the nearest.
        Fixed((floor(&scaled, value.denom()) + 1) >> 1)
    }

    fn to_rational(&self) -> BigRational {
        BigRational::new(self.0.clone(), BigInt::one() << Self::BITS)
    }

    fn over(&self, other: &Self) -> Option<Self> {
        (!Zero::is_zero(&other.0)).then(|| Fixed((&self.0 << Self::BITS) / &other.0))
    }

    fn root(&self) -> Option<Self> {
        (!self.is_negative()).then(|| Fixed((&self.0 << Self::BITS).sqrt()))
    }
}

/// The quotient rounded down, for a positive divisor; `/` rounds towards zero.
fn floor(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    if rest.is_negative() { quotient - 1 } else { quotient }
}

impl Number for Fixed {
    fn of(constant: &Constant) -> Self {
        match constant {
            Constant::Rational(value) => Fixed::from_rational(value),
            Constant::Surd(value) => value.clone(),
        }
    }

    fn slack() -> Self {
        // Far above what some hundred roundings of 2^-384 sum to, far below any digit that could have been
        // meant.
        Fixed::from_rational(&BigRational::new(BigInt::one(), BigInt::from(10).pow(100)))
    }

    fn plus(&self, other: &Self) -> Self {
        Fixed(&self.0 + &other.0)
    }

    fn minus(&self, other: &Self) -> Self {
        Fixed(&self.0 - &other.0)
    }

    fn times(&self, other: &Self) -> Self {
        let half = BigInt::one() << (Self::BITS - 1);
        Fixed((&self.0 * &other.0 + half) >> Self::BITS)
    }

    fn is_zero(&self) -> bool {
        Zero::is_zero(&self.0)
    }

    fn is_within(&self, limit: &Self) -> bool {
        self.0.magnitude() <= limit.0.magnitude()
    }

    fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    fn to_f64(&self) -> f64 {
        Number::to_f64(&self.to_rational())
    }

    fn text(&self) -> String {
        // A short fraction such as 1/3 is not visible in its bits, so the few that occur as 1/γ are tried.
        (1..=5040)
            .find_map(|denominator| {
                let scaled = &self.0 * denominator;
                let whole: BigInt = (&scaled + (BigInt::one() << (Self::BITS - 1))) >> Self::BITS;
                let rest: BigInt = scaled - (&whole << Self::BITS);
                let near = whole.magnitude() < &10_000u32.into() && rest.magnitude().bits() < 40;
                near.then(|| BigRational::new(whole, denominator.into()).to_string())
            })
            .unwrap_or_else(|| decimal(self.to_f64()))
    }
}

fn decimal(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e16).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// The value of a coefficient as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Constant {
    /// Without roots, or with roots of squares only.
    Rational(BigRational),
    /// With a root that is not rational.
    Surd(Fixed),
}

impl Constant {
    /// The exact value of a decimal such as `12`, `0.25` or `1.5e-3`; nothing for other text or exponents
    /// beyond 999.
    pub(super) fn from_decimal(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent: i32 = exponent.parse().ok().filter(|e| (-999..=999).contains(e))?;
        let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let places = exponent - i32::try_from(fraction.len()).ok()?;
        let scale = BigInt::from(10).pow(places.unsigned_abs());
        Some(Constant::Rational(if places < 0 {
            BigRational::new(digits, scale)
        } else {
            BigRational::from(digits * scale)
        }))
    }

    /// Whether the value is known exactly.
    pub(super) fn is_rational(&self) -> bool {
        matches!(self, Constant::Rational(_))
    }

    /// Whether `|self| <= 10^exponent`.
    pub(super) fn is_within_power(&self, exponent: i32) -> bool {
        BigRational::of(self).is_within(&BigRational::from_integer(10.into()).pow(exponent))
    }

    /// `-self`
    pub(super) fn negated(&self) -> Self {
        match self {
            Constant::Rational(value) => Constant::Rational(-value),
            Constant::Surd(Fixed(value)) => Constant::Surd(Fixed(-value)),
        }
    }

    /// `self + other`
    pub(super) fn plus(&self, other: &Self) -> Self {
        self.with(other, BigRational::plus, Fixed::plus)
    }

    /// `self - other`
    pub(super) fn minus(&self, other: &Self) -> Self {
        self.with(other, BigRational::minus, Fixed::minus)
    }

    /// `self * other`
    pub(super) fn times(&self, other: &Self) -> Self {
        self.with(other, BigRational::times, Fixed::times)
    }

    /// `self / other`; nothing if `other` is zero.
    pub(super) fn over(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (_, Constant::Rational(divisor)) if Number::is_zero(divisor) => None,
            (Constant::Rational(value), Constant::Rational(divisor)) => {
                Some(Constant::Rational(value / divisor))
            }
            _ => Fixed::of(self).over(&Fixed::of(other)).map(Constant::Surd),
        }
    }

    /// The square root, exact for squares of rationals; nothing if `self` is negative.
    pub(super) fn root(&self) -> Option<Self> {
        if let Constant::Rational(value) = self
            && !Number::is_negative(value)
        {
            let root = BigRational::new(value.numer().sqrt(), value.denom().sqrt());
            if &root * &root == *value {
                return Some(Constant::Rational(root));
            }
        }
        Fixed::of(self).root().map(Constant::Surd)
    }

    fn with(
        &self,
        other: &Self,
        exact: fn(&BigRational, &BigRational) -> BigRational,
        fixed: fn(&Fixed, &Fixed) -> Fixed,
    ) -> Self {
        match (self, other) {
            (Constant::Rational(left), Constant::Rational(right)) => Constant::Rational(exact(left, right)),
            _ => Constant::Surd(fixed(&Fixed::of(self), &Fixed::of(other))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn constant(text: &str) -> Constant {
        Constant::from_decimal(text).unwrap()
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(constant("0.125"), Constant::Rational(BigRational::new(1.into(), 8.into())));
        assert_eq!(constant("12E2"), constant("1200"));
        assert_eq!(constant("1.50e-3"), constant("0.0015"));
        assert_eq!(Constant::from_decimal("1e-1000000"), None);
    }

    #[test]
    fn roots_of_squares_stay_rational() {
        assert_eq!(constant("2.25").root(), Some(constant("1.5")));
        assert_eq!(constant("2").negated().root(), None);
        let two = constant("2").root().unwrap();
        assert!(!two.is_rational());
        assert_eq!(Fixed::of(&two).to_f64(), std::f64::consts::SQRT_2);
        let error = Fixed::of(&two).times(&Fixed::of(&two)).minus(&Fixed::ratio(2, 1));
        assert!(error.is_within(&Fixed::slack()));
    }

    #[test]
    fn division_by_zero_has_no_value() {
        let two = constant("2").root().unwrap();
        assert_eq!(constant("1").over(&constant("0")), None);
        assert_eq!(constant("1").over(&two.minus(&two)), None);
    }

    #[test]
    fn messages_show_short_fractions() {
        assert_eq!(BigRational::ratio(-3, 4).text(), "-3/4");
        assert_eq!(Fixed::ratio(-3, 4).text(), "-3/4");
        assert_eq!(Fixed::ratio(1, 5040).text(), "1/5040");
        assert_eq!(Fixed::of(&constant("0.123456789")).text(), "0.123456789");
        assert_eq!(Fixed::of(&constant("6e-18")).text(), "6e-18");
    }

    proptest! {
        #[test]
        fn rounding_to_f64_agrees_with_the_standard_parser(
            sign in "-?", whole in "[0-9]{1,25}", fraction in "[0-9]{1,60}", exponent in -30i32..30,
        ) {
            let text = format!("{whole}.{fraction}e{exponent}");
            let value = match sign.as_str() {
                "-" => constant(&text).negated(),
                _ => constant(&text),
            };
            let expected: f64 = format!("{sign}{text}").parse().unwrap();
            prop_assert_eq!(Number::to_f64(&BigRational::of(&value)), expected);
        }

        #[test]
        fn fixed_point_is_the_nearest(numerator in any::<i32>(), denominator in 1..i32::MAX) {
            let exact = BigRational::ratio(numerator.into(), denominator.into());
            let half_unit = BigRational::new(BigInt::one(), BigInt::one() << (Fixed::BITS + 1));
            prop_assert!(Fixed::from_rational(&exact).to_rational().minus(&exact).is_within(&half_unit));
        }
    }
}
