//! Fehlberg's pair of orders 2 and 1.

crate::tableau! {
    /// Fehlberg's 1(2) pair, advanced with the weights of order 2. Three stages, not FSAL.
    ///
    /// The last row repeats the embedded weights, so that as published, advanced with order 1, the pair is
    /// FSAL.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 2.
    ///
    /// Source: E. Fehlberg, NASA TR R-315 (1969).
    pub Fehlberg2, order 2, embedded 1 {
        0   |
        1/2 | 1/2
        1   | 1/256  255/256
        ----+-----------------------
            | 1/512  255/256  1/512
            | 1/256  255/256  0
    }
}
