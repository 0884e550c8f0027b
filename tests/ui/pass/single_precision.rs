//! A system of `f32`.

use odec::prelude::*;

#[ode]
fn decay(t: f32, y: [f32; 2], rate: f32) -> [f32; 2] {
    const SCALE: f32 = 0.5;
    let mixed = y[0] + std::f32::consts::PI * y[1] * 1e-3_f32;
    [-rate * mixed, -SCALE * y[1] + 0.0 * t]
}

fn main() -> Result<(), SolveError> {
    let model = Decay { rate: 1.5 };
    let end: [f32; 2] = model.solve([1.0, 1.0], 0.0..1.0)?.last();
    assert!((end[1] - (-0.5_f32).exp()).abs() < 1e-4);
    Ok(())
}
