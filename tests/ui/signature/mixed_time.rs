//! A time of another precision than the state.

use odec::prelude::*;

#[ode]
fn decay(t: f32, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    [v, -rate * x + t as f64]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
