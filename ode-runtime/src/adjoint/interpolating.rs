//! The adjoint alone, along the dense output of the forward solve.

use super::backsolve::BackwardMethod;
use super::backsolve::{Backward, SameMethod, backward_options, solve_back};
use super::continuous::{Along, WithParameters, add, dot};
use super::forward::Flat;
use super::{Adjoint, Forward, Gradient};
use crate::method::Stepper;
use crate::number::{Lane, Real};
use crate::solve::SolveError;
use crate::space::{Pair, Space};
use crate::system::System;

/// The continuous adjoint with y taken from the dense output of the forward solve: λ and p̄ are solved backwards.
///
/// It is stable where [`Backsolve`](super::Backsolve) is not, since y is not solved backwards. Memory grows with the
/// number of steps, by the polynomial of each. The gradient is approximate: its error follows the tolerances of both
/// solves.
///
/// Hindmarsh et al., *SUNDIALS*, ACM TOMS 31 (2005), the method of CVODES.
#[derive(Debug, Clone)]
pub struct Interpolating<N = SameMethod> {
    backward: Backward<N>,
}

backward_options! { Interpolating {} }

impl<S: System, M: Stepper, N: BackwardMethod<M>> Adjoint<S, M> for Interpolating<N> {
    const KEEPS_DENSE: bool = true;

    type Kept = ();

    fn pull_back(
        &self,
        forward: &Forward<'_, S, M>,
        (): &(),
        cotangents: &[Flat<S>],
    ) -> Result<Gradient<S>, SolveError> {
        let model = WithParameters { model: forward.model.clone() };
        let solution = forward.dense.as_ref().ok_or(SolveError::NoDenseOutput)?;
        let along = Along::<S, _>::new(solution, &model);
        let method = self.backward.method.choose(forward.method);
        let zero = S::Real::constant(0.0);
        let mut z = Pair::new(cotangents[0].like(zero), S::parameter_vector(|_| zero));
        let mut times = vec![0.0; cotangents.len()];
        for index in (1..cotangents.len()).rev() {
            times[index] = dot(&cotangents[index], &forward.slope(index));
            add(&mut z.first, &cotangents[index]);
            let options = self.backward.options(&forward.options, S::Real::TOLERANCES, index, &forward.times);
            z = solve_back(&model, &along, &method, z, forward, index, &options)?;
        }
        let Pair { first: mut lambda, second: p_bar, .. } = z;
        times[0] = -dot(&lambda, &forward.slope(0));
        add(&mut lambda, &cotangents[0]);
        Ok(Gradient { params: S::from_parameters(&p_bar), y0: S::unflatten(&lambda), times, event: () })
    }
}
