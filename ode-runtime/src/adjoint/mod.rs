//! Gradients of a solve.

mod backsolve;
mod continuous;
mod discrete;
mod forward;
mod gradient;
mod interpolating;
mod pullback;
mod quadrature;

pub use backsolve::{Backsolve, BackwardMethod, SameMethod};
pub use discrete::Discrete;
pub use forward::Adjoint;
pub(crate) use forward::Forward;
pub use gradient::{Gradient, LossGradient};
pub use interpolating::Interpolating;
pub use pullback::Pullback;
pub use quadrature::Quadrature;
