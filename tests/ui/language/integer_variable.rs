//! An integer that is known while compiling, but is no number.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut sum = rate + t;
    for i in 0..2 {
        sum += i * x;
    }
    [v, sum]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
