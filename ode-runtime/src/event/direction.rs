//! Which zeros of an event function count.

use super::function::{DifferentiableEvent, EventFunction, IntoEvent};
use crate::number::Single;
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
    /// Whether a function that leaves this sign crosses the way that counts.
    pub(super) fn counts(self, sign_before: f64) -> bool {
        match self {
            Self::Rising => sign_before < 0.0,
            Self::Falling => sign_before > 0.0,
            Self::Both => true,
        }
    }
}

/// An event in one direction alone: see [`rising`] and [`falling`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Directed<E> {
    event: E,
    direction: Direction,
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
pub fn rising<E>(event: E) -> Directed<E> {
    Directed { event, direction: Direction::Rising }
}

/// The event where its function goes from positive to negative, as the solve goes on.
pub fn falling<E>(event: E) -> Directed<E> {
    Directed { event, direction: Direction::Falling }
}

/// Every so many zeros of an event: see [`nth`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nth<E> {
    event: E,
    count: usize,
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
pub fn nth<E>(count: usize, event: E) -> Nth<E> {
    Nth { event, count }
}

/// That what is wrapped becomes an event in this way.
#[doc(hidden)]
#[derive(Debug)]
pub struct Wrapped<K>(K);

macro_rules! forward {
    ($Wrapper:ident { $($own:item)* } |$event:ident, $wrapper:ident| $wrap:expr) => {
        impl<S: Model, E: EventFunction<S>> EventFunction<S> for $Wrapper<E> {
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
            fn at_step_end<L: Single<Scalar = S::Real>>(
                &self,
                y: &S::Vector<L>,
                dy: &S::Vector<L>,
            ) -> Option<bool> {
                self.event.at_step_end::<L>(y, dy)
            }

            $($own)*
        }

        impl<S: Model, E: DifferentiableEvent<S>> DifferentiableEvent<S> for $Wrapper<E> {
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

        #[diagnostic::do_not_recommend]
        impl<S: Model, K, E: IntoEvent<S, K>> IntoEvent<S, Wrapped<K>> for $Wrapper<E> {
            type Event = $Wrapper<E::Event>;

            fn into_event(self) -> Self::Event {
                let $wrapper = self;
                let $event = $wrapper.event.into_event();
                $wrap
            }
        }
    };
}

forward! {
    Directed {
        fn direction(&self) -> Direction {
            self.direction
        }

        fn nth(&self) -> usize {
            self.event.nth()
        }
    }
    |event, wrapper| Directed { event, direction: wrapper.direction }
}

forward! {
    Nth {
        fn direction(&self) -> Direction {
            self.event.direction()
        }

        fn nth(&self) -> usize {
            self.count.max(1) * self.event.nth()
        }
    }
    |event, wrapper| Nth { event, count: wrapper.count }
}
