//! Ensembles whose states are the rows of a tensor.

use std::marker::PhantomData;

use dfdx::shapes::Const;
use dfdx::tensor::{PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::Device;

use super::builder::Ensemble;
use super::each::Each;
use crate::method::Stepper;
use crate::number::Real;
use crate::solve::SolveError;
use crate::space::Space;
use crate::system::{FixedLength, System};
use crate::tensor::{Saved, TensorReal, TensorTimes, accumulate, device_error};

/// A tensor with a row for each trajectory.
type Rows<const N: usize, E, D, T> = Tensor<(usize, Const<N>), E, D, T>;

/// Such a tensor for each save time.
type SavedRows<A, const N: usize, E, D, T> = Tensor<(A, usize, Const<N>), E, D, T>;

impl<S: System, Ms: Each<S>, M: Stepper> Ensemble<'_, S, Ms, M>
where
    S::Real: TensorReal,
{
    /// Solves from the rows of `y0`, one for each trajectory, each with the `N` numbers of a state. The solution has an
    /// axis of time before these: the save times, or both ends of a span.
    ///
    /// With a tape (`y0.traced(gradients)`) the solution has that tape, and `backward` runs the discrete adjoint, which
    /// adds to the gradient of `y0`; trajectories are solved once more for it. The rows of a trajectory that fails are
    /// NaN, and so is its gradient; [`solve`](Self::solve) says why.
    ///
    /// # Errors
    /// As [`solve`](Self::solve); [`SolveError::ShapeMismatch`] where a state has another number of numbers.
    ///
    /// ```
    /// use dfdx::prelude::*;
    /// use ode_runtime::{SolveError, ode};
    ///
    /// #[ode]
    /// fn spring(_t: f64, [x, v]: [f64; 2], stiffness: f64) -> [f64; 2] { [v, -stiffness * x] }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let dev = Cpu::default();
    /// let y0 = dev.tensor_from_vec(vec![1.0, 0.0, 0.0, 1.0], (2, Const::<2>));
    /// let ensemble = Spring::ensemble(&Spring { stiffness: 1.0 });
    /// let solution = ensemble.solve_tensor(y0.leaky_trace(), 0.0..1.0)?;
    /// let gradients = solution.square().sum().backward();
    /// assert!((gradients.get(&y0).as_vec()[0] - 4.0).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn solve_tensor<const N: usize, D, T, X>(
        &self,
        y0: Rows<N, S::Real, D, T>,
        times: X,
    ) -> Result<SavedRows<X::Axis, N, S::Real, D, T>, SolveError>
    where
        D: Device<S::Real>,
        T: Tape<S::Real, D>,
        X: TensorTimes,
    {
        let (y0, mut tape) = y0.split_tape();
        let states = S::STATES.as_ref().len();
        if N != states {
            let what = "the rows of y0 and the states of the system differ in their numbers";
            return Err(SolveError::ShapeMismatch { what, left: N, right: states });
        }
        if dfdx::shapes::HasShape::shape(&y0).0 == 0 {
            return Err(SolveError::EmptyEnsemble);
        }
        let flat = y0.as_vec();
        let rows: Vec<S::State> = flat.chunks_exact(N).map(state::<S>).collect();
        let (axis, save) = (times.axis(), times.times().save());
        let solution = self.solve(&rows, times.times())?;

        let mut numbers = Vec::with_capacity(save.len() * flat.len());
        for place in 0..save.len() {
            for trajectory in solution.iter() {
                match trajectory {
                    Ok(trajectory) => numbers.extend(S::flatten(&trajectory.states()[place]).values()),
                    Err(_) => numbers.resize(numbers.len() + N, Real::from_f64(f64::NAN)),
                }
            }
        }
        let shape = (axis, rows.len(), Const);
        let saved = y0.device().try_tensor_from_vec(numbers, shape).map_err(device_error)?;
        if T::OWNS_TAPE {
            let models: Vec<S> = (0..rows.len()).map(|index| self.models.get(index).clone()).collect();
            let (method, options, ghost) = (self.method, self.options.clone(), saved.clone());
            tape.add_backward_op(move |gradients| {
                let bars = <Rows<N, S::Real, D, _> as Saved<_, _, X::Axis>>::cotangents(&ghost, gradients)?;
                let ensemble =
                    Ensemble { models: &models, method, options, progress: None, of: PhantomData::<S> };
                let found = ensemble.gradient(&rows, &save, |row, _, cotangents| {
                    for (cotangent, bars) in cotangents.iter_mut().zip(&bars) {
                        *cotangent = state::<S>(&bars[row * N..(row + 1) * N]);
                    }
                    Real::from_f64(0.0)
                });
                let y0_bar: Vec<S::Real> = match found {
                    Ok(found) => {
                        found.y0.iter().flat_map(|y0| S::flatten(y0).values().collect::<Vec<_>>()).collect()
                    }
                    Err(_) => vec![Real::from_f64(f64::NAN); rows.len() * N],
                };
                accumulate(gradients, &y0, &y0_bar)
            });
        }
        Ok(PutTape::put_tape(saved, tape))
    }
}

/// The state of a row.
fn state<S: FixedLength>(row: &[S::Real]) -> S::State {
    S::unflatten(&S::vector(|i| row[i]))
}
