use dfdx::prelude::*;
use odec::prelude::*;

#[ode]
fn f<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, w: Tensor<Rank2<2, 3>>) -> Tensor<Rank2<B, 2>> {
    concat([y, w], 0).sum() * y
}

fn main() {
    let dev = Cpu::default();
    let model = F { w: dev.zeros() };
    let y0: Tensor<Rank2<4, 2>, f32, Cpu> = dev.zeros();
    let _ = model.solver().solve(y0, 0.0..1.0);
}
