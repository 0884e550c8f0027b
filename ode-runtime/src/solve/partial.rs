//! What was solved before a solve failed.

use super::Stats;

/// The part of a solution that was there when a solve failed: what was to be saved and was reached, and the last step.
///
/// States are flat, in the order of the model's `STATES`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Partial {
    times: Vec<f64>,
    states: Vec<Vec<f64>>,
    stats: Stats,
}

impl Partial {
    pub(crate) fn new(times: Vec<f64>, states: Vec<Vec<f64>>, stats: Stats) -> Self {
        Self { times, states, stats }
    }

    /// The times that were reached: the save points, then the end of the last accepted step.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The state at each of those times.
    #[must_use]
    pub fn states(&self) -> &[Vec<f64>] {
        &self.states
    }

    /// The end of the last accepted step, or the start.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.times.last().copied().unwrap_or(f64::NAN)
    }

    /// The state there.
    #[must_use]
    pub fn last(&self) -> &[f64] {
        self.states.last().map_or(&[], Vec::as_slice)
    }

    /// What was done up to there.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}
