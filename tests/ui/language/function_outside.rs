//! A function of the crate, whose body the macro cannot see.

use odec::prelude::*;

fn friction(v: f64) -> f64 {
    v * v.abs()
}

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    [v, -rate * friction(v) + x + t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
