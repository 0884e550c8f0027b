//! A function of the state alone.

use odec::prelude::*;

#[ode]
fn decay(y: f64) -> f64 {
    -y
}

fn main() {
    let model = Decay {};
    let _ = model.solve(1.0, 0.0..1.0);
}
