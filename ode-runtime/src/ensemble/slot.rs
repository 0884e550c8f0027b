//! A trajectory while it is in a lane.

use crate::dense::Slopes;
use crate::number::Single;
use crate::solve::{Clock, Keep, Next, Plan, Record, Stats, Step};
use crate::system::System;

/// A trajectory to solve.
pub(super) struct Job<'a, S: System> {
    /// Its number in the chunk.
    pub(super) number: usize,
    pub(super) plan: &'a Plan<S>,
    pub(super) model: &'a S,
    pub(super) y0: &'a S::State,
}

/// A trajectory in a lane: where it is, and what is kept of it.
pub(super) struct Slot<'a, S: System> {
    /// Which job it is.
    pub(super) job: usize,
    pub(super) clock: Clock,
    pub(super) record: Record<'a, S>,
    pub(super) stats: Stats,
}

impl<'a, S: System> Slot<'a, S> {
    /// The trajectory of a job, which is number `place` of all jobs.
    pub(super) fn new(place: usize, job: &Job<'a, S>, keep: Keep, stats: Stats) -> Self {
        let (clock, record) = (Clock::new(job.plan), Record::new(job.plan, job.y0, keep));
        Self { job: place, clock, record, stats }
    }

    /// Goes on with the trajectory of another job, in the memory of the one before.
    pub(super) fn renew(&mut self, place: usize, job: &Job<'a, S>, keep: Keep, stats: Stats) {
        (self.job, self.clock, self.stats) = (place, Clock::new(job.plan), stats);
        self.record.renew(job.plan, job.y0, keep);
    }

    /// Keeps an accepted step, which is the lane's own.
    pub(super) fn keep<L: Single<Scalar = S::Real>>(
        &mut self,
        next: &Next,
        y: &S::Vector<L>,
        y1: &S::Vector<L>,
        k: Slopes<'_, S::Vector<L>>,
    ) {
        let Next { times, t1, cut, .. } = *next;
        self.record.step(&Step { times, t1, cut, resets: false, y, y1, k });
    }
}
