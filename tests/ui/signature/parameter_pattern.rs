//! A parameter without a name.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64, [a, b]: [f64; 2]) -> [f64; 2] {
    [v, -rate * x + t + a * b]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
