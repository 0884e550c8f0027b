//! A parameter of an event of tensors that only decides.

#![deny(deprecated)]

use dfdx::prelude::*;
use odec::prelude::*;

#[differentiable]
fn level(_t: f32, y: Tensor<Rank1<2>>, at: Tensor<Rank0>, side: Tensor<Rank0>) -> Tensor<Rank0> {
    if side > 0.0 { y[0] - at } else { y[1] - at }
}

fn main() {
    let dev = Cpu::default();
    let _: Level = Level { at: dev.ones(), side: dev.ones() };
}
