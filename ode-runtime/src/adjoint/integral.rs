//! Losses that are integrals along a solution.

use std::fmt;

use super::discrete::gradient;
use super::forward::Flat;
use super::integrand::Integral;
use super::{Discrete, Forward};
use crate::method::Stepper;
use crate::number::{Lane, Single, Task, dispatch};
use crate::solve::{IntoTimes, Solution, SolveError, Solver};
use crate::system::{Function, Model, System, is_long};

/// An integral along a solution, with its derivatives.
#[derive(Clone)]
pub struct IntegralGradient<S: Model, F> {
    /// The integral.
    pub integral: f64,
    /// By the parameters of the system, each in the field of that parameter.
    pub params: S,
    /// By the initial state.
    pub y0: S::State,
    /// By each of the save times, as in [`Gradient::times`](super::Gradient::times).
    pub times: Vec<f64>,
    /// By the parameters of the integrand, each in the field of that parameter.
    pub integrand: F,
    /// The solution.
    pub solution: Solution<S>,
}

impl<S: Model + fmt::Debug, F: fmt::Debug> fmt::Debug for IntegralGradient<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntegralGradient")
            .field("integral", &self.integral)
            .field("params", &self.params)
            .field("y0", &self.y0)
            .field("times", &self.times)
            .field("integrand", &self.integrand)
            .finish_non_exhaustive()
    }
}

impl<S: System, M: Stepper> Solver<'_, S, M, Discrete> {
    /// The integral of a function, made by `#[differentiable]`, over the whole time of a solve, with its gradient.
    ///
    /// The state does not grow by it: the function is summed over the stages of each step with the method's own
    /// weights, which integrates it to the method's order. The steps are chosen by the error of the state alone. The
    /// gradient is exact for the sum.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and [`SolveError::CotangentGrowth`].
    ///
    /// ```
    /// use ode_runtime::{SolveError, differentiable, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// #[differentiable]
    /// fn effort(_t: f64, y: f64, price: f64) -> f64 { price * y * y }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let gradient = Decay { rate: 0.5 }.solver().integral_gradient(1.0, 0.0..2.0, &Effort { price: 3.0 })?;
    /// let exact = 3.0 * (1.0 - (-2.0f64).exp());
    /// assert!((gradient.integral - exact).abs() < 1e-7);
    /// assert!((gradient.y0 - 2.0 * exact).abs() < 1e-6);
    /// assert!((gradient.integrand.price - exact / 3.0).abs() < 1e-7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn integral_gradient<T, F>(
        &self,
        y0: S::State,
        times: T,
        integrand: &F,
    ) -> Result<IntegralGradient<S, F>, SolveError>
    where
        T: IntoTimes,
        F: Function<Real = S::Real, State = S::State, Output = S::Real>,
    {
        let (solution, pullback) = self.solve_with_pullback(y0, times)?;
        let (forward, adjoint) = pullback.parts();
        dispatch(Integrate { adjoint: *adjoint, forward, integrand, solution })
    }
}

struct Integrate<'a, S: System, M: Stepper, F> {
    adjoint: Discrete,
    forward: &'a Forward<'a, S, M>,
    integrand: &'a F,
    solution: Solution<S>,
}

impl<S: System, M: Stepper, F: Function<Real = S::Real>> Task<S::Real> for Integrate<'_, S, M, F> {
    type Output = Result<IntegralGradient<S, F>, SolveError>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { adjoint, forward, integrand, solution } = self;
        let zero = S::Real::constant(0.0);
        let cotangents: Vec<Flat<S>> = forward.states.iter().map(|_| S::vector(|_| zero)).collect();
        let swept = adjoint.sweep(forward, &cotangents, Integral::<F, L>::new(integrand), |_| None)?;
        let super::Gradient { params, y0, times, .. } = gradient(&swept, ());
        let own = F::parameter_vector(|i| swept.integrand.q_bar[i].get());
        let integrand = F::from_parameters(&own);
        Ok(IntegralGradient { integral: swept.integrand.value, params, y0, times, integrand, solution })
    }
}
