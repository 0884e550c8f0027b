//! The DETEST problems of Hull, Enright, Fellen and Sedgwick (1972).

use odec::prelude::*;

#[ode]
pub fn detest_a1(_t: f64, y: f64) -> f64 {
    -y
}

#[ode]
pub fn detest_a2(_t: f64, y: f64) -> f64 {
    -y.powi(3) / 2.0
}

#[ode]
pub fn detest_a3(t: f64, y: f64) -> f64 {
    y * t.cos()
}

#[ode]
pub fn detest_a4(_t: f64, y: f64) -> f64 {
    (y / 4.0) * (1.0 - y / 20.0)
}

#[ode]
pub fn detest_a5(t: f64, y: f64) -> f64 {
    (y - t) / (y + t)
}

#[ode]
pub fn detest_b1(_t: f64, [a, b]: [f64; 2]) -> [f64; 2] {
    [2.0 * (a - a * b), -(b - a * b)]
}

#[ode]
pub fn detest_b2(_t: f64, y: [f64; 3]) -> [f64; 3] {
    [-y[0] + y[1], y[0] - 2.0 * y[1] + y[2], y[1] - y[2]]
}

#[ode]
pub fn detest_b3(_t: f64, [a, b, _c]: [f64; 3]) -> [f64; 3] {
    let burnt = b.powi(2);
    [-a, a - burnt, burnt]
}

#[ode]
pub fn detest_b4(_t: f64, [x, y, z]: [f64; 3]) -> [f64; 3] {
    let r = x.hypot(y);
    [-y - x * z / r, x - y * z / r, x / r]
}

/// Euler's equations of a rigid body.
#[ode]
pub fn detest_b5(_t: f64, [a, b, c]: [f64; 3]) -> [f64; 3] {
    const SHAPE: f64 = 0.51;
    [b * c, -a * c, -SHAPE * a * b]
}

/// A chain of radioactive decay.
#[ode]
pub fn detest_c1(_t: f64, y: [f64; 10]) -> [f64; 10] {
    let mut rate = [0.0; 10];
    for i in 0..9 {
        rate[i] -= y[i];
        rate[i + 1] += y[i];
    }
    rate
}

#[ode]
pub fn detest_c2(_t: f64, y: [f64; 10]) -> [f64; 10] {
    let mut rate = [0.0; 10];
    for i in 0..9 {
        let decay = (i + 1) as f64 * y[i];
        rate[i] -= decay;
        rate[i + 1] += decay;
    }
    rate
}

#[ode]
pub fn detest_c3(_t: f64, y: [f64; 10]) -> [f64; 10] {
    std::array::from_fn(|i| {
        let before = if i == 0 { 0.0 } else { y[i - 1] };
        let after = if i == 9 { 0.0 } else { y[i + 1] };
        before - 2.0 * y[i] + after
    })
}

/// With the 51 states of the original.
#[ode]
pub fn detest_c4(_t: f64, y: [f64; 51]) -> [f64; 51] {
    let mut rate = [0.0; 51];
    for i in 0..51 {
        rate[i] = -2.0 * y[i];
        if i > 0 {
            rate[i] += y[i - 1];
        }
        if i + 1 < 51 {
            rate[i] += y[i + 1];
        }
    }
    rate
}

/// Five outer planets: places, then speeds, three coordinates each.
#[ode]
pub fn detest_c5(_t: f64, state: [f64; 30]) -> [f64; 30] {
    const K2: f64 = 2.95912208286;
    const SUN: f64 = 1.00000597682;
    const MASS: [f64; 5] =
        [0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449, 0.00000277777777778];
    fn cube_of_length(v: [f64; 3]) -> f64 {
        let square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
        square * square.sqrt()
    }
    let place: [[f64; 3]; 5] = std::array::from_fn(|j| [state[3 * j], state[3 * j + 1], state[3 * j + 2]]);
    let cubes = place.map(cube_of_length);
    let mut rate = [0.0; 30];
    for j in 0..5 {
        for i in 0..3 {
            rate[3 * j + i] = state[15 + 3 * j + i];
            rate[15 + 3 * j + i] = -(SUN + MASS[j]) * place[j][i] / cubes[j];
        }
        for k in 0..5 {
            if k != j {
                let apart: [f64; 3] = std::array::from_fn(|i| place[k][i] - place[j][i]);
                let cube = cube_of_length(apart);
                for i in 0..3 {
                    rate[15 + 3 * j + i] += MASS[k] * (apart[i] / cube - place[k][i] / cubes[k]);
                }
            }
        }
        for i in 0..3 {
            rate[15 + 3 * j + i] *= K2;
        }
    }
    rate
}

/// Two bodies: D1 to D5 are orbits of growing eccentricity.
#[ode]
pub fn detest_d(_t: f64, [x, y, vx, vy]: [f64; 4]) -> [f64; 4] {
    let r2 = x * x + y * y;
    let r3 = r2 * r2.sqrt();
    [vx, vy, -x / r3, -y / r3]
}

/// Bessel's equation of order 1/2, shifted by 1.
#[ode]
pub fn detest_e1(t: f64, [y, v]: [f64; 2]) -> [f64; 2] {
    let s = t + 1.0;
    [v, -(v / s + (1.0 - 0.25 / s.powi(2)) * y)]
}

#[ode]
pub fn detest_e2(_t: f64, [y, v]: [f64; 2]) -> [f64; 2] {
    [v, (1.0 - y * y) * v - y]
}

/// Duffing's equation.
#[ode]
pub fn detest_e3(t: f64, [y, v]: [f64; 2]) -> [f64; 2] {
    [v, y.powi(3) / 6.0 - y + 2.0 * (2.78535 * t).sin()]
}

#[ode]
pub fn detest_e4(_t: f64, [_y, v]: [f64; 2]) -> [f64; 2] {
    [v, 0.032 - 0.4 * v * v]
}

#[ode]
pub fn detest_e5(t: f64, [_y, v]: [f64; 2]) -> [f64; 2] {
    [v, (1.0 + v * v).sqrt() / (25.0 - t)]
}
