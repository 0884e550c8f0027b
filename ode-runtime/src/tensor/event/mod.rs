//! Events of systems of tensors.
//!
//! Events are given before the shapes of the state are known. When a solve starts they are bound to its flat states, and
//! what watches, locates and differentiates them from there on is what does so for systems of numbers.

mod backward;
mod bind;
mod builder;
mod closure;
mod compiled;
mod function;
mod solution;
mod solve;
mod times;

pub(crate) use backward::Backward;
pub use backward::KeepsEvents;
pub use bind::{TapedEvents, TensorEvents};
pub use closure::EventValue;
pub use function::{IntoTensorEvent, IntoTensorReset, ReturnsNumber, ReturnsState, TensorFunction};
pub use solution::{TensorEvent, TensorSolution};
pub use solve::EventAdjoint;
pub use times::EventTimes;
