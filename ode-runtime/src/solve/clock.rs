//! The times of steps.

use super::plan::{Pace, Plan};
use super::record::{Cut, Record};
use crate::number::within;
use crate::system::Model;

/// A step in time. `h` is exactly the difference of its ends; it is negative backwards in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StepTimes {
    /// Where it starts.
    pub(crate) t: f64,
    /// How long it is.
    pub(crate) h: f64,
    /// Where the stages with node 0 are evaluated: `t`, or just after it where the right-hand side jumps there.
    pub(crate) first: f64,
    /// Where those with node 1 are: the end, or just before it.
    pub(crate) last: f64,
}

impl StepTimes {
    /// The time of a stage with this node.
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    pub(crate) fn at(&self, node: f64) -> f64 {
        if node == 0.0 {
            self.first
        } else if node == 1.0 {
            self.last
        } else {
            self.t + node * self.h
        }
    }
}

/// The number next to `t` in this direction of time.
pub(crate) fn next_after(t: f64, direction: f64) -> f64 {
    if direction > 0.0 { t.next_up() } else { t.next_down() }
}

/// The next step: its times, where it ends, and what its end depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Next {
    pub(crate) times: StepTimes,
    pub(crate) t1: f64,
    pub(crate) cut: Cut,
    /// The length that control asked for, before the step was cut to a stop.
    pub(crate) wanted: f64,
}

impl Next {
    /// The length to go on with after a step that was cut, where its own error asks for `grown`: a short step says
    /// little of how long the next may be.
    #[inline(never)]
    pub(crate) fn after_cut(self, grown: f64) -> f64 {
        let shortened = self.times.h.abs() < self.wanted.abs();
        if shortened && grown.abs() < self.wanted.abs() { self.wanted } else { grown }
    }
}

/// Where a solve is in time.
pub(crate) struct Clock {
    pub(crate) t: f64,
    /// Where the first stage of the next step is evaluated.
    pub(crate) first: f64,
    /// The number of the next stop.
    stop: usize,
    /// Its time.
    stop_t: f64,
    /// Where steps of one length are counted from: the start, or the last event.
    origin: f64,
    /// The number of steps of the grid that were taken.
    taken: usize,
    /// The number of steps of one length.
    steps: usize,
    /// Whether nothing but the next stop can cut a step.
    pub(crate) simple: bool,
}

impl Clock {
    pub(crate) fn new<S: Model>(plan: &Plan<S>) -> Self {
        let first = if plan.perturb { next_after(plan.start, plan.direction) } else { plan.start };
        let simple = matches!(plan.pace, Pace::Adaptive(_)) && !plan.perturb;
        let (t, stop_t) = (plan.start, plan.stops[0].t);
        Self { t, first, stop: 0, stop_t, origin: t, taken: 0, steps: plan.steps_from(t), simple }
    }

    /// The next stop, and where the stages at the end of a step to it are evaluated.
    pub(crate) fn stop<S: Model>(&self, plan: &Plan<S>) -> (f64, f64) {
        let stop = plan.stops[self.stop];
        (stop.t, if stop.jump { next_after(stop.t, -plan.direction) } else { stop.t })
    }

    /// The next step, for which control asks for length `h`; it ends at the next stop at the latest.
    #[inline(always)]
    pub(crate) fn next<S: Model>(&self, plan: &Plan<S>, h: f64, record: &Record<'_, S>) -> Next {
        if self.simple {
            let length = within(h.abs(), plan.min_step, plan.max_step);
            if length * 1.01 < (self.stop_t - self.t).abs() {
                let t1 = self.t + length.copysign(plan.direction);
                let times = StepTimes { t: self.t, h: t1 - self.t, first: self.first, last: t1 };
                return Next { times, t1, cut: Cut::Free, wanted: times.h };
            }
        }
        self.next_in_general(plan, h, record)
    }

    #[inline(never)]
    fn next_in_general<S: Model>(&self, plan: &Plan<S>, h: f64, record: &Record<'_, S>) -> Next {
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
            Pace::StepSize { h } => {
                if self.taken + 1 >= self.steps {
                    (plan.end, Cut::Given)
                } else {
                    (self.origin + (self.taken + 1) as f64 * h, Cut::Free)
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

    /// Goes on from the end of a step; whether the first stage must be evaluated anew there.
    #[inline(always)]
    pub(crate) fn arrive<S: Model>(&mut self, plan: &Plan<S>, step: &Next) -> bool {
        if self.simple && step.cut == Cut::Free {
            (self.t, self.first) = (step.t1, step.t1);
            return false;
        }
        self.arrive_in_general(plan, step.t1, step.cut)
    }

    #[inline(never)]
    #[allow(clippy::float_cmp)]
    fn arrive_in_general<S: Model>(&mut self, plan: &Plan<S>, t1: f64, cut: Cut) -> bool {
        self.t = t1;
        let mut jump = plan.perturb;
        while plan.stops[self.stop].t == t1 {
            jump |= plan.stops[self.stop].jump;
            self.stop += 1;
        }
        self.stop_t = plan.stops[self.stop].t;
        self.first = if jump { next_after(t1, plan.direction) } else { t1 };
        match &plan.pace {
            Pace::Adaptive(_) => {}
            #[allow(clippy::cast_precision_loss)]
            Pace::StepSize { .. } if cut == Cut::Event => {
                (self.origin, self.taken, self.steps) = (t1, 0, plan.steps_from(t1));
            }
            Pace::StepSize { h } => {
                let grid = self.origin + (self.taken + 1) as f64 * h;
                self.taken += usize::from((t1 - grid) * plan.direction >= 0.0);
            }
            Pace::Grid(times) => self.taken += usize::from(t1 == times[self.taken]),
        }
        jump
    }
}
