//! Constants of the function, of the crate, of another module and of the standard library.

use std::f64::consts::PI;

use odec::prelude::*;

const GRAVITY: f64 = 9.81;

mod sea {
    pub const DEPTH: f64 = 4.0;
}

#[ode]
fn wave(t: f64, [height, speed]: [f64; 2], damping: f64) -> [f64; 2] {
    const N: usize = 3;
    const WEIGHTS: [f64; N] = [0.5, 0.3, HALF * 0.4];
    const HALF: f64 = 0.5;
    let mut drive = 0.0;
    for (i, weight) in WEIGHTS.iter().enumerate() {
        drive += weight * (2.0 * PI * (i + 1) as f64 * t).cos();
    }
    [speed, drive - damping * speed - GRAVITY / sea::DEPTH * height + std::f64::consts::E * f64::EPSILON]
}

fn main() -> Result<(), SolveError> {
    let model = Wave { damping: 0.1 };
    assert!(model.solve([0.1, 0.0], 0.0..3.0)?.last()[0].is_finite());
    assert!((wave(0.0, [0.0, 0.0], 0.1)[1] - 1.0).abs() < 1e-15);
    Ok(())
}
