//! The starts of trajectories.

use super::lanes::Pool;
use super::one_lane::store;
use super::slot::Slot;
use crate::method::Stepper;
use crate::number::{Lane, Single};
use crate::solve::{
    Clock, Record, SolveError, Stats, check_inputs, choose_first_step, failure_of_rhs, non_finite,
};
use crate::space::Space;
use crate::system::{System, component};

/// A trajectory that is ready for a lane.
pub(super) struct Start<S: System, L: Lane<Scalar = S::Real>> {
    /// Which job it is.
    job: usize,
    p: S::Parameters<L>,
    y: S::Vector<L>,
    /// The derivative there.
    f: S::Vector<L>,
    /// The length of the first step, with the sign of time.
    h: f64,
    stats: Stats,
}

impl<S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> Pool<'_, '_, S, M, L, N> {
    /// Takes the next trajectory into a lane, if there is one, and makes ready the one after: it is a long chain of
    /// operations, which now need not be waited for.
    pub(super) fn refill(&mut self, lane: usize) {
        self.active[lane] = false;
        if let Some(start) = self.ready.take() {
            self.enter(lane, start);
            self.make_ready();
        }
    }

    /// Makes ready the next trajectory that can start, if there is one.
    pub(super) fn make_ready(&mut self) {
        while self.ready.is_none() && self.waiting < self.jobs.len() {
            let job = self.waiting;
            self.waiting += 1;
            match self.start(job) {
                Ok(start) => self.ready = Some(start),
                Err(error) => self.chunk.fail(self.jobs[job].number, error),
            }
        }
    }

    fn start(&mut self, place: usize) -> Result<Start<S, L>, SolveError> {
        let job = &self.jobs[place];
        let plan = job.plan;
        let (flat, parameters) = (S::flatten(job.y0), job.model.parameters());
        check_inputs::<S>(&flat, &parameters)?;
        let p: S::Parameters<L> = S::parameter_vector(|i| L::splat(parameters[i]));
        let y: S::Vector<L> = S::vector(|i| L::splat(flat[i]));
        let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| S::rhs(&p, L::constant(t), y, dy);
        let mut f = y.clone();
        rhs(Clock::new(plan).first, &y, &mut f);
        let mut stats = Stats { rhs_evaluations: 1, ..Stats::default() };
        if let Some(bad) = non_finite(std::slice::from_ref(&f)) {
            let record = Record::new(plan, job.y0, self.keep);
            return Err(failure_of_rhs::<S, L>(bad, &component::<S>, plan.start, &record, &y, stats));
        }
        let h = match plan.first_step {
            Some(h) => h * plan.direction,
            None if self.law.is_none() => 0.0,
            None => {
                stats.rhs_evaluations += 1;
                let order = self.method.tableau().order;
                choose_first_step::<S, L>(plan, order, &rhs, &y, &f, &mut self.scratch)
            }
        };
        Ok(Start { job: place, p, y, f, h, stats })
    }

    /// Takes a trajectory into a lane.
    fn enter(&mut self, lane: usize, start: Start<S, L>) {
        let jobs = self.jobs;
        let Start { job: place, p, y, f, h, stats } = start;
        let job = &jobs[place];
        let plan = job.plan;
        let slot = match &mut self.slots[lane] {
            Some(slot) => {
                slot.renew(place, job, self.keep, stats);
                slot
            }
            empty => empty.insert(Slot::new(place, job, self.keep, stats)),
        };
        if let Some(tape) = &mut slot.record.tape {
            tape.reserve(self.longest);
        }
        for i in 0..p.len() {
            self.p[i].0[lane] = p[i];
        }
        let state = &mut *self.now;
        store::<L, _, N>(&mut state.y, lane, &y);
        store::<L, _, N>(&mut state.f, lane, &f);
        (state.t[lane], state.first[lane], state.h[lane]) = (plan.start, slot.clock.first, h);
        self.direction[lane] = plan.direction;
        (self.stop[lane], self.stop_last[lane]) = slot.clock.stop(plan);
        self.save[lane] = slot.record.next_save();
        (self.accepted[lane], self.rejected[lane]) = (0, 0);
        self.simple = slot.clock.simple;
        self.active[lane] = true;
        self.forget(lane);
    }
}
