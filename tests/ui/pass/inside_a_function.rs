//! A system inside of a function, where no path leads to it.

use odec::prelude::*;

fn end(rate: f64) -> Result<f64, SolveError> {
    const SCALE: f64 = 2.0;

    #[ode]
    fn decay(_t: f64, y: f64, rate: f64) -> f64 {
        -rate * y / SCALE
    }

    Ok(Decay { rate }.solve(1.0, 0.0..1.0)?.last())
}

fn main() -> Result<(), SolveError> {
    assert!((end(2.0)? - (-1.0_f64).exp()).abs() < 1e-6);
    Ok(())
}
