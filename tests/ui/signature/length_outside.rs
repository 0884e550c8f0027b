//! A length that is a constant of the crate.

use odec::prelude::*;

const N: usize = 2;

#[ode]
fn decay(t: f64, y: [f64; N], rate: f64) -> [f64; N] {
    y.map(|x| -rate * x + t)
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
