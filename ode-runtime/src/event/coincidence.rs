//! What happens where a step is cut: all events at that time, in the order in which they were given.

use super::list::{Action, Events};
use super::locate::{Zero, is_small, rounding, uncertainty};
use super::occurrence::Happened;
use super::scan::{Trouble, signum};
use super::track::value_at_step_end;
use super::watch::{CutShort, Found, Look, Watch};
use crate::number::Single;
use crate::solve::non_finite;
use crate::system::Model;

/// What an event has to do with the place at which a step is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// It is not known to be zero there; its function has this sign before.
    Elsewhere(f64),
    /// It crosses zero there, in the wrong direction or not often enough.
    Passes,
    /// It happens there.
    Happens,
}

impl<S: Model, L: Single<Scalar = S::Real>, E: Events<S>> Watch<'_, S, L, E> {
    /// The step ends at the event `trigger`, the first of those that happen there. They do so in the order in which they
    /// were given; after one that ends the solve nothing does.
    pub(super) fn cut<K: AsRef<[S::Vector<L>]>>(
        &mut self,
        trigger: Zero<S::Vector<L>, K>,
        parts: &[Part],
        mut happened: Vec<Happened<S::Vector<L>>>,
        look: &mut Look<'_, S::Vector<L>, K>,
    ) -> Result<Found<S::Vector<L>, K>, (usize, Trouble)> {
        let (t, h) = (trigger.t1, look.times.h);
        let mut state = trigger.state(look).clone();
        let at_event: Vec<f64> = self.probes.iter().map(|probe| probe.value(t, &state)).collect();
        let slope = look.slope_of(&trigger).clone();
        // Those with a zero that the interpolant does not have, or that rounding moved past the end of the step.
        let has_arrived = |index: usize, before: f64| {
            let (probe, value) = (&*self.probes[index], at_event[index]);
            let comes = probe.slope(t, &state, &slope, h) * h * before < 0.0;
            value * before < 0.0 || (comes && value.abs() <= 2.0 * uncertainty(probe, t, &state, &slope, h))
        };
        let arrived: Vec<bool> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| matches!(*part, Part::Elsewhere(before) if has_arrived(index, before)))
            .collect();
        let (mut reset, mut ends) = (false, false);
        for (index, part) in parts.iter().enumerate() {
            let counts = match *part {
                Part::Happens => true,
                Part::Passes => false,
                Part::Elsewhere(before) => arrived[index] && self.counts(index, before),
            };
            if !counts {
                continue;
            }
            let probe = &self.probes[index];
            let after = probe.after(t, &state);
            if let Some((component, value)) = non_finite(std::slice::from_ref(&after)) {
                return Err((index, Trouble::WildReset { t, component, value }));
            }
            let before = std::mem::replace(&mut state, after.clone());
            let own_time = index == trigger.index || !reset || {
                let dy = (look.rhs)(t, &before);
                let crosses = |y: &_, dy: &_| signum(probe.slope(t, y, dy, h));
                let still_zero = probe.value(t, &before).abs() <= rounding(&**probe, t, &before, &dy, h);
                still_zero && crosses(&before, &dy) == crosses(trigger.state(look), look.slope_of(&trigger))
            };
            let trigger = if own_time { index } else { trigger.index };
            happened.push(Happened { index, t, before, after, trigger, cuts: true });
            reset |= probe.action() == Action::Reset;
            ends = probe.action() == Action::End;
            if ends {
                break;
            }
        }
        if !ends {
            let slope = if reset { (look.rhs)(t, &state) } else { slope };
            for (index, (probe, tracker)) in self.probes.iter().zip(&mut self.trackers).enumerate() {
                if let Some(at_rest) = probe.at_step_end(&state, &slope) {
                    tracker.begin(1.0, value_at_step_end(at_rest));
                    continue;
                }
                let value = probe.value(t, &state);
                let mut size = rounding(&**probe, t, &state, &slope, h);
                let begins_at_zero = match parts[index] {
                    // It may not have left its zero yet.
                    Part::Elsewhere(0.0) => {
                        size = size.max(tracker.rounding);
                        value.abs() <= size
                    }
                    // A reset may have brought it there; else it is about to happen.
                    Part::Elsewhere(_) if !arrived[index] => {
                        at_event[index].abs() > size && value.abs() <= size
                    }
                    _ => {
                        // What the search left of the zero is rounding too, where the function is smooth.
                        let (left, change) = (at_event[index].abs(), probe.slope(t, &state, &slope, h) * h);
                        size = if is_small(left, change) { size.max(left) } else { size };
                        // At a pole all of that is beyond measure.
                        let usual = tracker.value.abs().max(probe.value(look.t1, look.y1).abs());
                        value.abs() <= size && (value.abs() <= usual || usual == 0.0)
                    }
                };
                let fresh = arrived[index] || !matches!(parts[index], Part::Elsewhere(_));
                if begins_at_zero {
                    tracker.begin_at_zero(size, fresh);
                } else {
                    tracker.begin(signum(value), value);
                }
            }
        }
        let (reset, Zero { times, t1, redone, .. }) = (reset.then_some(state), trigger);
        Ok(Found { happened, cut: Some(CutShort { times, t1, redone, reset, ends }) })
    }
}
