use dfdx::prelude::*;
use odec::prelude::*;

#[ode]
fn decay(_t: f32, y: Tensor<Rank1<2>>, rate: Tensor<Rank0>) -> Tensor<Rank1<2>> {
    -rate * y
}

#[differentiable]
fn level(_t: f32, y: Tensor<Rank1<2>>, at: Tensor<Rank0>) -> Tensor<Rank0> {
    y.sum() - at
}

fn main() {
    let dev = Cpu::default();
    let model = Decay { rate: dev.ones() };
    let y0: Tensor<Rank1<2>, f32, Cpu> = dev.ones();
    let level = Level { at: dev.ones() };
    let _ = model.solver().reset(level.clone(), level).solve(y0, 0.0..1.0);
}
