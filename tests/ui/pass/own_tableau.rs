//! A method of one's own, by itself and with an error estimate.

use odec::prelude::*;

tableau! {
    /// Ralston's third-order method.
    pub Ralston3, order 3 {
        0   |
        1/2 | 1/2
        3/4 | 0    3/4
        ----+----------------
            | 2/9  1/3  4/9
    }
}

tableau! {
    Pair, order 2, embedded 1 {
        0   |
        1/2 | 1/2
        ----+--------
            | 0  1
            | 1  0
    }
}

#[ode]
fn decay(_t: f64, y: f64, rate: f64) -> f64 {
    -rate * y
}

fn main() -> Result<(), SolveError> {
    let model = Decay { rate: 1.0 };
    let fixed = model.solver().method(Ralston3).step_size(0.01).solve(1.0, 0.0..1.0)?;
    let adaptive = model.solver().method(Pair).rtol(1e-6).solve(1.0, 0.0..1.0)?;
    for solution in [fixed, adaptive] {
        assert!((solution.last() - (-1.0_f64).exp()).abs() < 1e-4);
    }
    Ok(())
}
