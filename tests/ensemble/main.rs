//! Ensembles as a user has them: every trajectory is that of a solve of it alone.

#![allow(missing_docs, unreachable_pub, clippy::cast_precision_loss)]

mod failures;
mod gradients;
mod tensors;
mod trajectories;

use odec::prelude::*;

#[ode]
pub fn lorenz(_t: f64, [x, y, z]: [f64; 3], sigma: f64, rho: f64, beta: f64) -> [f64; 3] {
    [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]
}

/// A right-hand side that depends on time, and jumps.
#[ode]
pub fn driven(t: f64, [x, v]: [f64; 2], frequency: f64, push: f64) -> [f64; 2] {
    let force = if t < 1.0 { push } else { 0.0 };
    [v, force * (frequency * t).cos() - x]
}

#[ode]
pub fn explosion(_t: f64, y: f64, rate: f64) -> f64 {
    rate * y * y
}

#[ode]
pub fn single(t: f32, [x, v]: [f32; 2], stiffness: f32) -> [f32; 2] {
    [v, -stiffness * x + t.sin()]
}

pub const Y0: [f64; 3] = [1.0, 0.0, 0.0];

pub fn lorenzes(count: usize) -> Vec<Lorenz> {
    (0..count).map(|i| Lorenz { sigma: 10.0, rho: 28.0 * i as f64 / count as f64, beta: 8.0 / 3.0 }).collect()
}

/// Does this where ensembles have one thread, so that a chunk has more trajectories than lanes.
pub fn on_one_thread<T: Send>(ensemble: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread").install(ensemble)
}
