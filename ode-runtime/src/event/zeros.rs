//! Which zeros of an event function count.

use super::function::{DifferentiableEvent, EventFunction, IntoEvent};
use crate::number::Single;
use crate::solve::SolveError;
use crate::system::Model;

/// Which way an event function crosses zero, as the solve goes on: backwards in time it falls where it rises in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From negative to positive.
    Rising,
    /// From positive to negative.
    Falling,
    /// Either.
    #[default]
    Both,
}

impl Direction {
    /// Whether a function that leaves this sign crosses the way that counts; what has no function has no sign, 0, and
    /// always does.
    pub(super) fn counts(self, sign_before: f64) -> bool {
        match self {
            Self::Rising => sign_before <= 0.0,
            Self::Falling => sign_before >= 0.0,
            Self::Both => true,
        }
    }
}

/// Those zeros of an event that count: see [`rising`], [`falling`] and [`nth`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zeros<E> {
    pub(crate) event: E,
    pub(crate) direction: Direction,
    pub(crate) count: usize,
}

/// The event where its function goes from negative to positive, as the solve goes on.
///
/// ```
/// use ode_runtime::{SolveError, differentiable, ode, rising};
///
/// #[ode]
/// fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] { [v, -x] }
///
/// #[differentiable]
/// fn centre(_t: f64, [x, _v]: [f64; 2]) -> f64 { x }
///
/// # fn main() -> Result<(), SolveError> {
/// let upwards = Oscillator {}.solver().until(rising(Centre {})).solve([1.0, 0.0], 0.0..)?;
/// assert!((upwards.event().unwrap().time - 1.5 * std::f64::consts::PI).abs() < 1e-7);
/// # Ok(())
/// # }
/// ```
pub fn rising<E>(event: E) -> Zeros<E> {
    Zeros { event, direction: Direction::Rising, count: 1 }
}

/// The event where its function goes from positive to negative, as the solve goes on.
pub fn falling<E>(event: E) -> Zeros<E> {
    Zeros { event, direction: Direction::Falling, count: 1 }
}

/// The event at the zero of this number, counted from 1, and at every so many after it.
///
/// ```
/// use ode_runtime::{SolveError, differentiable, falling, nth, ode};
///
/// #[ode]
/// fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] { [v, -x] }
///
/// #[differentiable]
/// fn centre(_t: f64, [x, _v]: [f64; 2]) -> f64 { x }
///
/// # fn main() -> Result<(), SolveError> {
/// let third = Oscillator {}.solver().until(nth(3, falling(Centre {}))).solve([1.0, 0.0], 0.0..)?;
/// assert!((third.event().unwrap().time - 4.5 * std::f64::consts::PI).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn nth<E>(count: usize, event: E) -> Zeros<E> {
    Zeros { event, direction: Direction::Both, count }
}

/// That what is wrapped becomes an event in this way.
#[doc(hidden)]
#[derive(Debug)]
pub struct Wrapped<K>(K);

#[diagnostic::do_not_recommend]
impl<S: Model, K, E: IntoEvent<S, K>> IntoEvent<S, Wrapped<K>> for Zeros<E> {
    type Event = Zeros<E::Event>;

    fn into_event(self) -> Self::Event {
        let Self { event, direction, count } = self;
        Zeros { event: event.into_event(), direction, count }
    }
}

impl<S: Model, E: EventFunction<S>> EventFunction<S> for Zeros<E> {
    const KNOWS_SLOPE: bool = E::KNOWS_SLOPE;
    const TIME_EPSILON: f64 = E::TIME_EPSILON;

    #[inline(always)]
    fn value<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> f64 {
        self.event.value::<L>(t, y)
    }

    #[inline(always)]
    fn slope<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        dy: &S::Vector<L>,
        scale: f64,
    ) -> f64 {
        self.event.slope::<L>(t, y, dy, scale)
    }

    #[inline(always)]
    fn at_step_end<L: Single<Scalar = S::Real>>(&self, y: &S::Vector<L>, dy: &S::Vector<L>) -> Option<bool> {
        self.event.at_step_end::<L>(y, dy)
    }

    fn direction(&self) -> Direction {
        if self.direction == Direction::Both { self.event.direction() } else { self.direction }
    }

    fn nth(&self) -> usize {
        self.count * self.event.nth()
    }

    fn check(&self, index: usize) -> Result<(), SolveError> {
        if self.count == 0 {
            let requirement = "at least 1: zeros are counted from there";
            return Err(SolveError::BadOption { name: "nth", value: 0.0, requirement });
        }
        self.event.check(index)
    }
}

impl<S: Model, E: DifferentiableEvent<S>> DifferentiableEvent<S> for Zeros<E> {
    type Gradient = E::Gradient;

    fn parameters(&self) -> usize {
        self.event.parameters()
    }

    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> Option<f64> {
        self.event.pull::<L>(t, y, y_bar, q_bar)
    }

    fn gradient(&self, q_bar: &[f64]) -> Self::Gradient {
        self.event.gradient(q_bar)
    }
}
