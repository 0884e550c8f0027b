//! Numbers that generated code computes with: one, or several side by side.

mod dispatch;
#[cfg(feature = "dfdx")]
mod elementary;
mod fused;
mod lane;
mod mask;
mod pack;
mod power;
mod real;
mod rolled;

pub(crate) use dispatch::{PackTask, Task, dispatch, dispatch_packs};
#[cfg(feature = "dfdx")]
pub use elementary::{Elementary, each};
pub(crate) use fused::Fused;
#[cfg_attr(not(feature = "dfdx"), allow(unreachable_pub))]
pub use fused::Single;
pub use lane::Lane;
pub use mask::Mask;
pub use pack::Pack;
pub(crate) use power::{exp2, log2, within};
pub use real::Real;
pub(crate) use rolled::Rolled;
