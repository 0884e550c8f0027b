//! A function without a value.

use odec::prelude::*;

#[differentiable]
fn impact(_t: f64, [height, _speed]: [f64; 2], floor: f64) {
    let _ = height - floor;
}

fn main() {
    let impact = Impact { floor: 0.0 };
    let _ = impact.value(0.0, [1.0, 0.0]);
}
