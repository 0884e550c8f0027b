use odec::prelude::*;

#[ode]
fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] {
    [v, -x]
}

fn main() {
    let _ = (Oscillator {}).solver().until(|_t: f64, [x, _v]: [f64; 2]| x < 0.0).solve([1.0, 0.0], 0.0..);
}
