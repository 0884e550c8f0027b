//! Parameters of a system of tensors that cannot be fitted.

#![deny(deprecated, unused_variables)]

use dfdx::prelude::*;
use odec::prelude::*;

#[ode]
fn decay<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, rate: Tensor<Rank1<2>>, bias: Tensor<Rank1<2>>) -> Tensor<Rank2<B, 2>> {
    -rate * y
}

fn main() {
    let dev = Cpu::default();
    let model = Decay { rate: dev.ones(), bias: dev.ones() };
    let y0: Tensor<Rank2<3, 2>, f32, Cpu> = dev.ones();
    let _ = model.solver().solve(y0, 0.0..1.0);
}
