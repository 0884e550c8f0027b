//! Systems of tensors.

use dfdx::prelude::*;
use odec::prelude::*;

/// torchdiffeq's spiral.
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

#[test]
fn it_runs() {
    let dev = Cpu::default();
    let model = Spiral { w1: dev.sample_normal() * 0.1, b1: dev.zeros(), w2: dev.sample_normal() * 0.1, b2: dev.zeros() };
    let y0: Tensor<Rank2<20, 2>, f32, Cpu> = dev.sample_normal();
    let grads = model.alloc_grads();
    let y = model.solver().solve(y0.traced(grads), &[0.0, 0.5, 1.0]).unwrap();
    let grads = y.square().mean().backward();
    println!("{:?}", grads.get(&model.w2).array());
}
