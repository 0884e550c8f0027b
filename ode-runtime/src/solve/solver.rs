//! The builder that a user gives a method and options.

use super::options::{Grid, IntoTolerance, Options};
use super::times::{IntoTimes, Times};
use super::{Keep, Plan, Record, Solution, SolveError, drive};
use crate::adjoint::{self, Adjoint, Discrete, Forward, LossGradient, Pullback, Sensitivities};
use crate::control::{Controller, Norm};
use crate::dense::Interpolation;
use crate::method::{Dopri5, Stepper};
use crate::number::Real;
use crate::system::{Model, System};

/// A solve of a model, before it starts: method and options.
///
/// The defaults are [`Dopri5`], rtol 1e-7 and atol 1e-9 (for `f32` systems 1e-5 and 1e-7), PI control.
#[derive(Debug, Clone)]
#[must_use = "a solver does nothing until `.solve()` is called"]
pub struct Solver<'a, S: System, M: Stepper = Dopri5, A = Discrete> {
    model: &'a S,
    method: M,
    adjoint: A,
    options: Options,
}

/// A solution, and what turns cotangents of its states into gradients.
pub type WithPullback<S, M, A> = (Solution<S>, Pullback<S, M, A>);

impl<'a, S: System> Solver<'a, S> {
    /// A solver with all defaults.
    pub fn new(model: &'a S) -> Self {
        Self { model, method: Dopri5, adjoint: Discrete::default(), options: Options::default() }
    }
}

impl<'a, S: System, M: Stepper, A: Adjoint<S, M>> Solver<'a, S, M, A> {
    /// The method: a type such as `Tsit5`, or a [`Method`](crate::Method) chosen while running.
    pub fn method<N: Stepper>(self, method: N) -> Solver<'a, S, N, A> {
        Solver { model: self.model, method, adjoint: self.adjoint, options: self.options }
    }

    /// How gradients are found: [`Discrete`] unless told otherwise.
    pub fn adjoint<B: Adjoint<S, M>>(self, adjoint: B) -> Solver<'a, S, M, B> {
        Solver { model: self.model, method: self.method, adjoint, options: self.options }
    }

    /// The relative tolerance: one number, or an array with one for each state.
    pub fn rtol(mut self, rtol: impl IntoTolerance) -> Self {
        self.options.rtol = Some(rtol.tolerance());
        self
    }

    /// The absolute tolerance, in the unit of the state: one number, or an array with one for each state.
    pub fn atol(mut self, atol: impl IntoTolerance) -> Self {
        self.options.atol = Some(atol.tolerance());
        self
    }

    /// Fixed steps of this length, positive also backwards in time; the last one is cut to the end. The error is not
    /// controlled.
    pub fn step_size(mut self, h: f64) -> Self {
        self.options.grid = Some(Grid::StepSize(h));
        self
    }

    /// Fixed steps between these times, which begin at the start and end at the end (torchdiffeq's
    /// `grid_constructor`). Methods without an error estimate otherwise step from one save time to the next.
    pub fn grid(mut self, times: &[f64]) -> Self {
        self.options.grid = Some(Grid::Times(times.to_vec()));
        self
    }

    /// The length of the first step, instead of a chosen one.
    pub fn first_step(mut self, h: f64) -> Self {
        self.options.first_step = Some(h);
        self
    }

    /// The least length of a step. A step that needs to be shorter is [`SolveError::StepTooSmall`]; one that is cut
    /// to a given time may be shorter.
    pub fn min_step(mut self, h: f64) -> Self {
        self.options.min_step = h;
        self
    }

    /// The greatest length of a step.
    pub fn max_step(mut self, h: f64) -> Self {
        self.options.max_step = h;
        self
    }

    /// How many steps may be tried in all; a million unless told otherwise.
    pub fn max_num_steps(mut self, count: usize) -> Self {
        self.options.max_num_steps = count;
        self
    }

    /// The factor by which the next step is shorter than the error allows; 0.9 unless told otherwise.
    pub fn safety(mut self, factor: f64) -> Self {
        self.options.safety = factor;
        self
    }

    /// The greatest growth from step to step; 10 unless told otherwise.
    pub fn ifactor(mut self, factor: f64) -> Self {
        self.options.ifactor = factor;
        self
    }

    /// The least ratio from step to step; 0.2 unless told otherwise.
    pub fn dfactor(mut self, factor: f64) -> Self {
        self.options.dfactor = factor;
        self
    }

    /// The law of the step size.
    pub fn controller(mut self, controller: Controller) -> Self {
        self.options.controller = controller;
        self
    }

    /// The norm of the error.
    pub fn norm(mut self, norm: Norm) -> Self {
        self.options.norm = norm;
        self
    }

    /// Times at which steps end.
    pub fn step_t(mut self, times: &[f64]) -> Self {
        self.options.step_t = times.to_vec();
        self
    }

    /// Times at which the right-hand side jumps: steps end there, and it is evaluated just before and just after.
    pub fn jump_t(mut self, times: &[f64]) -> Self {
        self.options.jump_t = times.to_vec();
        self
    }

    /// How states between the ends of steps are found.
    pub fn interp(mut self, interpolation: Interpolation) -> Self {
        self.options.interpolation = interpolation;
        self
    }

    /// Evaluates at the ends of every step just inside of it, for right-hand sides that jump on a fixed grid.
    pub fn perturb(mut self, perturb: bool) -> Self {
        self.options.perturb = perturb;
        self
    }

    /// Whether to keep the solution between save points, for [`Solution::at`]. Over a span that is so unless told
    /// otherwise, and without it only the two ends are kept; at save times it is not.
    pub fn dense(mut self, dense: bool) -> Self {
        self.options.dense = Some(dense);
        self
    }

    /// Solves from `y0`, the state at the first time, over a span `a..b` or through the times of a slice; time may run
    /// either way. The right-hand side is evaluated nowhere outside of the span.
    ///
    /// # Errors
    /// Wrong input before the first step; [`SolveError::StepTooSmall`], [`SolveError::TooManySteps`],
    /// [`SolveError::NonFiniteDerivative`] and [`SolveError::NonFiniteState`] with what was solved so far.
    pub fn solve<T: IntoTimes>(&self, y0: S::State, times: T) -> Result<Solution<S>, SolveError> {
        let flat = S::flatten(&y0);
        let plan = self.plan(&flat, times.times())?;
        let mut record = Record::new(&plan, &y0, Keep::Nothing);
        let stats = drive(self.model, &self.method, &flat, &plan, &mut record)?;
        let (states, dense) = (record.states, record.dense);
        Ok(Solution::new(plan.save, states, stats, dense))
    }

    /// Solves as [`solve`](Self::solve) does, and returns what turns cotangents of the saved states into gradients.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn solve_with_pullback<T: IntoTimes>(
        &self,
        y0: S::State,
        times: T,
    ) -> Result<WithPullback<S, M, A>, SolveError> {
        let flat = S::flatten(&y0);
        let mut plan = self.plan(&flat, times.times())?;
        let asked_for_dense = plan.dense;
        plan.dense |= A::KEEPS_DENSE;
        if A::STOPS_AT_SAVES {
            plan.stop_at_saves();
        }
        let mut record = Record::new(&plan, &y0, self.adjoint.keeps()?);
        let stats = drive(self.model, &self.method, &flat, &plan, &mut record)?;
        let (states, dense, tape) = (record.states, record.dense, record.tape);
        let mut forward = Forward {
            model: self.model.clone(),
            method: self.method,
            options: self.options.clone(),
            states: states.iter().map(S::flatten).collect(),
            tape,
            dense: if A::KEEPS_DENSE { dense.clone() } else { None },
            plan,
        };
        let kept = self.adjoint.solve_again(&mut forward)?;
        let states = forward.states.iter().map(S::unflatten).collect();
        let dense = if asked_for_dense && !A::STOPS_AT_SAVES { dense } else { None };
        let solution = Solution::new(forward.plan.save.clone(), states, stats, dense);
        Ok((solution, Pullback::new(forward, self.adjoint.clone(), kept)))
    }

    /// A loss of the saved states with its gradient by parameters, initial state and times. `loss` gets the saved
    /// states and fills one cotangent for each, its derivative by that state; they arrive as zeros.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and [`SolveError::NonFiniteCotangent`].
    pub fn gradient<T: IntoTimes>(
        &self,
        y0: S::State,
        times: T,
        loss: impl FnOnce(&[S::State], &mut [S::State]) -> S::Real,
    ) -> Result<LossGradient<S>, SolveError> {
        let (solution, pullback) = self.solve_with_pullback(y0, times)?;
        let mut cotangents = vec![zero_state::<S>(solution.states()); solution.states().len()];
        let loss = loss(solution.states(), &mut cotangents);
        let gradient = pullback.apply(&cotangents)?;
        Ok(LossGradient::new(loss, gradient, solution))
    }

    /// Solves at save times, and differentiates the saved states by the initial state and all parameters in forward mode:
    /// for few parameters, and for Gauss-Newton methods, which want each residual's derivative.
    ///
    /// The cost grows with the number of states and parameters, four of them at a time.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use ode_runtime::{SolveError, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let sensitivities = Decay { rate: 0.5 }.solver().solve_sensitivities(3.0, &[0.0, 1.0, 2.0])?;
    /// let by_y0 = sensitivities.by_y0(2)[0];
    /// let by_rate = sensitivities.by_params(2)[0];
    /// assert!((by_y0 - (-1.0f64).exp()).abs() < 1e-7);
    /// assert!((by_rate + 2.0 * 3.0 * (-1.0f64).exp()).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn solve_sensitivities<T: IntoTimes>(
        &self,
        y0: S::State,
        times: T,
    ) -> Result<Sensitivities<S>, SolveError> {
        let flat = S::flatten(&y0);
        let plan = self.plan(&flat, times.times())?;
        let mut record = Record::new(&plan, &y0, Keep::Times);
        let stats = drive(self.model, &self.method, &flat, &plan, &mut record)?;
        let (states, dense, tape) = (record.states, record.dense, record.tape);
        let tape = tape.unwrap_or_else(|| unreachable!("the steps were kept"));
        let columns = adjoint::columns(&self.method, &plan, &tape, &flat);
        let count = crate::space::Space::len(&flat);
        Ok(Sensitivities::new(Solution::new(plan.save, states, stats, dense), columns, count))
    }

    fn plan(&self, y0: &S::Vector<S::Real>, times: Times<'_>) -> Result<Plan<S>, SolveError> {
        Plan::new(self.model, y0, self.method.tableau(), times, &self.options)
    }
}

fn zero_state<S: Model>(states: &[S::State]) -> S::State {
    let zero = crate::space::Space::like(&S::flatten(&states[0]), <S::Real as Real>::from_f64(0.0));
    S::unflatten(&zero)
}
