//! Systems of tensors.

mod agreement;
mod events;
mod opaque;
mod shared;
mod solving;
mod systems;
