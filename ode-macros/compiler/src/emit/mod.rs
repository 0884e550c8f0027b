//! Graph to code. Only here are Rust tokens written.

mod bodies;
mod fallback;
mod items;
mod names;
mod paths;
mod scalar;
mod types;
mod warning;

pub use bodies::Bodies;
pub use fallback::fallback;
pub use items::items;
pub use paths::{Options, runtime};
