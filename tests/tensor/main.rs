//! Systems of tensors.

mod agreement;
mod events;
mod opaque;
mod solving;
mod systems;
