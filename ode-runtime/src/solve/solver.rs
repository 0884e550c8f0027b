//! The builder that a user gives a method and options.

use std::fmt;

use super::options::{Options, option_methods};
use super::times::{IntoTimes, Times};
use super::{Keep, Observers, Plan, Record, Solution, SolveError, TapeOf, drive};
use crate::adjoint::{self, Adjoint, Discrete, Forward, LossGradient, Pullback, Sensitivities};
use crate::callback::{Callback, Pass};
use crate::dense::DenseOutput;
use crate::event::{Action, And, Events, IntoEvent, IntoReset, Stays};
use crate::method::{Dopri5, Stepper};
use crate::number::Real;
use crate::system::{Model, System};

/// A solve of a model, before it starts: method, options, events.
///
/// The defaults are [`Dopri5`], rtol 1e-7 and atol 1e-9 (for `f32` systems 1e-5 and 1e-7), PI control.
#[derive(Clone)]
#[must_use = "a solver does nothing until `.solve()` is called"]
pub struct Solver<'a, S: System, M: Stepper = Dopri5, A = Discrete, E = ()> {
    pub(crate) model: &'a S,
    pub(crate) method: M,
    pub(crate) adjoint: A,
    pub(crate) options: Options,
    pub(crate) callback: Option<&'a dyn Callback>,
    pub(crate) events: E,
}

impl<S: System + fmt::Debug, M: Stepper + fmt::Debug, A, E> fmt::Debug for Solver<'_, S, M, A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Solver")
            .field("model", self.model)
            .field("method", &self.method)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A solution, and what turns cotangents of its states into gradients.
pub type WithPullback<'a, S, M, A> = (Solution<S>, Pullback<'a, S, M, A>);

/// A solver with one more event, and what happens at it.
type WithEvent<'a, S, M, A, E, F, R = Stays> = Solver<'a, S, M, A, And<E, F, R>>;

impl<'a, S: System> Solver<'a, S> {
    /// A solver with all defaults.
    pub fn new(model: &'a S) -> Self {
        Self {
            model,
            method: Dopri5,
            adjoint: Discrete::default(),
            options: Options::default(),
            callback: None,
            events: (),
        }
    }
}

impl<'a, S: System, M: Stepper, A, E> Solver<'a, S, M, A, E> {
    /// The method: a type such as `Tsit5`, or a [`Method`](crate::Method) chosen while running.
    pub fn method<N: Stepper>(self, method: N) -> Solver<'a, S, N, A, E> {
        let Self { model, adjoint, options, callback, events, .. } = self;
        Solver { model, method, adjoint, options, callback, events }
    }

    /// How gradients are found: [`Discrete`] unless told otherwise.
    pub fn adjoint<B: Adjoint<S, M>>(self, adjoint: B) -> Solver<'a, S, M, B, E> {
        let Self { model, method, options, callback, events, .. } = self;
        Solver { model, method, adjoint, options, callback, events }
    }

    fn with<F, R>(self, event: F, action: Action, reset: R) -> WithEvent<'a, S, M, A, E, F, R> {
        let Self { model, method, adjoint, options, callback, events } = self;
        let events = And { before: events, event, action, reset };
        Solver { model, method, adjoint, options, callback, events }
    }

    /// Ends the solve at the first zero of `event`; [`rising`](crate::rising), [`falling`](crate::falling) and
    /// [`nth`](crate::nth) say which zeros count. The last state of the solution is the one there, and
    /// [`Solution::event`] tells which event it was.
    ///
    /// `event` is the struct of a `#[differentiable]` function, or a closure, whose solve has no gradients.
    ///
    /// A function that is zero at the start is left before it counts. Of several events the first in time ends the
    /// solve; those at one time happen in the order in which they were given.
    ///
    /// ```
    /// use ode_runtime::{SolveError, differentiable, ode};
    ///
    /// #[ode]
    /// fn falling(_t: f64, [_height, velocity]: [f64; 2], gravity: f64) -> [f64; 2] { [velocity, -gravity] }
    ///
    /// #[differentiable]
    /// fn impact(_t: f64, [height, _velocity]: [f64; 2], floor: f64) -> f64 { height - floor }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let ball = Falling { gravity: 10.0 };
    /// let hit = ball.solver().until(Impact { floor: 0.0 }).solve([5.0, 0.0], 0.0..)?;
    /// assert!((hit.event().unwrap().time - 1.0).abs() < 1e-9);
    /// let high = ball.solver().until(|_t: f64, [height, _]: [f64; 2]| height - 2.0).solve([5.0, 0.0], 0.0..)?;
    /// assert!((high.last()[0] - 2.0).abs() < 1e-9);
    /// # Ok(())
    /// # }
    /// ```
    pub fn until<K, F: IntoEvent<S, K>>(self, event: F) -> WithEvent<'a, S, M, A, E, F::Event> {
        self.with(event.into_event(), Action::End, Stays)
    }

    /// Notes every zero of `event` in [`Solution::events`] and goes on; the steps are what they would be without it.
    pub fn record<K, F: IntoEvent<S, K>>(self, event: F) -> WithEvent<'a, S, M, A, E, F::Event> {
        self.with(event.into_event(), Action::Note, Stays)
    }

    /// Changes the state to `reset` of it at every zero of `event`, and goes on from there. A state saved at that very
    /// time is the one after.
    ///
    /// `reset` is the struct of a `#[differentiable]` function from time and state to a state, or a closure, whose solve
    /// has no gradients.
    ///
    /// ```
    /// use ode_runtime::{SolveError, differentiable, ode};
    ///
    /// #[ode]
    /// fn falling(_t: f64, [_height, velocity]: [f64; 2], gravity: f64) -> [f64; 2] { [velocity, -gravity] }
    ///
    /// #[differentiable]
    /// fn impact(_t: f64, [height, _velocity]: [f64; 2], floor: f64) -> f64 { height - floor }
    ///
    /// #[differentiable]
    /// fn bounce(_t: f64, [height, velocity]: [f64; 2], restitution: f64) -> [f64; 2] {
    ///     [height, -restitution * velocity]
    /// }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let ball = Falling { gravity: 10.0 };
    /// let bounces = Bounce { restitution: 0.8 };
    /// let flight = ball.solver().reset(Impact { floor: 0.0 }, bounces).solve([5.0, 0.0], 0.0..5.0)?;
    /// let speeds: Vec<f64> = flight.events().iter().map(|event| event.after[1]).collect();
    /// assert!((speeds[0] - 8.0).abs() < 1e-8 && (speeds[1] - 6.4).abs() < 1e-8);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset<K, F: IntoEvent<S, K>, L, R: IntoReset<S, L>>(
        self,
        event: F,
        reset: R,
    ) -> WithEvent<'a, S, M, A, E, F::Event, R::Map> {
        self.with(event.into_event(), Action::Reset, reset.into_reset())
    }

    /// What is called on every step, and may stop the solve; see [`Callback`].
    pub fn callback(mut self, callback: &'a dyn Callback) -> Self {
        self.callback = Some(callback);
        self
    }

    /// How many events may happen in all; 100,000 unless told otherwise.
    pub fn max_events(mut self, count: usize) -> Self {
        self.options.max_events = count;
        self
    }

    option_methods!();

    /// Whether to keep the solution between save points, for [`Solution::at`]. Over a span that is so unless told
    /// otherwise, and without it only the two ends are kept; at save times it is not.
    pub fn dense(mut self, dense: bool) -> Self {
        self.options.dense = Some(dense);
        self
    }
}

impl<'a, S: System, M: Stepper, A, E: Events<S>> Solver<'a, S, M, A, E> {
    /// Solves from `y0`, the state at the first time, over a span `a..b` or through the times of a slice; time may run
    /// either way. The right-hand side is evaluated nowhere outside of the span. The open range `a..` needs an event or a
    /// callback that ends the solve.
    ///
    /// # Errors
    /// Wrong input before the first step; [`SolveError::StepTooSmall`], [`SolveError::TooManySteps`],
    /// [`SolveError::NonFiniteDerivative`] and [`SolveError::NonFiniteState`] with what was solved so far. With events
    /// also [`SolveError::NoEvent`], [`SolveError::NonFiniteEvent`], [`SolveError::NonFiniteReset`],
    /// [`SolveError::TooManyEvents`] and [`SolveError::EventsPileUp`]; [`SolveError::OpenEnd`] where nothing could end an
    /// open span.
    pub fn solve<T: IntoTimes>(&self, y0: S::State, times: T) -> Result<Solution<S>, SolveError> {
        let flat = S::flatten(&y0);
        let plan = self.plan(&flat, times.times())?;
        let mut record = Record::new(&plan, &y0, Keep::Nothing);
        let stats = drive(self.model, &self.method, &flat, &plan, self.observers(), &mut record)?;
        Ok(record.finish(stats).0)
    }

    /// A solve that has been done, for its adjoint.
    pub(crate) fn forward(
        &self,
        plan: Plan<S>,
        solution: &Solution<S>,
        tape: Option<TapeOf<S>>,
        dense: Option<DenseOutput<S::Vector<S::Real>>>,
    ) -> Forward<'a, S, M> {
        Forward {
            model: self.model.clone(),
            method: self.method,
            options: self.options.clone(),
            callback: self.callback,
            times: solution.times().to_vec(),
            states: solution.states().iter().map(S::flatten).collect(),
            tape,
            dense,
            plan,
        }
    }

    pub(crate) fn observers(&self) -> Observers<'_, E> {
        Observers { events: &self.events, callback: self.callback, pass: Pass::Forward }
    }

    pub(crate) fn plan(&self, y0: &S::Vector<S::Real>, times: Times<'_>) -> Result<Plan<S>, SolveError> {
        let plan = Plan::new(self.model, y0, self.method.tableau(), times, &self.options)?;
        plan.check_observers(&self.events, self.callback)?;
        Ok(plan)
    }
}

impl<'a, S: System, M: Stepper, A: Adjoint<S, M>> Solver<'a, S, M, A> {
    /// Solves as [`solve`](Self::solve) does, and returns what turns cotangents of the saved states into gradients.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn solve_with_pullback<T: IntoTimes>(
        &self,
        y0: S::State,
        times: T,
    ) -> Result<WithPullback<'a, S, M, A>, SolveError> {
        let flat = S::flatten(&y0);
        let mut plan = self.plan(&flat, times.times())?;
        let asked_for_dense = plan.dense;
        plan.dense |= A::KEEPS_DENSE;
        if A::STOPS_AT_SAVES {
            plan.stop_at_saves();
        }
        let mut record = Record::new(&plan, &y0, self.adjoint.keeps()?);
        let stats = drive(self.model, &self.method, &flat, &plan, self.observers(), &mut record)?;
        let (mut solution, tape) = record.finish(stats);
        let dense = if A::KEEPS_DENSE { solution.dense.clone() } else { None };
        if !asked_for_dense || A::STOPS_AT_SAVES {
            solution.dense = None;
        }
        let mut forward = self.forward(plan, &solution, tape, dense);
        let kept = self.adjoint.solve_again(&mut forward)?;
        solution.states = forward.states.iter().map(S::unflatten).collect();
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
        let stats = drive(self.model, &self.method, &flat, &plan, self.observers(), &mut record)?;
        let (solution, tape) = record.finish(stats);
        let tape = tape.unwrap_or_else(|| unreachable!("the steps were kept"));
        let columns = adjoint::columns(&self.method, &plan, &tape, &flat);
        let count = crate::space::Space::len(&flat);
        Ok(Sensitivities::new(solution, columns, count))
    }
}

fn zero_state<S: Model>(states: &[S::State]) -> S::State {
    let zero = crate::space::Space::like(&S::flatten(&states[0]), <S::Real as Real>::from_f64(0.0));
    S::unflatten(&zero)
}
