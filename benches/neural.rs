//! Neural ODEs: one iteration of training, forward and backward. `benches/peers` times the same with other libraries.

#![allow(missing_docs, unreachable_pub)]

#[path = "shared/training.rs"]
mod training;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

fn neural(c: &mut Criterion) {
    let mut group = c.benchmark_group("neural");
    group.measurement_time(Duration::from_secs(4));
    training::cases(&mut |case, call| {
        group.bench_function(case, |b| b.iter(&mut *call));
    });
    group.finish();
}

criterion_group!(benches, neural);
criterion_main!(benches);
