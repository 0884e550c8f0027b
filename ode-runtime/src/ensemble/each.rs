//! What trajectories have in common, and what each has of its own.

use crate::solve::{IntoTimes, Times};

/// A value for all trajectories, or one for each: `T` or `&T`, or a reference to an array, slice or `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `{T}` for all trajectories nor one for each",
    label = "not what the trajectories are made from",
    note = "give one value for all, or a reference to an array, slice or `Vec` with one for each"
)]
pub trait Each<T>: Sync {
    /// How many there are; nothing where it is one for all.
    fn count(&self) -> Option<usize>;

    /// That of a trajectory.
    fn get(&self, index: usize) -> &T;
}

impl<T: Sync> Each<T> for T {
    fn count(&self) -> Option<usize> {
        None
    }

    fn get(&self, _: usize) -> &T {
        self
    }
}

impl<T: Sync> Each<T> for &T {
    fn count(&self) -> Option<usize> {
        None
    }

    fn get(&self, _: usize) -> &T {
        self
    }
}

macro_rules! list {
    ($([$($parameter:tt)*] $Type:ty,)*) => {$(
        impl<T: Sync $($parameter)*> Each<T> for $Type {
            fn count(&self) -> Option<usize> {
                Some(self.len())
            }

            fn get(&self, index: usize) -> &T {
                &self[index]
            }
        }
    )*};
}
list! { [] &[T], [] &Vec<T>, [, const N: usize] &[T; N], }

/// The times of all trajectories, or save times for each: see [`ragged`].
pub trait EachTimes: Sync {
    /// How many there are; nothing where they are for all.
    fn count(&self) -> Option<usize>;

    /// Those of a trajectory.
    fn get(&self, index: usize) -> Times<'_>;
}

impl<T: IntoTimes + Sync> EachTimes for T {
    fn count(&self) -> Option<usize> {
        None
    }

    fn get(&self, _: usize) -> Times<'_> {
        self.times()
    }
}

/// Save times of its own for each trajectory.
#[derive(Debug, Clone, Copy)]
pub struct Ragged<'a, T>(&'a [T]);

/// Save times of its own for each trajectory, as many as it has.
///
/// ```
/// use ode_runtime::{SolveError, ode, ragged};
///
/// #[ode]
/// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
///
/// # fn main() -> Result<(), SolveError> {
/// let times = [vec![0.0, 1.0], vec![0.0, 0.5, 3.0]];
/// let ensemble = Decay::ensemble(&Decay { rate: 1.0 }).solve(&[1.0, 2.0], ragged(&times))?;
/// assert_eq!(ensemble.get(1)?.times(), [0.0, 0.5, 3.0]);
/// # Ok(())
/// # }
/// ```
pub fn ragged<T: AsRef<[f64]>>(times: &[T]) -> Ragged<'_, T> {
    Ragged(times)
}

impl<T: AsRef<[f64]> + Sync> EachTimes for Ragged<'_, T> {
    fn count(&self) -> Option<usize> {
        Some(self.0.len())
    }

    fn get(&self, index: usize) -> Times<'_> {
        Times::Save(self.0[index].as_ref())
    }
}
