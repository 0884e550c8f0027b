//! The backward half of a solve.

use super::{Adjoint, Forward, Gradient};
use crate::method::Stepper;
use crate::solve::SolveError;
use crate::system::System;

/// What turns cotangents of the saved states into a gradient, by the adjoint that the solver was given.
pub struct Pullback<'a, S: System, M: Stepper, A: Adjoint<S, M>> {
    forward: Forward<'a, S, M>,
    adjoint: A,
    kept: A::Kept,
}

impl<'a, S: System, M: Stepper, A: Adjoint<S, M>> Pullback<'a, S, M, A> {
    pub(crate) fn new(forward: Forward<'a, S, M>, adjoint: A, kept: A::Kept) -> Self {
        Self { forward, adjoint, kept }
    }

    pub(super) fn parts(&self) -> (&Forward<'a, S, M>, &A) {
        (&self.forward, &self.adjoint)
    }

    /// The gradient of the sum of `cotangents[i] · states[i]`, cotangents held: of a loss whose derivatives by the saved
    /// states they are.
    ///
    /// # Errors
    /// [`SolveError::CotangentCount`] unless there is one for each save point, [`SolveError::NonFiniteCotangent`], and
    /// what stops a backward solve, where the adjoint makes one.
    pub fn apply(&self, cotangents: &[S::State]) -> Result<Gradient<S>, SolveError> {
        let cotangents = self.forward.check_cotangents(cotangents)?;
        self.adjoint.pull_back(&self.forward, &self.kept, &cotangents)
    }
}
