//! Events that happened.

use std::fmt;

use crate::system::Model;

/// An event that happened.
#[derive(Clone)]
pub struct Event<S: Model> {
    /// Which: the number of `until`, `record` or `reset` among those of the solver, from 0.
    pub index: usize,
    /// When.
    pub time: f64,
    /// The state there.
    pub before: S::State,
    /// What it became; the same where nothing was reset.
    pub after: S::State,
}

impl<S: Model> fmt::Debug for Event<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("index", &self.index)
            .field("time", &self.time)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish()
    }
}

/// Why a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It came to the end of its times.
    AtEnd,
    /// At an event given to `until`.
    ByEvent,
    /// A callback said so.
    ByCallback,
}

/// An event that happened, as the driver hands it on.
pub(crate) struct Happened<V> {
    pub(crate) index: usize,
    pub(crate) t: f64,
    pub(crate) before: V,
    pub(crate) after: V,
    /// The event whose function says when: itself, or the first of those at one time, where it would not happen after
    /// them if it came a little later.
    pub(crate) trigger: usize,
    /// Whether the step was cut here.
    pub(crate) cuts: bool,
}

/// What the adjoint needs to know of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taped {
    pub(crate) index: usize,
    /// The number of the step.
    pub(crate) step: usize,
    pub(crate) t: f64,
    pub(crate) trigger: usize,
    pub(crate) cuts: bool,
}
