//! Many trajectories of one system: packs of them in the lanes of vector registers, packs on all threads.
//!
//! Each trajectory has its own time, step and end, and takes the same steps as a solve of it alone, to the last bit. A
//! lane whose trajectory ends takes the next one.

mod builder;
mod chunk;
mod each;
mod gradient;
mod lanes;
mod one_lane;
mod slot;
mod solution;
mod start;
mod sweep;
#[cfg(feature = "dfdx")]
mod tensor;

pub use builder::Ensemble;
pub use each::{Each, EachTimes, Ragged, ragged};
pub use gradient::EnsembleGradient;
pub use solution::{EnsembleSolution, Trajectory};
