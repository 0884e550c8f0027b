//! Zeros made exact: steps of the method that end at them.

use super::list::Probe;
use super::scan::Crossing;
use super::watch::Look;
use crate::solve::{StepTimes, next_after};

/// How many steps are made for one zero at most: enough to halve a step down to the spacing of time.
const STEPS: usize = 80;

/// After so many that come no nearer to zero the rest is rounding, or the bracket is halved.
const IDLE_STEPS: usize = 8;

/// A zero of an event function, and the step that ends there.
pub(super) struct Zero<V, K> {
    /// The number of the event.
    pub(super) index: usize,
    /// The part of the step before it, on the interpolant.
    pub(super) theta: f64,
    /// The sign of its function before, and after; 0 where it has none.
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) times: StepTimes,
    pub(super) t1: f64,
    /// The state and the stages, unless the step ends there anyway.
    pub(super) redone: Option<(V, K)>,
    /// How far rounding may have moved it in time.
    pub(super) blur: f64,
}

impl<V: Clone, K> Zero<V, K> {
    /// One at the end of the step.
    pub(super) fn at_end(index: usize, (before, after): (f64, f64), look: &Look<'_, V, K>) -> Self {
        Self { index, theta: 1.0, before, after, times: look.times, t1: look.t1, redone: None, blur: 0.0 }
    }

    /// The state there.
    pub(super) fn state<'a>(&'a self, look: &'a Look<'_, V, K>) -> &'a V {
        self.redone.as_ref().map_or(look.y1, |(y1, _)| y1)
    }

    /// Whether rounding alone may tell the times of two zeros apart.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.t1 - other.t1).abs() <= 2.0 * (self.blur + other.blur)
    }
}

/// The size of what rounding makes of an event function at its zero: that of time, and of each number of the state.
pub(super) fn rounding<V>(probe: &dyn Probe<V>, t: f64, y: &V, dy: &V, h: f64) -> f64 {
    let ulp = (t.abs().next_up() - t.abs()).max(f64::MIN_POSITIVE);
    4.0 * (ulp * probe.slope(t, y, dy, h).abs() + probe.noise(t, y))
}

/// Whether what is left of a function at its zero is small beside its change over a step: that of one that jumps is not.
pub(super) fn is_small(left: f64, change: f64) -> bool {
    left <= 1e-6 * change.abs()
}

/// The zero of a method's own steps that belongs to one of its interpolant, between these times: by Newton's method on the
/// length of the step, then by secants through the last two, and by halves where these leave the bracket. The derivative
/// of the solution is not that of the method, so that Newton's method alone would not converge where steps are coarse.
///
/// Of a function that jumps over zero it is the first place after the jump.
pub(super) fn locate<V: Clone, K: AsRef<[V]>>(
    probe: &dyn Probe<V>,
    index: usize,
    crossing: &Crossing,
    (earliest, latest): (f64, f64),
    look: &mut Look<'_, V, K>,
) -> Zero<V, K> {
    let StepTimes { t, h, first, .. } = look.times;
    let (mut left, mut right) = (earliest, latest);
    let mut time = t + crossing.theta * h;
    if (time - left) * h <= 0.0 {
        time = next_after(left, h);
    }
    let mut zero = Zero::at_end(index, (crossing.before, crossing.after), look);
    zero.theta = crossing.theta;
    let step_to = |time: f64, look: &mut Look<'_, V, K>, zero: &Zero<V, K>| {
        let times = StepTimes { t, h: time - t, first, last: time };
        Zero { times, t1: time, redone: Some((look.step)(&times)), ..*zero }
    };
    let mut least = f64::INFINITY;
    let mut previous: Option<(f64, f64)> = None;
    let (mut idle, mut converged) = (0, false);
    for _ in 0..STEPS {
        if (time - left) * h <= 0.0 || (right - time) * h <= 0.0 {
            break;
        }
        let tried = step_to(time, look, &zero);
        let value = probe.value(time, tried.state(look));
        *(if value * crossing.before > 0.0 { &mut left } else { &mut right }) = time;
        let next = match previous {
            None => time - value / probe.slope(time, tried.state(look), look.slope_of(&tried), tried.times.h),
            Some((at, w)) => time - value * ((time - at) / (value - w)),
        };
        if value.abs() < least {
            (least, zero) = (value.abs(), tried);
        } else {
            idle += 1;
        }
        let (at, y, dy) = (zero.t1, zero.state(look), look.slope_of(&zero));
        converged = (value.abs() == least && (least == 0.0 || next == time))
            || (idle > 0 && least <= rounding(probe, at, y, dy, h))
            || (idle > IDLE_STEPS && is_small(least, probe.slope(at, y, dy, h) * h));
        if converged {
            break;
        }
        previous = Some((time, value));
        let inside = (next - left) * h > 0.0 && (right - next) * h > 0.0;
        time = if inside && idle <= IDLE_STEPS { next } else { 0.5 * (left + right) };
    }
    if !converged && zero.redone.is_some() {
        zero = if right == look.t1 {
            Zero { times: look.times, t1: look.t1, redone: None, ..zero }
        } else {
            step_to(right, look, &zero)
        };
    }
    let (state, dy) = (zero.state(look), look.slope_of(&zero));
    let noise = probe.noise(zero.t1, state) + if converged { least } else { 0.0 };
    let slope = probe.slope(zero.t1, state, dy, zero.times.h).abs();
    // Where it barely crosses zero, rounding says nothing of what is far.
    let blur = (noise / slope).min(1e-6 * h.abs());
    Zero { blur, ..zero }
}
