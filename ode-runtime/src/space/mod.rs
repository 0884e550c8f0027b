//! Where states, stages and cotangents are kept.

use std::ops::{Index, IndexMut};

use crate::number::Lane;

mod boxed;
#[cfg(feature = "dfdx")]
mod heap;
mod pair;

pub use boxed::Boxed;
#[cfg(feature = "dfdx")]
pub(crate) use heap::Heap;
pub(crate) use pair::Pair;

/// A vector of lanes. Small systems use arrays, which live in registers, large ones [`Boxed`].
pub trait Space<L: Lane>: Clone + Send + Sync + Index<usize, Output = L> + IndexMut<usize> + 'static {
    /// Whether the lanes are on the heap. Those that are not can stay in registers, if what is not inlined gets copies.
    const ON_HEAP: bool = false;

    /// The number of lanes.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A vector of the same length, filled with `value`.
    #[must_use]
    fn like(&self, value: L) -> Self;

    /// The lanes, in order.
    #[inline(always)]
    fn values(&self) -> impl Iterator<Item = L> {
        (0..self.len()).map(|i| self[i])
    }
}

impl<L: Lane, const N: usize> Space<L> for [L; N] {
    #[inline(always)]
    fn len(&self) -> usize {
        N
    }

    #[inline(always)]
    fn like(&self, value: L) -> Self {
        [value; N]
    }
}
