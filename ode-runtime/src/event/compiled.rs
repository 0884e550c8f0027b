//! Events and resets made by `#[differentiable]`.

use super::function::{DifferentiableEvent, EventFunction, IntoEvent};
use super::reset::{DifferentiableReset, IntoReset, ResetMap};
use crate::number::{Real, Single};
use crate::solve::{SolveError, check_finite};
use crate::space::Space;
use crate::system::{Function, Model};

/// A function that `#[differentiable]` made.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Compiled<F>(F);

impl<F: Function> Compiled<F> {
    #[inline(always)]
    fn lanes<L: Single<Scalar = F::Real>>(&self) -> F::Parameters<L> {
        let q = self.0.parameters();
        F::parameter_vector(|i| L::splat(q[i]))
    }

    #[inline(always)]
    fn value_at<L: Single<Scalar = F::Real>>(&self, t: f64, y: &F::Vector<L>) -> F::Value<L> {
        let mut value = F::value_vector(|_| L::constant(0.0));
        F::evaluate(&self.lanes(), L::constant(t), y, &mut value);
        value
    }

    /// The cotangents of state and time; those of the parameters are added to `q_bar`.
    fn transpose<L: Single<Scalar = F::Real>>(
        &self,
        t: f64,
        y: &F::Vector<L>,
        v: &F::Value<L>,
        q_bar: &mut [f64],
    ) -> (F::Vector<L>, f64) {
        let mut by_parameters = F::parameter_vector(|_| L::constant(0.0));
        let mut by_state = y.clone();
        let by_time = F::vjp(&self.lanes(), L::constant(t), y, v, &mut by_parameters, &mut by_state);
        for (i, bar) in q_bar.iter_mut().enumerate() {
            *bar += by_parameters[i].get().to_f64();
        }
        (by_state, by_time.get().to_f64())
    }

    fn from_bars(q_bar: &[f64]) -> F {
        F::from_parameters(&F::parameter_vector(|i| F::Real::from_f64(q_bar[i])))
    }

    fn check_parameters(&self, what: &str) -> Result<(), SolveError> {
        check_finite(what, F::PARAMETERS.as_ref(), &self.0.parameters())
    }
}

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

impl<S, F> EventFunction<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::Real>,
{
    const KNOWS_SLOPE: bool = true;

    #[inline(always)]
    fn value<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> f64 {
        self.value_at(t, &F::vector(|i| y[i]))[0].get().to_f64()
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

    fn check(&self, index: usize) -> Result<(), SolveError> {
        self.check_parameters(&format!("event {index}'s parameter"))
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
        let (by_state, by_time) = self.transpose(t, &F::vector(|i| y[i]), &one, q_bar);
        by_state.values().enumerate().for_each(|(i, x)| y_bar[i] = x);
        Some(by_time)
    }

    fn gradient(&self, q_bar: &[f64]) -> F {
        Self::from_bars(q_bar)
    }
}

impl<S, F> IntoReset<S, Compiled<()>> for F
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::State>,
{
    type Map = Compiled<F>;

    fn into_reset(self) -> Compiled<F> {
        Compiled(self)
    }
}

impl<S, F> ResetMap<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::State>,
{
    fn reset<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        let after = self.value_at(t, &F::vector(|i| y[i]));
        let mut state = y.clone();
        after.values().enumerate().for_each(|(i, x)| state[i] = x);
        state
    }

    fn check(&self, index: usize) -> Result<(), SolveError> {
        self.check_parameters(&format!("event {index}'s reset parameter"))
    }
}

impl<S, F> DifferentiableReset<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::State>,
{
    type Gradient<G> = (G, F);

    fn parameters(&self) -> usize {
        self.0.parameters().len()
    }

    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> f64 {
        let v = F::value_vector(|i| v[i]);
        let (by_state, by_time) = self.transpose(t, &F::vector(|i| y[i]), &v, q_bar);
        by_state.values().enumerate().for_each(|(i, x)| y_bar[i] = x);
        by_time
    }

    fn gradient<G>(&self, event: G, q_bar: &[f64]) -> (G, F) {
        (event, Self::from_bars(q_bar))
    }
}
