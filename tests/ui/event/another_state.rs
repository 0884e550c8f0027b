use odec::prelude::*;

#[ode]
fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] {
    [v, -x]
}

#[differentiable]
fn level(_t: f64, [x, _v, _w]: [f64; 3]) -> f64 {
    x
}

fn main() {
    let _ = (Oscillator {}).solver().until(Level {}).solve([1.0, 0.0], 0.0..);
}
