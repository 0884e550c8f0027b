//! Stiff systems by methods that are not made for them: their steps are as short as stability wants, whatever the
//! tolerance. What an implicit method has to beat.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use odec::prelude::*;

#[ode]
fn van_der_pol(_t: f64, [x, v]: [f64; 2], mu: f64) -> [f64; 2] {
    [v, mu * (1.0 - x * x) * v - x]
}

/// Eight reactions of a plant's answer to light: Schäfer 1975; Hairer, Wanner, *Solving ODEs II*, IV.10.
#[ode]
fn hires(_t: f64, y: [f64; 8], light: f64) -> [f64; 8] {
    let bound = 280.0 * y[5] * y[7];
    let freed = 1.81 * y[6];
    [
        -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + light,
        1.71 * y[0] - 8.75 * y[1],
        -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
        8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
        -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
        -bound + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
        bound - freed,
        freed - bound,
    ]
}

const TOLERANCE: f64 = 1e-6;

/// The first number at t = 200, from another program with 23 digits.
const VAN_DER_POL_END: f64 = 1.718_587_208_019_240_6;

fn by_explicit_methods(c: &mut Criterion) {
    let (oscillator, plant) = (VanDerPol { mu: 100.0 }, Hires { light: 7e-4 });
    let (start, seed) = ([2.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057]);
    let mut group = c.benchmark_group("stiff");
    macro_rules! method {
        ($($Method:ident)*) => {$(
            let solver = oscillator.solver().method($Method).rtol(TOLERANCE).atol(TOLERANCE).dense(false);
            let solution = solver.solve(start, 0.0..200.0).expect("solves");
            let error = (solution.last()[0] - VAN_DER_POL_END).abs();
            let name = stringify!($Method);
            println!("van der Pol by {name}: {} steps, error {error:.1e}", solution.stats().accepted);
            group.bench_function(format!("van der Pol, mu = 100/{name}"), |b| {
                b.iter(|| solver.solve(black_box(start), 0.0..200.0));
            });
            let solver = plant.solver().method($Method).rtol(TOLERANCE).atol(TOLERANCE).dense(false);
            let steps = solver.solve(seed, 0.0..321.8122).expect("solves").stats().accepted;
            println!("HIRES by {name}: {steps} steps");
            group.bench_function(format!("HIRES/{name}"), |b| {
                b.iter(|| solver.solve(black_box(seed), 0.0..321.8122));
            });
        )*};
    }
    method!(Bosh3 Dopri5 Tsit5 Vern7);
    group.finish();
}

criterion_group!(benches, by_explicit_methods);
criterion_main!(benches);
