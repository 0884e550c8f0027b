//! What a gradient costs, in solves: every adjoint on Lotka-Volterra, the loss a number of the last state.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use odec::prelude::*;
use odec::{Adjoint, Stepper};

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

static MODEL: LotkaVolterra = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };

/// A solver of the bench's model.
type Bench<M, A = Discrete> = Solver<'static, LotkaVolterra, M, A>;

fn gradient<M: Stepper, A: Adjoint<LotkaVolterra, M>>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    end: f64,
    solver: &Bench<M, A>,
) {
    group.bench_function(name, |b| {
        b.iter(|| {
            solver.gradient(black_box([1.0, 1.0]), 0.0..black_box(end), |states, cotangents| {
                cotangents[1] = [1.0, 0.0];
                states[1][0]
            })
        });
    });
}

fn solve<M: Stepper>(group: &mut BenchmarkGroup<'_, WallTime>, end: f64, solver: &Bench<M>) {
    group.bench_function("solve", |b| b.iter(|| solver.solve(black_box([1.0, 1.0]), 0.0..black_box(end))));
}

fn adaptive(c: &mut Criterion) {
    let mut group = c.benchmark_group("gradient/lotka_volterra/dopri5/1e-8");
    let solver = MODEL.solver().rtol(1e-8).atol(1e-8).dense(false);
    solve(&mut group, 10.0, &solver);
    gradient(&mut group, "discrete", 10.0, &solver);
    let adjoint = solver.clone().adjoint(Discrete::default().checkpoints(32));
    gradient(&mut group, "discrete, 32 checkpoints", 10.0, &adjoint);
    gradient(&mut group, "backsolve", 10.0, &solver.clone().adjoint(Backsolve::default()));
    gradient(
        &mut group,
        "backsolve, seminorm",
        10.0,
        &solver.clone().adjoint(Backsolve::default().seminorm()),
    );
    gradient(&mut group, "interpolating", 10.0, &solver.clone().adjoint(Interpolating::default()));
    gradient(&mut group, "quadrature", 10.0, &solver.clone().adjoint(Quadrature::default()));
    gradient(&mut group, "reversible", 10.0, &solver.clone().adjoint(Reversible::default()));
    let times = [0.0, 10.0];
    group.bench_function("six sensitivities", |b| {
        b.iter(|| solver.solve_sensitivities(black_box([1.0, 1.0]), &times))
    });
    group.finish();
}

fn checkpoints(c: &mut Criterion) {
    let mut group = c.benchmark_group("gradient/lotka_volterra/tsit5/10000 fixed steps");
    let solver = MODEL.solver().method(Tsit5).step_size(0.01).dense(false);
    solve(&mut group, 100.0, &solver);
    gradient(&mut group, "discrete", 100.0, &solver);
    let adjoint = solver.clone().adjoint(Discrete::default().checkpoints(32));
    gradient(&mut group, "discrete, 32 checkpoints", 100.0, &adjoint);
    group.finish();
}

criterion_group!(benches, adaptive, checkpoints);
criterion_main!(benches);
