//! What can be an event or a reset of a system of tensors.

use super::closure::{EventValue, OfTensors, TensorClosure};
use super::compiled::Differentiable;
use crate::event::{SteadyState, Zeros};
use crate::solve::SolveError;
use crate::tensor::{TensorKernel, TensorModel, TracedState};

/// A function of time and tensors with parameters of its own, made by `#[differentiable]`, for states of these shapes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function of states of the shapes `{Shapes}`",
    label = "an event or a reset of this solve is for states of other shapes",
    note = "an event, and a reset, takes a state of the very shapes of `y0`; a length that varies is a const generic, `Tensor<Rank2<B, 2>>`, or `usize`"
)]
pub trait TensorFunction<Shapes>: TensorModel {
    /// Its code.
    type Kernel: TensorKernel<Self::Real>;

    /// The code for these shapes.
    ///
    /// # Errors
    /// [`SolveError::ShapeMismatch`] where lengths that are known only now do not fit.
    fn kernel(&self, shapes: &Shapes) -> Result<Self::Kernel, SolveError>;
}

/// A [`TensorFunction`] that returns one number: an event.
pub trait ReturnsNumber: TensorModel {}

/// A [`TensorFunction`] that returns a state: a reset.
pub trait ReturnsState: TensorModel {}

/// What can be an event of a system of tensors: the struct of a `#[differentiable]` function from time and state to
/// `Tensor<Rank0>`, or a closure such as `|t: f64, y: Tensor<Rank2<4, 2>, f32, Cpu>| y.sum()`, which returns that or a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event of `{S}`",
    label = "not an event function of this system",
    note = "an event is the struct of a `#[differentiable]` function that returns one number, `Tensor<Rank0>`, of the system's own type of numbers and device, or a closure such as `|t: f64, y: Tensor<Rank1<2>, f32, Cpu>| y.sum()` with its types written out, of which the time is always `f64`"
)]
pub trait IntoTensorEvent<S: TensorModel, Kind> {
    /// The event as it was given.
    #[doc(hidden)]
    type Event;

    /// The event as it was given.
    #[doc(hidden)]
    fn into_event(self) -> Self::Event;
}

/// What can be a reset of a system of tensors: the struct of a `#[differentiable]` function from time and state to a
/// state, or a closure such as `|t: f64, y: Tensor<Rank2<4, 2>, f32, Cpu>| -y`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no reset of `{S}`",
    label = "not a map of this system's states",
    note = "a reset is the struct of a `#[differentiable]` function that returns its state, of the system's own type of numbers and device, or a closure such as `|t: f64, y: Tensor<Rank1<2>, f32, Cpu>| -y` with its types written out, of which the time is always `f64`"
)]
pub trait IntoTensorReset<S: TensorModel, Kind> {
    /// The map as it was given.
    #[doc(hidden)]
    type Map;

    /// The map as it was given.
    #[doc(hidden)]
    fn into_reset(self) -> Self::Map;
}

impl<S, F> IntoTensorEvent<S, Differentiable<()>> for F
where
    S: TensorModel,
    F: ReturnsNumber<Real = S::Real, Device = S::Device>,
{
    type Event = Differentiable<F>;

    fn into_event(self) -> Differentiable<F> {
        Differentiable(self)
    }
}

impl<S, F> IntoTensorReset<S, Differentiable<()>> for F
where
    S: TensorModel,
    F: ReturnsState<Real = S::Real, Device = S::Device>,
{
    type Map = Differentiable<F>;

    fn into_reset(self) -> Differentiable<F> {
        Differentiable(self)
    }
}

impl<S, F, Y, V> IntoTensorEvent<S, OfTensors<Y>> for F
where
    S: TensorModel,
    F: Fn(f64, Y) -> V,
    Y: TracedState<S::Real, S::Device>,
    V: EventValue<S::Real>,
{
    type Event = TensorClosure<F>;

    fn into_event(self) -> TensorClosure<F> {
        TensorClosure::new(self)
    }
}

impl<S, F, Y> IntoTensorReset<S, OfTensors<Y>> for F
where
    S: TensorModel,
    F: Fn(f64, Y) -> Y,
    Y: TracedState<S::Real, S::Device>,
{
    type Map = TensorClosure<F>;

    fn into_reset(self) -> TensorClosure<F> {
        TensorClosure::new(self)
    }
}

/// That what is wrapped becomes an event in this way.
#[doc(hidden)]
#[derive(Debug)]
pub struct Wrapped<K>(K);

#[diagnostic::do_not_recommend]
impl<S: TensorModel, K, E: IntoTensorEvent<S, K>> IntoTensorEvent<S, Wrapped<K>> for Zeros<E> {
    type Event = Zeros<E::Event>;

    fn into_event(self) -> Self::Event {
        let Self { event, direction, count } = self;
        Zeros { event: event.into_event(), direction, count }
    }
}

#[diagnostic::do_not_recommend]
impl<S: TensorModel> IntoTensorEvent<S, SteadyState> for SteadyState {
    type Event = Self;

    fn into_event(self) -> Self {
        self
    }
}
