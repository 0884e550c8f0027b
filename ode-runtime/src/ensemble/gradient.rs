//! The gradient of every trajectory of an ensemble.

use std::fmt;

use super::chunk::Prepared;
use super::each::Each;
use super::sweep::{Backwards, Return};
use crate::method::Stepper;
use crate::number::{Real, dispatch_packs};
use crate::solve::{Keep, SolveError, TapeOf};
use crate::space::Space;
use crate::system::{FixedLength, Model, System};

/// The losses of the trajectories of an ensemble with their gradients, each by its own model and initial state.
///
/// A trajectory that failed has NaN everywhere, and its reason in `failures`.
#[derive(Clone)]
pub struct EnsembleGradient<S: Model> {
    /// The loss of each trajectory.
    pub loss: Vec<S::Real>,
    /// By the parameters of each.
    pub params: Vec<S>,
    /// By the initial state of each.
    pub y0: Vec<S::State>,
    /// Which failed, and why.
    pub failures: Vec<(usize, SolveError)>,
}

impl<S: FixedLength> EnsembleGradient<S> {
    /// The sum of all losses, and its gradient where all share one model and one initial state. Failed trajectories make
    /// it NaN.
    #[must_use]
    pub fn sum(&self) -> (S::Real, S, S::State) {
        let zero = S::Real::from_f64(0.0);
        let mut loss = zero;
        for &one in &self.loss {
            loss += one;
        }
        let (mut params, mut y0) = (S::parameter_vector(|_| zero), S::vector(|_| zero));
        for (by_params, by_y0) in self.params.iter().zip(&self.y0) {
            let (by_params, by_y0) = (by_params.parameters(), S::flatten(by_y0));
            for i in 0..params.len() {
                params[i] += by_params[i];
            }
            for i in 0..y0.len() {
                y0[i] += by_y0[i];
            }
        }
        (loss, S::from_parameters(&params), S::unflatten(&y0))
    }
}

impl<S: Model + fmt::Debug> fmt::Debug for EnsembleGradient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnsembleGradient")
            .field("loss", &self.loss)
            .field("params", &self.params)
            .field("y0", &self.y0)
            .field("failures", &self.failures)
            .finish()
    }
}

/// A loss with its gradient.
type One<S> = (<S as Model>::Real, S, <S as Model>::State);

pub(super) fn gradient<S: System, Ms: Each<S>, Y: Each<S::State>, M: Stepper>(
    prepared: &Prepared<'_, S, Ms, Y>,
    method: &M,
    loss: &(impl Fn(usize, &[S::State], &mut [S::State]) -> S::Real + Sync),
) -> EnsembleGradient<S> {
    let count = prepared.count;
    let mut gradients = EnsembleGradient {
        loss: Vec::with_capacity(count),
        params: Vec::with_capacity(count),
        y0: Vec::with_capacity(count),
        failures: Vec::new(),
    };
    prepared.in_chunks(
        prepared.unit(),
        |range| {
            let solved = prepared.solve(range.clone(), method, Keep::States);
            let mut returns = Vec::with_capacity(solved.len());
            let losses: Vec<Result<S::Real, SolveError>> = range
                .enumerate()
                .map(|(number, index)| {
                    let (loss, way_back) = weigh(prepared, index, solved.taped(number)?, loss)?;
                    returns.push(way_back);
                    Ok(loss)
                })
                .collect();
            let mut swept = dispatch_packs(Backwards { method, returns: &returns }).into_iter();
            let mut one = |loss: Result<S::Real, SolveError>| -> Result<One<S>, SolveError> {
                let loss = loss?;
                let (params, y0) = swept.next().unwrap_or_else(|| unreachable!("one for each loss"))?;
                Ok((loss, params, y0))
            };
            losses.into_iter().map(&mut one).collect::<Vec<_>>()
        },
        |chunk| {
            for outcome in chunk {
                let (loss, params, y0) = outcome.unwrap_or_else(|error| {
                    gradients.failures.push((gradients.loss.len(), error));
                    let nothing = S::Real::from_f64(f64::NAN);
                    let params = S::from_parameters(&S::parameter_vector(|_| nothing));
                    (nothing, params, S::unflatten(&S::vector(|_| nothing)))
                });
                gradients.loss.push(loss);
                gradients.params.push(params);
                gradients.y0.push(y0);
            }
        },
    );
    gradients
}

/// The loss of a trajectory, and what its way back starts from.
fn weigh<'p, S: System, Ms: Each<S>, Y: Each<S::State>>(
    prepared: &'p Prepared<'_, S, Ms, Y>,
    index: usize,
    (states, tape): (&[S::State], &'p TapeOf<S>),
    loss: &impl Fn(usize, &[S::State], &mut [S::State]) -> S::Real,
) -> Result<(S::Real, Return<'p, S>), SolveError> {
    let plan = prepared.plan(index)?;
    let zero = S::unflatten(&S::vector(|_| S::Real::from_f64(0.0)));
    let mut cotangents = vec![zero; states.len()];
    let loss = loss(index, states, &mut cotangents);
    let mut flat = Vec::with_capacity(cotangents.len());
    for (save, cotangent) in cotangents.iter().enumerate() {
        let cotangent = S::flatten(cotangent);
        if let Some(place) = cotangent.values().position(|value| !value.is_finite()) {
            let component = S::STATES.as_ref()[place].to_owned();
            let value = cotangent[place].to_f64();
            return Err(SolveError::NonFiniteCotangent { index: save, component, value });
        }
        flat.push(cotangent);
    }
    let parameters = prepared.model(index).parameters();
    Ok((loss, Return { weights: &plan.weights, parameters, tape, cotangents: flat }))
}
