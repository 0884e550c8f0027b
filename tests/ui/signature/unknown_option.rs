//! An option that there is not.

use odec::prelude::*;

#[ode(method = Tsit5)]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    [v, -rate * x + t]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
