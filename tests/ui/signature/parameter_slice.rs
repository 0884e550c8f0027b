//! A parameter that is a slice.

use odec::prelude::*;

#[ode]
fn chain(t: f64, y: [f64; 2], rates: &[f64]) -> [f64; 2] {
    [rates[0] * y[1], -rates[1] * y[0] + t]
}

fn main() {
    println!("{:?}", chain(0.0, [1.0, 0.0], &[1.0, 2.0]));
}
