//! Several numbers side by side.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Rem, Sub};

use super::Single;

/// `N` numbers that are computed side by side: the compiler turns the loops over them into vector instructions. `T` is a
/// number, or how one is computed with. The alignment is that of the widest registers: a load across two cache lines is
/// two loads.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Pack<const N: usize, T = f64>(
    /// The numbers.
    pub [T; N],
);

impl<const N: usize, T: Single> Pack<N, T> {
    /// A pack of these numbers.
    #[inline(always)]
    pub(crate) fn new(element: impl FnMut(usize) -> T) -> Self {
        Self(std::array::from_fn(element))
    }
}

macro_rules! operator {
    ($($Trait:ident $method:ident)*) => {$(
        impl<const N: usize, T: Single> $Trait for Pack<N, T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self::new(|i| self.0[i].$method(other.0[i]))
            }
        }
    )*};
}
operator! { Add add  Sub sub  Mul mul  Div div  Rem rem }

impl<const N: usize, T: Single> Neg for Pack<N, T> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self::new(|i| -self.0[i])
    }
}

impl<const N: usize, T: Single> AddAssign for Pack<N, T> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
