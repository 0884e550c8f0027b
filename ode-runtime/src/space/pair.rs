//! Two vectors end to end.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use super::Space;
use crate::number::Lane;

/// Two vectors as one, such as a state and its cotangent.
#[derive(Debug, Clone)]
pub(crate) struct Pair<L, A, B> {
    pub(crate) first: A,
    pub(crate) second: B,
    lane: PhantomData<L>,
}

impl<L: Lane, A: Space<L>, B: Space<L>> Pair<L, A, B> {
    pub(crate) fn new(first: A, second: B) -> Self {
        Self { first, second, lane: PhantomData }
    }
}

impl<L: Lane, A: Space<L>, B: Space<L>> Index<usize> for Pair<L, A, B> {
    type Output = L;

    #[inline(always)]
    fn index(&self, place: usize) -> &L {
        let count = self.first.len();
        if place < count { &self.first[place] } else { &self.second[place - count] }
    }
}

impl<L: Lane, A: Space<L>, B: Space<L>> IndexMut<usize> for Pair<L, A, B> {
    #[inline(always)]
    fn index_mut(&mut self, place: usize) -> &mut L {
        let count = self.first.len();
        if place < count { &mut self.first[place] } else { &mut self.second[place - count] }
    }
}

impl<L: Lane, A: Space<L>, B: Space<L>> Space<L> for Pair<L, A, B> {
    const ON_HEAP: bool = A::ON_HEAP || B::ON_HEAP;

    #[inline(always)]
    fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }

    #[inline(always)]
    fn like(&self, value: L) -> Self {
        Self::new(self.first.like(value), self.second.like(value))
    }
}
