//! Systems whose loops stay loops: Lorenz-96 with 4,000 states, against a loop over the same tableau written out by hand,
//! and its gradient.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use odec::prelude::*;

const N: usize = 4000;
const TOLERANCE: f64 = 1e-6;
const FORCING: f64 = 8.0;

#[ode]
fn lorenz96(_t: f64, y: [f64; 4000], forcing: f64) -> [f64; 4000] {
    let mut dy = [0.0; 4000];
    for i in 0..4000 {
        dy[i] = (y[(i + 1) % 4000] - y[(i + 3998) % 4000]) * y[(i + 3999) % 4000] - y[i] + forcing;
    }
    dy
}

fn y0() -> [f64; N] {
    std::array::from_fn(|i| FORCING + (0.37 * i as f64).sin())
}

/// The right-hand side, with the ends of the ring taken out of the loop as one would by hand.
fn rhs_by_hand(y: &[f64], dy: &mut [f64]) {
    let at =
        |i: usize, y: &[f64]| (y[(i + 1) % N] - y[(i + N - 2) % N]) * y[(i + N - 1) % N] - y[i] + FORCING;
    dy[0] = at(0, y);
    dy[1] = at(1, y);
    for i in 2..N - 1 {
        dy[i] = (y[i + 1] - y[i - 2]) * y[i - 1] - y[i] + FORCING;
    }
    dy[N - 1] = at(N - 1, y);
}

/// Tsitouras' coefficients, row by row.
const A: [&[f64]; 6] = [
    &[0.161],
    &[-0.008480655492356989, 0.335480655492357],
    &[2.8971530571054935, -6.359448489975075, 4.3622954328695815],
    &[5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
    &[5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
    &[
        0.09646076681806523,
        0.01,
        0.4798896504144996,
        1.379008574103742,
        -3.290069515436081,
        2.324710524099774,
    ],
];
const ERROR: [f64; 7] = [
    -0.001780011052225777,
    -0.0008164344596567469,
    0.007880878010261995,
    -0.1447110071732629,
    0.5823571654525552,
    -0.45808210592918697,
    1.0 / 66.0,
];

/// So many steps to t = 1, each with its error estimate: what a solver written for this system in an afternoon does.
fn by_hand(steps: usize) -> (Vec<f64>, f64) {
    let h = 1.0 / steps as f64;
    let mut y = y0().to_vec();
    let mut y1 = vec![0.0; N];
    let mut k: Vec<Vec<f64>> = vec![vec![0.0; N]; 7];
    let mut worst: f64 = 0.0;
    rhs_by_hand(&y, &mut k[0]);
    for _ in 0..steps {
        for (stage, row) in A.iter().enumerate() {
            match (row, &k[..]) {
                ([a], [k0, ..]) => (0..N).for_each(|i| y1[i] = y[i] + h * (a * k0[i])),
                ([a, b], [k0, k1, ..]) => (0..N).for_each(|i| y1[i] = y[i] + h * (a * k0[i] + b * k1[i])),
                ([a, b, c], [k0, k1, k2, ..]) => {
                    (0..N).for_each(|i| y1[i] = y[i] + h * (a * k0[i] + b * k1[i] + c * k2[i]));
                }
                ([a, b, c, d], [k0, k1, k2, k3, ..]) => {
                    (0..N).for_each(|i| y1[i] = y[i] + h * (a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i]));
                }
                ([a, b, c, d, e], [k0, k1, k2, k3, k4, ..]) => (0..N).for_each(|i| {
                    y1[i] = y[i] + h * (a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i]);
                }),
                ([a, b, c, d, e, f], [k0, k1, k2, k3, k4, k5, ..]) => (0..N).for_each(|i| {
                    y1[i] =
                        y[i] + h * (a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i] + f * k5[i]);
                }),
                _ => unreachable!("rows have one to six coefficients"),
            }
            rhs_by_hand(&y1, &mut k[stage + 1]);
        }
        let mut sum = 0.0;
        for i in 0..N {
            let error: f64 = h * ERROR.iter().zip(&k).map(|(e, k)| e * k[i]).sum::<f64>();
            let scaled = error / (TOLERANCE + TOLERANCE * y[i].abs().max(y1[i].abs()));
            sum += scaled * scaled;
        }
        worst = worst.max((sum / N as f64).sqrt());
        std::mem::swap(&mut y, &mut y1);
        k.swap(0, 6);
    }
    (y, worst)
}

fn loops(c: &mut Criterion) {
    let mut group = c.benchmark_group("loops/lorenz96 of 4000/tsit5/1e-6");
    group.sample_size(30);
    let (model, y0) = (Lorenz96 { forcing: FORCING }, y0());
    let solver = model.solver().method(Tsit5).rtol(TOLERANCE).atol(TOLERANCE);
    let times = [0.0, 1.0];
    let solution = solver.solve(y0, &times).expect("solves");
    let stats = solution.stats();
    let steps = stats.accepted + stats.rejected;
    let (by_hand_last, worst) = by_hand(steps);
    let difference =
        solution.last().iter().zip(&by_hand_last).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!(
        "{steps} steps; to those by hand {difference:.1e}, whose error is at most {worst:.2} of the tolerance"
    );

    group.bench_function("by hand", |b| b.iter(|| by_hand(black_box(steps))));
    group.bench_function("odec", |b| b.iter(|| solver.solve(black_box(y0), &times)));
    group.bench_function("odec, gradient", |b| {
        b.iter(|| {
            solver.gradient(black_box(y0), &times, |states, cotangents| {
                cotangents[1] = states[1];
                0.5 * states[1].iter().map(|y| y * y).sum::<f64>()
            })
        });
    });
    group.finish();
}

criterion_group!(benches, loops);
criterion_main!(benches);
