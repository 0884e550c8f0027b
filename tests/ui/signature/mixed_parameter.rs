//! A parameter of another precision than the state.

use odec::prelude::*;

#[ode]
fn decay(t: f64, y: f64, rate: f32) -> f64 {
    -f64::from(rate) * y + t
}

fn main() {
    let model = Decay { rate: 1.0 };
    let solution = model.solver().method(Tsit5).solve(1.0, 0.0..1.0);
    println!("{:?}", solution.map(|solution| solution.last()));
}
