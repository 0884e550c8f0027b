//! Systems beside each other, one in a module, all without the prelude.

mod rates {
    #[odec::ode]
    pub fn growth(_t: f64, y: f64, rate: f64) -> f64 {
        rate * y
    }

    #[odec::ode]
    pub fn decay(_t: f64, y: f64, rate: f64) -> f64 {
        -rate * y
    }

    #[odec::differentiable]
    pub fn level(_t: f64, y: f64, at: f64) -> f64 {
        y - at
    }
}

fn main() -> Result<(), odec::SolveError> {
    use rates::{Decay, Growth, Level};
    let up = Growth { rate: 1.0 }.solve(1.0, 0.0..1.0)?.last();
    let down = Decay { rate: 1.0 }.solve(up, 0.0..1.0)?.last();
    assert!((down - 1.0).abs() < 1e-6);
    assert!(Level { at: 1.0 }.value(0.0, down).abs() < 1e-6);
    Ok(())
}
