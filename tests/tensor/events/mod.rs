//! Events of systems of tensors.

mod failures;
mod gradients;
mod solving;
mod systems;
