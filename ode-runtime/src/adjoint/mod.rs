//! Gradients of a solve.

mod backsolve;
mod continuous;
mod discrete;
mod event_step;
mod events;
mod extra;
mod forward;
mod gradient;
mod hessian;
mod integral;
mod integrand;
mod interpolating;
mod kernel;
mod listener;
mod loss;
mod pullback;
mod quadrature;
mod replay;
mod reversible;
mod schedule;
mod sensitivities;
mod sweep;
#[cfg(feature = "dfdx")]
mod tensor;
mod transpose;

pub use backsolve::{Backsolve, BackwardMethod, SameMethod};
pub use discrete::{Checkpoints, Discrete};
#[cfg(feature = "dfdx")]
pub(crate) use event_step::EventBar;
pub use events::{EventCotangent, EventPullback};
pub(crate) use extra::Extra;
pub use forward::Adjoint;
pub(crate) use forward::Forward;
pub use gradient::{Gradient, LossGradient};
pub use hessian::HessianProduct;
pub use integral::IntegralGradient;
pub use interpolating::Interpolating;
pub(crate) use kernel::{First, Kernel};
pub use pullback::Pullback;
pub use quadrature::Quadrature;
pub use reversible::Reversible;
pub use sensitivities::Sensitivities;
pub(crate) use sensitivities::columns;
pub(crate) use sweep::LIMIT;
#[cfg(feature = "dfdx")]
pub(crate) use tensor::pull_back_events;
#[cfg(feature = "dfdx")]
pub use tensor::{Recorded, TensorAdjoint};
pub(crate) use transpose::TimeBar;
