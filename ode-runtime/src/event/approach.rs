//! How near the events came that did not end an open solve.

use std::fmt;

use super::list::{Action, Probe};
use super::scan::signum;

/// How near an event came that was to end a solve and did not, looked at four times a step: part of
/// [`SolveError::NoEvent`](crate::SolveError::NoEvent).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approach {
    /// Which: the number of `until` among the events of the solver, from 0.
    pub event: usize,
    /// When its function was nearest to zero.
    pub t: f64,
    /// Its value there.
    pub value: f64,
    /// Whether it changed its sign, though not in the direction or not as often as was asked for.
    pub crossed: bool,
}

impl fmt::Display for Approach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, t, value, crossed } = *self;
        if crossed {
            return write!(
                f,
                "event {event} changed its sign, but not in the direction or not as often as asked"
            );
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
        // One that is asked at the ends of steps alone has no function that comes near to zero.
        let has_zeros = |probe: &dyn Probe<V>| probe.at_step_end(&y, &y).is_none();
        let ending = probes.iter().enumerate();
        let ending = ending.filter(|(_, probe)| probe.action() == Action::End && has_zeros(&***probe));
        for (place, (event, probe)) in ending.enumerate() {
            let value = probe.value(t, &y);
            let sign = signum(value);
            match found.get_mut(place) {
                None => found.push((Approach { event, t, value, crossed: false }, sign)),
                Some((approach, side)) => {
                    approach.crossed |= sign * *side < 0.0;
                    if sign != 0.0 {
                        *side = sign;
                    }
                    if value.abs() < approach.value.abs() {
                        (approach.t, approach.value) = (t, value);
                    }
                }
            }
        }
    }
    found.into_iter().map(|(approach, _)| approach).collect()
}
