//! The loop: a pack of trajectories, each with its own time and step, that takes the next of them where one ends.

use std::array::from_fn;

use super::slot::{Job, Slot};
use super::solution::Finished;
use crate::control::{Law, Past};
use crate::method::Stepper;
use crate::number::{Lane, Lanes, Pack, PackTask, Real, Single, within};
use crate::solve::{
    Cut, Keep, Next, Pace, Plan, SolveError, Stats, StepTimes, check_inputs, choose_first_step,
    failure_of_rhs, larger, next_after, non_finite, too_many, too_small, wild_state,
};
use crate::space::Space;
use crate::system::System;

/// Trajectories that one thread solves, in one pack after the other.
pub(super) struct Trajectories<'a, 'j, S: System, M> {
    pub(super) method: &'a M,
    pub(super) jobs: &'j [Job<'a, S>],
    pub(super) keep: Keep,
}

type Outcome<S> = Result<Finished<S>, SolveError>;

impl<S: System, M: Stepper> PackTask<S::Real> for Trajectories<'_, '_, S, M> {
    type Output = Vec<Outcome<S>>;

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>, const N: usize>(self) -> Self::Output {
        let mut pool = Pool::<S, M, L, N>::new(self);
        while pool.slots.iter().any(Option::is_some) {
            pool.step();
        }
        pool.outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(SolveError::EmptyEnsemble))).collect()
    }
}

/// The lanes, and what they share.
struct Pool<'a, 'j, S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> {
    method: &'a M,
    jobs: &'j [Job<'a, S>],
    keep: Keep,
    /// The next trajectory to take.
    waiting: usize,
    outcomes: Vec<Option<Outcome<S>>>,
    slots: [Option<Slot<'a, S>>; N],
    plan: &'a Plan<S>,
    law: Option<Law>,
    /// Whether only stops cut steps.
    simple: bool,
    rtol: S::Vector<Pack<N, L>>,
    atol: S::Vector<Pack<N, L>>,
    p: S::Parameters<Pack<N, L>>,
    /// Where the lanes are.
    now: Box<State<S, L, N>>,
    /// Where they were before the last step; then where they will be after the next. A lane that does not accept is copied
    /// from one to the other: in one place it would be a masked store, which is slow on many a CPU.
    before: Box<State<S, L, N>>,
    y1: S::Vector<Pack<N, L>>,
    k: M::Stages<S::Vector<Pack<N, L>>>,
    direction: [f64; N],
    /// The next stop, and where the stages at the end of a step to it are evaluated.
    stop: [f64; N],
    stop_last: [f64; N],
    /// The next save time.
    save: [f64; N],
    active: [bool; N],
    accepted: [usize; N],
    rejected: [usize; N],
    lanes: Lanes<N>,
    scratch: Vec<f64>,
}

/// Where the lanes are.
struct State<S: System, L: Single<Scalar = S::Real>, const N: usize> {
    y: S::Vector<Pack<N, L>>,
    /// The derivative there.
    f: S::Vector<Pack<N, L>>,
    /// The time of each lane, and where its first stage is evaluated.
    t: [f64; N],
    first: [f64; N],
    /// The length that control asks for, with the sign of time.
    h: [f64; N],
    past: Option<Past<N>>,
}

/// The steps that the lanes are about to take.
struct Proposal<const N: usize> {
    t1: [f64; N],
    h: [f64; N],
    last: [f64; N],
}

impl<'a, 'j, S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> Pool<'a, 'j, S, M, L, N> {
    fn new(trajectories: Trajectories<'a, 'j, S, M>) -> Self {
        let Trajectories { method, jobs, keep } = trajectories;
        let plan = jobs[0].plan;
        let law = match &plan.pace {
            Pace::Adaptive(law) => Some(*law),
            _ => None,
        };
        let zero = Pack::constant(0.0);
        let vector = S::vector(|_| zero);
        let count = vector.len();
        let state = || {
            Box::new(State {
                y: vector.clone(),
                f: vector.clone(),
                t: [0.0; N],
                first: [0.0; N],
                h: [0.0; N],
                past: law.map(|law| law.past()),
            })
        };
        let mut pool = Self {
            method,
            jobs,
            keep,
            waiting: 0,
            outcomes: jobs.iter().map(|_| None).collect(),
            slots: from_fn(|_| None),
            plan,
            law,
            simple: true,
            rtol: S::vector(|i| Pack::splat(plan.rtol[i])),
            atol: S::vector(|i| Pack::splat(plan.atol[i])),
            p: S::parameter_vector(|_| zero),
            now: state(),
            before: state(),
            y1: vector.clone(),
            k: method.stages(&vector),
            direction: [1.0; N],
            stop: [0.0; N],
            stop_last: [0.0; N],
            save: [0.0; N],
            active: [false; N],
            accepted: [0; N],
            rejected: [0; N],
            lanes: Lanes::new(),
            scratch: vec![0.0; if plan.norm.needs_scratch() { count } else { 0 }],
        };
        for lane in 0..N {
            pool.refill(lane);
        }
        pool
    }

    /// One step of all lanes.
    #[inline(always)]
    fn step(&mut self) {
        let mut proposal = self.propose();
        while self.is_stuck(&proposal) {
            self.give_up(&proposal);
            proposal = self.propose();
        }
        self.advance(&proposal);
        let squared = if self.law.is_some() { self.errors(&proposal) } else { self.finite(&proposal) };
        let judged: [bool; N] = from_fn(|l| squared[l] <= 1.0);
        self.go_on(&proposal, &squared);

        let all_accepted = (0..N).fold(true, |all, l| all & (judged[l] | !self.active[l]));
        if !all_accepted {
            self.reject(&proposal, judged, &squared);
        }
        let always = (self.keep != Keep::Nothing) | !self.simple;
        let wanted: [bool; N] = from_fn(|l| {
            let passes = (proposal.t1[l] - self.save[l]) * self.direction[l] >= 0.0;
            judged[l] & self.active[l] & (passes | (proposal.t1[l] == self.stop[l]) | always)
        });
        if wanted.iter().fold(false, |any, &wants| any | wants) {
            for lane in (0..N).filter(|&lane| wanted[lane]) {
                self.arrive(lane, &proposal);
            }
        }
    }

    /// The ends of the next steps, as the clock of a single solve has them.
    #[inline(always)]
    fn propose(&self) -> Proposal<N> {
        // Copies, which nothing else can point to.
        let (t, h, stop, stop_last, direction) =
            (self.now.t, self.now.h, self.stop, self.stop_last, self.direction);
        let (min_step, max_step) = (self.plan.min_step, self.plan.max_step);
        let mut proposal = Proposal { t1: [0.0; N], h: [0.0; N], last: [0.0; N] };
        for l in self.lanes.all() {
            let length = within(h[l].abs(), min_step, max_step);
            let left = (stop[l] - t[l]).abs();
            let target = t[l] + length * direction[l];
            let reach = if left <= max_step { length * 1.01 } else { 0.0 };
            let t1 = if reach >= left { stop[l] } else { target };
            proposal.last[l] = if reach >= left { stop_last[l] } else { target };
            proposal.t1[l] = t1;
            proposal.h[l] = t1 - t[l];
        }
        if !self.simple {
            self.propose_in_general(&mut proposal);
        }
        proposal
    }

    /// Whether a lane cannot take its step.
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    fn is_stuck(&self, proposal: &Proposal<N>) -> bool {
        let (t, most) = (&self.now.t, self.plan.max_num_steps);
        (0..N).fold(false, |any, l| {
            let stuck = (proposal.t1[l] == t[l]) | (self.accepted[l] + self.rejected[l] >= most);
            any | (self.active[l] & stuck)
        })
    }

    /// From this state to the next, in the lanes that accept.
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    fn go_on(&mut self, proposal: &Proposal<N>, squared: &[f64; N]) {
        std::mem::swap(&mut self.now, &mut self.before);
        let (from, to) = (&*self.before, &mut *self.now);
        let last = self.method.tableau().stages() - 1;
        let completion = &self.k.as_ref()[last];
        for i in 0..from.y.len() {
            to.y[i] = accept(squared, self.y1[i], from.y[i]);
            to.f[i] = accept(squared, completion[i], from.f[i]);
        }
        for (accepted, squared) in self.accepted.iter_mut().zip(squared) {
            *accepted += usize::from(*squared <= 1.0);
        }
        let mut factors = [1.0; N];
        if let (Some(law), Some(past)) = (self.law, &from.past) {
            let (by, after) = law.accepted::<L, N>(past, *squared, self.lanes);
            (factors, to.past) = (by, Some(after));
        }
        let (t0, first0, h0, stop) = (from.t, from.first, from.h, self.stop);
        let (mut t, mut first, mut h) = (t0, first0, h0);
        for l in self.lanes.all() {
            let accepts = squared[l] <= 1.0;
            let t1 = proposal.t1[l];
            let grown = proposal.h[l] * factors[l];
            // A step that was cut says little of how long the next may be.
            let cut = if t1 == stop[l] { proposal.h[l].abs() } else { f64::INFINITY };
            let least = if grown.abs() > cut { grown.abs() } else { cut };
            let next = if least < h0[l].abs() { h0[l] } else { grown };
            h[l] = if accepts { next } else { h0[l] };
            t[l] = if accepts { t1 } else { t0[l] };
            first[l] = if accepts { t1 } else { first0[l] };
        }
        (to.t, to.first, to.h) = (t, first, h);
    }

    #[cold]
    #[inline(never)]
    fn propose_in_general(&self, proposal: &mut Proposal<N>) {
        for (l, slot) in self.slots.iter().enumerate() {
            let Some(slot) = slot else { continue };
            let next = slot.clock.next(self.jobs[slot.job].plan, self.now.h[l], &slot.record);
            (proposal.t1[l], proposal.h[l]) = (next.t1, next.times.h);
            proposal.last[l] = next.times.last;
        }
    }

    /// All stages of the steps, the last included, where the next one starts.
    #[inline(always)]
    fn advance(&mut self, proposal: &Proposal<N>) {
        let Self { method, p, now, y1, k, .. } = self;
        let State { y, f, t, first, .. } = &**now;
        let at = |node: f64| {
            let time = |l: usize| {
                if node == 0.0 {
                    first[l]
                } else if node == 1.0 {
                    proposal.last[l]
                } else {
                    t[l] + node * proposal.h[l]
                }
            };
            Pack::new(|l| L::constant(time(l)))
        };
        let h = Pack::new(|l| L::constant(proposal.h[l]));
        k.as_mut()[0].clone_from(f);
        method.advance(|node, y, dy| S::rhs(p, at(node), y, dy), h, y, k, y1);
        let last = method.tableau().stages() - 1;
        S::rhs(p, at(1.0), y1, &mut k.as_mut()[last]);
    }

    /// The squares of the lanes' errors; at most 1 is accepted.
    #[inline(always)]
    fn errors(&mut self, proposal: &Proposal<N>) -> [f64; N] {
        let y = &self.now.y;
        let h = Pack::new(|l| L::constant(proposal.h[l]));
        let count = y.len();
        let mut scaled = self.y1.clone();
        for i in 0..count {
            let (y, y1) = (y[i], self.y1[i]);
            let scale = self.rtol[i].mul_add_fast(larger(y.abs(), y1.abs()), self.atol[i]);
            scaled[i] = y1.mul_add_fast(Pack::constant(0.0), h) / scale;
        }
        for i in 0..count {
            scaled[i] = self.method.error(&self.k, i) * scaled[i];
        }
        let component = |i: usize, l: usize| scaled[i].0[l].get().to_f64();
        if self.plan.norm.needs_scratch() {
            let scratch = &mut self.scratch;
            return from_fn(|l| self.plan.norm.squared(count, scratch, |i| component(i, l)));
        }
        let mut squared = [0.0; N];
        for i in 0..count {
            squared = from_fn(|l| squared[l] + component(i, l) * component(i, l));
        }
        #[allow(clippy::cast_precision_loss)]
        let share = 1.0 / count as f64;
        from_fn(|l| squared[l] * share)
    }

    /// With fixed steps what is finite is accepted: 0 for it. Other lanes end.
    #[cold]
    #[inline(never)]
    fn finite(&mut self, proposal: &Proposal<N>) -> [f64; N] {
        let mut squared = [0.0; N];
        for (lane, squared) in squared.iter_mut().enumerate() {
            let y1: S::Vector<L> = lane_of::<S, L, N>(&self.y1, lane);
            let (Some(bad), Some(slot)) = (non_finite(std::slice::from_ref(&y1)), &self.slots[lane]) else {
                continue;
            };
            *squared = f64::NAN;
            let (y, stats) = (lane_of::<S, L, N>(&self.now.y, lane), self.stats(lane));
            let next = self.next(lane, proposal, &self.now);
            let error = wild_state::<S, L>(bad, &next.times, &slot.record, &y, stats);
            self.end(lane, Err(error));
        }
        squared
    }

    /// Shortens the steps of the lanes that do not accept.
    #[cold]
    #[inline(never)]
    fn reject(&mut self, proposal: &Proposal<N>, judged: [bool; N], squared: &[f64; N]) {
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
    fn give_up(&mut self, proposal: &Proposal<N>) {
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
                    self.end(lane, Err(error));
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
        let error = too_small::<S, L>(&stages, &next, plan, &slot.record, &y, stats);
        self.end(lane, Err(error));
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
    fn arrive(&mut self, lane: usize, proposal: &Proposal<N>) {
        let next = self.next(lane, proposal, &self.before);
        let stats = self.stats(lane);
        let Some(slot) = &mut self.slots[lane] else { return };
        let plan = self.jobs[slot.job].plan;
        let y = lane_of::<S, L, N>(&self.before.y, lane);
        let y1 = lane_of::<S, L, N>(&self.y1, lane);
        if slot.record.saves_by(next.t1) {
            let k: Vec<S::Vector<L>> = self.k.as_ref().iter().map(|k| lane_of::<S, L, N>(k, lane)).collect();
            slot.keep(&next, &y, &y1, &k);
        } else {
            slot.keep(&next, &y, &y1, &[]);
        }
        if next.cut != Cut::Free && next.t1 == plan.end {
            slot.stats = stats;
            if let Some(slot) = self.slots[lane].take() {
                let number = slot.job;
                self.outcomes[number] = Some(Ok(slot.finish()));
            }
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
            let mut slope = y1.clone();
            S::rhs(&p, L::constant(self.now.first[lane]), &y1, &mut slope);
            store::<L, _, N>(&mut self.now.f, lane, &slope);
            self.forget(lane);
        }
    }

    fn forget(&mut self, lane: usize) {
        if let (Some(law), Some(past)) = (self.law, &mut self.now.past) {
            law.begin(past, lane);
        }
    }

    /// Ends the trajectory of a lane, and takes the next.
    fn end(&mut self, lane: usize, outcome: Outcome<S>) {
        if let Some(slot) = self.slots[lane].take() {
            self.outcomes[slot.job] = Some(outcome);
        }
        self.refill(lane);
    }

    /// Takes the next trajectory that can start into a lane, if there is one.
    fn refill(&mut self, lane: usize) {
        self.active[lane] = false;
        while self.waiting < self.jobs.len() {
            let number = self.waiting;
            self.waiting += 1;
            match self.start(lane, number) {
                Ok(()) => return,
                Err(error) => self.outcomes[number] = Some(Err(error)),
            }
        }
    }

    /// Takes this trajectory into a lane.
    fn start(&mut self, lane: usize, number: usize) -> Result<(), SolveError> {
        let job = &self.jobs[number];
        let plan = job.plan;
        let (flat, parameters) = (S::flatten(job.y0), job.model.parameters());
        check_inputs::<S>(&flat, &parameters)?;
        let p: S::Parameters<L> = S::parameter_vector(|i| L::splat(parameters[i]));
        let y: S::Vector<L> = S::vector(|i| L::splat(flat[i]));
        let mut slot = Slot::new(number, job, self.keep, Stats::default());
        let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| S::rhs(&p, L::constant(t), y, dy);
        let mut f = y.clone();
        rhs(slot.clock.first, &y, &mut f);
        slot.stats.rhs_evaluations = 1;
        if let Some(bad) = non_finite(std::slice::from_ref(&f)) {
            return Err(failure_of_rhs::<S, L>(bad, plan.start, &slot.record, &y, slot.stats));
        }
        let h = match plan.first_step {
            Some(h) => h * plan.direction,
            None if self.law.is_none() => 0.0,
            None => {
                slot.stats.rhs_evaluations += 1;
                let order = self.method.tableau().order;
                choose_first_step::<S, L>(plan, order, &rhs, &y, &f, &mut self.scratch)
            }
        };
        for i in 0..p.len() {
            self.p[i].0[lane] = p[i];
        }
        let state = &mut *self.now;
        store::<L, _, N>(&mut state.y, lane, &y);
        store::<L, _, N>(&mut state.f, lane, &f);
        (state.t[lane], state.first[lane], state.h[lane]) = (plan.start, slot.clock.first, h);
        self.forget(lane);
        self.direction[lane] = plan.direction;
        (self.stop[lane], self.stop_last[lane]) = slot.clock.stop(plan);
        self.save[lane] = slot.record.next_save();
        (self.accepted[lane], self.rejected[lane]) = (0, 0);
        self.simple = slot.clock.simple;
        self.active[lane] = true;
        self.slots[lane] = Some(slot);
        Ok(())
    }
}

/// `y1` in the lanes that accept, else `y`.
#[inline(always)]
fn accept<L: Single, const N: usize>(squared: &[f64; N], y1: Pack<N, L>, y: Pack<N, L>) -> Pack<N, L> {
    Pack::new(|l| if squared[l] <= 1.0 { y1.0[l] } else { y.0[l] })
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
fn parameters_of<S: System, L: Single<Scalar = S::Real>, const N: usize>(
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
