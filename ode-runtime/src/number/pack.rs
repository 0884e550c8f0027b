//! Several numbers side by side.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Rem, Sub};

use super::Real;

/// `N` numbers that are computed side by side: the compiler turns the loops over them into vector instructions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(32))]
pub struct Pack<const N: usize, T = f64>(
    /// The numbers.
    pub [T; N],
);

macro_rules! operator {
    ($($Trait:ident $method:ident)*) => {$(
        impl<const N: usize, T: Real> $Trait for Pack<N, T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(std::array::from_fn(|i| self.0[i].$method(other.0[i])))
            }
        }
    )*};
}
operator! { Add add  Sub sub  Mul mul  Div div  Rem rem }

impl<const N: usize, T: Real> Neg for Pack<N, T> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(self.0.map(|x| -x))
    }
}

impl<const N: usize, T: Real> AddAssign for Pack<N, T> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
