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
    let of_time = ulp.max(probe.epsilons().1 * t.abs());
    // Along the solution the function may change less than by time alone.
    let slope = probe.slope(t, y, dy, h).abs().max(probe.slope_by_time(t, y, h).abs());
    4.0 * (of_time * slope + probe.noise(t, y))
}

/// The part of it that tells nothing of the time: the rounding of the state, and that of time where a function gets it in
/// single precision.
pub(super) fn uncertainty<V>(probe: &dyn Probe<V>, t: f64, y: &V, dy: &V, h: f64) -> f64 {
    let of_time = (probe.epsilons().1 - f64::EPSILON) * t.abs();
    of_time * probe.slope(t, y, dy, h).abs() + probe.noise(t, y)
}

/// Whether what is left of a function at its zero is small beside its change over a step: that of one that jumps is not.
pub(super) fn is_small(left: f64, change: f64) -> bool {
    left <= 1e-6 * change.abs()
}

/// The zero of a method's own steps that belongs to one of its interpolant, after `earliest` and before the next of the
/// interpolant, if there is one, or else the end of the step; nothing where the method's own steps have none there.
///
/// By Newton's method on the length of the step, then by secants through the last two; the bracket is halved where they are
/// slow or lead out of it. The derivative of the solution is not that of the method, so that Newton's method alone would
/// not converge where steps are coarse. Of a function that jumps over zero, or comes to stay zero, it is the first place
/// after that.
pub(super) fn locate<V: Clone, K: AsRef<[V]>>(
    probe: &dyn Probe<V>,
    index: usize,
    crossing: &Crossing,
    (earliest, next): (f64, Option<f64>),
    look: &mut Look<'_, V, K>,
) -> Option<Zero<V, K>> {
    let StepTimes { t, h, first, .. } = look.times;
    let (mut left, mut right) = (earliest, next.unwrap_or(look.t1));
    // At its end a step has the sign that the interpolant has.
    let mut crosses = next.is_none();
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
    // Whether this much at a zero is rounding, and not half of a jump.
    let is_rest = |least: f64, zero: &Zero<V, K>, look: &Look<'_, V, K>| {
        let (at, y, dy) = (zero.t1, zero.state(look), look.slope_of(zero));
        let slope = probe.slope(at, y, dy, h);
        slope != 0.0 && (is_small(least, slope * h) || least <= rounding(probe, at, y, dy, h))
    };
    let mut least = f64::INFINITY;
    let mut previous: Option<(f64, f64)> = None;
    let (mut idle, mut converged) = (0, false);
    for tried in 0..STEPS {
        if (time - left) * h <= 0.0 || (right - time) * h <= 0.0 {
            break;
        }
        let here = step_to(time, look, &zero);
        let value = probe.value(time, here.state(look));
        let slope = probe.slope(time, here.state(look), look.slope_of(&here), h);
        if value * crossing.before > 0.0 {
            left = time;
        } else {
            (right, crosses) = (time, true);
        }
        let next = match previous {
            None => time - value / slope,
            Some((at, w)) => time - value * ((time - at) / (value - w)),
        };
        let nearer = value.abs() < least;
        let slow = value.abs() > 0.25 * least;
        if nearer {
            (least, zero) = (value.abs(), here);
        } else {
            idle += 1;
        }
        // A function that comes to stay zero may have been so long before.
        let stays = least == 0.0 && crossing.after == 0.0;
        converged = !stays
            && if nearer {
                (value == 0.0 || next == time) && is_rest(least, &zero, look)
            } else {
                let (at, y, dy) = (zero.t1, zero.state(look), look.slope_of(&zero));
                least <= rounding(probe, at, y, dy, h) && is_rest(least, &zero, look)
            };
        if converged {
            break;
        }
        previous = Some((time, value));
        let inside = (next - left) * h > 0.0 && (right - next) * h > 0.0;
        let halves = (tried % 3 == 2 && slow) || idle > IDLE_STEPS;
        time = if inside && !halves { next } else { 0.5 * (left + right) };
    }
    if !crosses && !converged {
        return None;
    }
    if zero.redone.is_none() {
        return Some(zero);
    }
    let stays = least == 0.0 && crossing.after == 0.0;
    if !stays && is_rest(least, &zero, look) {
        let (at, y, dy) = (zero.t1, zero.state(look), look.slope_of(&zero));
        let slope = probe.slope(at, y, dy, h).abs();
        // Where it barely crosses zero, rounding says nothing of what is far.
        let most = probe.epsilons().0.sqrt() * h.abs();
        zero.blur = ((uncertainty(probe, at, y, dy, h) + least) / slope).min(most);
        return Some(zero);
    }
    Some(if right == look.t1 {
        Zero { times: look.times, t1: look.t1, redone: None, ..zero }
    } else {
        step_to(right, look, &zero)
    })
}
