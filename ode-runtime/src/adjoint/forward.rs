//! What a backward pass gets of the forward one.

use super::Gradient;
use crate::dense::DenseOutput;
use crate::method::Stepper;
use crate::solve::{Keep, Options, Plan, SolveError, Tape};
use crate::system::{Model, System};

/// A way to the gradient of a solve.
pub trait Adjoint<S: System, M: Stepper>: Clone {
    /// Whether the forward solve keeps dense output.
    #[doc(hidden)]
    const KEEPS_DENSE: bool;

    /// Whether its steps end at the save points.
    #[doc(hidden)]
    const STOPS_AT_SAVES: bool = false;

    /// What the adjoint itself keeps for the backward pass.
    #[doc(hidden)]
    type Kept: Default;

    /// What the forward solve keeps of its steps.
    ///
    /// # Errors
    /// [`SolveError::BadOption`] where the adjoint's own options are wrong.
    #[doc(hidden)]
    fn keeps(&self) -> Result<Keep, SolveError> {
        Ok(Keep::Nothing)
    }

    /// Solves once more along the recorded steps, for an adjoint with a scheme of its own, and replaces the saved states.
    #[doc(hidden)]
    fn solve_again(&self, _forward: &mut Forward<S, M>) -> Result<Self::Kept, SolveError> {
        Ok(Self::Kept::default())
    }

    /// The gradient for these cotangents, one for each save point.
    #[doc(hidden)]
    fn pull_back(
        &self,
        forward: &Forward<S, M>,
        kept: &Self::Kept,
        cotangents: &[S::Vector<S::Real>],
    ) -> Result<Gradient<S>, SolveError>;
}

/// A solve that has been done, and what was kept of it.
#[doc(hidden)]
pub struct Forward<S: System, M: Stepper> {
    pub(crate) model: S,
    pub(crate) method: M,
    pub(crate) options: Options,
    pub(crate) plan: Plan<S>,
    /// The saved states.
    pub(crate) states: Vec<S::Vector<S::Real>>,
    pub(crate) tape: Option<Tape<S::Vector<S::Real>>>,
    pub(crate) dense: Option<DenseOutput<S::Vector<S::Real>>>,
}

impl<S: System, M: Stepper> Forward<S, M> {
    /// The derivative of the state by time at save point `index`.
    pub(super) fn slope(&self, index: usize) -> S::Vector<S::Real> {
        let (t, y) = (self.plan.save[index], &self.states[index]);
        let mut slope = y.clone();
        S::rhs(&self.plan.parameters, <S::Real as crate::number::Real>::from_f64(t), y, &mut slope);
        slope
    }
}

/// A flat state of a model.
pub(super) type Flat<S> = <S as Model>::Vector<<S as Model>::Real>;
