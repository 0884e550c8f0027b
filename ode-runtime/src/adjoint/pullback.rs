//! The backward half of a solve.

use super::{Adjoint, Forward, Gradient};
use crate::method::Stepper;
use crate::number::Real;
use crate::solve::SolveError;
use crate::space::Space;
use crate::system::System;

/// What turns cotangents of the saved states into a gradient, by the adjoint that the solver was given.
pub struct Pullback<S: System, M: Stepper, A: Adjoint<S, M>> {
    forward: Forward<S, M>,
    adjoint: A,
    kept: A::Kept,
}

impl<S: System, M: Stepper, A: Adjoint<S, M>> Pullback<S, M, A> {
    pub(crate) fn new(forward: Forward<S, M>, adjoint: A, kept: A::Kept) -> Self {
        Self { forward, adjoint, kept }
    }

    pub(super) fn parts(&self) -> (&Forward<S, M>, &A) {
        (&self.forward, &self.adjoint)
    }

    /// The gradient of the sum of `cotangents[i] · states[i]`, cotangents held: of a loss whose derivatives by the saved
    /// states they are.
    ///
    /// # Errors
    /// [`SolveError::CotangentCount`] unless there is one for each save point, [`SolveError::NonFiniteCotangent`], and
    /// what stops a backward solve, where the adjoint makes one.
    pub fn apply(&self, cotangents: &[S::State]) -> Result<Gradient<S>, SolveError> {
        let saved = self.forward.plan.save.len();
        if cotangents.len() != saved {
            return Err(SolveError::CotangentCount { found: cotangents.len(), saved });
        }
        let cotangents: Vec<S::Vector<S::Real>> = cotangents.iter().map(S::flatten).collect();
        for (index, cotangent) in cotangents.iter().enumerate() {
            for (name, value) in S::STATES.as_ref().iter().zip(cotangent.values()) {
                if !value.is_finite() {
                    let component = (*name).to_owned();
                    return Err(SolveError::NonFiniteCotangent { index, component, value: value.to_f64() });
                }
            }
        }
        self.adjoint.pull_back(&self.forward, &self.kept, &cotangents)
    }
}
