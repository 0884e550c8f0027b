//! How long the next step is: the error's norm, the law of the step size, the first step.

mod controller;
mod estimate;
mod first_step;
mod norm;

pub use controller::Controller;
pub(crate) use controller::{Law, Past};
pub(crate) use estimate::tempered;
pub(crate) use first_step::{Start, first_step};
pub use norm::Norm;
pub(crate) use norm::sum_of_squares;
