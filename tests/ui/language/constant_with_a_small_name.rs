//! A constant from outside that is not written as one.

use odec::prelude::*;

#[allow(non_upper_case_globals)]
const gravity: f64 = 9.81;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    [v, -rate * x + gravity * t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
