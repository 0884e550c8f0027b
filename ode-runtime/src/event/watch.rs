//! The events of a solve while it runs.

use super::approach::{Approach, approaches};
use super::coincidence::Part;
use super::list::{Action, Events, Probe};
use super::locate::{Zero, locate, rounding};
use super::occurrence::Happened;
use super::scan::{Path, Trouble, scan, signum};
use super::track::{End, INTERIOR, Samples, Tracker, value_at_step_end};
use crate::dense::{Slopes, Weights, interpolate};
use crate::number::Single;
use crate::solve::StepTimes;
use crate::space::Space;
use crate::system::Model;

/// The part of a step by which a function may have left its domain at an event that cuts the step.
const BEYOND_DOMAIN: f64 = 1e-9;

/// The events of a solve, with what is known of each of them.
pub(crate) struct Watch<'e, S: Model, L: Single<Scalar = S::Real>, E> {
    events: &'e E,
    pub(super) probes: Vec<Box<dyn Probe<S::Vector<L>> + 'e>>,
    pub(super) trackers: Vec<Tracker>,
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
    /// The derivative of a state.
    pub(crate) rhs: &'a mut dyn FnMut(f64, &V) -> V,
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

impl<'a, V, K: AsRef<[V]>> Look<'a, V, K> {
    /// The derivative of the solution at a zero.
    pub(super) fn slope_of<'b>(&'b self, zero: &'b Zero<V, K>) -> &'b V {
        let stages = zero.redone.as_ref().map_or(self.k.stages, |(_, k)| k.as_ref());
        &stages[self.last]
    }
}

/// The zeros of the events in a step.
struct Search<V, K> {
    /// In order of time; those at one time in the order in which the events were given.
    zeros: Vec<Zero<V, K>>,
    /// The sign of each event at the start, in the direction in which it leaves.
    starts: Vec<f64>,
    /// Sign and value of each at the end.
    ends: Vec<(f64, f64)>,
    /// The first part of the step from which on a function is no number, and which.
    domain: Option<(f64, usize)>,
}

/// What happened in a step, in order.
pub(crate) struct Found<V, K> {
    pub(crate) happened: Vec<Happened<V>>,
    pub(crate) cut: Option<CutShort<V, K>>,
}

impl<'e, S: Model, L: Single<Scalar = S::Real>, E: Events<S>> Watch<'e, S, L, E> {
    pub(crate) fn new(events: &'e E, weights: &Weights) -> Self {
        let mut probes = Vec::new();
        events.erase::<L>(&mut probes);
        let trackers = vec![Tracker::default(); probes.len()];
        let at = |theta| if E::COUNT > 0 { weights.at(theta).collect() } else { Vec::new() };
        Self { events, probes, trackers, interior: INTERIOR.map(at), extended: weights.extended() }
    }

    /// Begins at this time, in the state `y` whose derivative is `dy`; `h` is the length of the first step. A function
    /// that is zero there is left before it counts.
    pub(crate) fn start(
        &mut self,
        (t, h): (f64, f64),
        y: &S::Vector<L>,
        dy: &S::Vector<L>,
    ) -> Result<(), (usize, Trouble)> {
        for (index, (probe, tracker)) in self.probes.iter().zip(&mut self.trackers).enumerate() {
            let value = probe.value(t, y);
            if value.is_nan() {
                return Err((index, Trouble::NotANumber { t }));
            }
            tracker.begin(signum(value), value);
            let rounding = rounding(&**probe, t, y, dy, h);
            if value.abs() <= rounding {
                tracker.begin_at_zero(rounding, false);
            }
        }
        Ok(())
    }

    /// Goes on where the right-hand side jumps.
    pub(crate) fn forget_slopes(&mut self) {
        self.trackers.iter_mut().for_each(Tracker::forget_slope);
    }

    /// How near those came that end the solve, along these states.
    pub(crate) fn approaches(&self, states: impl Iterator<Item = (f64, S::Vector<L>)>) -> Vec<Approach> {
        approaches(&self.probes, states)
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
        let (StepTimes { t, h, .. }, t1, y1) = (look.times, look.t1, look.y1);
        let completion = &look.k.stages[look.last];
        let end = End { t: t1, y: y1, dy: completion, h };
        if self.extended && self.keep_signs(&look.times, look.y, look.k.all(), &end) {
            self.trackers.iter_mut().for_each(Tracker::go_on);
            return Ok(Found { happened: Vec::new(), cut: None });
        }
        let Search { mut zeros, starts, ends, domain } = self.search(look)?;
        let cut = (0..zeros.len()).find(|&place| {
            let Zero { index, before, .. } = zeros[place];
            self.probes[index].action() != Action::Note && self.counts(index, before)
        });
        if let Some((theta, index)) = domain
            && cut.is_none_or(|cut| zeros[cut].theta > theta + BEYOND_DOMAIN)
        {
            return Err((index, Trouble::NotANumber { t: t + theta * h }));
        }

        let at_cut = |zero: &Zero<S::Vector<L>, K>| cut.is_some_and(|cut| zero.is_beside(&zeros[cut]));
        let reached = cut.map_or(t1, |cut| zeros[cut].t1);
        let mut happened = Vec::new();
        let mut signs = starts;
        for zero in zeros.iter().filter(|zero| (reached - zero.t1) * h >= 0.0 && !at_cut(zero)) {
            signs[zero.index] = zero.after;
            if self.probes[zero.index].action() == Action::Note && self.counts(zero.index, zero.before) {
                let (before, after) = (zero.state(look).clone(), zero.state(look).clone());
                let (index, t) = (zero.index, zero.t1);
                happened.push(Happened { index, t, before, after, trigger: index, cuts: false });
            }
        }
        let Some(cut) = cut else {
            for (index, (sign, value)) in ends.into_iter().enumerate() {
                let tracker = &mut self.trackers[index];
                let not_left = if tracker.sign == 0.0 { tracker.rounding } else { 0.0 };
                tracker.begin(sign, value);
                if sign == 0.0 {
                    let rounding = rounding(&*self.probes[index], t1, y1, completion, h);
                    tracker.begin_at_zero(rounding.max(not_left), false);
                }
            }
            return Ok(Found { happened, cut: None });
        };
        // All that happen there, in the order in which they were given; the step ends at the first of them.
        let mut parts: Vec<Part> = signs.into_iter().map(Part::Elsewhere).collect();
        let mut trigger = cut;
        for place in (0..zeros.len()).filter(|&place| at_cut(&zeros[place])) {
            let Zero { index, before, .. } = zeros[place];
            // Those before the one that cuts were asked already.
            let asked = place < cut && self.probes[index].action() != Action::Note;
            let happens = place == cut || (!asked && self.counts(index, before));
            if parts[index] != Part::Happens {
                parts[index] = if happens { Part::Happens } else { Part::Passes };
            }
            if happens && index < zeros[trigger].index {
                trigger = place;
            }
        }
        parts[zeros[cut].index] = Part::Happens;
        self.cut(zeros.swap_remove(trigger), &parts, happened, look)
    }

    /// Finds the zeros of all events in a step.
    fn search<K: AsRef<[S::Vector<L>]>>(
        &self,
        look: &mut Look<'_, S::Vector<L>, K>,
    ) -> Result<Search<S::Vector<L>, K>, (usize, Trouble)> {
        let (StepTimes { t, h, .. }, t1, y, y1, k) = (look.times, look.t1, look.y, look.y1, look.k);
        let (weights, completion) = (look.weights, &k.stages[look.last]);
        let path = Path {
            t,
            h,
            start: (y, &k.stages[0]),
            end: (t1, y1, completion),
            at: |theta| interpolate(weights, theta, h, y, k),
        };
        let mut starts = vec![0.0; self.probes.len()];
        let mut ends = vec![(0.0, 0.0); self.probes.len()];
        let mut zeros: Vec<Zero<S::Vector<L>, K>> = Vec::new();
        let mut domain: Option<(f64, usize)> = None;
        for (index, probe) in self.probes.iter().enumerate() {
            if let Some(at_rest) = probe.at_step_end(y1, completion) {
                if at_rest && self.trackers[index].value > 0.0 {
                    zeros.push(Zero::at_end(index, (0.0, 0.0), look));
                }
                ends[index] = (1.0, value_at_step_end(at_rest));
                continue;
            }
            let scan = scan(&**probe, &self.trackers[index], &path).map_err(|trouble| (index, trouble))?;
            if let Some(theta) = scan.domain
                && domain.is_none_or(|(other, _)| theta < other)
            {
                domain = Some((theta, index));
            }
            let mut crossings = scan.crossings.iter().peekable();
            let mut earliest = t;
            while let Some(crossing) = crossings.next() {
                let next = crossings.peek().map(|next| t + next.theta * h);
                if let Some(zero) = locate(&**probe, index, crossing, (earliest, next), look) {
                    earliest = zero.t1;
                    zeros.push(zero);
                } else {
                    // The interpolant alone goes to the other side and back.
                    crossings.next();
                }
            }
            (starts[index], ends[index]) = (scan.start, scan.end);
        }
        // Those at one time stay in the order in which the events were given.
        zeros.sort_by(|a, b| (a.t1 * h.signum()).total_cmp(&(b.t1 * h.signum())));
        Ok(Search { zeros, starts, ends, domain })
    }

    /// Whether a crossing from this sign makes an event.
    pub(super) fn counts(&mut self, index: usize, sign: f64) -> bool {
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
}
