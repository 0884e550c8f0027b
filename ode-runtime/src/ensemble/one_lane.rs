//! What is rare in the loop, lane by lane, with the parts of a single solve: failures, save points and stops, the next
//! trajectory.

use super::lanes::{Pool, Proposal, State};
use crate::dense::Slopes;
use crate::method::Stepper;
use crate::number::{Pack, Single};
use crate::solve::{
    Cut, Keep, Next, SolveError, Stats, StepTimes, extend, failure_of_rhs, next_after, non_finite, too_many,
    too_small, wild_state,
};
use crate::space::Space;
use crate::system::System;
use crate::system::component;

impl<S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> Pool<'_, '_, S, M, L, N> {
    /// With fixed steps what is finite is accepted: 0 for it. Other lanes end.
    #[cold]
    #[inline(never)]
    pub(super) fn finite(&mut self, proposal: &Proposal<N>) -> [f64; N] {
        let mut squared = [0.0; N];
        for (lane, squared) in squared.iter_mut().enumerate() {
            let y1: S::Vector<L> = lane_of::<S, L, N>(&self.y1, lane);
            let bad = non_finite(std::slice::from_ref(&y1)).filter(|_| self.active[lane]);
            let (Some(bad), Some(slot)) = (bad, &self.slots[lane]) else { continue };
            *squared = f64::NAN;
            let (y, stats) = (lane_of::<S, L, N>(&self.now.y, lane), self.stats(lane));
            let next = self.next(lane, proposal, &self.now);
            let error = wild_state::<S, L>(bad, &component::<S>, &next.times, &slot.record, &y, stats);
            self.fail(lane, error);
        }
        squared
    }

    /// Shortens the steps of the lanes that do not accept.
    #[cold]
    #[inline(never)]
    pub(super) fn reject(&mut self, proposal: &Proposal<N>, judged: [bool; N], squared: &[f64; N]) {
        let Some(law) = self.law else { return };
        for (lane, judged) in judged.into_iter().enumerate() {
            if judged || !self.active[lane] {
                continue;
            }
            self.rejected[lane] += 1;
            let State { past, t, h, .. } = &mut *self.now;
            let Some(past) = past else { continue };
            let factor = law.rejected::<L, N>(past, lane, squared[lane]);
            let wanted = proposal.h[lane] * factor;
            let shorter = next_after(proposal.t1[lane], -self.direction[lane]) - t[lane];
            if wanted.abs() < self.plan.min_step || shorter == 0.0 {
                self.too_small(lane, proposal, wanted);
            } else {
                h[lane] = if wanted.abs() < shorter.abs() { wanted } else { shorter };
            }
        }
    }

    /// Ends the lanes whose next step cannot be taken.
    #[cold]
    #[inline(never)]
    #[allow(clippy::float_cmp)]
    pub(super) fn give_up(&mut self, proposal: &Proposal<N>) {
        for lane in 0..N {
            let State { y, t, h, .. } = &*self.now;
            if self.active[lane] && proposal.t1[lane] == t[lane] {
                self.too_small(lane, proposal, h[lane]);
            } else if self.active[lane]
                && self.accepted[lane] + self.rejected[lane] >= self.plan.max_num_steps
            {
                let (y, stats) = (lane_of::<S, L, N>(y, lane), self.stats(lane));
                if let Some(slot) = &self.slots[lane] {
                    let plan = self.jobs[slot.job].plan;
                    let error = too_many::<S, L>(t[lane], plan, &slot.record, &y, stats);
                    self.fail(lane, error);
                }
            }
        }
    }

    fn too_small(&mut self, lane: usize, proposal: &Proposal<N>, wanted: f64) {
        let next = Next { wanted, ..self.next(lane, proposal, &self.now) };
        let stats = self.stats(lane);
        let Some(slot) = &self.slots[lane] else { return };
        let stages: Vec<S::Vector<L>> = self.k.as_ref().iter().map(|k| lane_of::<S, L, N>(k, lane)).collect();
        let y = lane_of::<S, L, N>(&self.now.y, lane);
        let plan = self.jobs[slot.job].plan;
        let error = too_small::<S, L>(&stages, &component::<S>, &next, plan, &slot.record, &y, stats);
        self.fail(lane, error);
    }

    /// The step of one lane, which starts from this state.
    #[allow(clippy::float_cmp)]
    fn next(&self, lane: usize, proposal: &Proposal<N>, from: &State<S, L, N>) -> Next {
        let State { t, first, h, .. } = from;
        let (t1, last) = (proposal.t1[lane], proposal.last[lane]);
        let times = StepTimes { t: t[lane], h: proposal.h[lane], first: first[lane], last };
        let cut = if t1 == self.stop[lane] { Cut::Given } else { Cut::Free };
        Next { times, t1, cut, wanted: h[lane] }
    }

    fn stats(&self, lane: usize) -> Stats {
        let (accepted, rejected) = (self.accepted[lane], self.rejected[lane]);
        let extra = self.slots[lane].as_ref().map_or(0, |slot| slot.stats.rhs_evaluations);
        let stages = self.method.tableau().stages() - 1;
        let rhs_evaluations = extra + (accepted + rejected) * stages;
        Stats { accepted, rejected, rhs_evaluations }
    }

    /// Keeps what is wanted of an accepted step, goes through a stop, or to the next trajectory at the end.
    #[cold]
    #[inline(never)]
    #[allow(clippy::float_cmp)]
    pub(super) fn arrive(&mut self, lane: usize, proposal: &Proposal<N>) {
        let next = self.next(lane, proposal, &self.before);
        let mut stats = self.stats(lane);
        let Some(slot) = &mut self.slots[lane] else { return };
        let plan = self.jobs[slot.job].plan;
        let y = lane_of::<S, L, N>(&self.before.y, lane);
        if slot.record.saves_by(next.t1) {
            let y1 = lane_of::<S, L, N>(&self.y1, lane);
            let inside = slot.record.looks_inside(next.t1);
            let stages = (inside || self.keep != Keep::Nothing)
                .then(|| stages_of::<S, M, L, N>(self.method, &self.k, lane, &y));
            let mut extra = None;
            if let Some(stages) = stages.as_ref().filter(|_| inside && plan.weights.extended()) {
                let p = parameters_of::<S, L, N>(&self.p, lane);
                let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| S::rhs(&p, L::constant(t), y, dy);
                let evaluations = self.method.tableau().extra.len();
                slot.stats.rhs_evaluations += evaluations;
                stats.rhs_evaluations += evaluations;
                match extend(self.method, rhs, &next.times, &y, stages) {
                    Ok(found) => extra = Some(found),
                    Err(bad) => {
                        let (t, component) = (next.times.t, &component::<S>);
                        let error = failure_of_rhs::<S, L>(bad, component, t, &slot.record, &y, stats);
                        self.fail(lane, error);
                        return;
                    }
                }
            }
            let last = self.method.tableau().stages() - 1;
            let k = Slopes {
                stages: stages.as_ref().map_or(&[][..], |stages| &stages.as_ref()[..=last]),
                extra: extra.as_ref().map_or(&[][..], AsRef::as_ref),
            };
            slot.keep(&next, &y, &y1, k);
        } else {
            slot.record.tape::<L>(&next.times, next.t1, next.cut, &y);
            if next.cut == Cut::Free && self.simple {
                return;
            }
        }
        if next.cut != Cut::Free && next.t1 == plan.end {
            self.longest = self.longest.max(stats.accepted);
            self.chunk.finish(self.jobs[slot.job].number, &mut slot.record, stats);
            self.refill(lane);
            return;
        }
        let mut jumps = false;
        if next.cut != Cut::Free || !self.simple {
            jumps = slot.clock.arrive(plan, &next);
            (self.stop[lane], self.stop_last[lane]) = slot.clock.stop(plan);
            self.now.first[lane] = slot.clock.first;
        }
        self.save[lane] = slot.record.next_save();
        if jumps {
            slot.stats.rhs_evaluations += 1;
            let p = parameters_of::<S, L, N>(&self.p, lane);
            let y1 = lane_of::<S, L, N>(&self.y1, lane);
            let mut slope = y1.clone();
            S::rhs(&p, L::constant(self.now.first[lane]), &y1, &mut slope);
            store::<L, _, N>(&mut self.now.f, lane, &slope);
            self.forget(lane);
        }
    }

    pub(super) fn forget(&mut self, lane: usize) {
        if let (Some(law), Some(past)) = (self.law, &mut self.now.past) {
            law.begin(past, lane);
        }
    }

    /// Ends the trajectory of a lane, and takes the next.
    fn fail(&mut self, lane: usize, error: SolveError) {
        if let Some(slot) = &self.slots[lane] {
            self.chunk.fail(self.jobs[slot.job].number, error);
        }
        self.refill(lane);
    }
}

/// The stages of one lane, whose vectors are like `zero`.
pub(super) fn stages_of<S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize>(
    method: &M,
    stages: &M::Stages<S::Vector<Pack<N, L>>>,
    lane: usize,
    zero: &S::Vector<L>,
) -> M::Stages<S::Vector<L>> {
    let mut of_lane = method.stages(zero);
    for (to, from) in of_lane.as_mut().iter_mut().zip(stages.as_ref()) {
        *to = lane_of::<S, L, N>(from, lane);
    }
    of_lane
}

/// The numbers of one lane.
#[inline(always)]
pub(super) fn lane_of<S: System, L: Single<Scalar = S::Real>, const N: usize>(
    vector: &S::Vector<Pack<N, L>>,
    lane: usize,
) -> S::Vector<L> {
    S::vector(|i| vector[i].0[lane])
}

/// The parameters of one lane.
pub(super) fn parameters_of<S: System, L: Single<Scalar = S::Real>, const N: usize>(
    vector: &S::Parameters<Pack<N, L>>,
    lane: usize,
) -> S::Parameters<L> {
    S::parameter_vector(|i| vector[i].0[lane])
}

/// Puts numbers into one lane.
#[inline(always)]
pub(super) fn store<L: Single, V: Space<L>, const N: usize>(
    vector: &mut impl Space<Pack<N, L>>,
    lane: usize,
    numbers: &V,
) {
    for i in 0..numbers.len() {
        vector[i].0[lane] = numbers[i];
    }
}
