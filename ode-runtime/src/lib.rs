//! The runtime of odec: what generated code calls, and what drives it. Users have it through the crate `odec`, whose
//! documentation is the one to read.

mod adjoint;
mod callback;
mod control;
mod dense;
mod ensemble;
mod event;
pub mod functions;
mod method;
mod number;
mod repeat;
mod solve;
mod space;
mod system;
#[cfg(feature = "dfdx")]
mod tensor;

pub use adjoint::{
    Adjoint, Backsolve, BackwardMethod, Checkpoints, Discrete, EventCotangent, EventPullback, Gradient,
    HessianProduct, IntegralGradient, Interpolating, LossGradient, Pullback, Quadrature, Reversible,
    SameMethod, Sensitivities,
};
#[cfg(feature = "dfdx")]
pub use adjoint::{Recorded, TensorAdjoint};
#[cfg(feature = "progress")]
pub use callback::Progress;
#[cfg(feature = "tracing")]
pub use callback::Traced;
pub use callback::{Callback, Moment, Notice, Pass};
pub use control::{Controller, Norm};
pub use dense::Interpolation;
pub use ensemble::{
    Each, EachTimes, Ensemble, EnsembleGradient, EnsembleSolution, Ragged, Trajectory, ragged,
};
pub use event::{
    Approach, Ended, Event, IntoEvent, IntoReset, SteadyState, Zeros, falling, nth, rising, steady_state,
};
pub use method::{
    AdaptiveHeun, Bosh3, Dop853, Dopri5, Dopri8, Estimate, Euler, ExtraStage, Fehlberg2, Heun2, Heun3,
    Method, Midpoint, Rk4, Rk4Classic, Stepper, Tableau, Tsit5, Vern6, Vern7, Vern8, Vern9,
};
pub use number::{Lane, Mask, Pack, Real};
pub use ode_macros::{differentiable, ode};
pub use solve::{
    IntoTimes, IntoTolerance, Partial, PartialEvent, Solution, SolveError, Solver, Stats, Times, Tolerance,
    WithPullback, linspace,
};
pub use space::{Boxed, Space};
pub use system::{FixedLength, Function, Model, System};
#[cfg(feature = "dfdx")]
pub use tensor::{
    DeviceSystem, EventAdjoint, EventKernel, EventTimes, EventValue, IntoTensorEvent, IntoTensorReset,
    KeepsEvents, Loops, Operations, Parameter, Path, PlainState, ReturnsNumber, ReturnsState, Saved,
    TapedEvents, TensorEvent, TensorEvents, TensorFunction, TensorKernel, TensorModel, TensorReal,
    TensorSolution, TensorSolver, TensorState, TensorSystem, TensorTimes, TracedState, WithTime,
};

/// A Runge-Kutta method from its Butcher tableau, checked while compiling.
#[macro_export]
macro_rules! tableau {
    ($($tableau:tt)*) => { $crate::__private::tableau_stepper! { $crate; $($tableau)* } };
}

/// What generated code calls.
#[doc(hidden)]
pub mod __private {
    pub use crate::ensemble::{Each, Ensemble};
    pub use crate::functions::value;
    pub use crate::method::{AtStage, Estimate, ExtraStage, Stepper, Tableau};
    #[cfg(feature = "dfdx")]
    pub use crate::number::{Elementary, Single, each};
    pub use crate::number::{Lane, Mask, Real};
    pub use crate::repeat::{Buffer, Sum, add_to, blocks, buffer, subtract_from, terms};
    pub use crate::solve::{IntoTimes, Solution, SolveError, Solver};
    pub use crate::space::{Boxed, Space};
    pub use crate::system::{FixedLength, Function, Model, System, jacobian_by_columns};
    #[cfg(feature = "dfdx")]
    pub use crate::tensor::opaque;
    #[cfg(feature = "dfdx")]
    pub use crate::tensor::{
        DeviceSystem, EventKernel, Lengths, Parameter, ReturnsNumber, ReturnsState, TensorFunction,
        TensorKernel, TensorModel, TensorReal, TensorSolver, TensorState, TensorSystem, TensorTimes,
        accumulate, as_shape, detached, fill, full, full_mask, function, larger, largest, part, part_mut,
        product, read, total,
    };
    pub use ode_macros::tableau_stepper;
    #[cfg(feature = "dfdx")]
    pub use {dfdx, num_traits, rand_distr::uniform::SampleUniform};

    /// The number nearest to `value`, in every lane.
    #[inline(always)]
    #[must_use]
    pub fn constant<L: Lane>(value: f64) -> L {
        L::constant(value)
    }
}
