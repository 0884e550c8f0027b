//! The accepted steps, kept for the adjoint.

use super::clock::{StepTimes, next_after};
use super::record::Cut;
use crate::event::Taped;

/// What a solve keeps of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// Their times: eight bytes a step.
    Times,
    /// Their times, and the state at the start of each.
    States,
    /// These, and the derivatives of the stages of each, which then need not be computed again.
    Stages,
}

/// Where a save point lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    /// The number of the step; that of the step after the last for a state that was reset at the end.
    pub(crate) step: usize,
    /// The part of the step before it; 1 is the end, where the state is the step's own, 0 the start after a reset.
    pub(crate) theta: f64,
}

impl Placement {
    /// Whether it is found by the interpolant, being neither the end of its step nor the start.
    pub(crate) fn is_inside(&self) -> bool {
        self.theta > 0.0 && self.theta < 1.0
    }
}

/// A step that was cut, or that ends where the right-hand side jumps.
#[derive(Debug, Clone, Copy)]
struct Mark {
    step: usize,
    cut: Cut,
    jump: bool,
}

/// The accepted steps, and where the save points lie among them.
#[derive(Debug, Clone)]
pub(crate) struct Tape<V> {
    start: f64,
    direction: f64,
    perturb: bool,
    ends: Vec<f64>,
    marks: Vec<Mark>,
    /// The state at the start of each step, or of the first alone.
    states: Vec<V>,
    /// The derivatives of the working stages of each step, where they are kept.
    slopes: Vec<V>,
    keep: Keep,
    /// One for each save point after the first.
    pub(crate) saves: Vec<Placement>,
    /// The events, in order.
    pub(crate) events: Vec<Taped>,
}

impl<V: Clone> Tape<V> {
    pub(crate) fn new(keep: Keep, start: f64, direction: f64, perturb: bool) -> Self {
        let (ends, marks, states) = (Vec::new(), Vec::new(), Vec::new());
        let (saves, events) = (Vec::new(), Vec::new());
        Self { start, direction, perturb, ends, marks, states, slopes: Vec::new(), keep, saves, events }
    }

    /// Makes room for so many steps.
    pub(crate) fn reserve(&mut self, steps: usize) {
        self.ends.reserve(steps);
        if matches!(self.keep, Keep::States | Keep::Stages) {
            self.states.reserve(steps);
        }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, times: &StepTimes, t1: f64, cut: Cut, y: impl FnOnce() -> V) {
        if matches!(self.keep, Keep::States | Keep::Stages) || self.states.is_empty() {
            self.states.push(y());
        }
        let jump = !self.perturb && times.last != t1;
        if cut != Cut::Free || jump {
            self.marks.push(Mark { step: self.ends.len(), cut, jump });
        }
        self.ends.push(t1);
    }

    /// Keeps the derivatives of the stages of the step that comes next to [`push`](Self::push), if that is wanted.
    pub(crate) fn push_slopes(&mut self, slopes: impl Iterator<Item = V>) {
        if self.keep == Keep::Stages {
            self.slopes.extend(slopes);
        }
    }

    /// The derivative of this working stage of this step, of so many a step, where it was kept.
    #[inline(always)]
    pub(crate) fn slope(&self, step: usize, stage: usize, stages: usize) -> Option<&V> {
        self.slopes.get(step * stages + stage)
    }

    /// Where a step ends.
    pub(crate) fn end(&self, step: usize) -> f64 {
        self.ends[step]
    }

    /// The number of steps.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The numbers, in `events`, of those in this step.
    pub(crate) fn events_in(&self, step: usize) -> std::ops::Range<usize> {
        let first = self.events.partition_point(|event| event.step < step);
        first..self.events.partition_point(|event| event.step <= step)
    }

    /// The state at the start of this step, where it was kept.
    pub(crate) fn state(&self, step: usize) -> Option<&V> {
        self.states.get(step)
    }

    /// The times of a step, and what its end depends on.
    #[inline(always)]
    pub(crate) fn step(&self, step: usize) -> (StepTimes, Cut) {
        let t = if step == 0 { self.start } else { self.ends[step - 1] };
        let t1 = self.ends[step];
        let place = self.marks.partition_point(|mark| mark.step < step);
        let here = self.marks.get(place).filter(|mark| mark.step == step);
        let before = place.checked_sub(1).map(|place| self.marks[place]).filter(|mark| mark.step + 1 == step);
        let starts_at_jump = self.perturb || before.is_some_and(|mark| mark.jump);
        let ends_at_jump = self.perturb || here.is_some_and(|mark| mark.jump);
        let first = if starts_at_jump { next_after(t, self.direction) } else { t };
        let last = if ends_at_jump { next_after(t1, -self.direction) } else { t1 };
        (StepTimes { t, h: t1 - t, first, last }, here.map_or(Cut::Free, |mark| mark.cut))
    }
}
