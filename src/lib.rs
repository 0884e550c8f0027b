//! odec
pub use ode_runtime::*;
#[doc(hidden)]
pub use ode_runtime::__private;
/// All that a program needs.
pub mod prelude {
    pub use ode_runtime::functions::*;
    pub use ode_runtime::*;
}
