//! A trajectory while it is in a lane.

use crate::dense::Slopes;
use crate::number::Single;
use crate::solve::{Clock, Keep, Next, Plan, Record, Stats, Step};
use crate::system::System;

use super::solution::Finished;

/// A trajectory to solve.
pub(super) struct Job<'a, S: System> {
    pub(super) plan: &'a Plan<S>,
    pub(super) model: &'a S,
    pub(super) y0: &'a S::State,
}

/// A trajectory in a lane: where it is, and what is kept of it.
pub(super) struct Slot<'a, S: System> {
    /// Its number.
    pub(super) job: usize,
    pub(super) clock: Clock,
    pub(super) record: Record<'a, S>,
    pub(super) stats: Stats,
}

impl<'a, S: System> Slot<'a, S> {
    /// A trajectory that may take some `steps`.
    pub(super) fn new(number: usize, job: &Job<'a, S>, keep: Keep, steps: usize) -> Self {
        let (clock, mut record) = (Clock::new(job.plan), Record::new(job.plan, job.y0, keep));
        if let Some(tape) = &mut record.tape {
            tape.reserve(steps);
        }
        Self { job: number, clock, record, stats: Stats::default() }
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

    pub(super) fn finish(self) -> Finished<S> {
        let Self { record, stats, .. } = self;
        Finished { states: record.states, stats, tape: record.tape.map(Box::new) }
    }
}
