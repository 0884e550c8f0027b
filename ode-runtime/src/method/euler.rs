//! The explicit method of Euler.

crate::tableau! {
    /// Euler's method. Order 1, one stage, not FSAL.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 1.
    ///
    /// Source: L. Euler, *Institutionum calculi integralis* I (1768).
    pub Euler, order 1 {
        0 |
        --+---
          | 1
    }
}
