//! Callbacks on the steps of a backward pass over recorded ones.

use crate::callback::{Callback, Moment, Pass, tell};
use crate::number::Single;
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
        let Some(callback) = self.callback else { return Ok(()) };
        let (of, back) = ((Moment::Accepted, Pass::Adjoint), (times.t + times.h, -times.h));
        let stops = tell(callback, of, back, &lambda.clone(), self.span);
        if stops { Err(SolveError::Stopped { t: times.t }) } else { Ok(()) }
    }
}
