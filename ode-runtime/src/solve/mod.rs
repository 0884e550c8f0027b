//! Solving: what is asked for, the loop that does it, and what comes of it.

mod clock;
mod driver;
mod error;
mod options;
mod partial;
mod plan;
mod record;
mod solution;
mod solver;
mod stats;
mod tape;
mod times;

pub(crate) use clock::{StepTimes, next_after};
pub(crate) use driver::{Observers, drive};
pub use error::SolveError;
pub(crate) use options::{Grid, Options};
pub use options::{IntoTolerance, Tolerance};
pub use partial::Partial;
pub(crate) use plan::Plan;
pub(crate) use record::{Cut, Record};
pub use solution::Solution;
pub use solver::{Solver, WithPullback};
pub use stats::Stats;
pub(crate) use tape::{Keep, Tape};
pub use times::{IntoTimes, Times, linspace};
