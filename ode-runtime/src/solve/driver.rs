//! The loop that all solves go through.

use super::clock::{Clock, Next, StepTimes, next_after};
use super::plan::{Pace, Plan};
use super::record::{Cut, Record, Step};
use super::{SolveError, Stats};
use crate::control::{Start, first_step};
use crate::method::Stepper;
use crate::number::{Lane, Real, Single, Task, dispatch};
use crate::space::Space;
use crate::system::{Dynamics, Model};

/// Steps from the start of the plan to its end, and hands each accepted step to the record.
///
/// Nothing is allocated between the first step and the last, but for what the record keeps.
pub(crate) fn drive<S: Model, D: Dynamics<Model = S>, M: Stepper>(
    dynamics: &D,
    method: &M,
    y0: &S::Vector<S::Real>,
    plan: &Plan<S>,
    record: &mut Record<'_, S>,
) -> Result<Stats, SolveError> {
    dispatch(D::INLINED, Drive { dynamics, method, y0, plan, record })
}

struct Drive<'a, 'r, S: Model, D, M> {
    dynamics: &'a D,
    method: &'a M,
    y0: &'a S::Vector<S::Real>,
    plan: &'a Plan<S>,
    record: &'a mut Record<'r, S>,
}

impl<S: Model, D: Dynamics<Model = S>, M: Stepper> Task<S::Real> for Drive<'_, '_, S, D, M> {
    type Output = Result<Stats, SolveError>;

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { dynamics, method, y0, plan, record } = self;
        drive_in::<S, D, M, L>(dynamics, method, y0, plan, record)
    }
}

/// The loop; `L` is how the numbers of the state are computed with.
///
/// The vectors of the loop are handed to what is not inlined as copies only, so that those of small systems can stay
/// in registers.
#[inline(always)]
fn drive_in<S: Model, D: Dynamics<Model = S>, M: Stepper, L: Single<Scalar = S::Real>>(
    dynamics: &D,
    method: &M,
    y0: &S::Vector<S::Real>,
    plan: &Plan<S>,
    record: &mut Record<'_, S>,
) -> Result<Stats, SolveError> {
    let p = S::parameter_vector(|i| L::splat(plan.parameters[i]));
    let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| dynamics.rhs(&p, t, y, dy);
    let tableau = method.tableau();
    let completes_first = tableau.completes_first();
    let last = tableau.stages() - 1;
    let mut scratch = vec![0.0; if plan.norm.needs_scratch() { y0.len() } else { 0 }];
    let mut law = match &plan.pace {
        Pace::Adaptive(law) => Some(*law),
        _ => None,
    };
    let mut clock = Clock::new(plan);
    let mut stats = Stats::default();

    let (rtol, atol) = (S::vector(|i| L::splat(plan.rtol[i])), S::vector(|i| L::splat(plan.atol[i])));
    let mut y: S::Vector<L> = S::vector(|i| L::splat(y0[i]));
    let mut y1 = y.clone();
    let mut scaled = y.clone();
    let mut stages = method.stages(&y);
    rhs(clock.first, &y, &mut stages.as_mut()[0]);
    stats.rhs_evaluations += 1;
    if let Some(bad) = non_finite(&stages.as_ref()[..1]) {
        return Err(failure_of_rhs::<S, L>(bad, plan.start, record, &y.clone(), stats));
    }
    let mut h = match plan.first_step {
        Some(h) => h * plan.direction,
        None if law.is_none() => 0.0,
        None => {
            stats.rhs_evaluations += 1;
            let (p, y, f) = (p.clone(), y.clone(), stages.as_ref()[0].clone());
            let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| dynamics.rhs(&p, t, y, dy);
            choose_first_step::<S, L>(plan, tableau.order, &rhs, &y, &f, &mut scratch)
        }
    };

    loop {
        let next = clock.next(plan, h, record);
        if next.t1 == next.times.t {
            let next = Next { wanted: h, ..next };
            let stages = copied(method, &stages, &y);
            return Err(too_small::<S, L>(&stages.as_ref()[..=last], &next, plan, record, &y.clone(), stats));
        }
        if stats.accepted + stats.rejected >= plan.max_num_steps {
            let partial = record.partial(next.times.t, &y.clone(), stats);
            return Err(SolveError::TooManySteps { t: next.times.t, limit: plan.max_num_steps, partial });
        }
        let step_h = L::constant(next.times.h);
        method.advance(|node, y, dy| rhs(next.times.at(node), y, dy), step_h, &y, &mut stages, &mut y1);
        stats.rhs_evaluations += last - 1;
        let mut complete = false;

        match &mut law {
            Some(law) => {
                // Divided before the last evaluation, which the division then does not wait for.
                for i in 0..y.len() {
                    let scale = rtol[i].mul_add_fast(larger(y[i].abs(), y1[i].abs()), atol[i]);
                    // No number where y1 is none or infinite: a stage that made it so may have no weight in the error.
                    scaled[i] = y1[i].mul_add_fast(L::constant(0.0), step_h) / scale;
                }
                if completes_first {
                    rhs(next.times.last, &y1, &mut stages.as_mut()[last]);
                    stats.rhs_evaluations += 1;
                    complete = true;
                }
                let squared = plan.norm.squared(y.len(), &mut scratch, |i| {
                    (method.error(&stages, i) * scaled[i]).get().to_f64()
                });
                if squared <= 1.0 {
                    let grown = next.times.h * law.accepted::<L>(squared);
                    h = if next.cut == Cut::Free { grown } else { next.after_cut(grown) };
                } else {
                    stats.rejected += 1;
                    let wanted = next.times.h * law.rejected::<L>(squared);
                    // Rounded to the spacing of time, a step that is only a little shorter would be this one again.
                    let shorter = next_after(next.t1, -plan.direction) - next.times.t;
                    if wanted.abs() < plan.min_step || shorter == 0.0 {
                        let next = Next { wanted, ..next };
                        let (stages, y) = (copied(method, &stages, &y), y.clone());
                        let stages = &stages.as_ref()[..=last];
                        return Err(too_small::<S, L>(stages, &next, plan, record, &y, stats));
                    }
                    h = if wanted.abs() < shorter.abs() { wanted } else { shorter };
                    continue;
                }
            }
            None => {
                if let Some((index, value)) = non_finite(std::slice::from_ref(&y1)) {
                    let component = component::<S>(index);
                    let partial = record.partial(next.times.t, &y.clone(), stats);
                    let StepTimes { t, h, .. } = next.times;
                    return Err(SolveError::NonFiniteState { t, h, component, value, partial });
                }
            }
        }

        stats.accepted += 1;
        let ended = next.cut != Cut::Free && next.t1 == plan.end;
        if !complete && (record.wants_completion(next.t1) || !ended) {
            rhs(next.times.last, &y1, &mut stages.as_mut()[last]);
            stats.rhs_evaluations += 1;
        }
        if record.wants(next.t1) {
            let (y, y1, stages) = (y.clone(), y1.clone(), copied(method, &stages, &y));
            let Next { times, t1, cut, .. } = next;
            record.step(&Step { times, t1, cut, y: &y, y1: &y1, k: &stages.as_ref()[..=last] });
        }
        if ended {
            return Ok(stats);
        }
        std::mem::swap(&mut y, &mut y1);
        if clock.arrive(plan, &next) {
            rhs(clock.first, &y, &mut stages.as_mut()[0]);
            stats.rhs_evaluations += 1;
            if let Some(law) = &mut law {
                law.restart();
            }
        } else {
            let stages = stages.as_mut();
            stages[0] = stages[last].clone();
        }
    }
}

/// A copy of the stages, whose vectors are like `zero`.
#[inline(always)]
fn copied<M: Stepper, V: Clone>(method: &M, stages: &M::Stages<V>, zero: &V) -> M::Stages<V> {
    let mut copy = method.stages(zero);
    copy.as_mut().iter_mut().zip(stages.as_ref()).for_each(|(copy, stage)| copy.clone_from(stage));
    copy
}

#[allow(clippy::too_many_arguments)]
fn choose_first_step<S: Model, L: Single<Scalar = S::Real>>(
    plan: &Plan<S>,
    order: usize,
    rhs: &impl Fn(f64, &S::Vector<L>, &mut S::Vector<L>),
    y: &S::Vector<L>,
    f: &S::Vector<L>,
    scratch: &mut [f64],
) -> f64 {
    let scale = |i: usize| plan.atol[i].to_f64() + plan.rtol[i].to_f64() * y[i].get().to_f64().abs();
    let (mut trial, mut f1) = (y.clone(), f.clone());
    let span = (plan.stops[0].t - plan.start).abs();
    let start = Start { order, span, count: y.len(), norm: &plan.norm, scratch, scale };
    let h = first_step(
        start,
        |i| y[i].get().to_f64(),
        |i| f[i].get().to_f64(),
        |h| {
            let h = h * plan.direction;
            for i in 0..y.len() {
                trial[i] = y[i] + L::constant(h) * f[i];
            }
            rhs(plan.start + h, &trial, &mut f1);
            let f1 = &f1;
            move |i| (f1[i] - f[i]).get().to_f64()
        },
    );
    h * plan.direction
}

/// The name of a state; those of an adjoint have none.
#[cold]
#[inline(never)]
fn component<S: Model>(index: usize) -> String {
    S::STATES.as_ref().get(index).map_or_else(|| format!("adjoint state {index}"), |name| (*name).to_owned())
}

#[inline(always)]
fn larger<L: Lane>(a: L, b: L) -> L {
    L::select(a.gt(b), a, b)
}

/// The first number that is not finite, and its place.
#[inline(always)]
fn non_finite<L: Single, V: Space<L>>(vectors: &[V]) -> Option<(usize, f64)> {
    vectors.iter().find_map(|vector| {
        let place = vector.values().position(|x| !x.get().is_finite())?;
        Some((place, vector[place].get().to_f64()))
    })
}

#[cold]
#[inline(never)]
fn failure_of_rhs<S: Model, L: Single<Scalar = S::Real>>(
    (index, value): (usize, f64),
    t: f64,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let component = component::<S>(index);
    SolveError::NonFiniteDerivative { t, component, value, partial: record.partial(t, y, stats) }
}

/// The error of a step that cannot get smaller: why it had to.
#[cold]
#[inline(never)]
fn too_small<S: Model, L: Single<Scalar = S::Real>>(
    stages: &[S::Vector<L>],
    next: &Next,
    plan: &Plan<S>,
    record: &Record<'_, S>,
    y: &S::Vector<L>,
    stats: Stats,
) -> SolveError {
    let t = next.times.t;
    match non_finite(stages) {
        Some(bad) => failure_of_rhs::<S, L>(bad, t, record, y, stats),
        None => SolveError::StepTooSmall {
            t,
            h: next.wanted.abs(),
            limit: plan.min_step,
            partial: record.partial(t, y, stats),
        },
    }
}
