//! Vectors of a known length on the heap.

use std::ops::{Deref, DerefMut, Index, IndexMut};

use super::Space;
use crate::number::Lane;

/// `N` elements on the heap, for states that are too large for registers and for the stack. It is an array to whatever
/// reads or writes it.
#[derive(Debug, PartialEq)]
pub struct Boxed<T, const N: usize>(Box<[T; N]>);

impl<T, const N: usize> Boxed<T, N> {
    /// The vector of these elements. They are made one by one on the heap, never all on the stack.
    ///
    /// ```
    /// let squares = ode_runtime::Boxed::<f64, 1000>::from_fn(|i| (i * i) as f64);
    /// assert_eq!(squares[30], 900.0);
    /// ```
    pub fn from_fn(element: impl FnMut(usize) -> T) -> Self {
        Self::collect((0..N).map(element))
    }

    /// The vector of the elements that this iterator yields, which are `N`.
    ///
    /// # Panics
    /// Where they are not.
    #[doc(hidden)]
    pub fn collect(elements: impl Iterator<Item = T>) -> Self {
        let elements: Box<[T]> = elements.collect();
        match elements.try_into() {
            Ok(array) => Self(array),
            Err(found) => panic!("{} elements for a vector of {N}", found.len()),
        }
    }
}

impl<T, const N: usize> Deref for Boxed<T, N> {
    type Target = [T; N];

    #[inline(always)]
    fn deref(&self) -> &[T; N] {
        &self.0
    }
}

impl<T, const N: usize> DerefMut for Boxed<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T; N] {
        &mut self.0
    }
}

impl<T, const N: usize> AsRef<[T]> for Boxed<T, N> {
    fn as_ref(&self) -> &[T] {
        &*self.0
    }
}

impl<T, const N: usize> AsMut<[T]> for Boxed<T, N> {
    fn as_mut(&mut self) -> &mut [T] {
        &mut *self.0
    }
}

impl<T, const N: usize> Index<usize> for Boxed<T, N> {
    type Output = T;

    #[inline(always)]
    fn index(&self, place: usize) -> &T {
        &self.0[place]
    }
}

impl<T, const N: usize> IndexMut<usize> for Boxed<T, N> {
    #[inline(always)]
    fn index_mut(&mut self, place: usize) -> &mut T {
        &mut self.0[place]
    }
}

impl<T: Clone, const N: usize> Clone for Boxed<T, N> {
    fn clone(&self) -> Self {
        Self::collect(self.iter().cloned())
    }

    /// Into the memory that is there.
    #[inline(always)]
    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from_slice(&*other.0);
    }
}

impl<L: Lane, const N: usize> Space<L> for Boxed<L, N> {
    const ON_HEAP: bool = true;

    #[inline(always)]
    fn len(&self) -> usize {
        N
    }

    #[inline(always)]
    fn like(&self, value: L) -> Self {
        Self::from_fn(|_| value)
    }

    #[inline(always)]
    fn values(&self) -> impl Iterator<Item = L> {
        self.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Boxed;

    #[test]
    fn a_copy_uses_the_memory_that_is_there() {
        let source = Boxed::<f64, 100>::from_fn(|i| i as f64);
        let mut copy = Boxed::<f64, 100>::from_fn(|_| 0.0);
        let place = copy.as_ptr();
        copy.clone_from(&source);
        assert_eq!(copy.as_ptr(), place);
        assert_eq!(copy, source);
    }
}
