//! Systems of tensors.

mod agreement;
mod opaque;
mod solving;
mod systems;
