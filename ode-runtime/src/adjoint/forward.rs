//! What a backward pass gets of the forward one.

use super::Gradient;
use super::listener::Listener;
use crate::callback::{Callback, Pass};
use crate::dense::DenseOutput;
use crate::method::Stepper;
use crate::number::Real;
use crate::solve::{Keep, Observers, Options, Plan, SolveError, Tape};
use crate::space::Space;
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
    fn solve_again(&self, _forward: &mut Forward<'_, S, M>) -> Result<Self::Kept, SolveError> {
        Ok(Self::Kept::default())
    }

    /// The gradient for these cotangents, one for each save point.
    #[doc(hidden)]
    fn pull_back(
        &self,
        forward: &Forward<'_, S, M>,
        kept: &Self::Kept,
        cotangents: &[S::Vector<S::Real>],
    ) -> Result<Gradient<S>, SolveError>;
}

/// A solve that has been done, and what was kept of it.
#[doc(hidden)]
pub struct Forward<'a, S: System, M: Stepper> {
    pub(crate) model: S,
    pub(crate) method: M,
    pub(crate) options: Options,
    pub(crate) callback: Option<&'a dyn Callback>,
    pub(crate) plan: Plan<S>,
    /// The times of the saved states.
    pub(crate) times: Vec<f64>,
    /// The saved states.
    pub(crate) states: Vec<S::Vector<S::Real>>,
    pub(crate) tape: Option<Tape<S::Vector<S::Real>>>,
    pub(crate) dense: Option<DenseOutput<S::Vector<S::Real>>>,
}

impl<S: System, M: Stepper> Forward<'_, S, M> {
    /// The cotangents of the saved states, flat, if there is one for each and all are finite.
    pub(super) fn check_cotangents(&self, cotangents: &[S::State]) -> Result<Vec<Flat<S>>, SolveError> {
        let saved = self.times.len();
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
        Ok(cotangents)
    }

    /// What is told of the steps of a backward pass over recorded ones.
    pub(super) fn listener(&self) -> Listener<'_> {
        let end = self.times.last().copied().unwrap_or(self.plan.end);
        Listener { callback: self.callback, span: (end, self.plan.start) }
    }

    /// What looks on while the backward pass runs.
    pub(super) fn observers(&self) -> Observers<'_, ()> {
        Observers { events: &(), callback: self.callback, pass: Pass::Adjoint }
    }

    /// The derivative of the state by time at save point `index`.
    pub(super) fn slope(&self, index: usize) -> S::Vector<S::Real> {
        let (t, y) = (self.times[index], &self.states[index]);
        let mut slope = y.clone();
        S::rhs(&self.plan.parameters, <S::Real as Real>::from_f64(t), y, &mut slope);
        slope
    }
}

/// A flat state of a model.
pub(super) type Flat<S> = <S as Model>::Vector<<S as Model>::Real>;
