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
    let solver = model.solver().until(|_t: f64, y: Tensor<Rank1<2>, f32, Cpu>| y.sum::<Rank0, _>() - 0.5);
    let _ = solver.solve(y0.traced(Gradients::leaky()), 0.0..);
}
