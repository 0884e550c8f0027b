use odec::prelude::*;

#[ode]
fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] {
    [v, -x]
}

#[differentiable]
fn level(_t: f64, [x, _v]: [f64; 2]) -> f64 {
    x
}

fn main() {
    let _ = (Oscillator {}).solver().reset(Level {}, Level {}).solve([1.0, 0.0], 0.0..1.0);
}
