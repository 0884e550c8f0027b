//! An `if` without `else` as a value.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let force = if x > 0.0 {
        -rate * x
    };
    [v, force + t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
