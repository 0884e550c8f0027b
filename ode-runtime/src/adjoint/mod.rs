//! Gradients of a solve.

mod discrete;
mod gradient;
mod pullback;

pub use gradient::{Gradient, LossGradient};
pub use pullback::Pullback;
