//! Losses made by the compiler: their cotangents need not be written.

use super::{Adjoint, LossGradient};
use crate::method::Stepper;
use crate::number::Real;
use crate::solve::{IntoTimes, SolveError, Solver};
use crate::system::{Function, System};

impl<S: System, M: Stepper, A: Adjoint<S, M>> Solver<'_, S, M, A> {
    /// The sum of a function over the saved states, with its gradient: `loss` gives for each save point, by number, a
    /// function that `#[differentiable]` made, whose parameters may hold what was observed there.
    ///
    /// # Errors
    /// As [`solve_with_pullback`](Self::solve_with_pullback) and [`Pullback::apply`](super::Pullback::apply).
    ///
    /// ```
    /// use ode_runtime::{SolveError, differentiable, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// #[differentiable]
    /// fn misfit(_t: f64, y: f64, observed: f64) -> f64 { (y - observed).powi(2) }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let observed = [1.0, 0.7, 0.4];
    /// let model = Decay { rate: 0.5 };
    /// let gradient =
    ///     model.solver().gradient_of(1.0, &[0.0, 1.0, 2.0], |save| Misfit { observed: observed[save] })?;
    /// let by_hand = model.solver().gradient(1.0, &[0.0, 1.0, 2.0], |states, cotangents| {
    ///     let residuals = states.iter().zip(observed).map(|(y, observed)| y - observed);
    ///     residuals.zip(cotangents).map(|(r, bar)| { *bar = 2.0 * r; r * r }).sum()
    /// })?;
    /// assert!((gradient.loss - by_hand.loss).abs() < 1e-15);
    /// assert!((gradient.params.rate - by_hand.params.rate).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn gradient_of<T, F>(
        &self,
        y0: S::State,
        times: T,
        loss: impl Fn(usize) -> F,
    ) -> Result<LossGradient<S>, SolveError>
    where
        T: IntoTimes,
        F: Function<Real = S::Real, State = S::State, Output = S::Real>,
    {
        let (solution, pullback) = self.solve_with_pullback(y0, times)?;
        let mut sum = S::Real::from_f64(0.0);
        let mut cotangents = Vec::with_capacity(solution.states().len());
        let mut by_times = Vec::with_capacity(solution.states().len());
        for (save, (t, state)) in solution.iter().enumerate() {
            let (value, by_time, by_state) = value_and_cotangents(&loss(save), t, &state);
            sum += value;
            by_times.push(by_time);
            cotangents.push(by_state);
        }
        let mut gradient = pullback.apply(&cotangents)?;
        for (total, own) in gradient.times.iter_mut().zip(by_times) {
            *total += own;
        }
        Ok(LossGradient::new(sum, gradient, solution))
    }
}

/// A function's value, and its derivatives by time and state.
fn value_and_cotangents<F: Function>(function: &F, t: f64, state: &F::State) -> (F::Output, f64, F::State) {
    let (p, t, y) = (function.parameters(), F::Real::from_f64(t), F::flatten(state));
    let zero = F::Real::from_f64(0.0);
    let mut value = F::value_vector(|_| zero);
    F::evaluate(&p, t, &y, &mut value);
    let one = F::value_vector(|_| F::Real::from_f64(1.0));
    let (mut p_bar, mut y_bar) = (F::parameter_vector(|_| zero), y.clone());
    let by_time = F::vjp(&p, t, &y, &one, &mut p_bar, &mut y_bar);
    (F::output(&value), by_time.to_f64(), F::unflatten(&y_bar))
}
