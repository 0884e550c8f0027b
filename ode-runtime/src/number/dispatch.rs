//! The CPU's features, chosen while running: a whole loop is compiled for each choice.
//!
//! Packs are as wide as two registers, so that one half can be computed while the other is waited for.

use super::{Fused, Real, Single};

/// A loop over numbers of type `T`, to be compiled for several sets of CPU features.
pub(crate) trait Task<T: Real> {
    /// What it returns.
    type Output;

    /// Whether all that it calls often is small enough to be inlined. What is not is compiled without the CPU features of
    /// its caller, so that there is nothing to choose.
    const INLINED: bool;

    /// Whether it goes through long vectors, for which the widest registers are best.
    const LONG: bool;

    /// The loop; `#[inline(always)]`, as is all that it calls often, so that it is compiled for its caller's features.
    fn run<L: Single<Scalar = T>>(self) -> Self::Output;
}

/// Runs the task with fused multiply-add where the CPU has it: sums of products are then rounded once, and results
/// differ from those of a CPU without it by rounding. A task that is not `INLINED` runs without, and is compiled once.
pub(crate) fn dispatch<T: Real, K: Task<T>>(task: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if K::INLINED {
        if K::LONG && has_wide_registers() {
            // SAFETY: the CPU has just been asked for all of these features.
            #[allow(unsafe_code)]
            return unsafe { wide(task) };
        }
        if has_fused_multiply_add() {
            // SAFETY: the CPU has just been asked for both features.
            #[allow(unsafe_code)]
            return unsafe { fused(task) };
        }
    }
    if cfg!(target_arch = "aarch64") { task.run::<Fused<T>>() } else { task.run::<T>() }
}

#[cfg(target_arch = "x86_64")]
fn has_fused_multiply_add() -> bool {
    std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
fn has_wide_registers() -> bool {
    std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512vl")
        && std::is_x86_feature_detected!("avx512dq")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fused<T: Real, K: Task<T>>(task: K) -> K::Output {
    task.run::<Fused<T>>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn wide<T: Real, K: Task<T>>(task: K) -> K::Output {
    task.run::<Fused<T>>()
}

/// A loop over packs of `N` numbers of type `T`, to be compiled for several sets of CPU features.
pub(crate) trait PackTask<T: Real> {
    /// What it returns.
    type Output;

    /// As for [`Task`].
    const INLINED: bool;

    /// The loop; `#[inline(always)]`, as is all that it calls often. Results do not depend on `N`.
    fn run<L: Single<Scalar = T>, const N: usize>(self) -> Self::Output;
}

/// Runs the task with the widest packs that the CPU has registers for, and with fused multiply-add where
/// [`dispatch`] would.
pub(crate) fn dispatch_packs<T: Real, K: PackTask<T>>(task: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if K::INLINED {
        if has_wide_registers() {
            // SAFETY: the CPU has just been asked for all of these features.
            #[allow(unsafe_code)]
            return unsafe { wide_packs(task) };
        }
        if has_fused_multiply_add() {
            // SAFETY: the CPU has just been asked for both features.
            #[allow(unsafe_code)]
            return unsafe { fused_packs(task) };
        }
    }
    if cfg!(target_arch = "aarch64") { task.run::<Fused<T>, 4>() } else { task.run::<T, 4>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fused_packs<T: Real, K: PackTask<T>>(task: K) -> K::Output {
    task.run::<Fused<T>, 8>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn wide_packs<T: Real, K: PackTask<T>>(task: K) -> K::Output {
    task.run::<Fused<T>, 16>()
}
