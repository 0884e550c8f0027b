//! A state without a number.

use odec::prelude::*;

#[ode]
fn nothing(_t: f64, y: [f64; 0]) -> [f64; 0] {
    y
}

fn main() {
    let model = Nothing {};
    let _ = model.solve([], 0.0..1.0);
}
