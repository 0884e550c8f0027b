//! `#[differentiable]`: functions of time, state and parameters of their own.

use odec::prelude::*;

/// A number.
#[differentiable]
fn impact(_t: f64, [height, _speed]: [f64; 2], floor: f64) -> f64 {
    height - floor
}

/// Numbers, of another shape than the state's.
#[differentiable]
pub fn bounce(t: f64, [height, speed]: [f64; 2], restitution: f64) -> ([f64; 2], f64) {
    ([height, -restitution * speed], t)
}

fn main() {
    let impact = Impact { floor: 0.5 };
    assert_eq!(impact.value(0.0, [2.0, -1.0]), 1.5);
    let bounce = Bounce { restitution: 0.9 };
    assert_eq!(bounce.value(3.0, [0.0, -2.0]), ([0.0, 1.8], 3.0));
    assert_eq!(Impact::PARAMETERS, ["floor"]);
}
