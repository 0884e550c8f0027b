//! The loop that all solves go through.

use super::clock::{StepTimes, next_after};
use super::plan::{Pace, Plan};
use super::record::{Cut, Record, Step};
use super::{SolveError, Stats};
use crate::control::{Start, first_step};
use crate::method::Stepper;
use crate::number::{Lane, Real, Single, Task, dispatch, within};
use crate::space::Space;
use crate::system::{Dynamics, Model};

/// The next step: its times, where it ends, and what its end depends on.
struct Next {
    times: StepTimes,
    t1: f64,
    cut: Cut,
    /// The length that control asked for, before the step was cut to a stop.
    wanted: f64,
}

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
    let mut per_error = y.clone();
    let mut stages = method.stages(&y);
    rhs(clock.first, &y, &mut stages.as_mut()[0]);
    stats.rhs_evaluations += 1;
    if let Some(bad) = non_finite(&stages.as_ref()[..1]) {
        return Err(failure_of_rhs::<S, L>(bad, plan.start, record, &y, stats));
    }
    let mut h = match plan.first_step {
        Some(h) => h * plan.direction,
        None if law.is_none() => 0.0,
        None => {
            stats.rhs_evaluations += 1;
            choose_first_step::<S, L>(
                plan,
                tableau.order,
                &rhs,
                &y,
                &stages.as_ref()[0],
                &mut y1,
                &mut scratch,
            )
        }
    };

    loop {
        let next = clock.next(plan, h, record);
        if next.t1 == next.times.t {
            let next = Next { wanted: h, ..next };
            return Err(too_small::<S, L>(&stages.as_ref()[..=last], &next, plan, record, &y, stats));
        }
        if stats.accepted + stats.rejected >= plan.max_num_steps {
            let partial = record.partial(next.times.t, &y, stats);
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
                    per_error[i] = step_h / scale;
                }
                if completes_first {
                    rhs(next.times.last, &y1, &mut stages.as_mut()[last]);
                    stats.rhs_evaluations += 1;
                    complete = true;
                }
                let squared = plan.norm.squared(y.len(), &mut scratch, |i| {
                    (method.error(&stages, i) * per_error[i]).get().to_f64()
                });
                if squared <= 1.0 {
                    let grown = next.times.h * law.accepted(squared);
                    // A step that was cut says little of how long the next may be.
                    let says_little = next.cut != Cut::Free && grown.abs() < next.wanted.abs();
                    h = if says_little && next.times.h.abs() < next.wanted.abs() {
                        next.wanted
                    } else {
                        grown
                    };
                } else {
                    stats.rejected += 1;
                    let wanted = next.times.h * law.rejected(squared);
                    // Rounded to the spacing of time, a step that is only a little shorter would be this one again.
                    let shorter = next_after(next.t1, -plan.direction) - next.times.t;
                    if wanted.abs() < plan.min_step || shorter == 0.0 {
                        let next = Next { wanted, ..next };
                        return Err(too_small::<S, L>(
                            &stages.as_ref()[..=last],
                            &next,
                            plan,
                            record,
                            &y,
                            stats,
                        ));
                    }
                    h = if wanted.abs() < shorter.abs() { wanted } else { shorter };
                    continue;
                }
            }
            None => {
                if let Some((index, value)) = non_finite(std::slice::from_ref(&y1)) {
                    let component = component::<S>(index);
                    let partial = record.partial(next.times.t, &y, stats);
                    let StepTimes { t, h, .. } = next.times;
                    return Err(SolveError::NonFiniteState { t, h, component, value, partial });
                }
            }
        }

        stats.accepted += 1;
        let ended = clock.is_last(plan, next.t1);
        if !complete && (record.wants_completion(next.t1) || !ended) {
            rhs(next.times.last, &y1, &mut stages.as_mut()[last]);
            stats.rhs_evaluations += 1;
        }
        record.step(&Step {
            times: next.times,
            t1: next.t1,
            cut: next.cut,
            y: &y,
            y1: &y1,
            k: &stages.as_ref()[..=last],
        });
        if ended {
            return Ok(stats);
        }
        std::mem::swap(&mut y, &mut y1);
        if clock.arrive(plan, next.t1) {
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

/// Where the solve is in time.
struct Clock {
    t: f64,
    /// Where the first stage of the next step is evaluated.
    first: f64,
    /// The number of the next stop.
    stop: usize,
    /// The number of steps of the grid that were taken.
    taken: usize,
}

impl Clock {
    fn new<S: Model>(plan: &Plan<S>) -> Self {
        let jumps = plan.perturb;
        let first = if jumps { next_after(plan.start, plan.direction) } else { plan.start };
        Self { t: plan.start, first, stop: 0, taken: 0 }
    }

    /// The next step, for which control asks for length `h`; it ends at the next stop at the latest.
    #[inline(always)]
    fn next<S: Model>(&self, plan: &Plan<S>, h: f64, record: &Record<'_, S>) -> Next {
        let stop = plan.stops[self.stop];
        let (target, mut cut) = match &plan.pace {
            Pace::Adaptive(_) => {
                let length = within(h.abs(), plan.min_step, plan.max_step);
                let left = (stop.t - self.t).abs();
                // A little longer, rather than leaving a sliver; never longer than max_step.
                if length * 1.01 >= left && left <= plan.max_step {
                    (stop.t, Cut::Given)
                } else {
                    (self.t + length * plan.direction, Cut::Free)
                }
            }
            #[allow(clippy::cast_precision_loss)]
            Pace::StepSize { h, steps } => {
                if self.taken + 1 >= *steps {
                    (plan.end, Cut::Given)
                } else {
                    (plan.start + (self.taken + 1) as f64 * h, Cut::Free)
                }
            }
            Pace::Grid(times) => (times[self.taken], Cut::Given),
        };
        let beyond = (target - stop.t) * plan.direction >= 0.0;
        let t1 = if beyond { stop.t } else { target };
        if beyond {
            cut = Cut::Given;
        }
        // An end that is a save time, not a given one, moves with it.
        let by_saves = cut == Cut::Given && (t1 == plan.end || plan.ends_at_saves);
        if by_saves && let Some(index) = record.save_at(t1) {
            cut = Cut::Save(index);
        }
        let jump = plan.perturb || (stop.jump && t1 == stop.t);
        let last = if jump { next_after(t1, -plan.direction) } else { t1 };
        let times = StepTimes { t: self.t, h: t1 - self.t, first: self.first, last };
        let wanted = if cut == Cut::Free { times.h } else { h };
        Next { times, t1, cut, wanted }
    }

    #[allow(clippy::float_cmp)]
    fn is_last<S: Model>(&self, plan: &Plan<S>, t1: f64) -> bool {
        t1 == plan.end
    }

    /// Goes on from `t1`; whether the first stage must be evaluated anew there.
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    fn arrive<S: Model>(&mut self, plan: &Plan<S>, t1: f64) -> bool {
        self.t = t1;
        let mut jump = plan.perturb;
        while plan.stops[self.stop].t == t1 {
            jump |= plan.stops[self.stop].jump;
            self.stop += 1;
        }
        self.first = if jump { next_after(t1, plan.direction) } else { t1 };
        match &plan.pace {
            Pace::Adaptive(_) => {}
            #[allow(clippy::cast_precision_loss)]
            Pace::StepSize { h, .. } => {
                let grid = plan.start + (self.taken + 1) as f64 * h;
                self.taken += usize::from((t1 - grid) * plan.direction >= 0.0);
            }
            Pace::Grid(times) => self.taken += usize::from(t1 == times[self.taken]),
        }
        jump
    }
}

#[allow(clippy::too_many_arguments)]
fn choose_first_step<S: Model, L: Single<Scalar = S::Real>>(
    plan: &Plan<S>,
    order: usize,
    rhs: &impl Fn(f64, &S::Vector<L>, &mut S::Vector<L>),
    y: &S::Vector<L>,
    f: &S::Vector<L>,
    trial: &mut S::Vector<L>,
    scratch: &mut [f64],
) -> f64 {
    let scale = |i: usize| plan.atol[i].to_f64() + plan.rtol[i].to_f64() * y[i].get().to_f64().abs();
    let mut f1 = f.clone();
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
            rhs(plan.start + h, trial, &mut f1);
            let f1 = &f1;
            move |i| (f1[i] - f[i]).get().to_f64()
        },
    );
    h * plan.direction
}

/// The name of a state; those of an adjoint have none.
fn component<S: Model>(index: usize) -> String {
    S::STATES.as_ref().get(index).map_or_else(|| format!("adjoint state {index}"), |name| (*name).to_owned())
}

#[inline(always)]
fn larger<L: Lane>(a: L, b: L) -> L {
    L::select(a.gt(b), a, b)
}

/// The first number that is not finite, and its place.
fn non_finite<L: Single, V: Space<L>>(vectors: &[V]) -> Option<(usize, f64)> {
    vectors.iter().find_map(|vector| {
        let place = vector.values().position(|x| !x.get().is_finite())?;
        Some((place, vector[place].get().to_f64()))
    })
}

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
