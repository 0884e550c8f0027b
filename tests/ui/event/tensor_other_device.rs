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

fn solve<D: Device<f32>>(model: &Decay<Cpu>, y0: Tensor<Rank1<2>, f32, Cpu>, level: Level<D>) {
    let _ = model.solver().until(level).solve(y0, 0.0..);
}

fn main() {
    let dev = Cpu::default();
    solve::<Cpu>(&Decay { rate: dev.ones() }, dev.ones(), Level { at: dev.ones() });
}
