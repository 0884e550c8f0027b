//! The loop that all solves go through.

use super::clock::{Clock, Next, StepTimes, next_after};
use super::extend::extend;
use super::failure::{
    failure_of_rhs, no_event, non_finite, too_many, too_small, trouble_of_event, wild_state,
};
use super::look::{Accepted, look};
use super::plan::{Pace, Plan};
use super::record::{Cut, Record, Step};
use super::{SolveError, Stats};
use crate::callback::{Callback, Moment, Pass, tell};
use crate::control::{Past, Start, first_step, tempered};
use crate::dense::Slopes;
use crate::event::{CutShort, Ended, Events, Watch};
use crate::method::Stepper;
use crate::number::{Lane, Real, Rolled, Single, Task, dispatch};
use crate::space::Space;
use crate::system::{Dynamics, Model, is_long};

/// What looks on while a solve runs, and may end it.
#[derive(Clone, Copy)]
pub(crate) struct Observers<'a, E> {
    pub(crate) events: &'a E,
    pub(crate) callback: Option<&'a dyn Callback>,
    pub(crate) pass: Pass,
}

/// Steps from the start of the plan to its end, and hands each accepted step to the record.
///
/// Nothing is allocated between the first step and the last, but for what the record keeps, and at events.
pub(crate) fn drive<S: Model, D: Dynamics<Model = S>, M: Stepper, E: Events<S>>(
    dynamics: &D,
    method: &M,
    y0: &S::Vector<S::Real>,
    plan: &Plan<S>,
    observers: Observers<'_, E>,
    record: &mut Record<'_, S>,
) -> Result<Stats, SolveError> {
    dispatch(Drive { dynamics, method, y0, plan, observers, record })
}

struct Drive<'a, 'r, S: Model, D, M, E> {
    dynamics: &'a D,
    method: &'a M,
    y0: &'a S::Vector<S::Real>,
    plan: &'a Plan<S>,
    observers: Observers<'a, E>,
    record: &'a mut Record<'r, S>,
}

impl<S: Model, D: Dynamics<Model = S>, M: Stepper, E: Events<S>> Task<S::Real> for Drive<'_, '_, S, D, M, E> {
    type Output = Result<Stats, SolveError>;

    const INLINED: bool = D::INLINED;
    const LONG: bool = D::LONG;

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { dynamics, method, y0, plan, observers, record } = self;
        drive_in::<S, D, M, E, L>(dynamics, method, y0, plan, observers, record)
    }
}

/// The loop; `L` is how the numbers of the state are computed with.
///
/// The vectors of the loop are handed to what is often called and not inlined as copies only, so that those of small
/// systems can stay in registers; long ones are handed on as they are.
#[inline(always)]
fn drive_in<S: Model, D: Dynamics<Model = S>, M: Stepper, E: Events<S>, L: Single<Scalar = S::Real>>(
    dynamics: &D,
    method: &M,
    y0: &S::Vector<S::Real>,
    plan: &Plan<S>,
    observers: Observers<'_, E>,
    record: &mut Record<'_, S>,
) -> Result<Stats, SolveError> {
    let p = S::convert_parameters(&plan.parameters, L::splat);
    let rhs = |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| dynamics.rhs(&p, t, y, dy);
    let name = |index: usize| dynamics.component(index);
    let tableau = method.tableau();
    let completes_first = tableau.completes_first();
    let tempers = tableau.estimates.len() > 1;
    let extends = !tableau.extra.is_empty() && plan.weights.extended();
    let last = tableau.stages() - 1;
    let mut scratch = vec![0.0; if plan.norm.needs_scratch() { y0.len() } else { 0 }];
    let law = match &plan.pace {
        Pace::Adaptive(law) => Some(*law),
        _ => None,
    };
    let mut past: Option<Past<1>> = law.map(|law| law.past());
    let mut clock = Clock::new(plan);
    // Whether the state is one that was reset just now.
    let mut just_reset = false;
    let mut stats = Stats::default();

    let (rtol, atol) = (S::convert(&plan.rtol, L::splat), S::convert(&plan.atol, L::splat));
    let mut y: S::Vector<L> = S::convert(y0, L::splat);
    let mut y1 = y.clone();
    let (mut scaled, mut error) = (y.clone(), y.clone());
    let mut stages = method.stages(&y);
    // Made where they are first needed.
    let mut extra: Option<M::ExtraStages<S::Vector<L>>> = None;
    rhs(clock.first, &y, &mut stages.as_mut()[0]);
    stats.rhs_evaluations += 1;
    if let Some(bad) = non_finite(&stages.as_ref()[..1]) {
        return Err(failure_of_rhs::<S, L>(bad, &name, plan.start, record, &y.clone(), stats));
    }
    let mut watch = Watch::<S, L, E>::new(observers.events, &plan.weights);
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
    if E::COUNT > 0 {
        let h = clock.next(plan, h, record).times.h;
        let (y, dy) = (y.clone(), stages.as_ref()[0].clone());
        watch
            .start((plan.start, h), &y, &dy)
            .map_err(|trouble| trouble_of_event::<S, L>(trouble, &name, plan.start, record, &y, stats))?;
    }

    loop {
        let mut next = clock.next(plan, h, record);
        if next.t1 == next.times.t {
            let next = Next { wanted: h, ..next };
            let stages = copied(method, &stages, &y);
            return Err(too_small::<S, L>(
                &stages.as_ref()[..=last],
                &name,
                &next,
                plan,
                record,
                &y.clone(),
                stats,
            ));
        }
        if stats.accepted + stats.rejected >= plan.max_num_steps {
            let (t, y) = (next.times.t, y.clone());
            return Err(if plan.open {
                no_event::<S, L, E>(t, &watch, record, &y, stats)
            } else {
                too_many::<S, L>(t, plan, record, &y, stats)
            });
        }
        if stops::<S, L>(&observers, Moment::Step, plan, &next.times, &y) {
            record.end(Ended::ByCallback, next.times.t, &y.clone(), just_reset);
            return Ok(stats);
        }
        let step_h = L::constant(next.times.h);
        let at_stage = |node: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| rhs(next.times.at(node), y, dy);
        method.advance(at_stage, step_h, &y, &mut stages, &mut y1);
        stats.rhs_evaluations += last - 1;
        let mut complete = false;

        match law.zip(past.as_mut()) {
            Some((law, past)) => {
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
                method.error(&stages, &mut error);
                let mut squared =
                    plan.norm.squared(y.len(), &mut scratch, |i| (error[i] * scaled[i]).get().to_f64());
                if tempers {
                    method.second_error(&stages, &mut error);
                    let second =
                        plan.norm.squared(y.len(), &mut scratch, |i| (error[i] * scaled[i]).get().to_f64());
                    squared = tempered(squared, second);
                }
                if squared <= 1.0 {
                    let ([factor], after) = law.accepted::<L, 1>(past, [squared], Rolled::new());
                    *past = after;
                    let grown = next.times.h * factor;
                    h = if next.cut == Cut::Free { grown } else { next.after_cut(grown) };
                } else {
                    stats.rejected += 1;
                    let wanted = next.times.h * law.rejected::<L, 1>(past, 0, squared);
                    // Rounded to the spacing of time, a step that is only a little shorter would be this one again.
                    let shorter = next_after(next.t1, -plan.direction) - next.times.t;
                    if wanted.abs() < plan.min_step || shorter == 0.0 {
                        let next = Next { wanted, ..next };
                        let (stages, y) = (copied(method, &stages, &y), y.clone());
                        let stages = &stages.as_ref()[..=last];
                        return Err(too_small::<S, L>(stages, &name, &next, plan, record, &y, stats));
                    }
                    h = if wanted.abs() < shorter.abs() { wanted } else { shorter };
                    if stops::<S, L>(&observers, Moment::Rejected, plan, &next.times, &y) {
                        record.end(Ended::ByCallback, next.times.t, &y.clone(), just_reset);
                        return Ok(stats);
                    }
                    continue;
                }
            }
            None => {
                if let Some(bad) = non_finite(std::slice::from_ref(&y1)) {
                    return Err(wild_state::<S, L>(bad, &name, &next.times, record, &y.clone(), stats));
                }
            }
        }

        stats.accepted += 1;
        let at_end = next.cut != Cut::Free && next.t1 == plan.end;
        if !complete && (E::COUNT > 0 || record.looks_inside(next.t1) || !at_end) {
            rhs(next.times.last, &y1, &mut stages.as_mut()[last]);
            stats.rhs_evaluations += 1;
        }
        let quiet = E::COUNT == 0 || watch.quiet(&next.times, next.t1, &y, &y1, &stages.as_ref()[..=last]);
        let mut extended = extends && (!quiet || record.looks_inside(next.t1));
        if extended {
            let extra = extra.get_or_insert_with(|| method.extra_stages(&y));
            let rhs = |node: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| rhs(next.times.at(node), y, dy);
            method.evaluate_extra(rhs, step_h, &y, &stages, extra, &mut scaled);
            stats.rhs_evaluations += tableau.extra.len();
            if let Some(bad) = non_finite(&extra.as_ref()[..tableau.extra.len()]) {
                return Err(failure_of_rhs::<S, L>(bad, &name, next.times.t, record, &y.clone(), stats));
            }
        }
        let mut cut = None;
        if !quiet {
            let (p, y, y1c, stagesc) = (p.clone(), y.clone(), y1.clone(), copied(method, &stages, &y));
            let inside = extra.as_ref().filter(|_| extended).map_or(&[][..], AsRef::as_ref);
            let step = Accepted { next: &next, p: &p, y: &y, y1: &y1c, stages: &stagesc, extra: inside };
            cut = look::<S, D, M, E, L>(dynamics, method, plan, step, &mut watch, record, &mut stats)?;
            if let Some(cut) = &mut cut {
                next = Next { times: cut.times, t1: cut.t1, cut: Cut::Event, ..next };
                if let Some((state, redone)) = cut.redone.take() {
                    y1 = state;
                    stages = redone;
                    extended = extends && record.looks_inside(next.t1);
                    if extended {
                        let rhs =
                            |t: f64, y: &S::Vector<L>, dy: &mut S::Vector<L>| dynamics.rhs(&p, t, y, dy);
                        let made = extend(method, rhs, &next.times, &y, &copied(method, &stages, &y));
                        stats.rhs_evaluations += tableau.extra.len();
                        extra = Some(made.map_err(|bad| {
                            failure_of_rhs::<S, L>(bad, &name, next.times.t, record, &y, stats)
                        })?);
                    }
                }
            }
        }
        let resets = cut.as_ref().is_some_and(|cut| cut.reset.is_some());
        if record.wants(next.t1) || cut.is_some() {
            let Next { times, t1, cut, .. } = next;
            let extra = extra.as_ref().filter(|_| extended).map_or(&[][..], AsRef::as_ref);
            let mut keep = |y: &_, y1: &_, stages: &_| {
                record.step(&Step { times, t1, cut, resets, y, y1, k: Slopes { stages, extra } });
            };
            if is_long::<S>() {
                keep(&y, &y1, &stages.as_ref()[..=last]);
            } else {
                keep(&y.clone(), &y1.clone(), &copied(method, &stages, &y).as_ref()[..=last]);
            }
        }
        let stop = stops::<S, L>(&observers, Moment::Accepted, plan, &next.times, &y);
        std::mem::swap(&mut y, &mut y1);
        just_reset = resets;
        if let Some(CutShort { reset, ends, .. }) = cut {
            if let Some(after) = reset {
                record.reset::<L>(next.t1, &after);
                y = after;
            }
            if ends {
                record.end(Ended::ByEvent, next.t1, &y.clone(), resets);
                return Ok(stats);
            }
        }
        if next.cut != Cut::Free && next.t1 == plan.end {
            return if plan.open {
                Err(no_event::<S, L, E>(next.t1, &watch, record, &y.clone(), stats))
            } else {
                Ok(stats)
            };
        }
        if stop {
            record.end(Ended::ByCallback, next.t1, &y.clone(), resets);
            return Ok(stats);
        }
        if clock.arrive(plan, &next) || resets {
            watch.forget_slopes();
            rhs(clock.first, &y, &mut stages.as_mut()[0]);
            stats.rhs_evaluations += 1;
            past = law.map(|law| law.past());
        } else {
            let stages = stages.as_mut();
            if is_long::<S>() {
                stages.swap(0, last);
            } else {
                stages[0] = stages[last].clone();
            }
        }
    }
}

/// Tells the callback, if there is one; whether it stops the solve.
#[inline(always)]
fn stops<S: Model, L: Single<Scalar = S::Real>>(
    observers: &Observers<'_, impl Events<S>>,
    moment: Moment,
    plan: &Plan<S>,
    times: &StepTimes,
    y: &S::Vector<L>,
) -> bool {
    observers.callback.is_some_and(|callback| {
        let end = if plan.open { f64::INFINITY * plan.direction } else { plan.end };
        let tell = |y: &_| tell(callback, (moment, observers.pass), (times.t, times.h), y, (plan.start, end));
        if is_long::<S>() { tell(y) } else { tell(&y.clone()) }
    })
}

/// A copy of the stages, whose vectors are like `zero`.
#[inline(always)]
pub(super) fn copied<M: Stepper, V: Clone>(method: &M, stages: &M::Stages<V>, zero: &V) -> M::Stages<V> {
    let mut copy = method.stages(zero);
    copy.as_mut().iter_mut().zip(stages.as_ref()).for_each(|(copy, stage)| copy.clone_from(stage));
    copy
}

/// The length of the first step, with the sign of time.
#[allow(clippy::too_many_arguments)]
pub(crate) fn choose_first_step<S: Model, L: Single<Scalar = S::Real>>(
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

/// The larger of two numbers that are not NaN.
#[inline(always)]
pub(crate) fn larger<L: Lane>(a: L, b: L) -> L {
    L::select(a.gt(b), a, b)
}
