use dfdx::prelude::*;
use odec::prelude::*;

const WIDTH: usize = 3;

#[ode]
fn f<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, w: Tensor<Rank2<WIDTH, 2>>) -> Tensor<Rank2<B, 2>> {
    y.matmul(w)
}

fn main() {
    let dev = Cpu::default();
    let model = F { w: dev.zeros() };
    let y0: Tensor<Rank2<4, 2>, f32, Cpu> = dev.zeros();
    let _ = model.solver().solve(y0, 0.0..1.0);
}
