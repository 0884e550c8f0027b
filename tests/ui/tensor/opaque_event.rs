use dfdx::prelude::*;
use odec::prelude::*;

#[differentiable]
#[opaque]
fn height(_t: f32, y: Tensor<Rank1<2>>, floor: Tensor<Rank0>) -> Tensor<Rank0> {
    y.sum() - floor
}

fn main() {
    let _: Tensor<Rank0, f32, Cpu> = Cpu::default().zeros();
}
