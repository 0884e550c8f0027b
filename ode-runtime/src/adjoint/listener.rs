//! Callbacks on the steps of a backward pass over recorded ones.

use std::ops::ControlFlow;

use crate::callback::{Callback, Moment, Notice, Pass};
use crate::number::{Real, Single};
use crate::solve::{SolveError, StepTimes};
use crate::space::Space;

/// Who is told of the steps.
#[derive(Clone, Copy)]
pub(super) struct Listener<'a> {
    pub(super) callback: Option<&'a dyn Callback>,
    pub(super) span: (f64, f64),
}

impl Listener<'_> {
    /// A step back to the start of a recorded one, where the cotangent is `lambda`.
    #[inline(always)]
    pub(super) fn step<L: Single, V: Space<L>>(
        &self,
        times: &StepTimes,
        lambda: &V,
    ) -> Result<(), SolveError> {
        match self.callback {
            None => Ok(()),
            Some(callback) => self.tell(callback, times, &lambda.clone()),
        }
    }

    #[cold]
    #[inline(never)]
    fn tell<L: Single, V: Space<L>>(
        &self,
        callback: &dyn Callback,
        times: &StepTimes,
        lambda: &V,
    ) -> Result<(), SolveError> {
        let state: Vec<f64> = lambda.values().map(|x| x.get().to_f64()).collect();
        let (t, h) = (times.t + times.h, -times.h);
        let (moment, pass) = (Moment::Accepted, Pass::Adjoint);
        match callback.notice(&Notice { moment, pass, t, h, state: &state, span: self.span }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SolveError::Stopped { t: times.t }),
        }
    }
}
