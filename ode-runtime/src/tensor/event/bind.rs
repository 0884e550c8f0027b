//! Events bound to the flat states of a solve.

use dfdx::tensor::Gradients;
use dfdx::tensor_ops::Device;

use crate::event::{
    And, DifferentiableEvent, DifferentiableEvents, DifferentiableReset, EventFunction, Events, ResetMap,
    Stays, SteadyState, Zeros,
};
use crate::solve::SolveError;
use crate::tensor::{Flat, PlainState, TensorReal};

/// An event as it was given, for states `Y`.
#[doc(hidden)]
pub trait BindEvent<E: TensorReal, D: Device<E>, Y: PlainState<E, D>>: Clone {
    /// The event function of flat states.
    type Bound: EventFunction<Flat<E>> + Sync;

    /// The event of this number, for states like `y0`.
    fn bind(&self, y0: &Y, index: usize) -> Result<Self::Bound, SolveError>;
}

/// A reset as it was given, for states `Y`.
#[doc(hidden)]
pub trait BindReset<E: TensorReal, D: Device<E>, Y: PlainState<E, D>>: Clone {
    /// The map of flat states.
    type Bound: ResetMap<Flat<E>> + Sync;

    /// The reset at the event of this number, for states like `y0`.
    fn bind(&self, y0: &Y, index: usize) -> Result<Self::Bound, SolveError>;
}

/// An event whose function has derivatives.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an event of this solve has no gradient",
    label = "`y0` has a tape, and a closure among the events cannot be differentiated",
    note = "write it as a function with `#[differentiable]`, and give its struct to the solver; or solve from a state without a tape"
)]
pub trait TapedEvent<E: TensorReal, D: Device<E>, Y: PlainState<E, D>>:
    BindEvent<E, D, Y, Bound: DifferentiableEvent<Flat<E>>>
{
    /// Adds the derivatives by its parameters to their gradients.
    fn accumulate(&self, gradients: &mut Gradients<E, D>, q_bar: &[f64]) -> Result<(), D::Err>;
}

/// A reset that has derivatives.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a reset of this solve has no gradient",
    label = "`y0` has a tape, and a closure among the resets cannot be differentiated",
    note = "write it as a function with `#[differentiable]`, and give its struct to the solver; or solve from a state without a tape"
)]
pub trait TapedReset<E: TensorReal, D: Device<E>, Y: PlainState<E, D>>:
    BindReset<E, D, Y, Bound: DifferentiableReset<Flat<E>>>
{
    /// Adds the derivatives by its parameters to their gradients.
    fn accumulate(&self, gradients: &mut Gradients<E, D>, q_bar: &[f64]) -> Result<(), D::Err>;
}

/// The events of a solver of tensors, for states `Y`.
pub trait TensorEvents<E: TensorReal, D: Device<E>, Y: PlainState<E, D>>: Clone {
    /// The events of flat states.
    #[doc(hidden)]
    type Bound: Events<Flat<E>> + Sync;

    /// The events for states like `y0`.
    ///
    /// # Errors
    /// [`SolveError::ShapeMismatch`], and [`SolveError::NonFiniteInput`] for a parameter that is not finite.
    #[doc(hidden)]
    fn bind(&self, y0: &Y) -> Result<Self::Bound, SolveError>;
}

/// The events of a solver of tensors, all with derivatives.
pub trait TapedEvents<E: TensorReal, D: Device<E>, Y: PlainState<E, D>>:
    TensorEvents<E, D, Y, Bound: DifferentiableEvents<Flat<E>>>
{
    /// Adds the derivatives by the parameters of each event and its reset to their gradients.
    ///
    /// # Errors
    /// Those of the device.
    #[doc(hidden)]
    fn accumulate(&self, gradients: &mut Gradients<E, D>, bars: &[[Vec<f64>; 2]]) -> Result<(), D::Err>;
}

impl<E: TensorReal, D: Device<E>, Y: PlainState<E, D>> TensorEvents<E, D, Y> for () {
    type Bound = ();

    fn bind(&self, _: &Y) -> Result<(), SolveError> {
        Ok(())
    }
}

impl<E: TensorReal, D: Device<E>, Y: PlainState<E, D>> TapedEvents<E, D, Y> for () {
    fn accumulate(&self, _: &mut Gradients<E, D>, _: &[[Vec<f64>; 2]]) -> Result<(), D::Err> {
        Ok(())
    }
}

impl<E, D, Y, A, F, R> TensorEvents<E, D, Y> for And<A, F, R>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D>,
    A: TensorEvents<E, D, Y>,
    F: BindEvent<E, D, Y>,
    R: BindReset<E, D, Y>,
{
    type Bound = And<A::Bound, F::Bound, R::Bound>;

    fn bind(&self, y0: &Y) -> Result<Self::Bound, SolveError> {
        let index = A::Bound::COUNT;
        Ok(And {
            before: self.before.bind(y0)?,
            event: self.event.bind(y0, index)?,
            action: self.action,
            reset: self.reset.bind(y0, index)?,
        })
    }
}

impl<E, D, Y, A, F, R> TapedEvents<E, D, Y> for And<A, F, R>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D>,
    A: TapedEvents<E, D, Y>,
    F: TapedEvent<E, D, Y>,
    R: TapedReset<E, D, Y>,
{
    fn accumulate(&self, gradients: &mut Gradients<E, D>, bars: &[[Vec<f64>; 2]]) -> Result<(), D::Err> {
        self.before.accumulate(gradients, bars)?;
        let [by_event, by_reset] = &bars[A::Bound::COUNT];
        self.event.accumulate(gradients, by_event)?;
        self.reset.accumulate(gradients, by_reset)
    }
}

impl<E, D, Y, F> BindEvent<E, D, Y> for Zeros<F>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D>,
    F: BindEvent<E, D, Y>,
{
    type Bound = Zeros<F::Bound>;

    fn bind(&self, y0: &Y, index: usize) -> Result<Self::Bound, SolveError> {
        Ok(Zeros { event: self.event.bind(y0, index)?, direction: self.direction, count: self.count })
    }
}

impl<E, D, Y, F> TapedEvent<E, D, Y> for Zeros<F>
where
    E: TensorReal,
    D: Device<E>,
    Y: PlainState<E, D>,
    F: TapedEvent<E, D, Y>,
{
    fn accumulate(&self, gradients: &mut Gradients<E, D>, q_bar: &[f64]) -> Result<(), D::Err> {
        self.event.accumulate(gradients, q_bar)
    }
}

impl<E: TensorReal, D: Device<E>, Y: PlainState<E, D>> BindEvent<E, D, Y> for SteadyState {
    type Bound = Self;

    fn bind(&self, _: &Y, _: usize) -> Result<Self, SolveError> {
        Ok(*self)
    }
}

impl<E: TensorReal, D: Device<E>, Y: PlainState<E, D>> BindReset<E, D, Y> for Stays {
    type Bound = Self;

    fn bind(&self, _: &Y, _: usize) -> Result<Self, SolveError> {
        Ok(*self)
    }
}

impl<E: TensorReal, D: Device<E>, Y: PlainState<E, D>> TapedEvent<E, D, Y> for SteadyState {
    fn accumulate(&self, _: &mut Gradients<E, D>, _: &[f64]) -> Result<(), D::Err> {
        Ok(())
    }
}

impl<E: TensorReal, D: Device<E>, Y: PlainState<E, D>> TapedReset<E, D, Y> for Stays {
    fn accumulate(&self, _: &mut Gradients<E, D>, _: &[f64]) -> Result<(), D::Err> {
        Ok(())
    }
}
