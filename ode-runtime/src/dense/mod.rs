//! The solution between the ends of steps.

mod interpolant;
mod output;

pub use interpolant::Interpolation;
pub(crate) use interpolant::{Slopes, Weights, interpolate};
pub(crate) use output::DenseOutput;
