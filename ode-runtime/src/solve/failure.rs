//! The errors of a solve that fails on its way, with what was solved.

use super::clock::{Next, StepTimes};
use super::plan::Plan;
use super::record::Record;
use super::{SolveError, Stats};
use crate::dense::DenseOutput;
use crate::event::{Events, Trouble, Watch};
use crate::number::{Real, Single};
use crate::space::Space;
use crate::system::Model;

/// What the numbers of a state are called.
type NameOf<'a> = &'a dyn Fn(usize) -> String;

/// The first number that is not finite, and its place.
#[inline(always)]
pub(crate) fn non_finite<L: Single, V: Space<L>>(vectors: &[V]) -> Option<(usize, f64)> {
    vectors.iter().find_map(|vector| {
        let place = vector.values().position(|x| !x.get().is_finite())?;
        Some((place, vector[place].get().to_f64()))
    })
}

#[cold]
#[inline(never)]
pub(crate) fn failure_of_rhs<S: Model, L: Single<Scalar = S::Real>>(
    (index, value): (usize, f64),
    name: NameOf<'_>,
    t: f64,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let component = name(index);
    SolveError::NonFiniteDerivative { t, component, value, partial: record.partial(t, y, stats) }
}

#[cold]
#[inline(never)]
pub(crate) fn too_many<S: Model, L: Single<Scalar = S::Real>>(
    t: f64,
    plan: &Plan<S>,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    SolveError::TooManySteps { t, limit: plan.max_num_steps, partial: record.partial(t, y, stats) }
}

#[cold]
#[inline(never)]
pub(crate) fn no_event<S: Model, L: Single<Scalar = S::Real>, E: Events<S>>(
    t: f64,
    watch: &Watch<'_, S, L, E>,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let lanes = |(t, y): (f64, S::Vector<S::Real>)| (t, S::convert(&y, L::splat));
    let along = |dense: &DenseOutput<_>| {
        watch.approaches(dense.path::<S::Real>(4).map(lanes).chain([(t, y.clone())]))
    };
    let approaches = record.dense.as_ref().map_or_else(Vec::new, along);
    SolveError::NoEvent { t, approaches, partial: record.partial(t, y, stats) }
}

#[cold]
#[inline(never)]
pub(crate) fn trouble_of_event<S: Model, L: Single<Scalar = S::Real>>(
    (event, trouble): (usize, Trouble),
    name: NameOf<'_>,
    start: f64,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let partial = record.partial(start, y, stats);
    match trouble {
        Trouble::NotANumber { t } => SolveError::NonFiniteEvent { event, t, value: f64::NAN, partial },
        Trouble::WildReset { t, component: index, value } => {
            SolveError::NonFiniteReset { event, t, component: name(index), value, partial }
        }
        Trouble::PilesUp => SolveError::EventsPileUp { event, t: start, partial },
    }
}

/// The error of a step that cannot get smaller: why it had to.
#[cold]
#[inline(never)]
pub(crate) fn too_small<S: Model, L: Single<Scalar = S::Real>>(
    stages: &[S::Vector<L>],
    name: NameOf<'_>,
    next: &Next,
    plan: &Plan<S>,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let t = next.times.t;
    match non_finite(stages) {
        Some(bad) => failure_of_rhs::<S, L>(bad, name, t, record, y, stats),
        None => SolveError::StepTooSmall {
            t,
            h: next.wanted.abs(),
            limit: plan.min_step,
            partial: record.partial(t, y, stats),
        },
    }
}

#[cold]
#[inline(never)]
pub(crate) fn wild_state<S: Model, L: Single<Scalar = S::Real>>(
    (index, value): (usize, f64),
    name: NameOf<'_>,
    times: &StepTimes,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let (component, partial) = (name(index), record.partial(times.t, y, stats));
    SolveError::NonFiniteState { t: times.t, h: times.h, component, value, partial }
}
