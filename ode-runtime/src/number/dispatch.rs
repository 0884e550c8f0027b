//! The CPU's features, chosen while running: a whole loop is compiled for each choice.

use super::{Fused, Real, Single};

/// A loop over numbers of type `T`, to be compiled for several sets of CPU features.
pub(crate) trait Task<T: Real> {
    /// What it returns.
    type Output;

    /// The loop; `#[inline(always)]`, as is all that it calls often, so that it is compiled for its caller's features.
    fn run<L: Single<Scalar = T>>(self) -> Self::Output;
}

/// Runs the task with fused multiply-add where the CPU has it: sums of products are then rounded once, and results
/// differ from those of a CPU without it by rounding. A task that is not `inlined` runs without.
pub(crate) fn dispatch<T: Real, K: Task<T>>(inlined: bool, task: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if inlined && std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        // SAFETY: the CPU has just been asked for both features.
        #[allow(unsafe_code)]
        return unsafe { fused(task) };
    }
    if cfg!(target_arch = "aarch64") { task.run::<Fused<T>>() } else { task.run::<T>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fused<T: Real, K: Task<T>>(task: K) -> K::Output {
    task.run::<Fused<T>>()
}
