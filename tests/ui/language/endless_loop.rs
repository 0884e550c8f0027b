//! A loop that is left by `break`.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut sum = x;
    loop {
        sum -= rate + t;
        if sum < 1.0 {
            break;
        }
    }
    [v, sum]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
