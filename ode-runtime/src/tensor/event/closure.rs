//! Closures as events and resets: without gradients.

use std::marker::PhantomData;
use std::sync::Arc;

use dfdx::shapes::Rank0;
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::Device;

use super::bind::{BindEvent, BindReset};
use crate::event::{EventFunction, ResetMap, difference};
use crate::number::{Real, Single};
use crate::solve::SolveError;
use crate::space::Heap;
use crate::tensor::{Flat, TensorReal, TracedState};

/// That a closure of tensors is meant.
#[doc(hidden)]
#[derive(Debug)]
pub struct OfTensors<Y>(PhantomData<Y>);

/// What a closure that is an event can return: a number, or a tensor of one.
pub trait EventValue<E> {
    /// The number.
    fn number(&self) -> f64;
}

impl<E: TensorReal> EventValue<E> for E {
    fn number(&self) -> f64 {
        Real::to_f64(*self)
    }
}

/// Time is `f64` in all closures.
impl EventValue<f32> for f64 {
    fn number(&self) -> f64 {
        *self
    }
}

impl<E: TensorReal, D: Device<E>> EventValue<E> for Tensor<Rank0, E, D> {
    fn number(&self) -> f64 {
        Real::to_f64(self.as_vec()[0])
    }
}

/// A closure as it was given.
#[doc(hidden)]
#[derive(Debug)]
pub struct TensorClosure<F>(Arc<F>);

impl<F> Clone for TensorClosure<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F> TensorClosure<F> {
    pub(super) fn new(function: F) -> Self {
        Self(Arc::new(function))
    }

    fn bound<E: TensorReal, D: Device<E>, Y: TracedState<E, D>>(&self, y0: &Y) -> Unflattened<F, E, D, Y> {
        Unflattened {
            function: Arc::clone(&self.0),
            shapes: y0.shapes(),
            device: y0.device(),
            of: PhantomData,
        }
    }
}

/// A closure of tensors as a function of flat states.
#[doc(hidden)]
pub struct Unflattened<F, E: TensorReal, D: Device<E>, Y: TracedState<E, D>> {
    function: Arc<F>,
    shapes: Y::Shapes,
    device: D,
    of: PhantomData<E>,
}

impl<F, E: TensorReal, D: Device<E>, Y: TracedState<E, D>> Unflattened<F, E, D, Y> {
    fn tensors<L: Single<Scalar = E>>(&self, y: &Heap<L>) -> Y {
        Y::from_flat(&self.shapes, &self.device, L::numbers(&y.0))
    }
}

impl<E, D, Y, F, V> BindEvent<E, D, Y> for TensorClosure<F>
where
    E: TensorReal,
    D: Device<E> + Send + Sync,
    Y: TracedState<E, D>,
    Y::Shapes: Send + Sync,
    F: Fn(f64, Y) -> V + Send + Sync,
    V: EventValue<E>,
{
    type Bound = Unflattened<F, E, D, Y>;

    fn bind(&self, y0: &Y, _: usize) -> Result<Self::Bound, SolveError> {
        Ok(self.bound(y0))
    }
}

impl<E, D, Y, F> BindReset<E, D, Y> for TensorClosure<F>
where
    E: TensorReal,
    D: Device<E> + Send + Sync,
    Y: TracedState<E, D>,
    Y::Shapes: Send + Sync,
    F: Fn(f64, Y) -> Y + Send + Sync,
{
    type Bound = Unflattened<F, E, D, Y>;

    fn bind(&self, y0: &Y, _: usize) -> Result<Self::Bound, SolveError> {
        Ok(self.bound(y0))
    }
}

impl<E, D, Y, F, V> EventFunction<Flat<E>> for Unflattened<F, E, D, Y>
where
    E: TensorReal,
    D: Device<E>,
    Y: TracedState<E, D>,
    F: Fn(f64, Y) -> V,
    V: EventValue<E>,
{
    const KNOWS_SLOPE: bool = false;
    const TIME_EPSILON: f64 = f64::EPSILON;

    fn value<L: Single<Scalar = E>>(&self, t: f64, y: &Heap<L>) -> f64 {
        (self.function)(t, self.tensors(y)).number()
    }

    fn slope<L: Single<Scalar = E>>(&self, t: f64, y: &Heap<L>, dy: &Heap<L>, scale: f64) -> f64 {
        difference::<Flat<E>, L>(|t, y| self.value(t, y), (t, y), dy, scale)
    }
}

impl<E, D, Y, F> ResetMap<Flat<E>> for Unflattened<F, E, D, Y>
where
    E: TensorReal,
    D: Device<E>,
    Y: TracedState<E, D>,
    F: Fn(f64, Y) -> Y,
{
    fn reset<L: Single<Scalar = E>>(&self, t: f64, y: &Heap<L>) -> Heap<L> {
        let mut after = y.clone();
        let numbers = (self.function)(t, self.tensors(y)).flat();
        let after_numbers = L::numbers_mut(&mut after.0);
        if numbers.len() == after_numbers.len() {
            after_numbers.copy_from_slice(&numbers);
        } else {
            // A state of other lengths, which only run-time ones can be: none that the solve could go on with.
            after_numbers.fill(Real::from_f64(f64::NAN));
        }
        after
    }
}
