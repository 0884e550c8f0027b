//! Arrays between loops, kept by the thread from one evaluation to the next.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use crate::number::Lane;

thread_local! {
    /// The buffers that nothing uses now, by their type.
    static IDLE: RefCell<HashMap<TypeId, Vec<Box<dyn Any>>>> = RefCell::default();
}

/// An array on the heap, which the thread takes back when it is dropped.
#[derive(Debug)]
pub struct Buffer<L: Lane, const N: usize>(Option<Box<[L; N]>>);

/// A buffer that holds what was left in it: all of it is written before it is read.
#[inline]
#[must_use]
pub fn buffer<L: Lane, const N: usize>() -> Buffer<L, N> {
    let idle = IDLE.with_borrow_mut(|idle| idle.get_mut(&TypeId::of::<[L; N]>()).and_then(Vec::pop));
    let known = idle.and_then(|idle| idle.downcast().ok());
    Buffer(Some(known.unwrap_or_else(allocated)))
}

/// A new array, which was never on the stack.
#[cold]
fn allocated<L: Lane, const N: usize>() -> Box<[L; N]> {
    let numbers = vec![L::constant(0.0); N].into_boxed_slice();
    numbers.try_into().expect("as many numbers as the array has")
}

impl<L: Lane, const N: usize> Deref for Buffer<L, N> {
    type Target = [L; N];

    #[inline(always)]
    fn deref(&self) -> &[L; N] {
        self.0.as_deref().expect("there until it is dropped")
    }
}

impl<L: Lane, const N: usize> DerefMut for Buffer<L, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [L; N] {
        self.0.as_deref_mut().expect("there until it is dropped")
    }
}

impl<L: Lane, const N: usize> Drop for Buffer<L, N> {
    fn drop(&mut self) {
        if let Some(numbers) = self.0.take() {
            // At the end of a thread there is nobody to take it back.
            let _ = IDLE.try_with(|idle| {
                if let Ok(mut idle) = idle.try_borrow_mut() {
                    idle.entry(TypeId::of::<[L; N]>()).or_default().push(numbers);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again() {
        let mut first = buffer::<f64, 100>();
        first[7] = 1.5;
        let place = std::ptr::from_ref(&*first);
        let second = buffer::<f64, 100>();
        assert_ne!(std::ptr::from_ref(&*second), place);
        drop(first);
        let again = buffer::<f64, 100>();
        assert_eq!(std::ptr::from_ref(&*again), place);
        assert_eq!(again[7], 1.5);
        assert_eq!(buffer::<f64, 101>()[7], 0.0);
    }
}
