//! Event functions: compiled ones, with derivatives, and closures.

use super::Direction;
use crate::number::{Real, Single};
use crate::space::Space;
use crate::system::{Function, Model};

/// A function of time and state whose zeros are events.
#[doc(hidden)]
pub trait EventFunction<S: Model> {
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
}

/// An event function with a gradient: made by `#[differentiable]`, not a closure.
#[doc(hidden)]
pub trait DifferentiableEvent<S: Model>: EventFunction<S> + Clone {
    /// The derivatives by its own parameters, as the user gets them.
    type Gradient;

    /// The number of its parameters.
    fn parameters(&self) -> usize;

    /// `y_bar` = g_y, `q_bar` = g_q; returns g_t, or nothing where the time of the event is held.
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
    note = "an event is the struct of a `#[differentiable]` function of the system's own time and state that returns a number, or a closure such as `|t: f64, [x, v]: [f64; 2]| x - 1.0` with its types written out"
)]
pub trait IntoEvent<S: Model, Kind> {
    /// The event function.
    #[doc(hidden)]
    type Event: EventFunction<S>;

    /// The event function.
    #[doc(hidden)]
    fn into_event(self) -> Self::Event;
}

/// A function that `#[differentiable]` made.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Compiled<F>(pub(super) F);

/// A closure.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Closure<F>(F);

impl<S, F> IntoEvent<S, Compiled<()>> for F
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::Real>,
{
    type Event = Compiled<F>;

    fn into_event(self) -> Compiled<F> {
        Compiled(self)
    }
}

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

impl<F: Function> Compiled<F> {
    #[inline(always)]
    fn lanes<L: Single<Scalar = F::Real>>(&self) -> F::Parameters<L> {
        let q = self.0.parameters();
        F::parameter_vector(|i| L::splat(q[i]))
    }
}

impl<S, F> EventFunction<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::Real>,
{
    #[inline(always)]
    fn value<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> f64 {
        let mut value = F::value_vector(|_| L::constant(0.0));
        F::evaluate(&self.lanes(), L::constant(t), &F::vector(|i| y[i]), &mut value);
        value[0].get().to_f64()
    }

    #[inline(always)]
    fn slope<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        dy: &S::Vector<L>,
        _scale: f64,
    ) -> f64 {
        let no_change = F::parameter_vector(|_| L::constant(0.0));
        let (y, dy) = (F::vector(|i| y[i]), F::vector(|i| dy[i]));
        let mut slope = F::value_vector(|_| L::constant(0.0));
        F::jvp(&self.lanes(), L::constant(t), &y, &no_change, L::constant(1.0), &dy, &mut slope);
        slope[0].get().to_f64()
    }
}

impl<S, F> DifferentiableEvent<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::Real>,
{
    type Gradient = F;

    fn parameters(&self) -> usize {
        self.0.parameters().len()
    }

    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> Option<f64> {
        let one = F::value_vector(|_| L::constant(1.0));
        let mut by_parameters = F::parameter_vector(|_| L::constant(0.0));
        let y = F::vector(|i| y[i]);
        let mut by_state = y.clone();
        let by_time = F::vjp(&self.lanes(), L::constant(t), &y, &one, &mut by_parameters, &mut by_state);
        *y_bar = S::vector(|i| by_state[i]);
        for (i, bar) in q_bar.iter_mut().enumerate() {
            *bar = by_parameters[i].get().to_f64();
        }
        Some(by_time.get().to_f64())
    }

    fn gradient(&self, q_bar: &[f64]) -> F {
        F::from_parameters(&F::parameter_vector(|i| S::Real::from_f64(q_bar[i])))
    }
}

impl<S: Model, F: Fn(f64, S::State) -> S::Real> EventFunction<S> for Closure<F> {
    #[inline(always)]
    fn value<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> f64 {
        (self.0)(t, S::unflatten(&S::vector(|i| y[i].get()))).to_f64()
    }

    /// A central difference along the line through `y`.
    fn slope<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        dy: &S::Vector<L>,
        scale: f64,
    ) -> f64 {
        let step = 1e-5 * scale.abs();
        let at = |step: f64| {
            let y = S::vector(|i| y[i] + L::constant(step) * dy[i]);
            EventFunction::<S>::value::<L>(self, t + step, &y)
        };
        (at(step) - at(-step)) / (2.0 * step)
    }
}
