//! Closures as arguments: they read what is around them.

use odec::prelude::*;

#[ode]
fn network(t: f64, y: [f64; 3], weights: [[f64; 3]; 3], gain: f64) -> [f64; 3] {
    let squashed = y.map(|x| (gain * x).tanh());
    let total: f64 = squashed.iter().sum();
    let rows: [f64; 3] =
        std::array::from_fn(|i| weights[i].iter().zip(&squashed).map(|(w, x)| w * x).sum::<f64>());
    let energy = y.iter().fold(0.0, |sum, x| sum + x * x);
    std::array::from_fn(|i| rows[i] - y[i] * energy + total * t / 10.0)
}

fn main() -> Result<(), SolveError> {
    let model = Network { weights: [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], gain: 1.5 };
    assert!(model.solve([0.1, 0.2, 0.3], 0.0..2.0)?.last().iter().all(|x| x.is_finite()));
    Ok(())
}
