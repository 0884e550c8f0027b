//! Events: zeros of functions along the solution, and what happens there.
//!
//! A step that was accepted is searched on its interpolant; a zero found there is made exact by steps of the method
//! that end at it. An event that only is noted leaves the steps alone; one that ends the solve or changes the state cuts
//! the step, so that the state at the event is a state of the method, not of the interpolant.

mod approach;
mod coincidence;
mod compiled;
mod differentiate;
mod function;
mod list;
mod locate;
mod occurrence;
mod reset;
mod scan;
mod steady;
mod track;
mod watch;
mod zeros;

pub use approach::Approach;
pub(crate) use differentiate::{DifferentiableEvents, Pull};
pub use function::IntoEvent;
#[cfg(feature = "dfdx")]
pub(crate) use function::{DifferentiableEvent, EventFunction, difference};
pub(crate) use list::{Action, And, Events};
pub use occurrence::{Ended, Event};
pub(crate) use occurrence::{Happened, Taped};
pub use reset::IntoReset;
pub(crate) use reset::Stays;
#[cfg(feature = "dfdx")]
pub(crate) use reset::{DifferentiableReset, ResetMap};
pub(crate) use scan::Trouble;
pub use steady::{SteadyState, steady_state};
pub(crate) use watch::{CutShort, Look, Watch};
pub(crate) use zeros::Direction;
pub use zeros::{Zeros, falling, nth, rising};
