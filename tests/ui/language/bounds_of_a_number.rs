//! A loop whose bound is no integer.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut sum = x;
    for _ in 0..rate {
        sum += t;
    }
    [v, sum]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
