//! The adjoint alone, and the gradient by the parameters as an integral along it.

use super::backsolve::{Backward, BackwardMethod, SameMethod, backward_options};
use super::continuous::{Along, CotangentAlone, Flattened, add, dot};
use super::forward::Flat;
use super::{Adjoint, Forward, Gradient};
use crate::dense::DenseOutput;
use crate::method::Stepper;
use crate::number::{Lane, Real};
use crate::solve::{Keep, Options, Plan, Record, SolveError, Times, drive};
use crate::space::Space;
use crate::system::System;

/// The continuous adjoint with y from the dense output of the forward solve, as
/// [`Interpolating`](super::Interpolating); only λ is solved backwards, and p̄ = ∫ f_pᵀ λ dt is a Gauss-Legendre sum
/// over its steps. Cheaper where there are many parameters.
///
/// Memory grows with the number of steps, by the polynomial of each. The gradient is approximate.
///
/// Rackauckas et al., *Universal Differential Equations for Scientific Machine Learning*, 2020, where it is the
/// `QuadratureAdjoint`.
#[derive(Debug, Clone)]
pub struct Quadrature<N = SameMethod> {
    backward: Backward<N>,
}

backward_options! { Quadrature {} }

/// Nodes in [0, 1] and weights of the rule with four points, of order 8: more than any dense output has here.
const GAUSS: [(f64, f64); 4] = [
    (0.069_431_844_202_973_71, 0.173_927_422_568_726_92),
    (0.330_009_478_207_571_9, 0.326_072_577_431_273_1),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_1),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_92),
];

impl<S: System, M: Stepper, N: BackwardMethod<M>> Adjoint<S, M> for Quadrature<N> {
    const KEEPS_DENSE: bool = true;

    type Kept = ();

    fn pull_back(
        &self,
        forward: &Forward<'_, S, M>,
        (): &(),
        cotangents: &[Flat<S>],
    ) -> Result<Gradient<S>, SolveError> {
        let model = CotangentAlone { model: forward.model.clone() };
        let solution = forward.dense.as_ref().ok_or(SolveError::NoDenseOutput)?;
        let along = Along::<S, _>::new(solution, &model);
        let method = self.backward.method.choose(forward.method);
        let zero = S::Real::constant(0.0);
        let mut lambda = cotangents[0].like(zero);
        let mut p_bar = S::parameter_vector(|_| zero);
        let mut times = vec![0.0; cotangents.len()];
        for index in (1..cotangents.len()).rev() {
            times[index] = dot(&cotangents[index], &forward.slope(index));
            add(&mut lambda, &cotangents[index]);
            let options = self.backward.options(&forward.options, S::Real::TOLERANCES, index, &forward.times);
            let span = [forward.times[index], forward.times[index - 1]];
            let options = Options { dense: Some(true), ..options };
            let plan = Plan::new(&model, &lambda, method.tableau(), Times::Save(&span), &options)?;
            let mut record = Record::new(&plan, &Flattened(lambda.clone()), Keep::Nothing);
            drive(&along, &method, &lambda, &plan, forward.observers(), &mut record)?;
            record.went_through()?;
            if let Some(adjoint) = &record.dense {
                integrate::<S>(&forward.plan.parameters, solution, adjoint, &mut p_bar);
            }
            lambda = record.states.pop().map_or(lambda, |last| last.0);
        }
        times[0] = -dot(&lambda, &forward.slope(0));
        add(&mut lambda, &cotangents[0]);
        Ok(Gradient { params: S::from_parameters(&p_bar), y0: S::unflatten(&lambda), times, event: () })
    }
}

/// Adds the integral of f_pᵀ λ from the end of the adjoint's span to its start.
fn integrate<S: System>(
    p: &S::Parameters<S::Real>,
    solution: &DenseOutput<Flat<S>>,
    adjoint: &DenseOutput<Flat<S>>,
    p_bar: &mut S::Parameters<S::Real>,
) {
    let mut by_state = adjoint.near::<S::Real>(adjoint.times()[0]);
    for step in adjoint.times().windows(2) {
        for (node, weight) in GAUSS {
            let t = step[0] + node * (step[1] - step[0]);
            let (y, mut lambda) = (solution.near::<S::Real>(t), adjoint.near::<S::Real>(t));
            let factor = S::Real::from_f64(weight * (step[0] - step[1]));
            for i in 0..lambda.len() {
                lambda[i] = lambda[i] * factor;
            }
            S::vjp(p, S::Real::from_f64(t), &y, &lambda, p_bar, &mut by_state);
        }
    }
}
