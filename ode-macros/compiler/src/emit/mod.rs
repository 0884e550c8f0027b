//! Graph to code. Only here are Rust tokens written.

mod bodies;
mod fallback;
mod functions;
mod items;
mod model;
mod names;
mod paths;
mod place;
mod plan;
mod repeat;
mod scalar;
mod tensor;
mod types;
mod warning;

pub use bodies::Bodies;
pub use fallback::fallback;
pub use items::items;
pub use paths::{Options, runtime};
pub use tensor::{TensorBodies, opaque_items, tensor_items};
