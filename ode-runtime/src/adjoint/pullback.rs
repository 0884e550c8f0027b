//! The backward half of a solve.

use super::Gradient;
use super::discrete::sweep;
use crate::method::Stepper;
use crate::number::Real;
use crate::solve::{Plan, SolveError, Tape};
use crate::system::System;

/// What turns cotangents of the saved states into a gradient: the exact one of the numbers that the solve returned,
/// with the lengths of its steps held constant.
///
/// It keeps the state at each accepted step: memory grows with the number of steps, by the size of a state each.
pub struct Pullback<S: System, M: Stepper> {
    model: S,
    method: M,
    plan: Plan<S>,
    tape: Tape<S::Vector<S::Real>>,
}

impl<S: System, M: Stepper> Pullback<S, M> {
    pub(crate) fn new(model: S, method: M, plan: Plan<S>, tape: Tape<S::Vector<S::Real>>) -> Self {
        Self { model, method, plan, tape }
    }

    /// The gradient of Σ cotangents[i] · states[i] with the cotangents held: of a loss whose derivatives by the saved
    /// states they are.
    ///
    /// # Errors
    /// [`SolveError::CotangentCount`] unless there is one for each save point, [`SolveError::NonFiniteCotangent`].
    pub fn apply(&self, cotangents: &[S::State]) -> Result<Gradient<S>, SolveError> {
        let saved = self.plan.save.len();
        if cotangents.len() != saved {
            return Err(SolveError::CotangentCount { found: cotangents.len(), saved });
        }
        let cotangents: Vec<S::Vector<S::Real>> = cotangents.iter().map(S::flatten).collect();
        for (index, cotangent) in cotangents.iter().enumerate() {
            for (name, value) in S::STATES.as_ref().iter().zip(cotangent.as_ref()) {
                if !value.is_finite() {
                    let component = (*name).to_owned();
                    return Err(SolveError::NonFiniteCotangent { index, component, value: value.to_f64() });
                }
            }
        }
        Ok(sweep(&self.model, &self.method, &self.plan, &self.tape, &cotangents))
    }
}
