//! The events of a solve while it runs.

use super::list::{Action, Events, Probe};
use super::locate::{Crossing, Path, Trouble, scan, signum};
use super::occurrence::Happened;
use super::track::{End, INTERIOR, Samples, Tracker};
use crate::dense::{Slopes, Weights, interpolate};
use crate::number::Single;
use crate::solve::{StepTimes, next_after, non_finite};
use crate::space::Space;
use crate::system::Model;

/// The events of a solve, with what is known of each of them.
pub(crate) struct Watch<'e, S: Model, L: Single<Scalar = S::Real>, E> {
    events: &'e E,
    probes: Vec<Box<dyn Probe<S::Vector<L>> + 'e>>,
    trackers: Vec<Tracker>,
    /// The weights of the stages where a step is looked at.
    interior: [Vec<f64>; 3],
    /// Whether the interpolant has stages that are evaluated only for a close look.
    extended: bool,
}

/// A step that was accepted, in which something may have happened.
pub(crate) struct Look<'a, V, K> {
    pub(crate) weights: &'a Weights,
    pub(crate) times: StepTimes,
    pub(crate) t1: f64,
    pub(crate) y: &'a V,
    pub(crate) y1: &'a V,
    /// The derivatives, the completion and the extra stages included.
    pub(crate) k: Slopes<'a, V>,
    /// The number of the completion.
    pub(crate) last: usize,
    /// Makes another step from the same start, and completes it.
    pub(crate) step: &'a mut dyn FnMut(&StepTimes) -> (V, K),
}

/// A step that ends at an event, and the state after that.
pub(crate) struct CutShort<V, K> {
    pub(crate) times: StepTimes,
    pub(crate) t1: f64,
    /// The state and the stages, unless the step ends there anyway.
    pub(crate) redone: Option<(V, K)>,
    /// The state that is changed to.
    pub(crate) reset: Option<V>,
    /// Whether the solve ends.
    pub(crate) ends: bool,
}

/// What happened in a step, in order.
pub(crate) struct Found<V, K> {
    pub(crate) happened: Vec<Happened<V>>,
    pub(crate) cut: Option<CutShort<V, K>>,
}

/// A step that ends at an event.
struct Located<V, K> {
    times: StepTimes,
    t1: f64,
    redone: Option<(V, K)>,
}

/// Where the events stand when one of them cuts a step.
struct Sides {
    /// The sign of each before the cut, crossings in the step before it included.
    signs: Vec<f64>,
    /// Which have crossed in the step.
    crossed: Vec<bool>,
    /// Which cross at the very place of the one that cuts.
    along: Vec<usize>,
    /// Those of them that were gone through before it.
    passed: Vec<usize>,
}

impl Sides {
    /// Whether another event than the one that cuts has come to its zero, where its function has this value.
    fn arrived(&self, index: usize, value: f64) -> bool {
        let side = value * self.signs[index];
        let at_once = self.along.contains(&index) || (side == 0.0 && self.signs[index] != 0.0);
        side < 0.0 || (at_once && !self.crossed[index])
    }
}

impl<'e, S: Model, L: Single<Scalar = S::Real>, E: Events<S>> Watch<'e, S, L, E> {
    pub(crate) fn new(events: &'e E, weights: &Weights) -> Self {
        let mut probes = Vec::new();
        events.erase::<L>(&mut probes);
        let trackers = vec![Tracker::default(); probes.len()];
        let at = |theta| if E::COUNT > 0 { weights.at(theta).collect() } else { Vec::new() };
        Self { events, probes, trackers, interior: INTERIOR.map(at), extended: weights.extended() }
    }

    /// Begins at this time and state. A function that is zero there is left before it counts.
    pub(crate) fn start(&mut self, t: f64, y: &S::Vector<L>) -> Result<(), (usize, Trouble)> {
        for (index, (probe, tracker)) in self.probes.iter().zip(&mut self.trackers).enumerate() {
            let value = probe.value(t, y);
            if value.is_nan() {
                return Err((index, Trouble::NotANumber { t, value }));
            }
            tracker.begin(signum(value), value, false);
        }
        Ok(())
    }

    /// Whether nothing can have happened in a step, as far as a quick look tells; if so, the step is done with. It does
    /// without the extra stages of an interpolant that has some.
    #[inline(always)]
    pub(crate) fn quiet(
        &mut self,
        times: &StepTimes,
        t1: f64,
        y: &S::Vector<L>,
        y1: &S::Vector<L>,
        k: &[S::Vector<L>],
    ) -> bool {
        let end = End { t: t1, y: y1, dy: &k[k.len() - 1], h: times.h };
        let quiet = self.events.are_far::<L>(&mut self.trackers, &end)
            || (!self.extended && self.keep_signs(times, y, k.iter(), &end));
        if quiet {
            self.trackers.iter_mut().for_each(Tracker::go_on);
        }
        quiet
    }

    /// Whether no event changes its sign; `k` are the derivatives in the order of the weights.
    #[inline(always)]
    fn keep_signs<'k>(
        &self,
        times: &StepTimes,
        y: &S::Vector<L>,
        k: impl Iterator<Item = &'k S::Vector<L>> + Clone,
        end: &End<'_, S::Vector<L>>,
    ) -> bool {
        let between = |weights: &[f64]| {
            let mut value = y.clone();
            for (weight, k) in weights.iter().zip(k.clone()) {
                let factor = L::constant(weight * times.h);
                for i in 0..value.len() {
                    value[i] = factor.mul_add_fast(k[i], value[i]);
                }
            }
            value
        };
        let [a, b, c] = [between(&self.interior[0]), between(&self.interior[1]), between(&self.interior[2])];
        let t = INTERIOR.map(|theta| times.t + theta * times.h);
        self.events.keep_signs::<L>(&self.trackers, &Samples { t, y: [&a, &b, &c], end })
    }

    /// Looks closely: what happened in the step.
    pub(crate) fn look<K: AsRef<[S::Vector<L>]>>(
        &mut self,
        look: &mut Look<'_, S::Vector<L>, K>,
    ) -> Result<Found<S::Vector<L>, K>, (usize, Trouble)> {
        let (StepTimes { t, h, .. }, t1, y, y1, k) = (look.times, look.t1, look.y, look.y1, look.k);
        let weights = look.weights;
        let completion = &k.stages[look.last];
        let end = End { t: t1, y: y1, dy: completion, h };
        if self.extended && self.keep_signs(&look.times, y, k.all(), &end) {
            self.trackers.iter_mut().for_each(Tracker::go_on);
            return Ok(Found { happened: Vec::new(), cut: None });
        }
        let path = Path {
            t,
            h,
            start: (y, &k.stages[0]),
            end: (t1, y1, completion),
            at: |theta| interpolate(weights, theta, h, y, k),
        };
        let mut signs = vec![0.0; self.probes.len()];
        let mut ends = vec![(0.0, 0.0); self.probes.len()];
        let mut crossings: Vec<(usize, Crossing)> = Vec::new();
        for (index, probe) in self.probes.iter().enumerate() {
            match probe.at_step_end(y1, completion) {
                Some(true) => crossings.push((index, Crossing { theta: 1.0, sign: 1.0 })),
                Some(false) => {}
                None => {
                    let scan =
                        scan(&**probe, &self.trackers[index], &path).map_err(|trouble| (index, trouble))?;
                    crossings.extend(scan.crossings.iter().map(|&crossing| (index, crossing)));
                    signs[index] = scan.start;
                    ends[index] = (scan.sign, scan.value);
                }
            }
        }
        crossings.sort_by(|a, b| a.1.theta.total_cmp(&b.1.theta));

        let mut happened = Vec::new();
        let mut crossed = vec![false; self.probes.len()];
        for (place, &(index, crossing)) in crossings.iter().enumerate() {
            (signs[index], crossed[index]) = (-crossing.sign, true);
            if !self.counts(index, crossing.sign) {
                continue;
            }
            let located = locate(&*self.probes[index], crossing.theta, look);
            let state = located.redone.as_ref().map_or(y1, |(y1, _)| y1);
            if self.probes[index].action() == Action::Note {
                let (before, after) = (state.clone(), state.clone());
                let t = located.t1;
                happened.push(Happened { index, t, before, after, trigger: index, cuts: false });
                continue;
            }
            let beside = |crossings: &[(usize, Crossing)]| -> Vec<usize> {
                let here =
                    crossings.iter().filter(|(other, at)| *other != index && at.theta == crossing.theta);
                here.map(|(other, _)| *other).collect()
            };
            let state =
                Sides { signs, crossed, along: beside(&crossings), passed: beside(&crossings[..place]) };
            return self.cut(index, located, &state, happened, look);
        }
        for (tracker, (sign, value)) in self.trackers.iter_mut().zip(ends) {
            tracker.begin(sign, value, false);
        }
        Ok(Found { happened, cut: None })
    }

    /// Whether a crossing from this sign makes an event.
    fn counts(&mut self, index: usize, sign: f64) -> bool {
        let (probe, tracker) = (&self.probes[index], &mut self.trackers[index]);
        if !probe.direction().counts(sign) {
            return false;
        }
        tracker.count += 1;
        let counts = tracker.count >= probe.nth();
        if counts {
            tracker.count = 0;
        }
        counts
    }

    /// The step ends at the event `trigger`. Events at one time happen in the order in which they were given; after one
    /// that ends the solve nothing does.
    fn cut<K: AsRef<[S::Vector<L>]>>(
        &mut self,
        trigger: usize,
        located: Located<S::Vector<L>, K>,
        sides: &Sides,
        mut happened: Vec<Happened<S::Vector<L>>>,
        look: &Look<'_, S::Vector<L>, K>,
    ) -> Result<Found<S::Vector<L>, K>, (usize, Trouble)> {
        let Located { times, t1: t, redone } = located;
        let (y1, k) = redone.as_ref().map_or((look.y1, look.k.stages), |(y1, k)| (y1, k.as_ref()));
        let at_event: Vec<f64> = self.probes.iter().map(|probe| probe.value(t, y1)).collect();
        let mut state = y1.clone();
        let (mut reset, mut ends) = (false, false);
        let ulp = (t.abs().next_up() - t.abs()).max(f64::MIN_POSITIVE);
        let rounding =
            |probe: &dyn Probe<S::Vector<L>>| 4.0 * ulp * probe.slope(t, y1, &k[look.last], times.h).abs();
        // Those that were gone through at this very place: the side on which rounding leaves them says nothing.
        let passed: Vec<bool> = self
            .probes
            .iter()
            .enumerate()
            .map(|(index, probe)| {
                let near = || sides.crossed[index] && at_event[index].abs() <= rounding(&**probe);
                index != trigger && (sides.passed.contains(&index) || near())
            })
            .collect();
        let arrived: Vec<bool> = (0..self.probes.len())
            .map(|index| sides.arrived(index, at_event[index]) && !passed[index])
            .collect();
        for (index, &arrived) in arrived.iter().enumerate() {
            let counts = index == trigger || (arrived && self.counts(index, sides.signs[index]));
            if !counts {
                continue;
            }
            let probe = &self.probes[index];
            let after = probe.after(t, &state);
            if let Some((component, value)) = non_finite(std::slice::from_ref(&after)) {
                return Err((index, Trouble::WildReset { t, component, value }));
            }
            happened.push(Happened { index, t, before: state, after: after.clone(), trigger, cuts: true });
            state = after;
            reset |= probe.action() == Action::Reset;
            ends = probe.action() == Action::End;
            if ends {
                break;
            }
        }
        if !ends {
            for (index, (probe, tracker)) in self.probes.iter().zip(&mut self.trackers).enumerate() {
                let value = probe.value(t, &state);
                if value.is_nan() {
                    return Err((index, Trouble::NotANumber { t, value }));
                }
                // What is left of its zero by rounding; of one that crossed before, only at this very time.
                let here = index == trigger || arrived[index] || passed[index];
                let left = if here { at_event[index].abs() } else { 0.0 };
                let rounding = left.max(rounding(&**probe));
                let at_zero = here || sides.crossed[index];
                let fresh = at_zero && value.abs() <= rounding;
                let (sign, value) = if fresh { (0.0, 0.0) } else { (signum(value), value) };
                tracker.begin(sign, value, fresh);
            }
        }
        let reset = reset.then_some(state);
        Ok(Found { happened, cut: Some(CutShort { times, t1: t, redone, reset, ends }) })
    }
}

/// Ends a step at the zero that the interpolant has at this part of it: by Newton's method on the length of the step,
/// as long as the function gets smaller.
fn locate<V: Clone, K: AsRef<[V]>>(
    probe: &dyn Probe<V>,
    theta: f64,
    look: &mut Look<'_, V, K>,
) -> Located<V, K> {
    let StepTimes { t, h, first, .. } = look.times;
    let inside = |time: f64| (time - t) * h > 0.0 && (look.t1 - time) * h > 0.0;
    let mut time = t + theta * h;
    if time == t {
        time = next_after(t, h);
    }
    let mut best: Option<(f64, Located<V, K>)> = None;
    for _ in 0..8 {
        if !inside(time) {
            break;
        }
        let times = StepTimes { t, h: time - t, first, last: time };
        let (y1, k) = (look.step)(&times);
        let value = probe.value(time, &y1);
        if best.as_ref().is_some_and(|(least, _)| value.abs() >= *least) {
            break;
        }
        let slope = probe.slope(time, &y1, &k.as_ref()[look.last], times.h);
        best = Some((value.abs(), Located { times, t1: time, redone: Some((y1, k)) }));
        let next = time - value / slope;
        if value == 0.0 || next == time || !next.is_finite() {
            break;
        }
        time = next;
    }
    best.map_or(Located { times: look.times, t1: look.t1, redone: None }, |(_, located)| located)
}
