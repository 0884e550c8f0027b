//! Heun's methods: the trapezoidal ones of second order, and the one of third.

crate::tableau! {
    /// Heun's method of second order, the explicit trapezoidal rule. Two stages, not FSAL.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 2.
    ///
    /// Source: K. Heun, Z. Math. Phys. 45 (1900) 23-38.
    pub Heun2, order 2 {
        0 |
        1 | 1
        --+----------
          | 1/2  1/2
    }
}

crate::tableau! {
    /// Heun's method with an error estimate from a method of first order, 2(1). Two stages, not FSAL.
    ///
    /// The embedded weights take the second stage alone: the estimate is that of Heun and Euler, whose
    /// embedded weights are `1 0`, with the opposite sign.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 2.
    ///
    /// Source: K. Heun, Z. Math. Phys. 45 (1900) 23-38.
    pub AdaptiveHeun, order 2, embedded 1 {
        0 |
        1 | 1
        --+----------
          | 1/2  1/2
          | 0    1
    }
}

crate::tableau! {
    /// Heun's method of third order. Three stages, not FSAL.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 3.
    ///
    /// Source: K. Heun, Z. Math. Phys. 45 (1900) 23-38.
    pub Heun3, order 3 {
        0   |
        1/3 | 1/3
        2/3 | 0    2/3
        ----+---------------
            | 1/4  0    3/4
    }
}
