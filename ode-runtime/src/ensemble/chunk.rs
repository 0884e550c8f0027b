//! Trajectories in chunks, each solved on one thread.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::each::{Each, EachTimes};
use super::lanes::Trajectories;
use super::slot::Job;
use super::solution::{Chunk, SaveTimes};
use crate::method::Stepper;
use crate::number::dispatch_packs;
use crate::solve::{Keep, Options, Plan, SolveError};
use crate::system::System;

/// What is told of how many trajectories are done, and of how many there are.
pub(super) type Listener<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// The most trajectories whose steps are kept at a time, or that are folded into one sum.
const LARGEST_UNIT: usize = 512;

/// The most trajectories of a chunk.
const LARGEST_CHUNK: usize = 4096;

/// How many units there are at least, and chunks for each thread: so many that none waits long for another at the end.
const UNITS: usize = 64;
const CHUNKS: usize = 8;

/// How many chunks of each thread are solved before their results are folded.
const BLOCK: usize = 32;

/// The plans of the trajectories.
enum Plans<S: System> {
    Shared(Box<Plan<S>>),
    Each(Vec<Result<Plan<S>, SolveError>>),
}

/// An ensemble with all its inputs, checked.
pub(super) struct Prepared<'a, S: System, Ms, Y> {
    models: &'a Ms,
    y0: &'a Y,
    plans: Plans<S>,
    pub(super) count: usize,
    progress: Option<Listener<'a>>,
}

impl<'a, S: System, Ms: Each<S>, Y: Each<S::State>> Prepared<'a, S, Ms, Y> {
    pub(super) fn new<M: Stepper, T: EachTimes>(
        (models, y0, times): (&'a Ms, &'a Y, &T),
        method: &M,
        options: &Options,
        progress: Option<Listener<'a>>,
    ) -> Result<Self, SolveError> {
        let counts =
            [("models", models.count()), ("initial states", y0.count()), ("lists of times", times.count())];
        let count = counts.iter().find_map(|(_, count)| *count).unwrap_or(1);
        for (what, found) in counts {
            if let Some(found) = found.filter(|&found| found != count) {
                return Err(SolveError::EnsembleCount { what, found, trajectories: count });
            }
        }
        if count == 0 {
            return Err(SolveError::EmptyEnsemble);
        }
        let plan = |index: usize| {
            let (model, y0) = (models.get(index), S::flatten(y0.get(index)));
            let plan = Plan::of(model.parameters(), &y0, method.tableau(), times.get(index), options)?;
            if plan.open { Err(SolveError::OpenEnd) } else { Ok(plan) }
        };
        let plans = match times.count() {
            None => Plans::Shared(Box::new(plan(0)?)),
            Some(_) => Plans::Each((0..count).map(plan).collect()),
        };
        Ok(Self { models, y0, plans, count, progress })
    }

    /// The plan of a trajectory.
    pub(super) fn plan(&self, index: usize) -> Result<&Plan<S>, SolveError> {
        match &self.plans {
            Plans::Shared(plan) => Ok(plan),
            Plans::Each(plans) => plans[index].as_ref().map_err(Clone::clone),
        }
    }

    pub(super) fn model(&self, index: usize) -> &S {
        self.models.get(index)
    }

    /// When each of them is saved.
    pub(super) fn save_times(&self) -> SaveTimes {
        match &self.plans {
            Plans::Shared(plan) => SaveTimes::Shared(plan.save.clone()),
            Plans::Each(plans) => {
                let times = |plan: &Result<Plan<S>, _>| {
                    plan.as_ref().map_or_else(|_| Vec::new(), |plan| plan.save.clone())
                };
                SaveTimes::Each(plans.iter().map(times).collect())
            }
        }
    }

    /// Solves these trajectories on one thread.
    pub(super) fn solve<M: Stepper>(&self, range: Range<usize>, method: &M, keep: Keep) -> Chunk<S> {
        let mut jobs = Vec::with_capacity(range.len());
        let mut refused = Vec::new();
        for (number, index) in range.clone().enumerate() {
            match self.plan(index) {
                Ok(plan) => {
                    jobs.push(Job { number, plan, model: self.models.get(index), y0: self.y0.get(index) })
                }
                Err(error) => refused.push((number, error)),
            }
        }
        let mut chunk = match jobs.is_empty() {
            true => Chunk::new(range.len(), 0),
            false => dispatch_packs(Trajectories { method, jobs: &jobs, keep, count: range.len() }),
        };
        for (number, error) in refused {
            chunk.fail(number, error);
        }
        chunk
    }

    /// The size of chunks that depends on the number of trajectories alone.
    pub(super) fn unit(&self) -> usize {
        self.count.div_ceil(UNITS).next_multiple_of(16).clamp(16, LARGEST_UNIT)
    }

    /// A multiple of this size, for chunks of which little is kept: with many trajectories for each lane, few lanes are idle
    /// when the last of them end.
    pub(super) fn units(&self) -> usize {
        let (unit, share) = (self.unit(), self.count.div_ceil(CHUNKS * threads()));
        (share.min(LARGEST_CHUNK) / unit).max(1) * unit
    }

    /// Does this to all trajectories in chunks of this size, on all threads, and hands on the results in order.
    pub(super) fn in_chunks<R: Send>(
        &self,
        size: usize,
        chunk: impl Fn(Range<usize>) -> R + Sync,
        mut next: impl FnMut(R),
    ) {
        let done = AtomicUsize::new(0);
        let one = |number: usize| {
            let range = number * size..((number + 1) * size).min(self.count);
            let count = range.len();
            let result = chunk(range);
            if let Some(progress) = self.progress {
                progress(done.fetch_add(count, Ordering::Relaxed) + count, self.count);
            }
            result
        };
        let (chunks, block) = (self.count.div_ceil(size), BLOCK * threads());
        for start in (0..chunks).step_by(block) {
            on_all_threads(start..(start + block).min(chunks), &one).into_iter().for_each(&mut next);
        }
    }
}

#[cfg(feature = "threads")]
fn threads() -> usize {
    rayon::current_num_threads()
}

#[cfg(not(feature = "threads"))]
fn threads() -> usize {
    1
}

#[cfg(feature = "threads")]
fn on_all_threads<R: Send>(numbers: Range<usize>, one: &(impl Fn(usize) -> R + Sync)) -> Vec<R> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    numbers.into_par_iter().map(one).collect()
}

#[cfg(not(feature = "threads"))]
fn on_all_threads<R>(numbers: Range<usize>, one: &impl Fn(usize) -> R) -> Vec<R> {
    numbers.map(one).collect()
}
