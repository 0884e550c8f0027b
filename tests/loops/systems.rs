//! The systems: long rows of neighbours, grids, all pairs, and values that go from one iteration to the next.

use odec::prelude::*;

/// Heat along a rod of 1,000 cells whose ends are held.
#[ode]
pub fn rod(t: f64, y: [f64; 1000], conductivity: f64, left: f64) -> [f64; 1000] {
    const N: usize = 1000;
    let mut dy = [0.0; N];
    for i in 0..N {
        let before = if i > 0 { y[i - 1] } else { left * t.cos() };
        let after = if i < N - 1 { y[i + 1] } else { 0.0 };
        dy[i] = conductivity * (before - 2.0 * y[i] + after);
    }
    dy
}

#[ode]
pub fn lorenz96(_t: f64, y: [f64; 4000], forcing: f64) -> [f64; 4000] {
    const N: usize = 4000;
    std::array::from_fn(|i| (y[(i + 1) % N] - y[(i + N - 2) % N]) * y[(i + N - 1) % N] - y[i] + forcing)
}

/// 200 oscillators, each coupled to all.
#[ode]
pub fn kuramoto(_t: f64, phase: [f64; 200], frequency: [f64; 200], coupling: f64) -> [f64; 200] {
    const N: usize = 200;
    let mut rate = [0.0; N];
    for i in 0..N {
        let mut sum = 0.0;
        for j in 0..N {
            sum += (phase[j] - phase[i]).sin();
        }
        rate[i] = frequency[i] + coupling / N as f64 * sum;
    }
    rate
}

/// Bodies on a line that pull each other, none of them itself.
#[ode]
pub fn pulls(_t: f64, (x, v): ([f64; 60], [f64; 60]), softness: f64) -> ([f64; 60], [f64; 60]) {
    const N: usize = 60;
    let mut dv = [0.0; N];
    for i in 0..N {
        for j in 0..N {
            if i != j {
                let distance = x[j] - x[i];
                dv[i] += distance / (distance * distance + softness).powi(2);
            }
        }
    }
    (v, dv)
}

/// Heat on a plate, as rows of columns.
#[ode]
pub fn plate(_t: f64, y: [[f64; 64]; 64], conductivity: f64) -> [[f64; 64]; 64] {
    const N: usize = 64;
    let mut dy = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..N {
            let up = if i > 0 { y[i - 1][j] } else { 0.0 };
            let down = if i < N - 1 { y[i + 1][j] } else { 0.0 };
            let left = if j > 0 { y[i][j - 1] } else { 0.0 };
            let right = if j < N - 1 { y[i][j + 1] } else { 0.0 };
            dy[i][j] = conductivity * (up + down + left + right - 4.0 * y[i][j]) - y[i][j].powi(3);
        }
    }
    dy
}

/// The inside of a plate, flat: fluxes across edges are added to both sides.
#[ode]
pub fn flat_plate(_t: f64, y: [f64; 1600], conductivity: f64) -> [f64; 1600] {
    const N: usize = 40;
    let mut dy = [0.0; 1600];
    for i in 0..N {
        for j in 1..N {
            let flux = conductivity * (y[i * N + j] - y[i * N + j - 1]);
            dy[i * N + j] -= flux;
            dy[i * N + j - 1] += flux;
        }
    }
    for i in 1..N {
        for j in 0..N {
            let flux = conductivity * (y[i * N + j] - y[(i - 1) * N + j]).sin();
            dy[i * N + j] -= flux;
            dy[(i - 1) * N + j] += flux;
        }
    }
    dy
}

/// Each link feels the product of all before it; a polynomial by Horner's rule, and a mean.
#[ode]
pub fn chain(t: f64, y: [f64; 500], weights: [f64; 500], x: f64) -> [f64; 500] {
    const N: usize = 500;
    let mut product = 1.0;
    let mut horner = 0.0;
    let mut mean = t;
    let mut dy = [0.0; N];
    for i in 0..N {
        product *= 1.0 + 0.01 * (y[i] - weights[i]);
        dy[i] = -y[i] * product;
        mean += y[i] / N as f64;
    }
    for i in (0..N).rev() {
        horner = horner * x * 0.1 + y[i];
    }
    for i in 0..N {
        dy[i] += horner - mean * (i as f64 / N as f64);
    }
    dy
}

/// Particles that feel a wall below them: the power of what is above it is none elsewhere.
#[ode]
pub fn walls(_t: f64, y: [(f64, f64); 300], wall: f64, friction: f64) -> [(f64, f64); 300] {
    let mut dy = [(0.0, 0.0); 300];
    for i in 0..300 {
        let (x, v) = y[i];
        let above = (x - wall).powf(3.5);
        dy[i].0 = v;
        if x > wall {
            dy[i].1 = -above - friction * v;
        } else {
            dy[i].1 = (wall - x) * 2.0;
        }
    }
    dy
}
