//! Ten thousand trajectories of the Lorenz system, in lanes and on threads, against a loop over the same method written
//! out by hand.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use odec::prelude::*;

#[ode]
fn lorenz(_t: f64, [x, y, z]: [f64; 3], sigma: f64, rho: f64, beta: f64) -> [f64; 3] {
    [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]
}

const COUNT: usize = 10_000;
const TOLERANCE: f64 = 1e-8;
const Y0: [f64; 3] = [1.0, 0.0, 0.0];

#[allow(clippy::cast_precision_loss)]
fn models(count: usize) -> Vec<Lorenz> {
    (0..count)
        .map(|i| Lorenz { sigma: 10.0, rho: 21.0 * i as f64 / (count - 1) as f64, beta: 8.0 / 3.0 })
        .collect()
}

/// The last state, as one would write tsit5 for this system in an afternoon: stages unrolled, FSAL, PI control with
/// `powf`.
#[allow(clippy::excessive_precision, clippy::unreadable_literal)]
fn by_hand(model: &Lorenz, y0: [f64; 3], end: f64) -> [f64; 3] {
    let Lorenz { sigma, rho, beta } = *model;
    let f = |[x, y, z]: [f64; 3]| [sigma * (y - x), x * (rho - z) - y, x * y - beta * z];
    let (mut t, mut y, mut h): (f64, _, f64) = (0.0, y0, 1e-3);
    let mut k1 = f(y);
    let mut before: f64 = 1e-4;
    while t < end {
        h = h.min(end - t);
        let sum = |weights: &[f64], k: &[&[f64; 3]]| -> [f64; 3] {
            std::array::from_fn(|i| y[i] + h * weights.iter().zip(k).map(|(w, k)| w * k[i]).sum::<f64>())
        };
        let k2 = f(sum(&[0.161], &[&k1]));
        let k3 = f(sum(&[-0.008480655492356989, 0.335480655492357], &[&k1, &k2]));
        let k4 = f(sum(&[2.8971530571054935, -6.359448489975075, 4.3622954328695815], &[&k1, &k2, &k3]));
        let k5 = f(sum(
            &[5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
            &[&k1, &k2, &k3, &k4],
        ));
        let k6 = f(sum(
            &[
                5.86145544294642,
                -12.92096931784711,
                8.159367898576159,
                -0.071584973281401,
                -0.028269050394068383,
            ],
            &[&k1, &k2, &k3, &k4, &k5],
        ));
        let y1 = sum(
            &[
                0.09646076681806523,
                0.01,
                0.4798896504144996,
                1.379008574103742,
                -3.290069515436081,
                2.324710524099774,
            ],
            &[&k1, &k2, &k3, &k4, &k5, &k6],
        );
        let k7 = f(y1);
        let error = |i: usize| {
            let e = h
                * (-0.00178001105222577714 * k1[i] - 0.0008164344596567469 * k2[i]
                    + 0.007880878010261995 * k3[i]
                    - 0.1447110071732629 * k4[i]
                    + 0.5823571654525552 * k5[i]
                    - 0.45808210592918697 * k6[i]
                    + k7[i] / 66.0);
            (e / (TOLERANCE + TOLERANCE * y[i].abs().max(y1[i].abs()))).powi(2)
        };
        let err = ((error(0) + error(1) + error(2)) / 3.0).sqrt();
        let factor = err.powf(0.17) / before.powf(0.04);
        if err <= 1.0 {
            t += h;
            y = y1;
            k1 = k7;
            before = err.max(1e-4);
            h /= (factor / 0.9).clamp(0.1, 5.0);
        } else {
            h /= (err.powf(0.17) / 0.9).min(5.0);
        }
    }
    y
}

fn lorenz_ensemble(c: &mut Criterion) {
    let mut group = c.benchmark_group("ensemble/lorenz/tsit5/1e-8");
    group.sample_size(20);
    let models = models(COUNT);
    let hand: Vec<[f64; 3]> = models.iter().map(|model| by_hand(model, Y0, 1.0)).collect();
    let ensemble = Lorenz::ensemble(&models).method(Tsit5).rtol(TOLERANCE).atol(TOLERANCE);
    let solution = ensemble.solve(Y0, 0.0..1.0).expect("solves");
    let differences = solution.iter().zip(&hand).map(|(one, hand)| {
        let last = one.expect("solves").last();
        last.iter().zip(hand).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    });
    println!("largest difference to the one by hand: {:.1e}", differences.fold(0.0, f64::max));

    group.bench_function("by hand, one thread", |b| {
        b.iter(|| models.iter().map(|model| by_hand(black_box(model), Y0, 1.0)).collect::<Vec<_>>());
    });
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        group.bench_function(format!("odec, threads: {threads}"), |b| {
            b.iter(|| pool.install(|| ensemble.solve(black_box(Y0), 0.0..1.0)));
        });
        group.bench_function(format!("odec gradient, threads: {threads}"), |b| {
            b.iter(|| {
                pool.install(|| {
                    ensemble.gradient(black_box(Y0), 0.0..1.0, |_, states, cotangents| {
                        cotangents[1] = [1.0, 0.0, 0.0];
                        states[1][0]
                    })
                })
            });
        });
    }
    group.finish();
}

/// Time by the number of trajectories, folded into a sum.
fn size(c: &mut Criterion) {
    let mut group = c.benchmark_group("ensemble/lorenz/fold");
    group.sample_size(10);
    for count in [100, 1_000, 10_000, 100_000, 1_000_000] {
        let models = models(count);
        let ensemble = Lorenz::ensemble(&models).method(Tsit5).rtol(TOLERANCE).atol(TOLERANCE);
        group.throughput(criterion::Throughput::Elements(count as u64));
        group.bench_function(count.to_string(), |b| {
            b.iter(|| {
                ensemble.fold(
                    black_box(Y0),
                    0.0..1.0,
                    || 0.0,
                    |sum, _, one| *sum += one.map_or(f64::NAN, |one| one.last()[0]),
                    |a, b| a + b,
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lorenz_ensemble, size);
criterion_main!(benches);
