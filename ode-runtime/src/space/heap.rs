//! Vectors of any length.

use std::ops::{Index, IndexMut};

use super::Space;
use crate::number::Lane;

/// A vector on the heap, for states whose length is known when they are given.
#[derive(Debug, PartialEq)]
pub struct Heap<L>(pub(crate) Vec<L>);

impl<L> Index<usize> for Heap<L> {
    type Output = L;

    #[inline(always)]
    fn index(&self, place: usize) -> &L {
        &self.0[place]
    }
}

impl<L> IndexMut<usize> for Heap<L> {
    #[inline(always)]
    fn index_mut(&mut self, place: usize) -> &mut L {
        &mut self.0[place]
    }
}

impl<L: Clone> Clone for Heap<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    /// Into the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

impl<L: Lane> Space<L> for Heap<L> {
    const ON_HEAP: bool = true;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn like(&self, value: L) -> Self {
        Self(vec![value; self.0.len()])
    }

    #[inline(always)]
    fn values(&self) -> impl Iterator<Item = L> {
        self.0.iter().copied()
    }
}
