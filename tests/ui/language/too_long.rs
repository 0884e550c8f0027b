//! More rounds than can be unrolled, and an integer that changes from one to the next.

use odec::prelude::*;

#[ode]
fn decay(_t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut sum = x;
    let mut n = 0;
    for _ in 0..1_000_000 {
        sum += rate * n as f64;
        n += 1;
    }
    [v, sum]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
