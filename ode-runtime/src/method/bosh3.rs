//! Bogacki and Shampine's pair of orders 3 and 2.

crate::tableau! {
    /// Bogacki and Shampine's 3(2) pair. Four stages, FSAL: three evaluations a step.
    ///
    /// Dense output: the cubic Hermite interpolant, of order 3.
    ///
    /// Source: P. Bogacki, L. F. Shampine, Appl. Math. Lett. 2 (1989) 321-325.
    pub Bosh3, order 3, embedded 2 {
        0   |
        1/2 | 1/2
        3/4 | 0     3/4
        1   | 2/9   1/3  4/9
        ----+---------------------
            | 2/9   1/3  4/9  0
            | 7/24  1/4  1/3  1/8
    }
}
