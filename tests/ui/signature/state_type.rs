//! A state whose length is known while running.

use odec::prelude::*;

#[ode]
fn decay(_t: f64, y: Vec<f64>, rate: f64) -> Vec<f64> {
    y.iter().map(|y| -rate * y).collect()
}

fn main() {
    let model = Decay { rate: 1.0 };
    let solution = model.solver().method(Tsit5).solve(vec![1.0, 0.0], 0.0..1.0);
    println!("{:?}", solution.map(|solution| solution.last()));
}
