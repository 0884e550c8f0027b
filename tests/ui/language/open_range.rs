//! A range without an end.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut sum = rate;
    for (i, y) in (0..).zip([x, v]) {
        sum += i as f64 * y;
    }
    [v, sum + t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
