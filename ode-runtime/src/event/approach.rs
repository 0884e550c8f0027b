//! How near the events came that did not end an open solve.

use std::fmt;

use super::list::{Action, Probe};
use super::scan::signum;

/// How near an event came that was to end a solve and did not, looked at four times a step: part of
/// [`SolveError::NoEvent`](crate::SolveError::NoEvent) where dense output was kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approach {
    /// Which: the number of `until` among the events of the solver, from 0.
    pub event: usize,
    /// When its function was nearest to zero.
    pub t: f64,
    /// Its value there.
    pub value: f64,
    /// Whether it changed its sign, though in the wrong direction, not often enough, or by a reset.
    pub crossed: bool,
}

impl fmt::Display for Approach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, t, value, crossed } = *self;
        if crossed {
            let why = "in the wrong direction, not often enough, or by a reset";
            return write!(f, "event {event} changed its sign, but {why}");
        }
        let (sign, nearest) = match signum(value) {
            1.0 => ("positive", "least"),
            -1.0 => ("negative", "nearest"),
            _ => return write!(f, "event {event} was zero at t = {t} and did not change its sign"),
        };
        write!(f, "event {event} stayed {sign}, {nearest} {value:.2e} at t = {t}")
    }
}

/// How near the events of a solver came that end a solve by the zero of a function, along these states.
pub(super) fn approaches<V>(
    probes: &[Box<dyn Probe<V> + '_>],
    states: impl Iterator<Item = (f64, V)>,
) -> Vec<Approach> {
    let mut found: Vec<(Approach, f64)> = Vec::new();
    for (t, y) in states {
        for (event, probe) in probes.iter().enumerate() {
            // One that is asked at the ends of steps alone has no function that comes near to zero.
            let value = probe.value(t, &y);
            if probe.action() != Action::End || probe.at_step_end(&y, &y).is_some() || value.is_nan() {
                continue;
            }
            let sign = signum(value);
            match found.iter_mut().find(|(approach, _)| approach.event == event) {
                None => found.push((Approach { event, t, value, crossed: false }, sign)),
                Some((approach, side)) => {
                    approach.crossed |= sign * *side < 0.0;
                    *side = if sign == 0.0 { *side } else { sign };
                    if value.abs() < approach.value.abs() {
                        (approach.t, approach.value) = (t, value);
                    }
                }
            }
        }
    }
    found.into_iter().map(|(approach, _)| approach).collect()
}
