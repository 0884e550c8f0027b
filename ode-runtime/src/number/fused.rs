//! A single number on a CPU with fused multiply-add.

use bytemuck::TransparentWrapper;

use std::ops::{Add, AddAssign, Div, Mul, Neg, Rem, Sub};

use super::{Lane, Real};

/// A lane of one number: a `Real`, or one whose products and sums are fused.
#[doc(hidden)]
pub trait Single: Lane<Mask = bool> {
    /// The number.
    fn get(self) -> Self::Scalar;

    /// `a * b + c` of times and errors, in the fastest way that this lane has.
    fn mul_add_time(a: f64, b: f64, c: f64) -> f64;

    /// The numbers of a slice.
    fn numbers(lanes: &[Self]) -> &[Self::Scalar];

    /// The numbers of a slice.
    fn numbers_mut(lanes: &mut [Self]) -> &mut [Self::Scalar];

    /// Numbers, to be computed with in this way.
    fn of_numbers(numbers: &[Self::Scalar]) -> &[Self];

    /// Numbers, to be computed with in this way.
    fn of_numbers_mut(numbers: &mut [Self::Scalar]) -> &mut [Self];
}

macro_rules! the_same {
    ($($method:ident($($reference:tt)+)),*) => {$(
        #[inline(always)]
        fn $method(slice: $($reference)+ [Self]) -> $($reference)+ [Self] {
            slice
        }
    )*};
}

macro_rules! seen_as {
    ($($method:ident: ($($reference:tt)+) $From:ty => $To:ty, $as:ident),*) => {$(
        #[inline(always)]
        fn $method(slice: $($reference)+ [$From]) -> $($reference)+ [$To] {
            Self::$as(slice)
        }
    )*};
}

impl<T: Real> Single for T {
    #[inline(always)]
    fn get(self) -> T {
        self
    }

    #[inline(always)]
    fn mul_add_time(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }

    the_same! { numbers(&), numbers_mut(&mut), of_numbers(&), of_numbers_mut(&mut) }
}

/// A number whose [`Lane::mul_add_fast`] is one instruction, where the code around it is compiled for a CPU that has
/// it; elsewhere it would be a call.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(transparent)]
pub(crate) struct Fused<T>(pub(crate) T);

impl<T: Real> Single for Fused<T> {
    #[inline(always)]
    fn get(self) -> T {
        self.0
    }

    #[inline(always)]
    fn mul_add_time(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }

    seen_as! {
        numbers: (&) Self => T, peel_slice,
        numbers_mut: (&mut) Self => T, peel_slice_mut,
        of_numbers: (&) T => Self, wrap_slice,
        of_numbers_mut: (&mut) T => Self, wrap_slice_mut
    }
}

// SAFETY: the struct is transparent over its only field.
#[allow(unsafe_code)]
unsafe impl<T> TransparentWrapper<T> for Fused<T> {}

macro_rules! operator {
    ($($Trait:ident $method:ident)*) => {$(
        impl<T: Real> $Trait for Fused<T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
    )*};
}
operator! { Add add  Sub sub  Mul mul  Div div  Rem rem }

impl<T: Real> Neg for Fused<T> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<T: Real> AddAssign for Fused<T> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
