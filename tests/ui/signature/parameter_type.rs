//! A parameter whose length is known while running.

use odec::prelude::*;

#[ode]
fn chain(t: f64, y: [f64; 2], rates: Vec<f64>) -> [f64; 2] {
    [rates[0] * y[1], -rates[1] * y[0] + t]
}

fn main() {
    let model = Chain { rates: vec![1.0, 2.0] };
    let solution = model.solver().rtol(1e-6).solve([1.0, 0.0], 0.0..1.0);
    println!("{:?}", solution.map(|solution| solution.last()));
}
