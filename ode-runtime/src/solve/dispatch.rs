//! The CPU's features, chosen while running: the whole loop is compiled for each choice.

use super::driver::drive_in;
use super::{Plan, Record, SolveError, Stats};
use crate::method::Stepper;
use crate::system::{Dynamics, Model};

/// Solves along the plan. Where the CPU has fused multiply-add, sums of products are rounded once: results then differ
/// from those of a CPU without it by rounding.
pub(crate) fn drive<S: Model, D: Dynamics<Model = S>, M: Stepper>(
    dynamics: &D,
    method: &M,
    y0: &S::Vector<S::Real>,
    plan: &Plan<S>,
    record: &mut Record<'_, S>,
) -> Result<Stats, SolveError> {
    #[cfg(target_arch = "x86_64")]
    if D::INLINED && std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        // SAFETY: the CPU has just been asked for both features.
        #[allow(unsafe_code)]
        return unsafe { drive_fused(dynamics, method, y0, plan, record) };
    }
    #[cfg(target_arch = "aarch64")]
    return drive_in::<S, D, M, crate::number::Fused<S::Real>>(dynamics, method, y0, plan, record);
    #[cfg(not(target_arch = "aarch64"))]
    drive_in::<S, D, M, S::Real>(dynamics, method, y0, plan, record)
}

/// All that runs in the loop is inlined into this function, and so compiled for its features.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn drive_fused<S: Model, D: Dynamics<Model = S>, M: Stepper>(
    dynamics: &D,
    method: &M,
    y0: &S::Vector<S::Real>,
    plan: &Plan<S>,
    record: &mut Record<'_, S>,
) -> Result<Stats, SolveError> {
    drive_in::<S, D, M, crate::number::Fused<S::Real>>(dynamics, method, y0, plan, record)
}
