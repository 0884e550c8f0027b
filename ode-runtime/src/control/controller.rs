//! The law by which the next step follows from the error of the last.

use crate::number::{Rolled, Single, exp2, log2, within};
use crate::solve::SolveError;

/// The law of the step size, for a method of order p and errors r relative to the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Controller {
    /// h r^(-1/p): torchdiffeq's. An accepted step is never followed by a smaller one.
    I,
    /// h r^(-α) r₁^β, where r₁ is the error of the step before, β = 0.2/p and α = 1/p - 0.75 β: smoother, with fewer
    /// rejections. After a rejection the step does not grow.
    ///
    /// Hairer, Wanner, *Solving ODEs II*, 2nd ed., IV.2; the constants are those of `dopri5.f`, scaled with the order.
    #[default]
    Pi,
    /// The same law with exponents of one's own: h r^(-alpha) r₁^beta.
    PiWith {
        /// The exponent of the last error.
        alpha: f64,
        /// The exponent of the error before.
        beta: f64,
    },
}

/// The largest error, as a binary logarithm of its square, that the PI law takes for the past: 1e-4 squared.
const LEAST_LOG: f64 = -26.575_424_759_098_9;

/// What a law remembers of each lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past<const N: usize> {
    /// The binary logarithm of the square of the last error that was accepted.
    log: [f64; N],
    /// By how much the next step may grow.
    most: [f64; N],
}

/// A law with its numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Law {
    /// Half of the exponents, since squares of errors come in.
    alpha: f64,
    beta: f64,
    safety: f64,
    log_safety: f64,
    ifactor: f64,
    dfactor: f64,
    never_shrinks: bool,
}

impl Controller {
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn law(&self, order: usize, safety: f64, ifactor: f64, dfactor: f64) -> Law {
        let p = order as f64;
        let (alpha, beta) = match *self {
            Self::I => (1.0 / p, 0.0),
            Self::Pi => {
                let beta = 0.2 / p;
                (1.0 / p - 0.75 * beta, beta)
            }
            Self::PiWith { alpha, beta } => (alpha, beta),
        };
        Law {
            alpha: alpha / 2.0,
            beta: beta / 2.0,
            safety,
            log_safety: safety.log2(),
            ifactor,
            dfactor,
            never_shrinks: *self == Self::I,
        }
    }

    pub(crate) fn check(&self) -> Result<(), SolveError> {
        let Self::PiWith { alpha, beta } = *self else { return Ok(()) };
        for (name, value) in [("alpha", alpha), ("beta", beta)] {
            if !(value.is_finite() && value >= 0.0) {
                let requirement = "a finite exponent, not negative";
                return Err(SolveError::BadOption { name, value, requirement });
            }
        }
        Ok(())
    }
}

impl Law {
    /// The past of a trajectory that begins, or begins anew at a jump.
    pub(crate) fn past<const N: usize>(&self) -> Past<N> {
        Past { log: [LEAST_LOG; N], most: [self.ifactor; N] }
    }

    /// Begins anew in one lane.
    #[inline(always)]
    pub(crate) fn begin<const N: usize>(&self, past: &mut Past<N>, lane: usize) {
        (past.log[lane], past.most[lane]) = (LEAST_LOG, self.ifactor);
    }

    /// By what accepted steps are multiplied, and what to remember of them; `squared` are the squares of their errors.
    /// Rolled with more than 1 remember what they did.
    #[inline(always)]
    pub(crate) fn accepted<L: Single, const N: usize>(
        &self,
        past: &Past<N>,
        squared: [f64; N],
        rolled: Rolled<N>,
    ) -> ([f64; N], Past<N>) {
        let least = if self.never_shrinks { 1.0 } else { self.dfactor };
        let past = *past;
        let (mut factors, mut after) = ([0.0; N], past);
        for l in rolled.all() {
            let log = log2::<L>(squared[l]);
            let exponent = L::mul_add_time(self.beta, past.log[l], self.log_safety);
            let factor = exp2::<L>(L::mul_add_time(-self.alpha, log, exponent));
            factors[l] = within(factor, least, past.most[l]);
            let log = if log > LEAST_LOG { log } else { LEAST_LOG };
            after.log[l] = if squared[l] <= 1.0 { log } else { past.log[l] };
            after.most[l] = if squared[l] <= 1.0 { self.ifactor } else { past.most[l] };
        }
        (factors, after)
    }

    /// By what the rejected step of a lane is multiplied; an error that is no number shrinks it most.
    #[inline(always)]
    pub(crate) fn rejected<L: Single, const N: usize>(
        &self,
        past: &mut Past<N>,
        lane: usize,
        squared: f64,
    ) -> f64 {
        if !self.never_shrinks {
            past.most[lane] = 1.0;
        }
        if !squared.is_finite() {
            return self.dfactor;
        }
        // The past counts only between accepted steps.
        let exponent = if self.beta == 0.0 { self.alpha } else { self.alpha + 0.75 * self.beta };
        within(self.safety * exp2::<L>(-exponent * log2::<L>(squared)), self.dfactor, self.safety)
    }
}
