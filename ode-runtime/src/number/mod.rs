//! Numbers that generated code computes with: one, or several side by side.

mod lane;
mod mask;
mod pack;
mod power;
mod real;

pub use lane::Lane;
pub use mask::Mask;
pub use pack::Pack;
pub(crate) use power::{exp2, log2};
pub use real::Real;
