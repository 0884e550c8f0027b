//! An inner function that takes a mutable reference.

use odec::prelude::*;

#[ode]
fn decay(t: f64, [x, v]: [f64; 2], rate: f64) -> [f64; 2] {
    fn pushed(force: &mut f64, by: f64) -> f64 {
        *force += by;
        *force
    }
    [v, pushed(-rate * x, t)]
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solve([1.0, 0.0], 0.0..1.0);
}
