//! An event under the attribute of systems.

use odec::prelude::*;

#[ode]
fn impact(_t: f64, [height, _velocity]: [f64; 2], floor: f64) -> f64 {
    height - floor
}

fn main() {
    let _ = Impact { floor: 0.0 };
}
