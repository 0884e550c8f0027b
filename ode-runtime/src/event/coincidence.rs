//! What happens where a step is cut: all events at that time, in the order in which they were given.

use super::list::{Action, Events};
use super::locate::{Zero, is_small, rounding};
use super::occurrence::Happened;
use super::scan::{Trouble, signum};
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
        let (mut reset, mut ends) = (false, false);
        for (index, part) in parts.iter().enumerate() {
            let counts = match *part {
                Part::Happens => true,
                Part::Passes => false,
                // A zero that the interpolant does not have.
                Part::Elsewhere(before) => at_event[index] * before < 0.0 && self.counts(index, before),
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
            let slope = look.slope_of(&trigger);
            for (index, (probe, tracker)) in self.probes.iter().zip(&mut self.trackers).enumerate() {
                let value = probe.value(t, &state);
                if value.is_nan() {
                    return Err((index, Trouble::NotANumber { t, value }));
                }
                tracker.begin(signum(value), value);
                if matches!(parts[index], Part::Elsewhere(_)) || probe.at_step_end(&state, slope).is_some() {
                    continue;
                }
                // What the search left of the zero is rounding too, where the function is smooth.
                let (left, change) = (at_event[index].abs(), probe.slope(t, &state, slope, h) * h);
                let left = if is_small(left, change) { left } else { 0.0 };
                let rounding = rounding(&**probe, t, &state, slope, h).max(left);
                if value.abs() <= rounding {
                    tracker.begin_at_zero(rounding, true);
                }
            }
        }
        let (reset, Zero { times, t1, redone, .. }) = (reset.then_some(state), trigger);
        Ok(Found { happened, cut: Some(CutShort { times, t1, redone, reset, ends }) })
    }
}
