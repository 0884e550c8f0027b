use dfdx::prelude::*;
use odec::prelude::*;

#[ode]
fn f<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, w: Tensor<Rank0>) -> Tensor<Rank2<B, 2>> {
    w * y
}

#[differentiable]
fn height<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, floor: Tensor<Rank0>) -> Tensor<Rank1<B>> {
    y.select(1, 0) - floor
}

fn main() {
    let dev = Cpu::default();
    let model = F { w: dev.zeros() };
    let y0: Tensor<Rank2<4, 2>, f32, Cpu> = dev.zeros();
    let _ = model.solver().until(Height { floor: dev.zeros() }).solve(y0, 0.0..);
}
