//! A parameter that is an integer.

use odec::prelude::*;

#[ode]
fn chain(t: f64, y: [f64; 2], power: i32) -> [f64; 2] {
    [y[1], -y[0].powi(power) + t]
}

fn main() {
    let model = Chain { power: 3 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
