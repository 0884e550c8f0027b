//! A parameter that is not used.

#![deny(deprecated, unused_variables)]

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    [v, -x + t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
