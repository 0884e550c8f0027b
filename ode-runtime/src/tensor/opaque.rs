//! Functions in dfdx's operations as kernels, differentiated by its tape: those that the compiler cannot see into, and any
//! system on its own device.

use std::marker::PhantomData;

use dfdx::nn::{
    RecursiveWalker, TensorCollection, TensorOptions, TensorVisitor, ViewTensorMut, ViewTensorRef,
};
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, HasErr, OwnedTape, Tensor};
use dfdx::tensor_ops::{Backward, Device};

use super::gradient::accumulate;
use super::operations::detached;
use super::state::TracedState;
use super::{Parameter, TensorKernel, TensorReal};
use crate::number::{Real, Single};
use crate::solve::SolveError;

/// A tensor with a tape.
pub type Taped<S, E, D> = Tensor<S, E, D, OwnedTape<E, D>>;

/// A function of a model, time and state `Y`.
type Function<M, E, D, Y> = fn(&M, E, <Y as TracedState<E, D>>::Traced) -> <Y as TracedState<E, D>>::Traced;

/// A model and its function, which runs on the device of its tensors: states go there and back for every evaluation.
pub struct OnDevice<M, E: TensorReal, D: Device<E>, Y: TracedState<E, D>> {
    model: M,
    shapes: Y::Shapes,
    device: D,
    states: usize,
    parameters: usize,
    function: Function<M, E, D, Y>,
    /// Where derivatives by time are wanted, the length of time over which little changes. They are found by differences:
    /// dfdx's tape knows no time.
    by_time: Option<f64>,
}

impl<M: Clone, E: TensorReal, D: Device<E>, Y: TracedState<E, D>> Clone for OnDevice<M, E, D, Y>
where
    Y::Shapes: Clone,
{
    fn clone(&self) -> Self {
        let Self { ref model, ref shapes, ref device, states, parameters, function, by_time } = *self;
        let (model, shapes, device) = (model.clone(), shapes.clone(), device.clone());
        Self { model, shapes, device, states, parameters, function, by_time }
    }
}

impl<M, E, D, Y> OnDevice<M, E, D, Y>
where
    M: TensorCollection<E, D> + Clone,
    E: TensorReal,
    D: Device<E>,
    Y: TracedState<E, D>,
{
    /// The function of this model for states of these shapes, with so many numbers.
    pub fn new(
        model: &M,
        shapes: Y::Shapes,
        device: D,
        states: usize,
        function: Function<M, E, D, Y>,
    ) -> Self {
        let parameters = parameters(model).iter().map(|parameter| parameter.values.len()).sum();
        Self { model: renewed(model), shapes, device, states, parameters, function, by_time: None }
    }

    /// f_t · v by a central difference, whose step weighs its own error against that of rounding; by one to the side where
    /// the function ends at `t`.
    fn slope(&self, t: f64, scale: f64, y: &Y, v: &[E]) -> f64 {
        let step = (E::EPSILON.cbrt() * scale).max(8.0 * E::EPSILON * t.abs());
        let at = |t: f64| {
            let t = <E as Real>::from_f64(t);
            let value = (self.function)(&self.model, t, y.clone().traced());
            let value = Y::values(&value).into_iter().zip(v).map(|(f, v)| (f * *v).to_f64()).sum::<f64>();
            (Real::to_f64(t), value)
        };
        let slope =
            |(left, before): (f64, f64), (right, after): (f64, f64)| (after - before) / (right - left);
        let (before, after) = (at(t - step), at(t + step));
        match (before.1.is_finite(), after.1.is_finite()) {
            (true, true) => slope(before, after),
            (false, _) => slope(at(t), after),
            (true, false) => slope(before, at(t)),
        }
    }

    /// The same, where the function returns as many numbers as it takes: what lengths that are known at run time alone
    /// leave to be tried.
    ///
    /// # Errors
    /// [`SolveError::ShapeMismatch`] where it does not.
    pub fn checked(self) -> Result<Self, SolveError> {
        let zero = <E as Real>::from_f64(0.0);
        let y = Y::from_flat(&self.shapes, &self.device, &vec![zero; self.states]);
        let found = Y::values(&(self.function)(&self.model, zero, y.traced())).len();
        if found == self.states {
            return Ok(self);
        }
        let what = "the #[opaque] function takes and returns different numbers of elements";
        Err(SolveError::ShapeMismatch { what, left: self.states, right: found })
    }
}

impl<M, E, D, Y> TensorKernel<E> for OnDevice<M, E, D, Y>
where
    M: TensorCollection<E, D> + Clone + Send + Sync + 'static,
    E: TensorReal,
    D: Device<E> + Send + Sync,
    Y: TracedState<E, D>,
    Y::Shapes: Clone + Send + Sync,
{
    fn states(&self) -> usize {
        self.states
    }

    fn parameters(&self) -> usize {
        self.parameters
    }

    fn workspace(&self) -> usize {
        0
    }

    fn rows(&self) -> Option<usize> {
        None
    }

    fn with_rows(&self, _: usize) -> Self {
        self.clone()
    }

    fn by_time(self, scale: f64) -> Self {
        Self { by_time: Some(scale), ..self }
    }

    fn rhs<L: Single<Scalar = E>>(&self, _: &[L], t: L, y: &[L], dy: &mut [L], _: &mut [L]) {
        let y = Y::from_flat(&self.shapes, &self.device, L::numbers(y));
        let value = (self.function)(&self.model, t.get(), y.traced());
        L::numbers_mut(dy).copy_from_slice(&Y::values(&value));
    }

    fn vjp<L: Single<Scalar = E>>(
        &self,
        _: &[L],
        t: L,
        y: &[L],
        dy_bar: &[L],
        p_bar: &mut [L],
        y_bar: &mut [L],
        _: &mut [L],
    ) -> L {
        let y = Y::from_flat(&self.shapes, &self.device, L::numbers(y));
        let v = Y::from_flat(&self.shapes, &self.device, L::numbers(dy_bar));
        let value = (self.function)(&self.model, t.get(), y.clone().traced());
        let found = Y::paired(value, &v).try_backward().and_then(|mut gradients| {
            L::numbers_mut(y_bar).copy_from_slice(&y.gradient(&mut gradients)?);
            let flat = L::numbers_mut(p_bar);
            walk(&self.model, Gather { gradients, flat, start: 0, result: Ok(()) }).result
        });
        if found.is_err() {
            // A device that has no memory left: no gradient.
            L::numbers_mut(y_bar).fill(<E as Real>::from_f64(f64::NAN));
        }
        let t = Real::to_f64(t.get());
        L::constant(self.by_time.map_or(0.0, |scale| self.slope(t, scale, &y, L::numbers(dy_bar))))
    }
}

/// What is done with each tensor of a model.
trait Visit<E: TensorReal, D: Device<E>> {
    fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, D>);
}

struct Walk<F>(F);

impl<E: TensorReal, D: Device<E>, F: Visit<E, D>> TensorVisitor<E, D> for Walk<F> {
    type Viewer = ViewTensorRef;
    type Err = D::Err;
    type E2 = E;
    type D2 = D;

    fn visit<S: Shape>(
        &mut self,
        _: TensorOptions<S, E, D>,
        tensor: &Tensor<S, E, D>,
    ) -> Result<Option<Tensor<S, E, D>>, D::Err> {
        self.0.tensor(tensor);
        Ok(None)
    }
}

fn walk<E: TensorReal, D: Device<E>, M: TensorCollection<E, D>, F: Visit<E, D>>(model: &M, visit: F) -> F {
    let mut walk = Walk(visit);
    // Nothing is allocated, which is all that could fail.
    let _ = M::iter_tensors(&mut RecursiveWalker { m: model, f: &mut walk });
    walk.0
}

struct Renew<E, D>(PhantomData<(E, D)>);

impl<E: TensorReal, D: Device<E>> TensorVisitor<E, D> for Renew<E, D> {
    type Viewer = ViewTensorMut;
    type Err = D::Err;
    type E2 = E;
    type D2 = D;

    fn visit<S: Shape>(
        &mut self,
        _: TensorOptions<S, E, D>,
        tensor: &mut Tensor<S, E, D>,
    ) -> Result<Option<Tensor<S, E, D>>, D::Err> {
        *tensor = detached(tensor);
        Ok(None)
    }
}

/// A model of the same numbers in tensors of their own: two that are one tensor, or a view of one, would share a gradient,
/// which then counted for each of them.
fn renewed<E: TensorReal, D: Device<E>, M: TensorCollection<E, D> + Clone>(model: &M) -> M {
    let mut model = model.clone();
    // What could fail does so in `detached`.
    let _ = M::iter_tensors(&mut RecursiveWalker { m: &mut model, f: &mut Renew(PhantomData) });
    model
}

struct Collect<E>(Vec<Parameter<E>>);

impl<E: TensorReal, D: Device<E>> Visit<E, D> for Collect<E> {
    fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, D>) {
        let axes = dfdx::shapes::HasShape::shape(tensor).concrete().into();
        let name = format!("parameter {}", self.0.len());
        self.0.push(Parameter { name, axes, values: tensor.as_vec() });
    }
}

/// The parameters of a model, numbered in the order of its tensors.
pub fn parameters<E: TensorReal, D: Device<E>, M: TensorCollection<E, D>>(model: &M) -> Vec<Parameter<E>> {
    walk(model, Collect(Vec::new())).0
}

struct Add<'a, E: TensorReal, D: Device<E>> {
    gradients: &'a mut Gradients<E, D>,
    flat: &'a [E],
    result: Result<(), D::Err>,
}

impl<E: TensorReal, D: Device<E>> Visit<E, D> for Add<'_, E, D> {
    fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, D>) {
        let count = dfdx::shapes::HasShape::shape(tensor).num_elements();
        let (own, rest) = self.flat.split_at(count);
        self.flat = rest;
        if self.result.is_ok() {
            self.result = accumulate(self.gradients, tensor, own);
        }
    }
}

/// Adds to the gradients of the parameters.
///
/// # Errors
/// Those of the device.
pub fn accumulate_all<E: TensorReal, D: Device<E>, M: TensorCollection<E, D>>(
    model: &M,
    gradients: &mut Gradients<E, D>,
    flat: &[E],
) -> Result<(), <D as HasErr>::Err> {
    walk(model, Add { gradients, flat, result: Ok(()) }).result
}

struct Gather<'a, E: TensorReal, D: Device<E>> {
    gradients: Gradients<E, D>,
    flat: &'a mut [E],
    start: usize,
    result: Result<(), D::Err>,
}

impl<E: TensorReal, D: Device<E>> Visit<E, D> for Gather<'_, E, D> {
    fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, D>) {
        match tensor.gradient(&mut self.gradients) {
            Ok(parts) => {
                let own = &mut self.flat[self.start..self.start + parts.len()];
                own.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
                self.start += own.len();
            }
            Err(error) => self.result = Err(error),
        }
    }
}
