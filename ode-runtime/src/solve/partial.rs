//! What was solved before a solve failed.

use super::Stats;

/// The part of a solution that was there when a solve failed: what was to be saved and was reached, and the last step.
///
/// States are flat, in the order of the model's `STATES`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Partial {
    pub(super) times: Vec<f64>,
    pub(super) states: Vec<Vec<f64>>,
    pub(super) events: Vec<PartialEvent>,
    pub(super) stats: Stats,
}

/// An event that happened before a solve failed: an [`Event`](crate::Event) whose states are flat.
#[derive(Debug, Clone, PartialEq)]
pub struct PartialEvent {
    /// Which: the number of `until`, `record` or `reset` among those of the solver, from 0.
    pub index: usize,
    /// When.
    pub time: f64,
    /// The state there.
    pub before: Vec<f64>,
    /// What it became; the same where nothing was reset.
    pub after: Vec<f64>,
}

impl Partial {
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

    /// The events that happened up to there, in order.
    #[must_use]
    pub fn events(&self) -> &[PartialEvent] {
        &self.events
    }

    /// What was done up to there.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}
