//! An inner function sees no variable around it.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    fn force(x: f64) -> f64 {
        -rate * x
    }
    [v, force(x) + t * rate]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
