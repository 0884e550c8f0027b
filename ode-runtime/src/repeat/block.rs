//! Blocks of iterations.
//!
//! A loop that sums up, or adds to places that its other iterations add to as well, cannot be vectorised. A block of it
//! writes its terms to small arrays, element by element, and short loops without a dependency add these up.

use std::ops::Range;

use crate::number::Lane;

/// Iterations to a block: its arrays stay in the first cache.
const BLOCK: usize = 64;

/// The numbers from `first` to the one before `end`, block by block.
#[inline(always)]
pub fn blocks(first: usize, end: usize) -> impl Iterator<Item = Range<usize>> {
    let count = (end - first).div_ceil(BLOCK);
    (0..count).map(move |block| {
        let start = first + block * BLOCK;
        start..end.min(start + BLOCK)
    })
}

/// Room for the terms of a block.
#[inline(always)]
#[must_use]
pub fn terms<L: Lane>() -> [L; BLOCK] {
    [L::constant(0.0); BLOCK]
}

/// Adds the terms to as many places.
#[inline(always)]
pub fn add_to<L: Lane>(places: &mut [L], terms: &[L]) {
    for (place, &term) in places.iter_mut().zip(terms) {
        *place += term;
    }
}

/// Subtracts the terms from as many places.
#[inline(always)]
pub fn subtract_from<L: Lane>(places: &mut [L], terms: &[L]) {
    for (place, &term) in places.iter_mut().zip(terms) {
        *place = *place - term;
    }
}

/// How many sums are made side by side.
const SIDE_BY_SIDE: usize = 16;

/// A sum over all blocks, as several that are made side by side.
#[derive(Debug, Clone, Copy)]
pub struct Sum<L: Lane>([L; SIDE_BY_SIDE]);

impl<L: Lane> Sum<L> {
    /// Of nothing yet.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self([L::constant(0.0); SIDE_BY_SIDE])
    }

    /// Adds the terms of a block.
    #[inline(always)]
    pub fn add(&mut self, terms: &[L]) {
        let chunks = terms.chunks_exact(SIDE_BY_SIDE);
        let rest = chunks.remainder();
        for chunk in chunks {
            add_to(&mut self.0, chunk);
        }
        add_to(&mut self.0, rest);
    }

    /// The sum of all.
    #[inline(always)]
    #[must_use]
    pub fn total(self) -> L {
        let mut sums = self.0;
        let mut count = SIDE_BY_SIDE;
        while count > 1 {
            count /= 2;
            for place in 0..count {
                sums[place] += sums[place + count];
            }
        }
        sums[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_range_in_order() {
        for (first, end) in [(0, 1), (3, 67), (3, 68), (5, 1000)] {
            let all: Vec<usize> = blocks(first, end).flatten().collect();
            assert_eq!(all, (first..end).collect::<Vec<usize>>());
            assert!(blocks(first, end).all(|block| block.len() <= terms::<f64>().len()));
        }
    }

    #[test]
    fn sums_over_blocks_have_all_terms() {
        let numbers: Vec<f64> = (0..1000).map(f64::from).collect();
        for length in [0, 1, 15, 16, 17, 64, 100, 1000] {
            let mut sum = Sum::new();
            numbers[..length].chunks(BLOCK).for_each(|block| sum.add(block));
            // Whole numbers of this size are added without rounding.
            assert_eq!(sum.total(), numbers[..length].iter().sum::<f64>());
        }
        let mut places = [1.0; 4];
        add_to(&mut places, &numbers[..4]);
        subtract_from(&mut places[1..], &[5.0; 3]);
        assert_eq!(places, [1.0, -3.0, -2.0, -1.0]);
    }
}
