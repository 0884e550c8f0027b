//! Systems of tensors, on dfdx.
//!
//! A solve copies the tensors of state and parameters into flat slices once, drives the generated loops with the same
//! driver as a system of numbers, and makes one tensor of the saved states. With a tape it is one operation on it.

mod event;
mod flow;
mod gradient;
mod kernel;
mod names;
pub mod opaque;
mod operations;
mod product;
mod rows;
mod solver;
mod state;
mod times;

pub use event::{
    EventAdjoint, EventTimes, EventValue, IntoTensorEvent, IntoTensorReset, KeepsEvents, ReturnsNumber,
    ReturnsState, TapedEvents, TensorEvent, TensorEvents, TensorFunction, TensorSolution,
};
pub(crate) use flow::{Flat, Flow};
pub use gradient::accumulate;
pub use kernel::{EventKernel, TensorKernel, fill, larger, largest, part, part_mut, total};
pub(crate) use names::Names;
pub use operations::{Lengths, as_shape, detached, full, full_mask, function, read};
pub use product::product;
pub use solver::TensorSolver;
pub(crate) use solver::{device_error, parameters_of};
pub use state::{PlainState, Saved, TensorState, TracedState, WithTime};
pub use times::TensorTimes;

use dfdx::shapes::Dtype;
use dfdx::tensor::Gradients;
use dfdx::tensor_ops::Device;

use crate::number::Elementary;
use crate::solve::SolveError;

/// The numbers of tensors: `f32` or `f64`.
pub trait TensorReal: Elementary + Dtype {}

impl TensorReal for f32 {}

impl TensorReal for f64 {}

/// A parameter of a system of tensors.
#[derive(Debug, Clone)]
pub struct Parameter<T> {
    /// Its name, such as `w1` or `net.0.weight`.
    pub name: String,
    /// The lengths of its axes.
    pub axes: Vec<usize>,
    /// Its numbers, in order.
    pub values: Vec<T>,
}

/// The parameters of a system of tensors, made by `#[ode]`.
pub trait TensorModel: Clone + 'static {
    /// The type of the numbers.
    type Real: TensorReal;
    /// The device that they are on.
    type Device: Device<Self::Real>;

    /// The parameters, in order.
    fn parameters(&self) -> Vec<Parameter<Self::Real>>;

    /// Adds to the gradients of the parameters.
    ///
    /// # Errors
    /// Those of the device.
    fn accumulate(
        &self,
        gradients: &mut Gradients<Self::Real, Self::Device>,
        flat: &[Self::Real],
    ) -> Result<(), <Self::Device as dfdx::tensor::HasErr>::Err>;
}

/// A system of differential equations of tensors, made by `#[ode]`, for states of these shapes.
pub trait TensorSystem<Shapes>: TensorModel {
    /// Its code.
    type Kernel: TensorKernel<Self::Real>;
    /// The names of the tensors of the state.
    const STATES: &'static [&'static str];

    /// The code for these shapes.
    ///
    /// # Errors
    /// [`SolveError::ShapeMismatch`] where lengths that are known only now do not fit.
    fn kernel(&self, shapes: &Shapes) -> Result<Self::Kernel, SolveError>;
}

/// A system that can be solved by dfdx's operations on the device of its tensors, made by `#[ode]`.
pub trait DeviceSystem<Shapes>: TensorSystem<Shapes> {
    /// The function itself, as a kernel.
    type DeviceKernel: TensorKernel<Self::Real>;

    /// The function for states of these shapes on this device.
    fn device_kernel(&self, shapes: &Shapes, device: Self::Device) -> Self::DeviceKernel;
}

/// What evaluates a system of tensors.
pub trait Path<S: TensorSystem<Shapes>, Shapes> {
    /// Its code.
    type Kernel: TensorKernel<S::Real>;

    /// The code for states of these shapes on this device.
    ///
    /// # Errors
    /// As [`TensorSystem::kernel`].
    fn kernel(model: &S, shapes: &Shapes, device: S::Device) -> Result<Self::Kernel, SolveError>;
}

/// The generated loops, on the CPU.
#[derive(Debug, Clone, Copy)]
pub enum Loops {}

impl<S: TensorSystem<Shapes>, Shapes> Path<S, Shapes> for Loops {
    type Kernel = S::Kernel;

    fn kernel(model: &S, shapes: &Shapes, _: S::Device) -> Result<S::Kernel, SolveError> {
        model.kernel(shapes)
    }
}

/// dfdx's operations, on the device of the tensors.
#[derive(Debug, Clone, Copy)]
pub enum Operations {}

impl<S: DeviceSystem<Shapes>, Shapes> Path<S, Shapes> for Operations {
    type Kernel = S::DeviceKernel;

    fn kernel(model: &S, shapes: &Shapes, device: S::Device) -> Result<S::DeviceKernel, SolveError> {
        // For the lengths that are known only now.
        model.kernel(shapes)?;
        Ok(model.device_kernel(shapes, device))
    }
}
