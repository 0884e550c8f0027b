//! The explicit midpoint rule.

crate::tableau! {
    /// The explicit midpoint rule. Order 2, two stages, not FSAL.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 2.
    ///
    /// Source: C. Runge, Math. Ann. 46 (1895) 167-178.
    pub Midpoint, order 2 {
        0   |
        1/2 | 1/2
        ----+--------
            | 0    1
    }
}
