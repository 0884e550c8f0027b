//! Systems of tensors.

mod agreement;
mod systems;
