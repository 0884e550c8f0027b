//! A struct from outside.

use odec::prelude::*;

struct Force {
    value: f64,
}

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let force = Force { value: -rate * x };
    [v, t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
