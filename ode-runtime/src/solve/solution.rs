//! What a solve returns.

use std::fmt;

use super::{SolveError, Stats};
use crate::dense::DenseOutput;
use crate::event::{Ended, Event};
use crate::number::Real;
use crate::space::Space;
use crate::system::Model;

/// The states at the save points, and between them where dense output was kept.
#[derive(Clone)]
pub struct Solution<S: Model> {
    pub(crate) times: Vec<f64>,
    pub(crate) states: Vec<S::State>,
    pub(crate) stats: Stats,
    pub(crate) dense: Option<DenseOutput<S::Vector<S::Real>>>,
    pub(crate) events: Vec<Event<S>>,
    pub(crate) ended: Ended,
}

impl<S: Model> Solution<S> {
    /// The save times: those that were given, or both ends of the span. Where an event or a callback ended the solve, those
    /// before, and then the time of that.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The state at each of the save times.
    #[must_use]
    pub fn states(&self) -> &[S::State] {
        &self.states
    }

    /// The state at the end.
    #[must_use]
    pub fn last(&self) -> S::State {
        self.states[self.states.len() - 1].clone()
    }

    /// Each save time with its state.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (f64, S::State)> + DoubleEndedIterator + '_ {
        self.times.iter().copied().zip(self.states.iter().cloned())
    }

    /// The event that ended the solve, if one did.
    #[must_use]
    pub fn event(&self) -> Option<&Event<S>> {
        self.events.last().filter(|_| self.ended == Ended::ByEvent)
    }

    /// All events that happened, in order.
    #[must_use]
    pub fn events(&self) -> &[Event<S>] {
        &self.events
    }

    /// Why the solve ended.
    #[must_use]
    pub fn ended(&self) -> Ended {
        self.ended
    }

    /// What the solve did.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The state at any time of the span, by the method's dense output.
    ///
    /// # Errors
    /// [`SolveError::OutsideSpan`] for other times, [`SolveError::NoDenseOutput`] where the solve was for save points
    /// alone.
    pub fn at(&self, t: f64) -> Result<S::State, SolveError> {
        let dense = self.dense.as_ref().ok_or(SolveError::NoDenseOutput)?;
        dense.at::<S::Real>(t).map(|flat| S::unflatten(&flat))
    }

    /// The ends of the accepted steps, the start first; empty where dense output was not kept.
    #[must_use]
    pub fn steps(&self) -> &[f64] {
        self.dense.as_ref().map_or(&[], DenseOutput::times)
    }
}

impl<S: Model> fmt::Debug for Solution<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Solution")
            .field("times", &self.times)
            .field("states", &self.states)
            .field("stats", &self.stats)
            .field("dense", &self.dense.is_some())
            .field("events", &self.events)
            .field("ended", &self.ended)
            .finish()
    }
}

impl<S: Model> PartialEq for Solution<S> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&S::State, &S::State)| {
            let (a, b) = (S::flatten(a), S::flatten(b));
            a.values().zip(b.values()).all(|(a, b)| a.to_f64() == b.to_f64())
        };
        self.times == other.times && self.states.iter().zip(&other.states).all(same)
    }
}
