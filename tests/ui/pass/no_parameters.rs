//! Without parameters the struct has no fields.

use odec::prelude::*;

#[ode]
fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] {
    [v, -x]
}

#[differentiable]
fn lowest(_t: f64, [_x, v]: [f64; 2]) -> f64 {
    v
}

fn main() -> Result<(), SolveError> {
    let model = Oscillator {};
    assert!((model.solve([1.0, 0.0], 0.0..1.0)?.last()[0] - 1.0_f64.cos()).abs() < 1e-6);
    let gradient = model.solver().gradient([1.0, 0.0], 0.0..1.0, |states, cotangents| {
        cotangents[1] = [1.0, 0.0];
        states[1][0]
    })?;
    assert!((gradient.y0[0] - 1.0_f64.cos()).abs() < 1e-6);
    assert_eq!(gradient.params, Oscillator {});
    assert_eq!(Lowest {}.value(0.0, [1.0, 2.0]), 2.0);
    Ok(())
}
