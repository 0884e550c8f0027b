//! Events and resets made by `#[differentiable]`.

use std::sync::Arc;

use dfdx::tensor::{Gradients, HasErr};
use dfdx::tensor_ops::Device;

use super::bind::{BindEvent, BindReset, TapedEvent, TapedReset};
use super::function::TensorFunction;
use crate::event::{DifferentiableEvent, DifferentiableReset, EventFunction, ResetMap};
use crate::number::{Real, Single};
use crate::solve::SolveError;
use crate::space::Heap;
use crate::tensor::{
    EventKernel, Flat, Flow, Names, PlainState, TensorKernel, TensorModel, TensorReal, parameters_of,
};

/// The struct of a function that `#[differentiable]` made.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Differentiable<F>(pub(super) F);

/// A function of flat states, whatever its kernel is: a solve is not compiled anew for each of its events.
trait FlatFunction<E>: Send + Sync {
    /// `value` = f(t, y)
    fn value(&self, t: f64, y: &[E], value: &mut [E]);

    /// `y_bar` = f_yᵀ v, `p_bar` += f_pᵀ v; returns f_t · v.
    fn vjp(&self, t: f64, y: &[E], v: &[E], p_bar: &mut [E], y_bar: &mut [E]) -> E;

    /// How many numbers its parameters have.
    fn parameters(&self) -> usize;
}

/// One that returns a number.
trait FlatEvent<E>: FlatFunction<E> {
    /// f_t + f_y `dy`
    fn slope(&self, t: f64, y: &[E], dy: &[E]) -> E;
}

impl<E: TensorReal, K: TensorKernel<E>> FlatFunction<E> for Flow<E, K> {
    fn value(&self, t: f64, y: &[E], value: &mut [E]) {
        self.rhs(t, y, value);
    }

    fn vjp(&self, t: f64, y: &[E], v: &[E], p_bar: &mut [E], y_bar: &mut [E]) -> E {
        let by_time = self.vjp(t, y, v, p_bar, y_bar);
        self.settle(p_bar);
        by_time
    }

    fn parameters(&self) -> usize {
        self.kernel.parameters()
    }
}

impl<E: TensorReal, K: EventKernel<E>> FlatEvent<E> for Flow<E, K> {
    fn slope(&self, t: f64, y: &[E], dy: &[E]) -> E {
        self.slope(t, y, dy)
    }
}

/// An event with its parameters.
#[doc(hidden)]
#[derive(Clone)]
pub struct BoundEvent<E>(Arc<dyn FlatEvent<E>>);

/// A reset with its parameters.
#[doc(hidden)]
#[derive(Clone)]
pub struct BoundReset<E>(Arc<dyn FlatFunction<E>>);

impl<F: TensorModel> Differentiable<F> {
    /// The code for states of these shapes, with the parameters; `what` is what one of them is called.
    fn flow<S>(
        &self,
        shapes: &S,
        what: &str,
    ) -> Result<Flow<F::Real, <F as TensorFunction<S>>::Kernel>, SolveError>
    where
        F: TensorFunction<S>,
    {
        let kernel = self.0.kernel(shapes)?;
        Ok(Flow::new(kernel, parameters_of(&self.0, what)?, Arc::new(Names(Vec::new()))))
    }

    /// Adds to the gradients of the parameters.
    fn accumulate(
        &self,
        gradients: &mut Gradients<F::Real, F::Device>,
        q_bar: &[f64],
    ) -> Result<(), <F::Device as HasErr>::Err> {
        let flat: Vec<F::Real> = q_bar.iter().map(|&number| Real::from_f64(number)).collect();
        self.0.accumulate(gradients, &flat)
    }
}

impl<E, D, Y, S, F> BindEvent<E, D, Y> for Differentiable<F>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D, Shapes = S>,
    F: TensorModel<Real = E, Device = D> + TensorFunction<S>,
    <F as TensorFunction<S>>::Kernel: EventKernel<E>,
{
    type Bound = BoundEvent<E>;

    fn bind(&self, y0: &Y, index: usize) -> Result<BoundEvent<E>, SolveError> {
        Ok(BoundEvent(Arc::new(self.flow(&y0.shapes(), &format!("event {index}'s parameter"))?)))
    }
}

impl<E, D, Y, S, F> BindReset<E, D, Y> for Differentiable<F>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D, Shapes = S>,
    F: TensorModel<Real = E, Device = D> + TensorFunction<S>,
{
    type Bound = BoundReset<E>;

    fn bind(&self, y0: &Y, index: usize) -> Result<BoundReset<E>, SolveError> {
        Ok(BoundReset(Arc::new(self.flow(&y0.shapes(), &format!("event {index}'s reset parameter"))?)))
    }
}

impl<E, D, Y, S, F> TapedEvent<E, D, Y> for Differentiable<F>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D, Shapes = S>,
    F: TensorModel<Real = E, Device = D> + TensorFunction<S>,
    <F as TensorFunction<S>>::Kernel: EventKernel<E>,
{
    fn accumulate(&self, gradients: &mut Gradients<E, D>, q_bar: &[f64]) -> Result<(), D::Err> {
        self.accumulate(gradients, q_bar)
    }
}

impl<E, D, Y, S, F> TapedReset<E, D, Y> for Differentiable<F>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D, Shapes = S>,
    F: TensorModel<Real = E, Device = D> + TensorFunction<S>,
{
    fn accumulate(&self, gradients: &mut Gradients<E, D>, q_bar: &[f64]) -> Result<(), D::Err> {
        self.accumulate(gradients, q_bar)
    }
}

/// `y_bar` = f_yᵀ v, `q_bar` += f_qᵀ v; returns f_t · v.
fn transpose<E: TensorReal>(
    function: &(impl FlatFunction<E> + ?Sized),
    (t, y): (f64, &[E]),
    v: &[E],
    y_bar: &mut [E],
    q_bar: &mut [f64],
) -> f64 {
    let mut by_parameters: Vec<E> = vec![Real::from_f64(0.0); q_bar.len()];
    let by_time = function.vjp(t, y, v, &mut by_parameters, y_bar);
    q_bar.iter_mut().zip(by_parameters).for_each(|(bar, by)| *bar += Real::to_f64(by));
    Real::to_f64(by_time)
}

impl<E: TensorReal> EventFunction<Flat<E>> for BoundEvent<E> {
    const KNOWS_SLOPE: bool = true;

    fn value<L: Single<Scalar = E>>(&self, t: f64, y: &Heap<L>) -> f64 {
        let mut value: [E; 1] = [Real::from_f64(0.0)];
        self.0.value(t, L::numbers(&y.0), &mut value);
        Real::to_f64(value[0])
    }

    fn slope<L: Single<Scalar = E>>(&self, t: f64, y: &Heap<L>, dy: &Heap<L>, _scale: f64) -> f64 {
        Real::to_f64(self.0.slope(t, L::numbers(&y.0), L::numbers(&dy.0)))
    }
}

impl<E: TensorReal> DifferentiableEvent<Flat<E>> for BoundEvent<E> {
    // They go to dfdx's gradients, by `TapedEvent`.
    type Gradient = ();

    fn parameters(&self) -> usize {
        self.0.parameters()
    }

    fn pull<L: Single<Scalar = E>>(
        &self,
        t: f64,
        y: &Heap<L>,
        y_bar: &mut Heap<L>,
        q_bar: &mut [f64],
    ) -> Option<f64> {
        let (y, y_bar) = (L::numbers(&y.0), L::numbers_mut(&mut y_bar.0));
        Some(transpose(&*self.0, (t, y), &[Real::from_f64(1.0)], y_bar, q_bar))
    }

    fn gradient(&self, _: &[f64]) {}
}

impl<E: TensorReal> ResetMap<Flat<E>> for BoundReset<E> {
    fn reset<L: Single<Scalar = E>>(&self, t: f64, y: &Heap<L>) -> Heap<L> {
        let mut after = y.clone();
        self.0.value(t, L::numbers(&y.0), L::numbers_mut(&mut after.0));
        after
    }
}

impl<E: TensorReal> DifferentiableReset<Flat<E>> for BoundReset<E> {
    type Gradient<G> = ();

    fn parameters(&self) -> usize {
        self.0.parameters()
    }

    fn pull<L: Single<Scalar = E>>(
        &self,
        t: f64,
        y: &Heap<L>,
        v: &Heap<L>,
        y_bar: &mut Heap<L>,
        q_bar: &mut [f64],
    ) -> f64 {
        let (y, v, y_bar) = (L::numbers(&y.0), L::numbers(&v.0), L::numbers_mut(&mut y_bar.0));
        transpose(&*self.0, (t, y), v, y_bar, q_bar)
    }

    fn gradient<G>(&self, _event: G, _: &[f64]) {}
}
