//! Kutta's methods of fourth order.

crate::tableau! {
    /// Kutta's 3/8 rule. Order 4, four stages, not FSAL.
    ///
    /// What torchdiffeq calls `rk4`. Its error terms are mostly smaller than those of [`Rk4Classic`], for the
    /// same work.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 3.
    ///
    /// Source: W. Kutta, Z. Math. Phys. 46 (1901) 435-453.
    pub Rk4, order 4 {
        0   |
        1/3 | 1/3
        2/3 | -1/3  1
        1   | 1     -1   1
        ----+---------------------
            | 1/8   3/8  3/8  1/8
    }
}

crate::tableau! {
    /// The classical Runge-Kutta method. Order 4, four stages, not FSAL.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 3.
    ///
    /// Source: W. Kutta, Z. Math. Phys. 46 (1901) 435-453.
    pub Rk4Classic, order 4 {
        0   |
        1/2 | 1/2
        1/2 | 0    1/2
        1   | 0    0    1
        ----+--------------------
            | 1/6  1/3  1/3  1/6
    }
}
