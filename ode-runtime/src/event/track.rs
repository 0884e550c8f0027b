//! The sign of an event function, carried from step to step.

use super::function::EventFunction;
use crate::number::Single;
use crate::system::Model;

/// Where in a step the solution is looked at.
pub(crate) const INTERIOR: [f64; 3] = [0.25, 0.5, 0.75];

/// The solution at four places of a step, the end last, and its derivative there.
#[doc(hidden)]
pub struct Samples<'a, V> {
    pub(super) t: [f64; 4],
    pub(super) y: [&'a V; 4],
    pub(super) dy: &'a V,
}

/// What is known of an event function at the start of a step.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Tracker {
    /// Its sign; 0 where it is zero, and leaves in a direction not yet known.
    pub(super) sign: f64,
    /// Its value.
    pub(super) value: f64,
    /// The value at the end of the step that was looked at last.
    end: f64,
    /// Whether it has just happened, and the state was reset so that it is zero still.
    pub(super) fresh: bool,
    /// How often it happened since it last counted.
    pub(super) count: usize,
}

impl Tracker {
    /// Whether the function certainly keeps its sign over the step: the polynomial through five of its values does, as
    /// all of its Bernstein coefficients have that sign.
    #[inline(always)]
    pub(super) fn quiet<S, L, E>(&mut self, event: &E, samples: &Samples<'_, S::Vector<L>>) -> bool
    where
        S: Model,
        L: Single<Scalar = S::Real>,
        E: EventFunction<S>,
    {
        if let Some(happens) = event.at_step_end::<L>(samples.y[3], samples.dy) {
            return !happens;
        }
        let value = |place: usize| event.value::<L>(samples.t[place], samples.y[place]);
        let (w0, sign) = (self.value, self.sign);
        let (w1, w2, w3, w4) = (value(0), value(1), value(2), value(3));
        self.end = w4;
        let b1 = -13.0 / 12.0 * w0 + 4.0 * w1 - 3.0 * w2 + 4.0 / 3.0 * w3 - 0.25 * w4;
        let b2 = 13.0 / 18.0 * (w0 + w4) - 32.0 / 9.0 * (w1 + w3) + 20.0 / 3.0 * w2;
        let b3 = -0.25 * w0 + 4.0 / 3.0 * w1 - 3.0 * w2 + 4.0 * w3 - 13.0 / 12.0 * w4;
        (w0 * sign > 0.0) & (b1 * sign > 0.0) & (b2 * sign > 0.0) & (b3 * sign > 0.0) & (w4 * sign > 0.0)
    }

    /// Goes on to the end of a quiet step.
    #[inline(always)]
    pub(super) fn go_on(&mut self) {
        self.value = self.end;
    }
}
