//! The loop: a pack of trajectories, each with its own time and step, that takes the next of them where one ends.

use std::array::from_fn;

use super::one_lane::lane_of;
use super::slot::{Job, Slot};
use super::solution::Chunk;
use super::start::Start;
use crate::control::{Law, Past, sum_of_squares, tempered};
use crate::method::{AtStage, Stepper};
use crate::number::{Lane, Pack, PackTask, Real, Rolled, Single, within};
use crate::solve::{Cut, Keep, Pace, Plan, StepTimes, larger};
use crate::space::Space;
use crate::system::System;

/// Trajectories that one thread solves, in one pack after the other.
pub(super) struct Trajectories<'a, 'j, S: System, M> {
    pub(super) method: &'a M,
    pub(super) jobs: &'j [Job<'a, S>],
    pub(super) keep: Keep,
    /// How many trajectories the chunk has, those included that are refused.
    pub(super) count: usize,
}

impl<S: System, M: Stepper> PackTask<S::Real> for Trajectories<'_, '_, S, M> {
    type Output = Chunk<S>;

    const INLINED: bool = S::INLINED;

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>, const N: usize>(self) -> Self::Output {
        let mut pool = Pool::<S, M, L, N>::new(self);
        while pool.active.contains(&true) {
            pool.step();
        }
        pool.chunk
    }
}

/// The lanes, and what they share.
pub(super) struct Pool<'a, 'j, S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> {
    pub(super) method: &'a M,
    pub(super) jobs: &'j [Job<'a, S>],
    pub(super) keep: Keep,
    /// How many steps the longest trajectory took so far.
    pub(super) longest: usize,
    /// The next trajectory to take.
    pub(super) waiting: usize,
    /// The one that was taken last, for the next lane that is free.
    pub(super) ready: Option<Start<S, L>>,
    /// What is done.
    pub(super) chunk: Chunk<S>,
    /// The trajectory of each lane that is active, or the last that it had.
    pub(super) slots: [Option<Slot<'a, S>>; N],
    pub(super) plan: &'a Plan<S>,
    pub(super) law: Option<Law>,
    /// Whether only stops cut steps.
    pub(super) simple: bool,
    pub(super) rtol: S::Vector<Pack<N, L>>,
    pub(super) atol: S::Vector<Pack<N, L>>,
    pub(super) p: S::Parameters<Pack<N, L>>,
    /// Where the lanes are.
    pub(super) now: Box<State<S, L, N>>,
    /// Where they were before the last step; then where they will be after the next. A lane that does not accept is copied
    /// from one to the other: in one place it would be a masked store, which is slow on many a CPU.
    pub(super) before: Box<State<S, L, N>>,
    pub(super) y1: S::Vector<Pack<N, L>>,
    /// The lengths of the steps, divided by the tolerances.
    pub(super) scaled: S::Vector<Pack<N, L>>,
    /// The errors, divided by the lengths.
    pub(super) error: S::Vector<Pack<N, L>>,
    pub(super) k: M::Stages<S::Vector<Pack<N, L>>>,
    pub(super) direction: [f64; N],
    /// The next stop, and where the stages at the end of a step to it are evaluated.
    pub(super) stop: [f64; N],
    pub(super) stop_last: [f64; N],
    /// The next save time.
    pub(super) save: [f64; N],
    pub(super) active: [bool; N],
    pub(super) accepted: [usize; N],
    pub(super) rejected: [usize; N],
    pub(super) rolled: Rolled<N>,
    pub(super) scratch: Vec<f64>,
}

/// Where the lanes are.
pub(super) struct State<S: System, L: Single<Scalar = S::Real>, const N: usize> {
    pub(super) y: S::Vector<Pack<N, L>>,
    /// The derivative there.
    pub(super) f: S::Vector<Pack<N, L>>,
    /// The time of each lane, and where its first stage is evaluated.
    pub(super) t: [f64; N],
    pub(super) first: [f64; N],
    /// The length that control asks for, with the sign of time.
    pub(super) h: [f64; N],
    pub(super) past: Option<Past<N>>,
}

/// The steps that the lanes are about to take.
pub(super) struct Proposal<const N: usize> {
    pub(super) t1: [f64; N],
    pub(super) h: [f64; N],
    pub(super) last: [f64; N],
}

impl<'a, 'j, S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> Pool<'a, 'j, S, M, L, N> {
    fn new(trajectories: Trajectories<'a, 'j, S, M>) -> Self {
        let Trajectories { method, jobs, keep, count: trajectories } = trajectories;
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
            longest: 0,
            waiting: 0,
            ready: None,
            chunk: Chunk::new(trajectories, jobs.len() * plan.save.len()),
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
            scaled: vector.clone(),
            error: vector.clone(),
            k: method.stages(&vector),
            direction: [1.0; N],
            stop: [0.0; N],
            stop_last: [0.0; N],
            save: [0.0; N],
            active: [false; N],
            accepted: [0; N],
            rejected: [0; N],
            rolled: Rolled::new(),
            scratch: vec![0.0; if plan.norm.needs_scratch() { count } else { 0 }],
        };
        pool.make_ready();
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
            self.keep_steps(&proposal, wanted);
        }
    }

    /// Keeps what is wanted of the steps of these lanes.
    #[inline(never)]
    fn keep_steps(&mut self, proposal: &Proposal<N>, wanted: [bool; N]) {
        for lane in (0..N).filter(|&lane| wanted[lane]) {
            let passes = (proposal.t1[lane] - self.save[lane]) * self.direction[lane] >= 0.0;
            if !self.simple || passes || proposal.t1[lane] == self.stop[lane] {
                self.arrive(lane, proposal);
                continue;
            }
            // All there is to do of most steps.
            let Some(slot) = &mut self.slots[lane] else { continue };
            let State { y, t, first, .. } = &*self.before;
            let (t1, h, last) = (proposal.t1[lane], proposal.h[lane], proposal.last[lane]);
            let times = StepTimes { t: t[lane], h, first: first[lane], last };
            slot.record.tape::<L>(&times, t1, Cut::Free, &lane_of::<S, L, N>(y, lane));
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
        for l in self.rolled.all() {
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
            let (by, after) = law.accepted::<L, N>(past, *squared, self.rolled);
            (factors, to.past) = (by, Some(after));
        }
        let (t0, first0, h0, stop) = (from.t, from.first, from.h, self.stop);
        let (mut t, mut first, mut h) = (t0, first0, h0);
        for l in self.rolled.all() {
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
            let Some(slot) = slot.as_ref().filter(|_| self.active[l]) else { continue };
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
        let rhs = || Rhs::<S, L, N> { p, t, first, proposal };
        k.as_mut()[0].clone_from(f);
        method.advance(rhs(), constants(&proposal.h), y, k, y1);
        let last = method.tableau().stages() - 1;
        rhs().fill(1.0, y1, &mut k.as_mut()[last]);
    }

    /// The squares of the lanes' errors; at most 1 is accepted.
    #[inline(always)]
    fn errors(&mut self, proposal: &Proposal<N>) -> [f64; N] {
        let Self { method, now, y1, k, rtol, atol, scaled, error, .. } = self;
        let y = &now.y;
        let h = constants(&proposal.h);
        let count = y.len();
        for i in 0..count {
            let (y, y1) = (y[i], y1[i]);
            let scale = rtol[i].mul_add_fast(larger(y.abs(), y1.abs()), atol[i]);
            scaled[i] = y1.mul_add_fast(Pack::constant(0.0), h) / scale;
        }
        method.error(k, error);
        let first = self.squares();
        if self.method.tableau().estimates.len() == 1 {
            return first;
        }
        self.method.second_error(&self.k, &mut self.error);
        let second = self.squares();
        from_fn(|l| tempered(first[l], second[l]))
    }

    /// The squares of the norms of the errors.
    #[inline(always)]
    fn squares(&mut self) -> [f64; N] {
        let mut squared = [0.0; N];
        if self.plan.norm.needs_scratch() {
            self.squares_with_scratch(&mut squared);
            return squared;
        }
        let (error, scaled) = (&self.error, &self.scaled);
        let sum = sum_of_squares(error.len(), |i| {
            let error = error[i] * scaled[i];
            Pack::<N>::new(|l| error.0[l].get().to_f64())
        });
        #[allow(clippy::cast_precision_loss)]
        let share = Pack::splat(1.0 / error.len() as f64);
        squared = (sum * share).0;
        squared
    }

    /// The same for norms that want all errors of a lane at once.
    #[cold]
    #[inline(never)]
    fn squares_with_scratch(&mut self, squared: &mut [f64; N]) {
        let Self { plan, error, scaled, scratch, .. } = self;
        for (l, squared) in squared.iter_mut().enumerate() {
            let component = |i: usize| (error[i].0[l] * scaled[i].0[l]).get().to_f64();
            *squared = plan.norm.squared(error.len(), scratch, component);
        }
    }
}

/// The right-hand side in all lanes, at the nodes of the step of each.
struct Rhs<'a, S: System, L: Single<Scalar = S::Real>, const N: usize> {
    p: &'a S::Parameters<Pack<N, L>>,
    t: &'a [f64; N],
    first: &'a [f64; N],
    proposal: &'a Proposal<N>,
}

impl<S: System, L: Single<Scalar = S::Real>, const N: usize> AtStage<f64, S::Vector<Pack<N, L>>>
    for Rhs<'_, S, L, N>
{
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    fn fill(&mut self, node: f64, y: &S::Vector<Pack<N, L>>, dy: &mut S::Vector<Pack<N, L>>) {
        let mut times = [0.0; N];
        for (l, time) in times.iter_mut().enumerate() {
            *time = if node == 0.0 {
                self.first[l]
            } else if node == 1.0 {
                self.proposal.last[l]
            } else {
                self.t[l] + node * self.proposal.h[l]
            };
        }
        S::rhs(self.p, constants(&times), y, dy);
    }
}

/// A pack of these numbers, rounded to those of the lanes.
#[inline(always)]
pub(super) fn constants<L: Lane, const N: usize>(numbers: &[f64; N]) -> Pack<N, L> {
    let mut pack = [L::constant(0.0); N];
    for l in 0..N {
        pack[l] = L::constant(numbers[l]);
    }
    Pack(pack)
}

/// `y1` in the lanes that accept, else `y`.
#[inline(always)]
fn accept<L: Single, const N: usize>(squared: &[f64; N], y1: Pack<N, L>, y: Pack<N, L>) -> Pack<N, L> {
    Pack::new(|l| if squared[l] <= 1.0 { y1.0[l] } else { y.0[l] })
}
