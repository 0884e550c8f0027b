//! Truth values, one for each number of a lane.

/// The result of comparing lanes.
pub trait Mask: Copy {
    /// Where both hold.
    #[must_use]
    fn and(self, other: Self) -> Self;

    /// Where one of them holds.
    #[must_use]
    fn or(self, other: Self) -> Self;

    /// Where it does not hold.
    #[must_use]
    fn not(self) -> Self;
}

impl Mask for bool {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    fn not(self) -> Self {
        !self
    }
}

impl<const N: usize> Mask for [bool; N] {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] & other[i])
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] | other[i])
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.map(|holds| !holds)
    }
}
