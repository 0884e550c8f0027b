//! What generated code needs of a number, so that one definition serves scalars and packs of them.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Rem, Sub};

use super::{Mask, Real};

macro_rules! lane {
    (
        unary { $($(#[$unary_doc:meta])* $unary:ident)* }
        binary { $($(#[$binary_doc:meta])* $binary:ident)* }
    ) => {
        /// A number, or several that are computed side by side.
        ///
        /// Comparisons give masks, and nothing branches on a lane but [`Lane::branch`]. The functions are those of
        /// the compiler's table, which says what each of them is.
        pub trait Lane:
            Copy
            + Debug
            + Send
            + Sync
            + 'static
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Rem<Output = Self>
            + Neg<Output = Self>
            + AddAssign
        {
            /// The type of each of its numbers.
            type Scalar: Real;
            /// The result of a comparison.
            type Mask: Mask;

            /// The same number everywhere.
            fn splat(value: Self::Scalar) -> Self;

            /// The number of this scalar type nearest to `value`, everywhere.
            #[inline(always)]
            #[must_use]
            fn constant(value: f64) -> Self {
                Self::splat(<Self::Scalar as Real>::from_f64(value))
            }

            /// The same truth value everywhere.
            fn truth(value: bool) -> Self::Mask;

            /// `then` where the mask holds, else `otherwise`.
            #[must_use]
            fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self;

            /// The results of `then` where the mask holds, else those of `otherwise`. A scalar computes one of the
            /// two; a pack computes both and selects, so that neither disturbs the other, whatever it holds.
            #[must_use]
            fn branch<const N: usize>(
                mask: Self::Mask,
                then: impl FnOnce() -> [Self; N],
                otherwise: impl FnOnce() -> [Self; N],
            ) -> [Self; N];

            /// `self * factor + term`, in the fastest way that this lane has: rounded once or twice.
            #[inline(always)]
            #[must_use]
            fn mul_add_fast(self, factor: Self, term: Self) -> Self {
                self * factor + term
            }

            /// `self < other`
            fn lt(self, other: Self) -> Self::Mask;
            /// `self <= other`
            fn le(self, other: Self) -> Self::Mask;
            /// `self > other`
            fn gt(self, other: Self) -> Self::Mask;
            /// `self >= other`
            fn ge(self, other: Self) -> Self::Mask;
            /// `self == other`
            fn eq(self, other: Self) -> Self::Mask;
            /// `self != other`
            fn ne(self, other: Self) -> Self::Mask;

            $(
                $(#[$unary_doc])*
                #[doc = concat!("`", stringify!($unary), "`, as the method of `f64`.")]
                #[must_use]
                fn $unary(self) -> Self;
            )*
            $(
                $(#[$binary_doc])*
                #[doc = concat!("`", stringify!($binary), "`, as the method of `f64`.")]
                #[must_use]
                fn $binary(self, other: Self) -> Self;
            )*

            /// `self * factor + term`, rounded once.
            #[must_use]
            fn mul_add(self, factor: Self, term: Self) -> Self;

            /// To a whole power.
            #[must_use]
            fn powi(self, exponent: i32) -> Self;

            /// The error function.
            #[must_use]
            fn erf(self) -> Self;

            /// `self` between `low` and `high`; unlike that of `f64`, it takes any bounds.
            #[inline(always)]
            #[must_use]
            fn clamp(self, low: Self, high: Self) -> Self {
                Self::select(self.lt(low), low, Self::select(self.gt(high), high, self))
            }

            /// `self` where it is not negative, else 0; NaN stays.
            #[inline(always)]
            #[must_use]
            fn relu(self) -> Self {
                let zero = Self::constant(0.0);
                Self::select(self.lt(zero), zero, self)
            }

            /// `1 / (1 + exp(-self))`
            #[inline(always)]
            #[must_use]
            fn sigmoid(self) -> Self {
                let one = Self::constant(1.0);
                one / (one + (-self).exp())
            }

            /// `ln(1 + exp(self))`, without overflow.
            #[inline(always)]
            #[must_use]
            fn softplus(self) -> Self {
                (-self.abs()).exp().ln_1p() + self.relu()
            }

            /// `self` times the probability that a standard normal number is below it.
            #[inline(always)]
            #[must_use]
            fn gelu(self) -> Self {
                let root = Self::constant(std::f64::consts::FRAC_1_SQRT_2);
                Self::constant(0.5) * self * (Self::constant(1.0) + (self * root).erf())
            }
        }

        macro_rules! scalar_lane {
            ($scalar:ident) => {
                impl Lane for $scalar {
                    type Scalar = Self;
                    type Mask = bool;

                    #[inline(always)]
                    fn splat(value: Self) -> Self {
                        value
                    }

                    #[inline(always)]
                    fn truth(value: bool) -> bool {
                        value
                    }

                    #[inline(always)]
                    fn select(mask: bool, then: Self, otherwise: Self) -> Self {
                        if mask { then } else { otherwise }
                    }

                    #[inline(always)]
                    fn branch<const N: usize>(
                        mask: bool,
                        then: impl FnOnce() -> [Self; N],
                        otherwise: impl FnOnce() -> [Self; N],
                    ) -> [Self; N] {
                        if mask { then() } else { otherwise() }
                    }

                    #[inline(always)]
                    fn lt(self, other: Self) -> bool {
                        self < other
                    }

                    #[inline(always)]
                    fn le(self, other: Self) -> bool {
                        self <= other
                    }

                    #[inline(always)]
                    fn gt(self, other: Self) -> bool {
                        self > other
                    }

                    #[inline(always)]
                    fn ge(self, other: Self) -> bool {
                        self >= other
                    }

                    #[inline(always)]
                    #[allow(clippy::float_cmp)]
                    fn eq(self, other: Self) -> bool {
                        self == other
                    }

                    #[inline(always)]
                    #[allow(clippy::float_cmp)]
                    fn ne(self, other: Self) -> bool {
                        self != other
                    }

                    $(
                        #[inline(always)]
                        fn $unary(self) -> Self {
                            $scalar::$unary(self)
                        }
                    )*
                    $(
                        #[inline(always)]
                        fn $binary(self, other: Self) -> Self {
                            $scalar::$binary(self, other)
                        }
                    )*

                    #[inline(always)]
                    fn mul_add(self, factor: Self, term: Self) -> Self {
                        $scalar::mul_add(self, factor, term)
                    }

                    #[inline(always)]
                    fn powi(self, exponent: i32) -> Self {
                        $scalar::powi(self, exponent)
                    }

                    #[inline(always)]
                    fn erf(self) -> Self {
                        Real::from_f64(libm::erf(Real::to_f64(self)))
                    }
                }
            };
        }
        scalar_lane!(f64);
        scalar_lane!(f32);

        /// Delegates all but the fast product and sum.
        impl<T: Real> Lane for super::Fused<T> {
            type Scalar = T;
            type Mask = bool;

            #[inline(always)]
            fn splat(value: T) -> Self {
                Self(value)
            }

            #[inline(always)]
            fn truth(value: bool) -> bool {
                value
            }

            #[inline(always)]
            fn select(mask: bool, then: Self, otherwise: Self) -> Self {
                if mask { then } else { otherwise }
            }

            #[inline(always)]
            fn branch<const N: usize>(
                mask: bool,
                then: impl FnOnce() -> [Self; N],
                otherwise: impl FnOnce() -> [Self; N],
            ) -> [Self; N] {
                if mask { then() } else { otherwise() }
            }

            #[inline(always)]
            fn mul_add_fast(self, factor: Self, term: Self) -> Self {
                Self(self.0.mul_add(factor.0, term.0))
            }

            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self.0 < other.0
            }

            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self.0 <= other.0
            }

            #[inline(always)]
            fn gt(self, other: Self) -> bool {
                self.0 > other.0
            }

            #[inline(always)]
            fn ge(self, other: Self) -> bool {
                self.0 >= other.0
            }

            #[inline(always)]
            #[allow(clippy::float_cmp)]
            fn eq(self, other: Self) -> bool {
                self.0 == other.0
            }

            #[inline(always)]
            #[allow(clippy::float_cmp)]
            fn ne(self, other: Self) -> bool {
                self.0 != other.0
            }

            $(
                #[inline(always)]
                fn $unary(self) -> Self {
                    Self(Lane::$unary(self.0))
                }
            )*
            $(
                #[inline(always)]
                fn $binary(self, other: Self) -> Self {
                    Self(Lane::$binary(self.0, other.0))
                }
            )*

            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                Self(Lane::mul_add(self.0, factor.0, term.0))
            }

            #[inline(always)]
            fn powi(self, exponent: i32) -> Self {
                Self(Lane::powi(self.0, exponent))
            }

            #[inline(always)]
            fn erf(self) -> Self {
                Self(Lane::erf(self.0))
            }
        }

        impl<const N: usize, T: super::Single> Lane for super::Pack<N, T> {
            type Scalar = T::Scalar;
            type Mask = [bool; N];

            #[inline(always)]
            fn splat(value: T::Scalar) -> Self {
                Self([T::splat(value); N])
            }

            #[inline(always)]
            fn truth(value: bool) -> [bool; N] {
                [value; N]
            }

            #[inline(always)]
            fn select(mask: [bool; N], then: Self, otherwise: Self) -> Self {
                Self::new(|i| if mask[i] { then.0[i] } else { otherwise.0[i] })
            }

            #[inline(always)]
            fn mul_add_fast(self, factor: Self, term: Self) -> Self {
                Self::new(|i| self.0[i].mul_add_fast(factor.0[i], term.0[i]))
            }

            #[inline(always)]
            fn branch<const M: usize>(
                mask: [bool; N],
                then: impl FnOnce() -> [Self; M],
                otherwise: impl FnOnce() -> [Self; M],
            ) -> [Self; M] {
                let (then, otherwise) = (then(), otherwise());
                std::array::from_fn(|i| Self::select(mask, then[i], otherwise[i]))
            }

            #[inline(always)]
            fn lt(self, other: Self) -> [bool; N] {
                std::array::from_fn(|i| Lane::lt(self.0[i], other.0[i]))
            }

            #[inline(always)]
            fn le(self, other: Self) -> [bool; N] {
                std::array::from_fn(|i| Lane::le(self.0[i], other.0[i]))
            }

            #[inline(always)]
            fn gt(self, other: Self) -> [bool; N] {
                std::array::from_fn(|i| Lane::gt(self.0[i], other.0[i]))
            }

            #[inline(always)]
            fn ge(self, other: Self) -> [bool; N] {
                std::array::from_fn(|i| Lane::ge(self.0[i], other.0[i]))
            }

            #[inline(always)]
            #[allow(clippy::float_cmp)]
            fn eq(self, other: Self) -> [bool; N] {
                std::array::from_fn(|i| Lane::eq(self.0[i], other.0[i]))
            }

            #[inline(always)]
            #[allow(clippy::float_cmp)]
            fn ne(self, other: Self) -> [bool; N] {
                std::array::from_fn(|i| Lane::ne(self.0[i], other.0[i]))
            }

            $(
                #[inline(always)]
                fn $unary(self) -> Self {
                    Self::new(|i| Lane::$unary(self.0[i]))
                }
            )*
            $(
                #[inline(always)]
                fn $binary(self, other: Self) -> Self {
                    Self::new(|i| Lane::$binary(self.0[i], other.0[i]))
                }
            )*

            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                Self::new(|i| Lane::mul_add(self.0[i], factor.0[i], term.0[i]))
            }

            #[inline(always)]
            fn powi(self, exponent: i32) -> Self {
                Self::new(|i| Lane::powi(self.0[i], exponent))
            }

            #[inline(always)]
            fn erf(self) -> Self {
                Self::new(|i| Lane::erf(self.0[i]))
            }
        }
    };
}

lane! {
    unary {
        recip abs signum floor ceil round trunc sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    }
    binary { max min hypot powf atan2 }
}
