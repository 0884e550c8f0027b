//! What the state becomes at an event.

use super::function::Compiled;
use crate::number::{Real, Single};
use crate::space::Space;
use crate::system::{Function, Model};

/// A map y⁺ = r(t, y⁻) at an event.
#[doc(hidden)]
pub trait ResetMap<S: Model> {
    /// The state after the event.
    fn reset<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L>;
}

/// A reset with a gradient.
#[doc(hidden)]
pub trait DifferentiableReset<S: Model>: ResetMap<S> + Clone {
    /// The derivatives by its own parameters, as the user gets them.
    type Gradient;

    /// The number of its parameters.
    fn parameters(&self) -> usize;

    /// `y_bar` = r_yᵀ `v`, `q_bar` += r_qᵀ `v`; returns r_t · `v`.
    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> f64;

    /// The derivatives by the parameters.
    fn gradient(&self, q_bar: &[f64]) -> Self::Gradient;
}

/// What can be a reset: the struct of a `#[differentiable]` function from time and state to a state, or a closure
/// `|t: f64, y: State| -> State`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no reset of `{S}`",
    label = "not a map of this system's states",
    note = "a reset is the struct of a `#[differentiable]` function of the system's own time and state that returns a state, or a closure such as `|t: f64, [x, v]: [f64; 2]| [x, -v]` with its types written out"
)]
pub trait IntoReset<S: Model, Kind> {
    /// The map.
    #[doc(hidden)]
    type Map: ResetMap<S>;

    /// The map.
    #[doc(hidden)]
    fn into_reset(self) -> Self::Map;
}

/// A closure.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Closure<F>(F);

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

impl<S: Model, F: Fn(f64, S::State) -> S::State> IntoReset<S, Closure<()>> for F {
    type Map = Closure<F>;

    fn into_reset(self) -> Closure<F> {
        Closure(self)
    }
}

impl<S, F> ResetMap<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::State>,
{
    fn reset<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        let q = self.0.parameters();
        let mut after = F::value_vector(|_| L::constant(0.0));
        let q = F::parameter_vector(|i| L::splat(q[i]));
        F::evaluate(&q, L::constant(t), &F::vector(|i| y[i]), &mut after);
        S::vector(|i| after[i])
    }
}

impl<S, F> DifferentiableReset<S> for Compiled<F>
where
    S: Model,
    F: Function<Real = S::Real, State = S::State, Output = S::State>,
{
    type Gradient = F;

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
        let q = self.0.parameters();
        let q = F::parameter_vector(|i| L::splat(q[i]));
        let mut by_parameters = F::parameter_vector(|_| L::constant(0.0));
        let y = F::vector(|i| y[i]);
        let mut by_state = y.clone();
        let v = F::value_vector(|i| v[i]);
        let by_time = F::vjp(&q, L::constant(t), &y, &v, &mut by_parameters, &mut by_state);
        *y_bar = S::vector(|i| by_state[i]);
        for (i, bar) in q_bar.iter_mut().enumerate() {
            *bar += by_parameters[i].get().to_f64();
        }
        by_time.get().to_f64()
    }

    fn gradient(&self, q_bar: &[f64]) -> F {
        F::from_parameters(&F::parameter_vector(|i| S::Real::from_f64(q_bar[i])))
    }
}

impl<S: Model, F: Fn(f64, S::State) -> S::State> ResetMap<S> for Closure<F> {
    fn reset<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        let after = S::flatten(&(self.0)(t, S::unflatten(&S::vector(|i| y[i].get()))));
        S::vector(|i| L::splat(after[i]))
    }
}
