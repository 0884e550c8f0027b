use dfdx::prelude::*;
use odec::prelude::*;

#[ode]
fn decay(_t: f32, y: Tensor<Rank1<2>>, rate: Tensor<Rank0>) -> Tensor<Rank1<2>> {
    -rate * y
}

fn main() {
    let dev = Cpu::default();
    let model = Decay { rate: dev.ones() };
    let y0: Tensor<Rank1<2>, f32, Cpu> = dev.ones();
    let three = |_t: f64, y: Tensor<Rank1<3>, f32, Cpu>| y.sum::<Rank0, _>();
    let _ = model.solver().until(three).solve(y0, 0.0..);
}
