//! The discrete adjoint: the exact gradient of the numbers that a solve returned.

use super::forward::Flat;
use super::sweep::Sweep;
use super::{Adjoint, Forward, Gradient};
use crate::method::Stepper;
use crate::number::dispatch;
use crate::solve::{Keep, SolveError};
use crate::system::System;

/// The recorded steps, last to first, through the transposed tableau and the generated VJP: the exact gradient, with
/// the lengths of the steps held constant. The default.
///
/// Memory is a state for each step, or for each of so many checkpoints: what lies between is computed again, by the
/// schedule of Griewank and Walther (*Algorithm 799: revolve*, ACM TOMS 26, 2000), which needs the fewest steps for a
/// number of checkpoints. With 32 of them 10,000 steps are computed some 3.3 times more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discrete {
    checkpoints: Checkpoints,
}

/// How many states the discrete adjoint keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkpoints {
    /// That of every step.
    #[default]
    All,
    /// As many as the square root of the number of steps.
    SquareRoot,
    /// So many.
    Count(usize),
}

impl From<usize> for Checkpoints {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl Discrete {
    /// How many states are kept: a number, or [`Checkpoints::SquareRoot`].
    #[must_use]
    pub fn checkpoints(self, checkpoints: impl Into<Checkpoints>) -> Self {
        Self { checkpoints: checkpoints.into() }
    }
}

impl<S: System, M: Stepper> Adjoint<S, M> for Discrete {
    const KEEPS_DENSE: bool = false;

    fn keeps(&self) -> Result<Keep, SolveError> {
        match self.checkpoints {
            Checkpoints::All => Ok(Keep::States),
            Checkpoints::Count(0) => {
                let requirement = "at least 1: the state at the start is one";
                Err(SolveError::BadOption { name: "checkpoints", value: 0.0, requirement })
            }
            Checkpoints::SquareRoot | Checkpoints::Count(_) => Ok(Keep::Times),
        }
    }

    fn pull_back(&self, forward: &Forward<S, M>, cotangents: &[Flat<S>]) -> Result<Gradient<S>, SolveError> {
        let tape = forward.tape.as_ref().unwrap_or_else(|| unreachable!("the steps were kept"));
        let checkpoints = match self.checkpoints {
            Checkpoints::All => tape.len(),
            Checkpoints::SquareRoot => tape.len().isqrt().max(1),
            Checkpoints::Count(count) => count,
        };
        let Forward { method, plan, .. } = forward;
        dispatch(S::INLINED, Sweep { method, plan, tape, cotangents, checkpoints })
    }
}
