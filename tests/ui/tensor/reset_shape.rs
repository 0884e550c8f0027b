use dfdx::prelude::*;
use odec::prelude::*;

#[ode]
fn f<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, w: Tensor<Rank0>) -> Tensor<Rank2<B, 2>> {
    w * y
}

#[differentiable]
fn bounce<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, restitution: Tensor<Rank0>) -> Tensor<Rank2<B, 2>> {
    -restitution * y.select(1, 1)
}

fn main() {
    let dev = Cpu::default();
    let model = F { w: dev.zeros() };
    let y0: Tensor<Rank2<4, 2>, f32, Cpu> = dev.zeros();
    let sum = |_t: f64, y: Tensor<Rank2<4, 2>, f32, Cpu>| y.sum::<Rank0, _>();
    let _ = model.solver().reset(sum, Bounce { restitution: dev.zeros() }).solve(y0, 0.0..1.0);
}
