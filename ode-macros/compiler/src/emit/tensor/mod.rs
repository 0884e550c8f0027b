//! A system of tensors, or a function of its states, as code: loops over flat buffers.

mod bodies;
mod dfdx;
mod elements;
mod fusion;
mod items;
mod kernel;
mod nest;
mod opaque;
mod product;
mod role;
mod rows;
mod view;
mod writer;

pub use bodies::TensorBodies;
pub use items::tensor_items;
pub(super) use items::tensors_of;
pub use opaque::opaque_items;
