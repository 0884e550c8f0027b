//! The neural ODEs of `benches/neural.rs` and `benches/peers`: systems, data, and one iteration of training.

use dfdx::prelude::*;
use odec::prelude::*;

/// torchdiffeq's `ode_demo`: 20 rows, 10 save points.
#[ode]
pub fn spiral<const B: usize>(
    _t: f32,
    y: Tensor<Rank2<B, 2>>,
    w1: Tensor<Rank2<2, 50>>,
    b1: Tensor<Rank1<50>>,
    w2: Tensor<Rank2<50, 2>>,
    b2: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    let hidden = (y.powi(3).matmul(w1) + b1).tanh();
    hidden.matmul(w2) + b2
}

/// A network of the size of small experiments.
#[ode]
pub fn wide<const B: usize>(
    _t: f32,
    y: Tensor<Rank2<B, 64>>,
    w1: Tensor<Rank2<64, 256>>,
    b1: Tensor<Rank1<256>>,
    w2: Tensor<Rank2<256, 256>>,
    b2: Tensor<Rank1<256>>,
    w3: Tensor<Rank2<256, 64>>,
    b3: Tensor<Rank1<64>>,
) -> Tensor<Rank2<B, 64>> {
    let first = (y.matmul(w1) + b1).tanh();
    let second = (first.matmul(w2) + b2).tanh();
    second.matmul(w3) + b3
}

/// An event of both, which never happens.
#[differentiable]
pub fn size<const B: usize, const N: usize>(
    _t: f32,
    y: Tensor<Rank2<B, N>>,
    largest: Tensor<Rank0>,
) -> Tensor<Rank0> {
    y.square().mean() - largest
}

/// Calls `bench` with the name of each case and what it is to time: an iteration of training, forward and backward,
/// the solve alone, and with an event to look for.
pub fn cases(bench: &mut dyn FnMut(&str, &mut dyn FnMut())) {
    let dev = Cpu::seed_from_u64(0);

    let model = Spiral {
        w1: dev.sample_normal() * 0.1,
        b1: dev.zeros(),
        w2: dev.sample_normal() * 0.1,
        b2: dev.zeros(),
    };
    let y0: Tensor<Rank2<20, 2>, f32, Cpu> = dev.sample_uniform() * 4.0 - 2.0;
    let target: Tensor<Rank3<10, 20, 2>, f32, Cpu> = dev.sample_normal();
    let times: [f64; 10] = std::array::from_fn(|i| i as f64 * 25.0 / 999.0);
    let solver = model.solver().rtol(1e-7).atol(1e-9);
    let mut grads = Some(model.alloc_grads());
    bench("spiral, iteration", &mut || {
        let prediction = solver.solve(y0.clone().traced(grads.take().unwrap()), &times).unwrap();
        let mut of_loss = (prediction - target.clone()).abs().mean().backward();
        model.zero_grads(&mut of_loss);
        grads = Some(of_loss);
    });
    bench("spiral, solve", &mut || {
        solver.solve(y0.clone(), &times).unwrap();
    });
    let watched = solver.clone().until(Size { largest: dev.tensor(1e6) });
    bench("spiral, solve, an event that never happens", &mut || {
        watched.solve(y0.clone(), &times).unwrap();
    });

    let model = Wide {
        w1: (dev.sample_uniform() * 2.0 - 1.0) / 8.0,
        b1: dev.zeros(),
        w2: (dev.sample_uniform() * 2.0 - 1.0) / 16.0,
        b2: dev.zeros(),
        w3: (dev.sample_uniform() * 2.0 - 1.0) / 16.0,
        b3: dev.zeros(),
    };
    let y0: Tensor<Rank2<256, 64>, f32, Cpu> = dev.sample_normal();
    let solver = model.solver().rtol(1e-5).atol(1e-5);
    let mut grads = Some(model.alloc_grads());
    bench("64-256-256-64, batch 256, iteration", &mut || {
        let solution = solver.solve(y0.clone().traced(grads.take().unwrap()), 0.0..1.0).unwrap();
        let last = solution.slice((1..2, 0..256, 0..64));
        let mut of_loss = last.square().mean().backward();
        model.zero_grads(&mut of_loss);
        grads = Some(of_loss);
    });
    bench("64-256-256-64, batch 256, solve", &mut || {
        solver.solve(y0.clone(), 0.0..1.0).unwrap();
    });
    let watched = solver.clone().until(Size { largest: dev.tensor(1e6) });
    bench("64-256-256-64, batch 256, solve, an event that never happens", &mut || {
        watched.solve(y0.clone(), 0.0..1.0).unwrap();
    });
}
