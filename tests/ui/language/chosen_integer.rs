//! An integer that a branch on the state decides.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let n = if x > 0.0 { 1 } else { 2 };
    [v, -rate * x + t * n as f64]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
