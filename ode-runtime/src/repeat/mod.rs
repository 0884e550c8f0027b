//! What generated loops call: blocks of iterations whose terms are added up afterwards, and buffers.

mod block;
mod buffer;

pub use block::{Sum, add_to, blocks, subtract_from, terms};
pub use buffer::{Buffer, buffer};
