//! An array whose length is nowhere written.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    let forces = std::array::from_fn(|i| if i == 0 { v } else { -rate * x + t });
    forces
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
