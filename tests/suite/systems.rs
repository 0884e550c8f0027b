//! The test systems, written as a user would write them.

use odec::prelude::*;

pub use crate::support::{LotkaVolterra, lotka_volterra};

#[ode]
pub fn lotka_volterra_f32(
    _t: f32,
    [prey, predator]: [f32; 2],
    alpha: f32,
    beta: f32,
    gamma: f32,
    delta: f32,
) -> [f32; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}

#[ode]
pub fn van_der_pol(_t: f64, [x, v]: [f64; 2], mu: f64) -> [f64; 2] {
    [v, mu * (1.0 - x * x) * v - x]
}

#[ode]
pub fn lorenz(_t: f64, [x, y, z]: [f64; 3], sigma: f64, rho: f64, beta: f64) -> [f64; 3] {
    [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]
}

/// As torchdiffeq's reference has it.
#[ode]
pub fn pendulum(_t: f64, [angle, speed]: [f64; 2], w2: f64, c: f64) -> [f64; 2] {
    [speed, -w2 * angle.sin() - c * speed]
}

#[ode]
pub fn pendulum_friction(_t: f64, [theta, omega]: [f64; 2], b: f64, c: f64) -> [f64; 2] {
    [omega, -b * omega - c * theta.sin()]
}

#[ode]
pub fn pendulum_friction_f32(_t: f32, [theta, omega]: [f32; 2], b: f32, c: f32) -> [f32; 2] {
    [omega, -b * omega - c * theta.sin()]
}

#[ode]
pub fn fitzhugh_nagumo(_t: f64, [v, w]: [f64; 2], a: f64, b: f64, tau: f64, current: f64) -> [f64; 2] {
    [v - v.powi(3) / 3.0 - w + current, (v + a - b * w) / tau]
}

#[ode]
pub fn brusselator(_t: f64, [x, y]: [f64; 2], a: f64, b: f64) -> [f64; 2] {
    let reaction = x.powi(2) * y;
    [a + reaction - (b + 1.0) * x, b * x - reaction]
}

#[ode]
pub fn harmonic_oscillator(_t: f64, (place, speed): (f64, f64), omega: f64) -> (f64, f64) {
    (speed, -omega.powi(2) * place)
}

/// With the three parameters of the gradient reference.
#[ode]
pub fn forced_linear(t: f64, y: f64, a: f64, b: f64, omega: f64) -> f64 {
    -a * y + b * (omega * t).sin()
}

/// With the single parameter of torchdiffeq's reference.
#[ode]
pub fn forced_decay(t: f64, y: f64, k: f64) -> f64 {
    -k * y + t.sin()
}

/// The restricted three-body problem.
#[ode]
pub fn arenstorf(_t: f64, [x, y, vx, vy]: [f64; 4], mu: f64) -> [f64; 4] {
    fn cube_of_distance(x: f64, y: f64) -> f64 {
        let square = x * x + y * y;
        square * square.sqrt()
    }
    let other = 1.0 - mu;
    let d1 = cube_of_distance(x + mu, y);
    let d2 = cube_of_distance(x - other, y);
    [
        vx,
        vy,
        x + 2.0 * vy - other * (x + mu) / d1 - mu * (x - other) / d2,
        y - 2.0 * vx - other * y / d1 - mu * y / d2,
    ]
}

/// Seven stars in the plane: the state is x, y, x', y'.
#[ode]
pub fn pleiades(_t: f64, state: [f64; 28]) -> [f64; 28] {
    const STARS: usize = 7;
    const X: usize = 0;
    const Y: usize = STARS;
    const SPEED: usize = 2 * STARS;
    let mut rate = [0.0; 28];
    for i in 0..STARS {
        rate[X + i] = state[SPEED + X + i];
        rate[Y + i] = state[SPEED + Y + i];
        for j in 0..STARS {
            if i != j {
                let dx = state[X + j] - state[X + i];
                let dy = state[Y + j] - state[Y + i];
                let square = dx * dx + dy * dy;
                let mass = (j + 1) as f64;
                let pull = mass / (square * square.sqrt());
                rate[SPEED + X + i] += pull * dx;
                rate[SPEED + Y + i] += pull * dy;
            }
        }
    }
    rate
}

#[ode]
pub fn lorenz96(_t: f64, x: [f64; 40], forcing: f64) -> [f64; 40] {
    const N: usize = 40;
    std::array::from_fn(|i| (x[(i + 1) % N] - x[(i + N - 2) % N]) * x[(i + N - 1) % N] - x[i] + forcing)
}

/// Three equal masses that chase each other along an eight: places x1, y1, x2, …, then speeds.
#[ode]
pub fn three_body_figure_eight(_t: f64, state: [f64; 12]) -> [f64; 12] {
    let mut rate = [0.0; 12];
    for i in 0..3 {
        let (x, y) = (2 * i, 2 * i + 1);
        rate[x] = state[6 + x];
        rate[y] = state[6 + y];
        for j in 0..3 {
            if j != i {
                let (dx, dy) = (state[2 * j] - state[x], state[2 * j + 1] - state[y]);
                let cube = (dx * dx + dy * dy).powf(1.5);
                rate[6 + x] += dx / cube;
                rate[6 + y] += dy / cube;
            }
        }
    }
    rate
}

/// A network of two layers.
#[ode]
pub fn mlp(
    _t: f64,
    y: [f64; 2],
    w1: [[f64; 2]; 8],
    b1: [f64; 8],
    w2: [[f64; 8]; 2],
    b2: [f64; 2],
) -> [f64; 2] {
    let mut hidden = [0.0; 8];
    for i in 0..8 {
        let mut sum = b1[i];
        for j in 0..2 {
            sum += w1[i][j] * y[j];
        }
        hidden[i] = sum.tanh();
    }
    let mut rate = b2;
    for i in 0..2 {
        for j in 0..8 {
            rate[i] += w2[i][j] * hidden[j];
        }
    }
    rate
}

/// Nonlinear and non-autonomous, with y = (2 + sin t, 1 / (2 + sin t)) from (2, 1/2).
#[ode]
pub fn known(t: f64, [u, v]: [f64; 2]) -> [f64; 2] {
    let slope = t.cos();
    [slope * u * v, -slope * v * v]
}
