//! The sign of an event function, carried from step to step.

use super::function::EventFunction;
use crate::number::Single;
use crate::system::Model;

/// Where in a step the solution is looked at.
pub(crate) const INTERIOR: [f64; 3] = [0.25, 0.5, 0.75];

/// The end of a step, and its length.
#[doc(hidden)]
pub struct End<'a, V> {
    pub(super) t: f64,
    pub(super) y: &'a V,
    pub(super) dy: &'a V,
    pub(super) h: f64,
}

/// The solution at three places within a step, and at its end.
#[doc(hidden)]
pub struct Samples<'a, V> {
    pub(super) t: [f64; 3],
    pub(super) y: [&'a V; 3],
    pub(super) end: &'a End<'a, V>,
}

/// What is known of an event function at the start of a step.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Tracker {
    /// Its sign; 0 where it is zero, and leaves in a direction not yet known.
    pub(super) sign: f64,
    /// Its value; no number where it begins outside of its domain.
    pub(super) value: f64,
    /// Its derivative by time; no number where it is not known.
    slope: f64,
    /// Value and derivative at the end of the step that was looked at last.
    end: (f64, f64),
    /// Whether it has just happened, and the state was reset so that it is zero still.
    pub(super) fresh: bool,
    /// Where it is zero: values up to this size are rounding.
    pub(super) rounding: f64,
    /// How often it happened since it last counted.
    pub(super) count: usize,
}

impl Tracker {
    /// Whether the function is far from zero over the whole step, as its values and derivatives at both ends tell: the
    /// Bernstein coefficients of the cubic polynomial through them stay above half of the larger value.
    #[inline(always)]
    pub(super) fn is_far<S, L, E>(&mut self, event: &E, end: &End<'_, S::Vector<L>>) -> bool
    where
        S: Model,
        L: Single<Scalar = S::Real>,
        E: EventFunction<S>,
    {
        if let Some(at_rest) = event.at_step_end::<L>(end.y, end.dy) {
            self.end = (value_at_step_end(at_rest), f64::NAN);
            return !(at_rest && self.value > 0.0);
        }
        self.end = (event.value::<L>(end.t, end.y), f64::NAN);
        if !E::KNOWS_SLOPE {
            return false;
        }
        self.end.1 = event.slope::<L>(end.t, end.y, end.dy, end.h);
        let (w0, w1) = (self.value * self.sign, self.end.0 * self.sign);
        let third = self.sign * end.h / 3.0;
        let (b1, b2) = (w0 + third * self.slope, w1 - third * self.end.1);
        let least = 0.5 * if w0 > w1 { w0 } else { w1 };
        (least > 0.0) & (w0 > least) & (b1 > least) & (b2 > least) & (w1 > least)
    }

    /// Whether the function keeps its sign over the step, as three more values tell: the Bernstein coefficients of the
    /// polynomial through all five have that sign.
    #[inline(always)]
    pub(super) fn keeps_sign<S, L, E>(&self, event: &E, samples: &Samples<'_, S::Vector<L>>) -> bool
    where
        S: Model,
        L: Single<Scalar = S::Real>,
        E: EventFunction<S>,
    {
        if let Some(at_rest) = event.at_step_end::<L>(samples.end.y, samples.end.dy) {
            return !(at_rest && self.value > 0.0);
        }
        let value = |place: usize| event.value::<L>(samples.t[place], samples.y[place]);
        let (w0, sign) = (self.value, self.sign);
        let (w1, w2, w3, w4) = (value(0), value(1), value(2), self.end.0);
        let b1 = -13.0 / 12.0 * w0 + 4.0 * w1 - 3.0 * w2 + 4.0 / 3.0 * w3 - 0.25 * w4;
        let b2 = 13.0 / 18.0 * (w0 + w4) - 32.0 / 9.0 * (w1 + w3) + 20.0 / 3.0 * w2;
        let b3 = -0.25 * w0 + 4.0 / 3.0 * w1 - 3.0 * w2 + 4.0 * w3 - 13.0 / 12.0 * w4;
        (w0 * sign > 0.0) & (b1 * sign > 0.0) & (b2 * sign > 0.0) & (b3 * sign > 0.0) & (w4 * sign > 0.0)
    }

    /// Goes on to the end of a quiet step.
    #[inline(always)]
    pub(super) fn go_on(&mut self) {
        (self.value, self.slope) = self.end;
    }

    /// Begins a step whose first derivative is another than the last one.
    pub(super) fn forget_slope(&mut self) {
        self.slope = f64::NAN;
    }

    /// Begins a step with this value, and the sign that goes with it.
    pub(super) fn begin(&mut self, sign: f64, value: f64) {
        (self.sign, self.value, self.slope, self.fresh) = (sign, value, f64::NAN, false);
    }

    /// Begins a step at a zero, where values up to `rounding` say nothing; `fresh` where the state was just reset.
    pub(super) fn begin_at_zero(&mut self, rounding: f64, fresh: bool) {
        self.begin(0.0, 0.0);
        (self.fresh, self.rounding) = (fresh, rounding);
    }
}

/// What stands for the value of an event that has no function, so that it happens once where it comes to be.
pub(super) fn value_at_step_end(happens: bool) -> f64 {
    if happens { -1.0 } else { 1.0 }
}
