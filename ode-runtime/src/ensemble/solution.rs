//! What an ensemble returns.

use std::fmt;

use crate::solve::{SolveError, Stats, TapeOf};
use crate::system::Model;

/// What a lane leaves of a trajectory.
pub(super) struct Finished<S: Model> {
    pub(super) states: Vec<S::State>,
    pub(super) stats: Stats,
    pub(super) tape: Option<Box<TapeOf<S>>>,
}

/// The times that trajectories are saved at: the same for all, or for each.
pub(super) enum SaveTimes {
    Shared(Vec<f64>),
    Each(Vec<Vec<f64>>),
}

impl SaveTimes {
    pub(super) fn get(&self, index: usize) -> &[f64] {
        match self {
            Self::Shared(times) => times,
            Self::Each(times) => &times[index],
        }
    }
}

/// A trajectory of an ensemble.
pub struct Trajectory<'a, S: Model> {
    times: &'a [f64],
    states: &'a [S::State],
    stats: &'a Stats,
}

impl<'a, S: Model> Trajectory<'a, S> {
    pub(super) fn new(times: &'a [f64], finished: &'a Finished<S>) -> Self {
        Self { times, states: &finished.states, stats: &finished.stats }
    }

    /// The save times, or both ends of the span.
    #[must_use]
    pub fn times(&self) -> &'a [f64] {
        self.times
    }

    /// The state at each of them.
    #[must_use]
    pub fn states(&self) -> &'a [S::State] {
        self.states
    }

    /// The state at the end.
    #[must_use]
    pub fn last(&self) -> S::State {
        self.states[self.states.len() - 1].clone()
    }

    /// What its solve did.
    #[must_use]
    pub fn stats(&self) -> &'a Stats {
        self.stats
    }
}

impl<S: Model> fmt::Debug for Trajectory<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trajectory")
            .field("times", &self.times)
            .field("states", &self.states)
            .field("stats", &self.stats)
            .finish()
    }
}

/// The trajectories of an ensemble, each solved or failed for itself.
pub struct EnsembleSolution<S: Model> {
    pub(super) times: SaveTimes,
    pub(super) trajectories: Vec<Result<Finished<S>, SolveError>>,
}

impl<S: Model> EnsembleSolution<S> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.trajectories.len()
    }

    /// Whether there is none, which an ensemble refuses.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.trajectories.is_empty()
    }

    /// A trajectory.
    ///
    /// # Errors
    /// Why its solve failed; the others are not touched by that.
    ///
    /// # Panics
    /// Where there is none of this number.
    pub fn get(&self, index: usize) -> Result<Trajectory<'_, S>, SolveError> {
        self.one(index).map_err(Clone::clone)
    }

    fn one(&self, index: usize) -> Result<Trajectory<'_, S>, &SolveError> {
        let finished = self.trajectories[index].as_ref()?;
        Ok(Trajectory::new(self.times.get(index), finished))
    }

    /// All trajectories, in order: each solved, or the reason why not.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Trajectory<'_, S>, &SolveError>> {
        (0..self.len()).map(|index| self.one(index))
    }

    /// The numbers of those that failed, with the reasons.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &SolveError)> {
        let reason = |(index, one): (usize, _)| Option::zip(Some(index), Result::<_, _>::err(one));
        self.trajectories.iter().map(Result::as_ref).enumerate().filter_map(reason)
    }
}

impl<S: Model> fmt::Debug for EnsembleSolution<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
