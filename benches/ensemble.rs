//! Ten thousand trajectories of the Lorenz system, in lanes and on threads, against a loop over the same method written
//! out by hand.

#![allow(missing_docs, unreachable_pub)]

#[path = "shared/lorenz_ensemble.rs"]
mod lorenz_ensemble;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lorenz_ensemble::{COUNT, Lorenz, TOLERANCE, Y0, by_hand, models};
use odec::prelude::*;

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
