//! The close look at an accepted step in which an event may have happened.

use std::cell::Cell;

use super::clock::{Next, StepTimes};
use super::driver::copied;
use super::failure::{failure_of_rhs, non_finite, trouble_of_event};
use super::plan::Plan;
use super::record::Record;
use super::{SolveError, Stats};
use crate::dense::Slopes;
use crate::event::{CutShort, Events, Look, Watch};
use crate::method::Stepper;
use crate::number::Single;
use crate::system::{Dynamics, Model};

/// A step that was accepted.
pub(super) struct Accepted<'a, S: Model, L: Single<Scalar = S::Real>, K> {
    pub(super) next: &'a Next,
    pub(super) p: &'a S::Parameters<L>,
    pub(super) y: &'a S::Vector<L>,
    pub(super) y1: &'a S::Vector<L>,
    pub(super) stages: &'a K,
    /// Those that dense output alone needs, if it needs any.
    pub(super) extra: &'a [S::Vector<L>],
}

/// A step that ends at an event.
type CutStep<S, L, M> = CutShort<<S as Model>::Vector<L>, <M as Stepper>::Stages<<S as Model>::Vector<L>>>;

/// Looks for events in an accepted step, and records those that happened.
#[cold]
#[inline(never)]
pub(super) fn look<
    S: Model,
    D: Dynamics<Model = S>,
    M: Stepper,
    E: Events<S>,
    L: Single<Scalar = S::Real>,
>(
    dynamics: &D,
    method: &M,
    plan: &Plan<S>,
    step: Accepted<'_, S, L, M::Stages<S::Vector<L>>>,
    watch: &mut Watch<'_, S, L, E>,
    record: &mut Record<'_, S>,
    stats: &mut Stats,
) -> Result<Option<CutStep<S, L, M>>, SolveError> {
    let Accepted { next, p, y, y1, stages, extra } = step;
    let last = method.tableau().stages() - 1;
    if let Some(bad) = non_finite(&stages.as_ref()[last..=last]) {
        let name = |index: usize| dynamics.component(index);
        return Err(failure_of_rhs::<S, L>(bad, &name, next.times.t, record, y, *stats));
    }
    let evaluations = Cell::new(0);
    let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| {
        evaluations.set(evaluations.get() + 1);
        dynamics.rhs(p, t, y, dy);
    };
    let mut again = |times: &StepTimes| {
        let (mut k, mut y1) = (copied(method, stages, y), y.clone());
        let h = L::constant(times.h);
        let at_stage = |node: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| rhs(times.at(node), y, dy);
        method.advance(at_stage, h, y, &mut k, &mut y1);
        rhs(times.last, &y1, &mut k.as_mut()[last]);
        (y1, k)
    };
    let mut slope = |t: f64, y: &S::Vector<L>| {
        let mut dy = y.clone();
        rhs(t, y, &mut dy);
        dy
    };
    let mut look = Look {
        weights: &plan.weights,
        times: next.times,
        t1: next.t1,
        y,
        y1,
        k: Slopes { stages: &stages.as_ref()[..=last], extra },
        last,
        step: &mut again,
        rhs: &mut slope,
    };
    let found = watch.look(&mut look).map_err(|trouble| {
        let name = |index: usize| dynamics.component(index);
        trouble_of_event::<S, L>(trouble, &name, next.times.t, record, y, *stats)
    })?;
    stats.rhs_evaluations += evaluations.get();
    for event in &found.happened {
        if record.events.len() == plan.max_events {
            let partial = record.partial(next.times.t, y, *stats);
            let (event, t) = (event.index, event.t);
            return Err(SolveError::TooManyEvents { event, t, limit: plan.max_events, partial });
        }
        record.happened(event);
    }
    Ok(found.cut)
}
