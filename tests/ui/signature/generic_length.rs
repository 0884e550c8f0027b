//! A length that is generic.

use odec::prelude::*;

#[ode]
fn decay<const N: usize>(t: f64, y: [f64; N], rate: f64) -> [f64; N] {
    y.map(|x| -rate * x + t)
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
