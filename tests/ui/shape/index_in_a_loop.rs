//! An index past the end in the last round of a loop.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let y = [x, v];
    let mut sum = t;
    for i in 0..2 {
        sum += y[i + 1] - y[i];
    }
    [v, -rate * sum]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
