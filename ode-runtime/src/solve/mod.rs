//! Solving: what is asked for, the loop that does it, and what comes of it.

mod clock;
mod driver;
mod error;
mod extend;
mod failure;
mod look;
mod options;
mod partial;
mod plan;
mod record;
mod solution;
mod solver;
mod stats;
mod tape;
mod times;

pub(crate) use clock::{Clock, Next, StepTimes, next_after};
pub(crate) use driver::{Observers, choose_first_step, drive, larger};
pub use error::SolveError;
pub(crate) use extend::extend;
pub(crate) use failure::{failure_of_rhs, non_finite, too_many, too_small, wild_state};
pub(crate) use options::{Grid, Options, option_methods};
pub use options::{IntoTolerance, Tolerance};
pub use partial::{Partial, PartialEvent};
pub(crate) use plan::{Pace, Plan, check_finite, check_inputs};
pub(crate) use record::{Cut, Record, Step, TapeOf};
pub use solution::Solution;
pub use solver::{Solver, WithPullback};
pub use stats::Stats;
pub(crate) use tape::{Keep, Placement, Tape};
pub use times::{IntoTimes, Times, linspace};
