//! What a solve integrates besides its state.

use super::kernel::{First, Kernel};
use crate::number::{Lane, Real, Single};
use crate::space::Space;
use crate::system::{Function, Model, System};

/// A function that is summed over the stages of all steps, with the weights of the method: an integral along the
/// solution, to the method's order.
pub(super) trait Integrand<K: Kernel> {
    /// Adds the stage, whose weight is `weight`, and its derivative by the state to `y_bar`. Returns the value, and the
    /// derivative by time times the weight.
    fn stage(&mut self, weight: f64, t: f64, y: &K::State, y_bar: &mut K::State) -> (f64, f64);
}

impl<K: Kernel> Integrand<K> for () {
    #[inline(always)]
    fn stage(&mut self, _: f64, _: f64, _: &K::State, _: &mut K::State) -> (f64, f64) {
        (0.0, 0.0)
    }
}

/// A function's integral, and its derivative by the function's own parameters.
pub(super) struct Integral<F: Model, L: Lane> {
    q: F::Parameters<L>,
    pub(super) q_bar: F::Parameters<L>,
    pub(super) value: f64,
}

impl<F: Function, L: Single<Scalar = F::Real>> Integral<F, L> {
    pub(super) fn new(function: &F) -> Self {
        let q = function.parameters();
        Self {
            q: F::parameter_vector(|i| L::splat(q[i])),
            q_bar: F::parameter_vector(|_| L::constant(0.0)),
            value: 0.0,
        }
    }
}

impl<S: System, F: Function<Real = S::Real>, L: Single<Scalar = S::Real>> Integrand<First<S, L>>
    for Integral<F, L>
{
    #[inline(always)]
    fn stage(&mut self, weight: f64, t: f64, y: &S::Vector<L>, y_bar: &mut S::Vector<L>) -> (f64, f64) {
        let t = L::constant(t);
        let y = F::vector(|i| y[i]);
        let mut value = F::value_vector(|_| L::constant(0.0));
        F::evaluate(&self.q, t, &y, &mut value);
        let weights = F::value_vector(|_| L::constant(weight));
        let mut by_state = y.clone();
        let slope = F::vjp(&self.q, t, &y, &weights, &mut self.q_bar, &mut by_state);
        for i in 0..by_state.len() {
            y_bar[i] += by_state[i];
        }
        let value = value[0].get().to_f64();
        self.value += weight * value;
        (value, slope.get().to_f64())
    }
}
