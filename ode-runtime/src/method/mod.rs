//! The methods: each a tableau, from which `tableau!` makes a stepper.

mod bosh3;
mod by_name;
mod dop853;
mod dopri5;
mod dopri8;
mod euler;
mod fehlberg2;
mod heun;
mod midpoint;
mod rk4;
mod stepper;
mod tableau;
mod tsit5;
mod vern6;
mod vern7;
mod vern8;
mod vern9;

pub use bosh3::Bosh3;
pub use by_name::Method;
pub use dop853::Dop853;
pub use dopri5::Dopri5;
pub use dopri8::Dopri8;
pub use euler::Euler;
pub use fehlberg2::Fehlberg2;
pub use heun::{AdaptiveHeun, Heun2, Heun3};
pub use midpoint::Midpoint;
pub use rk4::{Rk4, Rk4Classic};
pub use stepper::{AtStage, Stepper};
pub use tableau::{Estimate, ExtraStage, Tableau};
pub use tsit5::Tsit5;
pub use vern6::Vern6;
pub use vern7::Vern7;
pub use vern8::Vern8;
pub use vern9::Vern9;
