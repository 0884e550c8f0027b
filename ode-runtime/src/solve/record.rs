//! What is kept of a solve while it runs.

use super::clock::StepTimes;
use super::plan::Plan;
use super::tape::{Keep, Placement, Tape};
use super::{Partial, PartialEvent, Solution, SolveError, Stats};
use crate::dense::{DenseOutput, Slopes, interpolate};
use crate::event::{Ended, Event, Happened, Taped};
use crate::number::{Real, Single};
use crate::space::Space;
use crate::system::Model;

/// What the end of a step depends on, for derivatives by times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// On the start: its length was chosen.
    Free,
    /// On nothing: it ends at a given time.
    Given,
    /// On the save time of this number, at which it ends.
    Save(usize),
    /// On the event that it ends at.
    Event,
}

/// An accepted step.
pub(crate) struct Step<'a, V> {
    pub(crate) times: StepTimes,
    pub(crate) t1: f64,
    pub(crate) cut: Cut,
    /// Whether the state is reset at its end; a save point there is then saved after that.
    pub(crate) resets: bool,
    pub(crate) y: &'a V,
    pub(crate) y1: &'a V,
    /// The derivatives; the completion and the extra ones are there where [`Record::looks_inside`] said so.
    pub(crate) k: Slopes<'a, V>,
}

/// The tape of a model's solve.
pub(crate) type TapeOf<S> = Tape<<S as Model>::Vector<<S as Model>::Real>>;

/// What is kept: save points always, all steps for dense output or for the adjoint where they are asked for.
pub(crate) struct Record<'a, S: Model> {
    plan: &'a Plan<S>,
    pub(crate) states: Vec<S::State>,
    next: usize,
    pub(crate) dense: Option<DenseOutput<S::Vector<S::Real>>>,
    pub(crate) tape: Option<TapeOf<S>>,
    pub(crate) events: Vec<Event<S>>,
    pub(crate) ended: Ended,
    /// Where the solve ended, if that is no save point.
    end: Option<f64>,
}

impl<'a, S: Model> Record<'a, S> {
    pub(crate) fn new(plan: &'a Plan<S>, y0: &S::State, keep: Keep) -> Self {
        Self::in_memory(Vec::with_capacity(plan.save.len()), plan, y0, keep)
    }

    /// Begins anew, in the memory of the states before.
    pub(crate) fn renew(&mut self, plan: &'a Plan<S>, y0: &S::State, keep: Keep) {
        let mut states = std::mem::take(&mut self.states);
        states.clear();
        *self = Self::in_memory(states, plan, y0, keep);
    }

    fn in_memory(mut states: Vec<S::State>, plan: &'a Plan<S>, y0: &S::State, keep: Keep) -> Self {
        states.push(y0.clone());
        Self {
            plan,
            states,
            next: 1,
            dense: plan.dense.then(|| DenseOutput::new(&plan.weights, plan.start)),
            tape: (keep != Keep::Nothing).then(|| Tape::new(keep, plan.start, plan.direction, plan.perturb)),
            events: Vec::new(),
            ended: Ended::AtEnd,
            end: None,
        }
    }

    /// Whether states inside of the step to `t1` are wanted, so that it must be complete before it is recorded.
    #[inline(always)]
    pub(crate) fn looks_inside(&self, t1: f64) -> bool {
        self.dense.is_some() || self.is_before(self.plan.save[self.next], t1)
    }

    #[inline(always)]
    fn is_before(&self, t: f64, t1: f64) -> bool {
        (t1 - t) * self.plan.direction > 0.0
    }

    /// The number of the save point at this very time, if it is the next.
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    pub(crate) fn save_at(&self, t1: f64) -> Option<usize> {
        let next =
            self.next + self.plan.save[self.next..].iter().take_while(|&&t| self.is_before(t, t1)).count();
        (self.plan.save.get(next) == Some(&t1)).then_some(next)
    }

    /// Whether a state is saved up to `t1`.
    pub(crate) fn saves_by(&self, t1: f64) -> bool {
        (t1 - self.next_save()) * self.plan.direction >= 0.0
    }

    /// The next save time; past the last, the end of all times.
    pub(crate) fn next_save(&self) -> f64 {
        let never = f64::INFINITY * self.plan.direction;
        self.plan.save.get(self.next).copied().unwrap_or(never)
    }

    /// Whether there is anything to keep of the step to `t1`.
    #[inline(always)]
    pub(crate) fn wants(&self, t1: f64) -> bool {
        let saves = (t1 - self.plan.save[self.next]) * self.plan.direction >= 0.0;
        saves || self.dense.is_some() || self.tape.is_some()
    }

    /// Keeps an accepted step.
    pub(crate) fn step<L: Single<Scalar = S::Real>>(&mut self, step: &Step<'_, S::Vector<L>>) {
        while let Some(&t) = self.plan.save.get(self.next) {
            let theta = if self.is_before(t, step.t1) {
                (t - step.times.t) / step.times.h
            } else if t == step.t1 && !step.resets {
                1.0
            } else {
                break;
            };
            self.save(step, theta);
        }
        if let Some(dense) = &mut self.dense {
            let plain_all = |k: &[S::Vector<L>]| k.iter().map(plain::<S, L>).collect::<Vec<_>>();
            let (stages, extra) = (plain_all(step.k.stages), plain_all(step.k.extra));
            let k = Slopes { stages: &stages, extra: &extra };
            dense.push(&self.plan.weights, &step.times, step.t1, &plain::<S, L>(step.y), k);
        }
        if let Some(tape) = &mut self.tape {
            tape.push_slopes(step.k.stages[..self.plan.working].iter().map(plain::<S, L>));
        }
        self.tape::<L>(&step.times, step.t1, step.cut, step.y);
    }

    /// Keeps an accepted step from `y` for the adjoint, if it wants it: all there is to keep where nothing is saved.
    #[inline(always)]
    pub(crate) fn tape<L: Single<Scalar = S::Real>>(
        &mut self,
        times: &StepTimes,
        t1: f64,
        cut: Cut,
        y: &S::Vector<L>,
    ) {
        if let Some(tape) = &mut self.tape {
            tape.push(times, t1, cut, || plain::<S, L>(y));
        }
    }

    fn save<L: Single<Scalar = S::Real>>(&mut self, step: &Step<'_, S::Vector<L>>, theta: f64) {
        let state = if theta == 1.0 {
            plain::<S, L>(step.y1)
        } else {
            plain::<S, L>(&interpolate(&self.plan.weights, theta, step.times.h, step.y, step.k))
        };
        // The step itself is not on the tape yet.
        let number = self.tape.as_ref().map_or(0, Tape::len);
        self.place(S::unflatten(&state), Placement { step: number, theta });
        self.next += 1;
    }

    fn place(&mut self, state: S::State, placement: Placement) {
        self.states.push(state);
        if let Some(tape) = &mut self.tape {
            tape.saves.push(placement);
        }
    }

    /// Keeps an event of the step that comes next to [`step`](Self::step).
    pub(crate) fn happened<L: Single<Scalar = S::Real>>(&mut self, event: &Happened<S::Vector<L>>) {
        let Happened { index, t, ref before, ref after, trigger, cuts } = *event;
        let state = |y: &S::Vector<L>| S::unflatten(&plain::<S, L>(y));
        self.events.push(Event { index, time: t, before: state(before), after: state(after) });
        if let Some(tape) = &mut self.tape {
            tape.events.push(Taped { index, step: tape.len(), t, trigger, cuts });
        }
    }

    /// Keeps the state to which the last step was reset, and saves it where a save point is.
    #[allow(clippy::float_cmp)]
    pub(crate) fn reset<L: Single<Scalar = S::Real>>(&mut self, t: f64, y: &S::Vector<L>) {
        if let Some(dense) = &mut self.dense {
            dense.reset(plain::<S, L>(y));
        }
        if self.plan.save.get(self.next) == Some(&t) {
            let step = self.tape.as_ref().map_or(0, Tape::len);
            self.place(S::unflatten(&plain::<S, L>(y)), Placement { step, theta: 0.0 });
            self.next += 1;
        }
    }

    /// Ends the solve here, in the state `y`, which is saved unless it is already; `after` the last step was reset, or
    /// at its end.
    #[allow(clippy::float_cmp)]
    pub(crate) fn end<L: Single<Scalar = S::Real>>(
        &mut self,
        ended: Ended,
        t: f64,
        y: &S::Vector<L>,
        after: bool,
    ) {
        self.ended = ended;
        if self.plan.save[self.next - 1] != t {
            let steps = self.tape.as_ref().map_or(0, Tape::len);
            let placement = if after {
                Placement { step: steps, theta: 0.0 }
            } else {
                Placement { step: steps.saturating_sub(1), theta: 1.0 }
            };
            self.place(S::unflatten(&plain::<S, L>(y)), placement);
            self.end = Some(t);
        }
    }

    /// The times of the saved states.
    fn times(&self) -> Vec<f64> {
        self.plan.save[..self.next].iter().copied().chain(self.end).collect()
    }

    /// Whether an adjoint came to its end, which a callback can prevent.
    pub(crate) fn went_through(&self) -> Result<(), SolveError> {
        if self.ended == Ended::ByCallback {
            return Err(SolveError::Stopped { t: self.end.unwrap_or(self.plan.start) });
        }
        Ok(())
    }

    /// What comes of it.
    pub(crate) fn finish(self, stats: Stats) -> (Solution<S>, Option<TapeOf<S>>) {
        let times = self.times();
        let Self { states, dense, tape, events, ended, .. } = self;
        (Solution { times, states, stats, dense, events, ended }, tape)
    }

    /// What there is when the solve fails at `t`, in the state `y`.
    #[cold]
    pub(crate) fn partial<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        stats: Stats,
    ) -> Box<Partial> {
        let numbers = |flat: &S::Vector<S::Real>| flat.values().map(Real::to_f64).collect::<Vec<f64>>();
        let of_state = |state: &S::State| numbers(&S::flatten(state));
        let events = self.events.iter().map(|event| PartialEvent {
            index: event.index,
            time: event.time,
            before: of_state(&event.before),
            after: of_state(&event.after),
        });
        let mut times = self.plan.save[..self.states.len()].to_vec();
        let mut states: Vec<Vec<f64>> = self.states.iter().map(of_state).collect();
        if times.last() != Some(&t) {
            times.push(t);
            states.push(numbers(&plain::<S, L>(y)));
        }
        Box::new(Partial { times, states, events: events.collect(), stats })
    }
}

/// The numbers, however they were computed with.
#[inline(always)]
fn plain<S: Model, L: Single<Scalar = S::Real>>(vector: &S::Vector<L>) -> S::Vector<S::Real> {
    S::convert(vector, Single::get)
}
