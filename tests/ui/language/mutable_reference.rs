//! A mutable reference.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut force = -rate * x;
    let pushed = &mut force;
    *pushed += t;
    [v, force]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
