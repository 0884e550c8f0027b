//! One trajectory of one system, against the same method written out by hand.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use odec::prelude::*;

#[ode]
fn lotka_volterra(
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

const TOLERANCE: f64 = 1e-8;

/// The last state, as one would write dopri5 for this system in an afternoon: stages unrolled, FSAL, PI control with
/// `powf` as in Hairer's code.
fn by_hand(p: &[f64; 4], y0: [f64; 2], end: f64) -> ([f64; 2], usize) {
    let f = |y: [f64; 2]| {
        let meeting = y[0] * y[1];
        [p[0] * y[0] - p[1] * meeting, p[3] * meeting - p[2] * y[1]]
    };
    let (mut t, mut y, mut h): (f64, _, f64) = (0.0, y0, 1e-3);
    let mut k1 = f(y);
    let mut before: f64 = 1e-4;
    let mut steps = 0;
    while t < end {
        h = h.min(end - t);
        let k2 = f([y[0] + h * (1.0 / 5.0 * k1[0]), y[1] + h * (1.0 / 5.0 * k1[1])]);
        let stage = |i: usize| y[i] + h * (3.0 / 40.0 * k1[i] + 9.0 / 40.0 * k2[i]);
        let k3 = f([stage(0), stage(1)]);
        let stage = |i: usize| y[i] + h * (44.0 / 45.0 * k1[i] - 56.0 / 15.0 * k2[i] + 32.0 / 9.0 * k3[i]);
        let k4 = f([stage(0), stage(1)]);
        let stage = |i: usize| {
            y[i] + h
                * (19372.0 / 6561.0 * k1[i] - 25360.0 / 2187.0 * k2[i] + 64448.0 / 6561.0 * k3[i]
                    - 212.0 / 729.0 * k4[i])
        };
        let k5 = f([stage(0), stage(1)]);
        let stage = |i: usize| {
            y[i] + h
                * (9017.0 / 3168.0 * k1[i] - 355.0 / 33.0 * k2[i]
                    + 46732.0 / 5247.0 * k3[i]
                    + 49.0 / 176.0 * k4[i]
                    - 5103.0 / 18656.0 * k5[i])
        };
        let k6 = f([stage(0), stage(1)]);
        let stage = |i: usize| {
            y[i] + h
                * (35.0 / 384.0 * k1[i] + 500.0 / 1113.0 * k3[i] + 125.0 / 192.0 * k4[i]
                    - 2187.0 / 6784.0 * k5[i]
                    + 11.0 / 84.0 * k6[i])
        };
        let y1 = [stage(0), stage(1)];
        let k7 = f(y1);
        let error = |i: usize| {
            let e = h
                * (71.0 / 57600.0 * k1[i] - 71.0 / 16695.0 * k3[i] + 71.0 / 1920.0 * k4[i]
                    - 17253.0 / 339_200.0 * k5[i]
                    + 22.0 / 525.0 * k6[i]
                    - 1.0 / 40.0 * k7[i]);
            let scale = TOLERANCE + TOLERANCE * y[i].abs().max(y1[i].abs());
            (e / scale).powi(2)
        };
        let err = (0.5 * (error(0) + error(1))).sqrt();
        let factor = err.powf(0.17) / before.powf(0.04);
        if err <= 1.0 {
            t += h;
            y = y1;
            k1 = k7;
            before = err.max(1e-4);
            h /= (factor / 0.9).clamp(0.1, 5.0);
            steps += 1;
        } else {
            h /= (err.powf(0.17) / 0.9).min(5.0);
        }
    }
    (y, steps)
}

fn solve(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve/lotka_volterra/dopri5/1e-8");
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let parameters = model.to_params();
    let solver = model.solver().rtol(TOLERANCE).atol(TOLERANCE).dense(false);
    let solution = solver.solve([1.0, 1.0], 0.0..10.0).expect("solves");
    let (last, steps) = by_hand(&parameters, [1.0, 1.0], 10.0);
    println!("odec: {:?}, {:?}", solution.last(), solution.stats());
    println!("by hand: {last:?}, {steps} steps");
    group.bench_function("odec", |b| {
        b.iter(|| solver.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    group.bench_function("by hand, powf", |b| {
        b.iter(|| by_hand(black_box(&parameters), black_box([1.0, 1.0]), black_box(10.0)));
    });
    group.finish();
}

#[differentiable]
fn prey_above(_t: f64, [prey, _predator]: [f64; 2], level: f64) -> f64 {
    prey - level
}

/// What it costs to look for events: one that never happens, six that are noted, two that reset.
fn events(c: &mut Criterion) {
    let mut group = c.benchmark_group("events/lotka_volterra/dopri5/1e-8");
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().rtol(TOLERANCE).atol(TOLERANCE).dense(false);
    let never = solver.clone().until(PreyAbove { level: 100.0 });
    let noted = solver.clone().record(PreyAbove { level: 3.0 });
    let reset =
        solver.clone().reset(rising(PreyAbove { level: 3.0 }), |_t: f64, [prey, predator]: [f64; 2]| {
            [0.5 * prey, predator]
        });
    group.bench_function("none", |b| {
        b.iter(|| solver.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    group.bench_function("never happens", |b| {
        b.iter(|| never.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    group.bench_function("six noted", |b| {
        b.iter(|| noted.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    group.bench_function("resets", |b| {
        b.iter(|| reset.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    group.finish();
}

#[ode]
fn lorenz96(_t: f64, y: [f64; 40], forcing: f64) -> [f64; 40] {
    std::array::from_fn(|i| (y[(i + 1) % 40] - y[(i + 38) % 40]) * y[(i + 39) % 40] - y[i] + forcing)
}

/// What a method costs that is chosen while running, and reads its tableau: on two states and on forty.
fn by_name(c: &mut Criterion) {
    let mut group = c.benchmark_group("by name/1e-8");
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let typed = model.solver().method(Dopri5).rtol(TOLERANCE).atol(TOLERANCE).dense(false);
    let named = typed.clone().method(Method::Dopri5);
    group.bench_function("lotka_volterra/type", |b| {
        b.iter(|| typed.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    group.bench_function("lotka_volterra/name", |b| {
        b.iter(|| named.solve(black_box([1.0, 1.0]), 0.0..black_box(10.0)));
    });
    let model = Lorenz96 { forcing: 8.0 };
    let mut y0 = [8.0; 40];
    y0[0] = 8.01;
    let typed = model.solver().method(Tsit5).rtol(TOLERANCE).atol(TOLERANCE).dense(false);
    let named = typed.clone().method(Method::Tsit5);
    group.bench_function("lorenz96/type", |b| b.iter(|| typed.solve(black_box(y0), 0.0..black_box(1.0))));
    group.bench_function("lorenz96/name", |b| b.iter(|| named.solve(black_box(y0), 0.0..black_box(1.0))));
    group.finish();
}

criterion_group!(benches, solve, events, by_name);
criterion_main!(benches);
