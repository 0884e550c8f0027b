//! What an event function is, and closures as one.

use super::Direction;
use crate::number::{Real, Single};
use crate::solve::SolveError;
use crate::space::Space;
use crate::system::Model;

/// A function of time and state whose zeros are events.
#[doc(hidden)]
pub trait EventFunction<S: Model> {
    /// Whether [`slope`](Self::slope) costs little and is exact.
    const KNOWS_SLOPE: bool;

    /// The spacing at 1 of the numbers that it gets as time.
    const TIME_EPSILON: f64 = S::Real::EPSILON;

    /// g(t, y)
    fn value<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> f64;

    /// g_t + g_y `dy`; `scale` is a length of time over which the solution changes little.
    fn slope<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        dy: &S::Vector<L>,
        scale: f64,
    ) -> f64;

    /// For events that only happen at the ends of steps: whether it does at this one.
    #[inline(always)]
    fn at_step_end<L: Single<Scalar = S::Real>>(
        &self,
        _y: &S::Vector<L>,
        _dy: &S::Vector<L>,
    ) -> Option<bool> {
        None
    }

    /// Which crossings count.
    fn direction(&self) -> Direction {
        Direction::Both
    }

    /// The number of crossings that make one event.
    fn nth(&self) -> usize {
        1
    }

    /// Whether a solve can start with it as the event of this number.
    fn check(&self, _index: usize) -> Result<(), SolveError> {
        Ok(())
    }
}

/// An event function with a gradient: made by `#[differentiable]`, not a closure.
#[doc(hidden)]
pub trait DifferentiableEvent<S: Model>: EventFunction<S> + Clone {
    /// The derivatives by its own parameters, as the user gets them.
    type Gradient;

    /// The number of its parameters.
    fn parameters(&self) -> usize;

    /// `y_bar` = g_y, `q_bar` += g_q; returns g_t, or nothing where the time of the event is held.
    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> Option<f64>;

    /// The derivatives by the parameters.
    fn gradient(&self, q_bar: &[f64]) -> Self::Gradient;
}

/// What can be an event: the struct of a `#[differentiable]` function from time and state to a number, or a closure
/// `|t: f64, y: State| -> f64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event of `{S}`",
    label = "not an event function of this system",
    note = "an event is the struct of a `#[differentiable]` function of the system's own time and state that returns a number, or a closure such as `|t: f64, [x, v]: [f64; 2]| x - 1.0` with its types written out, of which the time is always `f64`"
)]
pub trait IntoEvent<S: Model, Kind> {
    /// The event function.
    #[doc(hidden)]
    type Event: EventFunction<S>;

    /// The event function.
    #[doc(hidden)]
    fn into_event(self) -> Self::Event;
}

/// A closure.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Closure<F>(F);

impl<S, F> IntoEvent<S, Closure<()>> for F
where
    S: Model,
    F: Fn(f64, S::State) -> S::Real,
{
    type Event = Closure<F>;

    fn into_event(self) -> Closure<F> {
        Closure(self)
    }
}

impl<S: Model, F: Fn(f64, S::State) -> S::Real> EventFunction<S> for Closure<F> {
    const KNOWS_SLOPE: bool = false;
    const TIME_EPSILON: f64 = f64::EPSILON;

    #[inline(always)]
    fn value<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> f64 {
        (self.0)(t, S::unflatten(&S::convert(y, Single::get))).to_f64()
    }

    fn slope<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        dy: &S::Vector<L>,
        scale: f64,
    ) -> f64 {
        difference::<S, L>(|t, y| EventFunction::<S>::value::<L>(self, t, y), (t, y), dy, scale)
    }
}

/// The derivative of a function by time along the line through `y`: a central difference, over a change of the state that
/// is small beside itself.
pub(crate) fn difference<S: Model, L: Single<Scalar = S::Real>>(
    value: impl Fn(f64, &S::Vector<L>) -> f64,
    (t, y): (f64, &S::Vector<L>),
    dy: &S::Vector<L>,
    scale: f64,
) -> f64 {
    let size = |v: &S::Vector<L>| v.values().map(|x| x.get().to_f64().abs()).fold(0.0, f64::max);
    let (y_size, dy_size) = (size(y), size(dy));
    let still = if y_size > 0.0 && dy_size > 0.0 { y_size / dy_size } else { f64::INFINITY };
    // Not so short that rounding of the state, or of time, is much of it.
    let spacing = f64::EPSILON * t.abs();
    let spacing = if still.is_finite() { spacing.max(S::Real::EPSILON * still) } else { spacing };
    let step = (S::Real::EPSILON.cbrt() * scale.abs().min(still)).max(4096.0 * spacing);
    let at = |step: f64| {
        let mut there = y.clone();
        for i in 0..there.len() {
            there[i] = y[i] + L::constant(step) * dy[i];
        }
        value(t + step, &there)
    };
    (at(step) - at(-step)) / ((t + step) - (t - step))
}

/// How much a function of the state changes where each of its numbers changes by a rounding: the most of a few patterns of
/// signs; 0 where it jumps.
pub(super) fn noise<S: Model, L: Single<Scalar = S::Real>>(
    value: impl Fn(&S::Vector<L>) -> f64,
    y: &S::Vector<L>,
) -> f64 {
    let at = value(y);
    let change = |roundings: f64, pattern: u32| {
        let mut there = y.clone();
        for i in 0..there.len() {
            // Some bit of a hash of the place.
            #[allow(clippy::cast_possible_truncation)]
            let hash = (i as u32).wrapping_add(1).wrapping_mul(0x9E37_79B1);
            let sign = if (hash >> (28 + pattern)) & 1 == 0 { roundings } else { -roundings };
            there[i] = y[i] * L::constant(1.0 + sign * S::Real::EPSILON);
        }
        (value(&there) - at).abs()
    };
    let most = |roundings: f64| (0..4).map(|pattern| change(roundings, pattern)).fold(0.0, f64::max);
    let (of_few, of_many) = (most(16.0), most(256.0));
    if of_many >= 4.0 * of_few { of_few / 16.0 } else { 0.0 }
}
