//! A closure that changes a variable around it.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let mut sum = t;
    let doubled = [x, v].map(|y| {
        sum += y;
        2.0 * y
    });
    [doubled[1], -rate * sum]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
