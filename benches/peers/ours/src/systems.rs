//! The systems of the work-precision diagrams, as a user would write them.

use odec::prelude::*;

#[ode]
pub fn lotka_volterra(
    _t: f64,
    [prey, predator]: [f64; 2],
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
) -> [f64; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}

#[ode]
pub fn arenstorf(_t: f64, [x, y, vx, vy]: [f64; 4], mu: f64) -> [f64; 4] {
    fn pull(mass: f64, dx: f64, dy: f64) -> f64 {
        let square = dx * dx + dy * dy;
        mass / (square * square.sqrt())
    }
    let other = 1.0 - mu;
    let earth = pull(other, x + mu, y);
    let moon = pull(mu, x - other, y);
    [vx, vy, x + 2.0 * vy - earth * (x + mu) - moon * (x - other), y - 2.0 * vx - (earth + moon) * y]
}

/// The state is x, y, x', y' of seven stars with masses 1 to 7.
#[ode]
pub fn pleiades(_t: f64, y: [f64; 28]) -> [f64; 28] {
    let mut rate = [0.0; 28];
    for i in 0..14 {
        rate[i] = y[14 + i];
    }
    for i in 0..7 {
        for j in i + 1..7 {
            let (dx, dy) = (y[j] - y[i], y[7 + j] - y[7 + i]);
            let square = dx * dx + dy * dy;
            let pull = 1.0 / (square * square.sqrt());
            let (by_i, by_j) = ((i + 1) as f64 * pull, (j + 1) as f64 * pull);
            rate[14 + i] += by_j * dx;
            rate[21 + i] += by_j * dy;
            rate[14 + j] -= by_i * dx;
            rate[21 + j] -= by_i * dy;
        }
    }
    rate
}

#[ode]
pub fn lorenz96(_t: f64, x: [f64; 40], forcing: f64) -> [f64; 40] {
    std::array::from_fn(|i| (x[(i + 1) % 40] - x[(i + 38) % 40]) * x[(i + 39) % 40] - x[i] + forcing)
}
