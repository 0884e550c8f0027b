//! A pattern that is not that of the state.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [a, b, c]: [f64; 2], rate: f64) -> [f64; 2] {
    [b, -rate * a + t * c]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
