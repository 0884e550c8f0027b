//! Systems of tensors.

mod agreement;
mod solving;
mod systems;
