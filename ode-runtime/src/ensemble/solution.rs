//! What an ensemble returns.

use std::fmt;
use std::ops::Range;

use crate::solve::{Record, SolveError, Stats, TapeOf};
use crate::system::Model;

/// What a lane leaves of a trajectory: a row of a [`Chunk`].
struct Row<S: Model> {
    /// Where its states are.
    states: Range<usize>,
    stats: Stats,
    /// Its steps, where they were kept.
    tape: Option<Box<TapeOf<S>>>,
}

/// What comes of a trajectory.
type Outcome<S> = Result<Row<S>, Box<SolveError>>;

/// Trajectories that were solved one after the other on one thread.
pub(super) struct Chunk<S: Model> {
    /// The saved states of all of them, those of each side by side.
    states: Vec<S::State>,
    /// Nothing where one is not done yet.
    rows: Vec<Option<Outcome<S>>>,
}

impl<S: Model> Chunk<S> {
    /// Room for so many trajectories, with so many states in all.
    pub(super) fn new(trajectories: usize, states: usize) -> Self {
        Self { states: Vec::with_capacity(states), rows: (0..trajectories).map(|_| None).collect() }
    }

    /// Takes what was kept of a trajectory that came to its end.
    pub(super) fn finish(&mut self, number: usize, record: &mut Record<'_, S>, stats: Stats) {
        let start = self.states.len();
        self.states.append(&mut record.states);
        let tape = record.tape.take().map(Box::new);
        self.rows[number] = Some(Ok(Row { states: start..self.states.len(), stats, tape }));
    }

    /// A trajectory failed.
    pub(super) fn fail(&mut self, number: usize, error: SolveError) {
        self.rows[number] = Some(Err(Box::new(error)));
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn row(&self, number: usize) -> Result<&Row<S>, &SolveError> {
        let row = self.rows[number].as_ref().unwrap_or_else(|| unreachable!("every trajectory ends"));
        row.as_ref().map_err(|error| &**error)
    }

    /// A trajectory that is saved at these times.
    pub(super) fn get<'a>(
        &'a self,
        number: usize,
        times: &'a [f64],
    ) -> Result<Trajectory<'a, S>, &'a SolveError> {
        let Row { states, stats, .. } = self.row(number)?;
        Ok(Trajectory { times, states: &self.states[states.clone()], stats })
    }

    /// The saved states of a trajectory, and its steps.
    pub(super) fn taped(&self, number: usize) -> Result<(&[S::State], &TapeOf<S>), SolveError> {
        let Row { states, tape, .. } = self.row(number).map_err(Clone::clone)?;
        let tape = tape.as_ref().unwrap_or_else(|| unreachable!("the steps were kept"));
        Ok((&self.states[states.clone()], tape))
    }
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
    /// All of one size, but for the last.
    pub(super) chunks: Vec<Chunk<S>>,
}

impl<S: Model> EnsembleSolution<S> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Chunk::len).sum()
    }

    /// Whether there is none, which an ensemble refuses.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
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
        let size = self.chunks[0].len();
        self.chunks[index / size].get(index % size, self.times.get(index))
    }

    /// All trajectories, in order: each solved, or the reason why not.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Trajectory<'_, S>, &SolveError>> {
        (0..self.len()).map(|index| self.one(index))
    }

    /// The numbers of those that failed, with the reasons.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &SolveError)> {
        self.iter().enumerate().filter_map(|(index, one)| Some((index, one.err()?)))
    }
}

impl<S: Model> fmt::Debug for EnsembleSolution<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
