//! Loops over lanes that stay loops.

/// The numbers of `N` lanes, for loops that the compiler shall keep as loops: it then makes vector instructions of them,
/// while unrolled ones are too deep for it. It may not know how often they run, only that it is a multiple of 4.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rolled<const N: usize> {
    quads: usize,
}

impl<const N: usize> Rolled<N> {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self { quads: if N < 4 { 0 } else { std::hint::black_box(N / 4) } }
    }

    /// The lanes; for a number that is no multiple of 4 all is known.
    #[inline(always)]
    pub(crate) fn all(self) -> std::ops::Range<usize> {
        0..if N.is_multiple_of(4) { self.quads.min(N / 4) * 4 } else { N }
    }
}
