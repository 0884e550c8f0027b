use dfdx::prelude::*;
use odec::prelude::*;

#[differentiable]
fn level<const B: usize>(_t: f32, y: Tensor<Rank2<B, 2>>, at: Tensor<Rank0>) -> f32 {
    y.sum() - at
}

fn main() {
    let dev = Cpu::default();
    let _: Level = Level { at: dev.ones() };
}
