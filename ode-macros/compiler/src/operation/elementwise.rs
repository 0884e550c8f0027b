//! The rows: `Variant spelling(arguments) -> result { value, [partial by each argument] }`.
//!
//! A partial may use the arguments and the result. Arguments without a partial do not carry derivatives. At kinks the
//! partials follow PyTorch: `abs` has 0 at 0, `max` and `min` share equally between equal arguments, `clamp` passes the
//! derivative on the closed interval, `relu` has 0 at 0, `powf` has 0 by a zero exponent, `hypot` and `atan2` have 0 at
//! the origin. The step functions (`floor`, `signum`, ..) have derivative 0 everywhere.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, LN_10};
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Comparison;

macro_rules! elementwise {
    ($($(#[$doc:meta])* $Variant:ident $spelling:ident($first:ident $(, $rest:ident)*) -> $y:ident {
        $value:expr, [$($partial:expr),*]
    })*) => {
        /// A function of numbers to a number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Elementwise { $($(#[$doc])* #[doc = concat!("`", stringify!($spelling), "`")] $Variant),* }

        impl Elementwise {
            /// All rows.
            pub const ALL: &[Self] = &[$(Self::$Variant),*];

            /// The name of the method that a user calls, and that a lane has; operators have theirs too.
            #[must_use]
            pub fn spelling(self) -> &'static str {
                match self { $(Self::$Variant => stringify!($spelling)),* }
            }

            /// The number of arguments.
            #[must_use]
            pub fn arity(self) -> usize {
                match self { $(Self::$Variant => [stringify!($first) $(, stringify!($rest))*].len()),* }
            }

            /// The value.
            ///
            /// # Panics
            /// Where there are more or fewer arguments than the row has.
            #[must_use]
            pub fn evaluate(self, arguments: &[f64]) -> f64 {
                match (self, arguments) {
                    $((Self::$Variant, &[$first $(, $rest)*]) => $value,)*
                    _ => panic!("{self:?} of {} arguments", arguments.len()),
                }
            }

            /// The partial derivatives by the arguments, in order; fewer than arguments where the last have none.
            ///
            /// # Panics
            /// Where there are more or fewer arguments than the row has.
            #[must_use]
            #[allow(unused_variables)]
            pub fn partials<V: Value>(self, arguments: &[V], result: V) -> Vec<V> {
                match (self, arguments) {
                    $((Self::$Variant, &[$first $(, $rest)*]) => { let $y = result; vec![$($partial),*] })*
                    _ => panic!("{self:?} of {} arguments", arguments.len()),
                }
            }
        }

        /// What the partials are written with: numbers, to test them, or nodes, to differentiate a graph.
        pub trait Value:
            Copy
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Neg<Output = Self>
        {
            /// The result of a comparison.
            type Truth: Copy;
            /// The number `value`, of the same kind as `self`.
            fn constant(&self, value: f64) -> Self;
            /// A row of the table.
            fn apply(function: Elementwise, arguments: &[Self]) -> Self;
            /// A comparison.
            fn compare(self, comparison: Comparison, other: Self) -> Self::Truth;
            /// `then` where the condition holds, else `otherwise`.
            fn select(condition: Self::Truth, then: Self, otherwise: Self) -> Self;

            $(
                #[doc = concat!("The row `", stringify!($spelling), "`.")]
                #[allow(clippy::should_implement_trait)]
                fn $spelling(self $(, $rest: Self)*) -> Self {
                    Self::apply(Elementwise::$Variant, &[self $(, $rest)*])
                }
            )*
        }
    };
}

elementwise! {
    Add add(a, b) -> y { a + b, [a.constant(1.0), a.constant(1.0)] }
    Sub sub(a, b) -> y { a - b, [a.constant(1.0), a.constant(-1.0)] }
    Mul mul(a, b) -> y { a * b, [b, a] }
    Div div(a, b) -> y { a / b, [b.recip(), -(y / b)] }
    /// The remainder, with the sign of the first.
    Rem rem(a, b) -> y { a % b, [a.constant(1.0), -(a / b).trunc()] }
    Neg neg(x) -> y { -x, [x.constant(-1.0)] }
    MulAdd mul_add(a, b, c) -> y { a.mul_add(b, c), [b, a, a.constant(1.0)] }
    Recip recip(x) -> y { x.recip(), [-(y * y)] }
    Abs abs(x) -> y { x.abs(), [sign(x)] }
    Signum signum(x) -> y { x.signum(), [] }
    Floor floor(x) -> y { x.floor(), [] }
    Ceil ceil(x) -> y { x.ceil(), [] }
    Round round(x) -> y { x.round(), [] }
    Trunc trunc(x) -> y { x.trunc(), [] }
    Max max(a, b) -> y { a.max(b), [share(Comparison::Greater, a, b), share(Comparison::Greater, b, a)] }
    Min min(a, b) -> y { a.min(b), [share(Comparison::Less, a, b), share(Comparison::Less, b, a)] }
    Clamp clamp(x, low, high) -> y {
        if x < low { low } else if x > high { high } else { x },
        [within(x, low, high, x.constant(1.0), x.constant(0.0), x.constant(0.0)),
         within(x, low, high, x.constant(0.0), x.constant(1.0), x.constant(0.0)),
         within(x, low, high, x.constant(0.0), x.constant(0.0), x.constant(1.0))]
    }
    Sqrt sqrt(x) -> y { x.sqrt(), [x.constant(0.5) / y] }
    Cbrt cbrt(x) -> y { x.cbrt(), [(x.constant(3.0) * y * y).recip()] }
    Hypot hypot(a, b) -> y { a.hypot(b), [away_from_zero(y, a / y), away_from_zero(y, b / y)] }
    /// To a whole power; the exponent is a constant.
    Powi powi(x, n) -> y { powi(x, n), [n * x.powi(n - n.constant(1.0))] }
    Powf powf(x, p) -> y {
        x.powf(p),
        [V::select(p.compare(Comparison::Equal, p.constant(0.0)), p.constant(0.0), p * x.powf(p - p.constant(1.0))),
         V::select(x.compare(Comparison::Equal, x.constant(0.0)),
                   V::select(p.compare(Comparison::GreaterEqual, p.constant(0.0)), p.constant(0.0), y * x.ln()),
                   y * x.ln())]
    }
    Exp exp(x) -> y { x.exp(), [y] }
    Exp2 exp2(x) -> y { x.exp2(), [x.constant(LN_2) * y] }
    ExpM1 exp_m1(x) -> y { x.exp_m1(), [y + x.constant(1.0)] }
    Ln ln(x) -> y { x.ln(), [x.recip()] }
    Ln1p ln_1p(x) -> y { x.ln_1p(), [(x + x.constant(1.0)).recip()] }
    Log2 log2(x) -> y { x.log2(), [(x.constant(LN_2) * x).recip()] }
    Log10 log10(x) -> y { x.log10(), [(x.constant(LN_10) * x).recip()] }
    Sin sin(x) -> y { x.sin(), [x.cos()] }
    Cos cos(x) -> y { x.cos(), [-x.sin()] }
    Tan tan(x) -> y { x.tan(), [x.constant(1.0) + y * y] }
    Asin asin(x) -> y { x.asin(), [(x.constant(1.0) - x * x).sqrt().recip()] }
    Acos acos(x) -> y { x.acos(), [-(x.constant(1.0) - x * x).sqrt().recip()] }
    Atan atan(x) -> y { x.atan(), [(x.constant(1.0) + x * x).recip()] }
    /// The angle of the point (x, y), called on y.
    Atan2 atan2(a, b) -> y {
        a.atan2(b),
        [away_from_zero(a * a + b * b, b / (a * a + b * b)), away_from_zero(a * a + b * b, -(a / (a * a + b * b)))]
    }
    Sinh sinh(x) -> y { x.sinh(), [x.cosh()] }
    Cosh cosh(x) -> y { x.cosh(), [x.sinh()] }
    Tanh tanh(x) -> y { x.tanh(), [x.constant(1.0) - y * y] }
    Asinh asinh(x) -> y { x.asinh(), [(x * x + x.constant(1.0)).sqrt().recip()] }
    Acosh acosh(x) -> y { x.acosh(), [(x * x - x.constant(1.0)).sqrt().recip()] }
    Atanh atanh(x) -> y { x.atanh(), [(x.constant(1.0) - x * x).recip()] }
    /// `max(x, 0)`; NaN stays.
    Relu relu(x) -> y {
        if x < 0.0 { 0.0 } else { x },
        [V::select(x.compare(Comparison::Greater, x.constant(0.0)), x.constant(1.0), x.constant(0.0))]
    }
    /// `1 / (1 + exp(-x))`
    Sigmoid sigmoid(x) -> y { 1.0 / (1.0 + (-x).exp()), [y * (x.constant(1.0) - y)] }
    /// `ln(1 + exp(x))`, without overflow.
    Softplus softplus(x) -> y { (-x.abs()).exp().ln_1p() + if x < 0.0 { 0.0 } else { x }, [x.sigmoid()] }
    /// The error function.
    Erf erf(x) -> y { libm::erf(x), [x.constant(FRAC_2_SQRT_PI) * (-(x * x)).exp()] }
    /// `x` times the probability that a standard normal number is below it.
    Gelu gelu(x) -> y {
        0.5 * x * (1.0 + libm::erf(x * FRAC_1_SQRT_2)),
        [x.constant(0.5) * (x.constant(1.0) + (x * x.constant(FRAC_1_SQRT_2)).erf())
            + x * x.constant(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI) * (-(x * x * x.constant(0.5))).exp()]
    }
}

impl Elementwise {
    /// The row of that name.
    #[must_use]
    pub fn by_spelling(spelling: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|row| row.spelling() == spelling)
    }
}

/// 1, 0 or -1 by the sign of `x`: unlike `f64::signum`, 0 at 0.
fn sign<V: Value>(x: V) -> V {
    let zero = x.constant(0.0);
    let negative = V::select(x.compare(Comparison::Less, zero), x.constant(-1.0), zero);
    V::select(x.compare(Comparison::Greater, zero), x.constant(1.0), negative)
}

/// The part of `a` in the derivative of the larger (or smaller) of the two: `max` passes over a NaN.
fn share<V: Value>(wins: Comparison, a: V, b: V) -> V {
    let tie = V::select(a.compare(Comparison::Equal, b), a.constant(0.5), a.constant(0.0));
    let lost = V::select(b.compare(Comparison::NotEqual, b), a.constant(1.0), tie);
    V::select(a.compare(wins, b), a.constant(1.0), lost)
}

/// `inside` for `x` between the bounds, else what belongs to the bound that it passed.
fn within<V: Value>(x: V, low: V, high: V, inside: V, below: V, above: V) -> V {
    let not_below = V::select(x.compare(Comparison::Greater, high), above, inside);
    V::select(x.compare(Comparison::Less, low), below, not_below)
}

fn away_from_zero<V: Value>(distance: V, partial: V) -> V {
    V::select(distance.compare(Comparison::Equal, distance.constant(0.0)), distance.constant(0.0), partial)
}

#[allow(clippy::cast_possible_truncation)]
fn powi(x: f64, n: f64) -> f64 {
    x.powi(n as i32)
}

impl Value for f64 {
    type Truth = bool;

    fn constant(&self, value: f64) -> Self {
        value
    }

    fn apply(function: Elementwise, arguments: &[Self]) -> Self {
        function.evaluate(arguments)
    }

    fn compare(self, comparison: Comparison, other: Self) -> bool {
        comparison.evaluate(self, other)
    }

    fn select(condition: bool, then: Self, otherwise: Self) -> Self {
        if condition { then } else { otherwise }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments in the interior of every row's domain.
    fn samples(row: Elementwise) -> Vec<Vec<f64>> {
        let unary: &[f64] = match row {
            Elementwise::Acosh => &[1.3, 2.5],
            Elementwise::Asin | Elementwise::Acos | Elementwise::Atanh => &[-0.7, 0.3],
            Elementwise::Ln | Elementwise::Log2 | Elementwise::Log10 | Elementwise::Sqrt => &[0.4, 3.0],
            Elementwise::Ln1p => &[-0.6, 2.0],
            _ => &[-1.7, -0.3, 0.6, 2.2],
        };
        match (row, row.arity()) {
            (Elementwise::Powi, _) => vec![vec![1.3, 3.0], vec![-0.8, -2.0], vec![2.0, 1.0]],
            (Elementwise::Powf, _) => vec![vec![1.3, 2.7], vec![0.8, -1.5]],
            (Elementwise::Clamp, _) => {
                vec![vec![0.3, -1.0, 1.0], vec![-2.0, -1.0, 1.0], vec![3.0, -1.0, 1.0]]
            }
            (_, 1) => unary.iter().map(|&x| vec![x]).collect(),
            (_, 2) => vec![vec![1.7, 0.6], vec![-1.2, 0.7], vec![0.4, -2.3]],
            _ => vec![vec![1.7, 0.6, -0.2], vec![-1.2, 0.7, 2.0]],
        }
    }

    #[test]
    fn each_partial_is_the_limit_of_its_difference_quotient() {
        for &row in Elementwise::ALL {
            for arguments in samples(row) {
                let partials = row.partials(&arguments, row.evaluate(&arguments));
                for i in 0..row.arity() {
                    if row == Elementwise::Powi && i == 1 {
                        continue;
                    }
                    let partial = partials.get(i).copied().unwrap_or(0.0);
                    let shifted = |by: f64| {
                        let mut moved = arguments.clone();
                        moved[i] += by;
                        row.evaluate(&moved)
                    };
                    let h = 1e-5;
                    let quotient = (shifted(-2.0 * h) - 8.0 * shifted(-h) + 8.0 * shifted(h)
                        - shifted(2.0 * h))
                        / (12.0 * h);
                    let error = (partial - quotient).abs() / (1.0 + quotient.abs());
                    assert!(error < 1e-9, "{row:?}{arguments:?} by {i}: {partial} for {quotient}");
                }
            }
        }
    }

    #[test]
    fn kinks_are_those_of_pytorch() {
        let partials = |row: Elementwise, at: &[f64]| row.partials(at, row.evaluate(at));
        assert_eq!(partials(Elementwise::Abs, &[0.0]), [0.0]);
        assert_eq!(partials(Elementwise::Relu, &[0.0]), [0.0]);
        assert_eq!(partials(Elementwise::Max, &[2.0, 2.0]), [0.5, 0.5]);
        assert_eq!(partials(Elementwise::Min, &[2.0, 2.0]), [0.5, 0.5]);
        assert_eq!(partials(Elementwise::Max, &[f64::NAN, 2.0]), [0.0, 1.0]);
        assert_eq!(partials(Elementwise::Clamp, &[1.0, 0.0, 1.0]), [1.0, 0.0, 0.0]);
        assert_eq!(partials(Elementwise::Powf, &[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(partials(Elementwise::Powf, &[0.0, 2.0]), [0.0, 0.0]);
        assert_eq!(partials(Elementwise::Hypot, &[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(partials(Elementwise::Atan2, &[0.0, 0.0]), [0.0, 0.0]);
    }
}
