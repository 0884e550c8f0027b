//! Gradients of solves with events.

use std::fmt;

use super::discrete::gradient;
use super::event_step::{EventBar, EventBars};
use super::forward::Flat;
use super::{Adjoint, Discrete, Forward, Gradient, LossGradient};
use crate::event::{And, DifferentiableEvents, Ended};
use crate::method::Stepper;
use crate::number::{Real, Single, Task, dispatch};
use crate::solve::{IntoTimes, Record, Solution, SolveError, Solver, drive};
use crate::space::Space;
use crate::system::{Model, System, is_long};

/// The derivatives of a loss by an event: by its time, and by the states before and after it.
#[derive(Clone)]
pub struct EventCotangent<S: Model> {
    /// By the time.
    pub time: f64,
    /// By the state before.
    pub before: S::State,
    /// By the state after; where nothing was reset both are one state, and the two are added.
    pub after: S::State,
}

impl<S: Model> fmt::Debug for EventCotangent<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventCotangent")
            .field("time", &self.time)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish()
    }
}

/// What turns cotangents of the saved states and of the events into a gradient, by the discrete adjoint. The gradient is
/// that of the computed numbers, also through events and resets: the length of a step that ends at an event follows the
/// event, those of the others are held.
pub struct EventPullback<'a, S: System, M: Stepper, E> {
    forward: Forward<'a, S, M>,
    adjoint: Discrete,
    events: E,
    /// The number of events that happened.
    happened: usize,
    ended: Ended,
}

/// A solution, and what turns cotangents of its states and events into gradients.
type WithEventPullback<'a, S, M, B, F, R> = (Solution<S>, EventPullback<'a, S, M, And<B, F, R>>);

/// The gradient by the parameters of the events `E`.
type EventGradient<S, E> = Gradient<S, <E as DifferentiableEvents<S>>::Gradient>;

/// The same with the loss.
type EventLossGradient<S, E> = LossGradient<S, <E as DifferentiableEvents<S>>::Gradient>;

impl<'a, S: System, M: Stepper, B, F, R> Solver<'a, S, M, Discrete, And<B, F, R>> {
    /// Solves with events as [`solve`](Self::solve) does, and returns what turns cotangents of the saved states, and of
    /// the events' times and states, into gradients.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
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
    /// let (hit, pullback) =
    ///     ball.solver().until(Impact { floor: 0.0 }).solve_with_pullback([5.0, 0.0], 0.0..)?;
    /// assert!((hit.event().unwrap().time - 1.0).abs() < 1e-9);
    /// // The time is sqrt(2 (height - floor) / gravity).
    /// let gradient = pullback.apply_event(1.0, [0.0, 0.0])?;
    /// assert!((gradient.params.gravity + 0.05).abs() < 1e-9);
    /// assert!((gradient.y0[0] - 0.1).abs() < 1e-9);
    /// assert!((gradient.event.floor + 0.1).abs() < 1e-9);
    /// # Ok(())
    /// # }
    /// ```
    pub fn solve_with_pullback<T: IntoTimes>(
        &self,
        y0: S::State,
        times: T,
    ) -> Result<WithEventPullback<'a, S, M, B, F, R>, SolveError>
    where
        And<B, F, R>: DifferentiableEvents<S>,
    {
        let flat = S::flatten(&y0);
        let plan = self.plan(&flat, times.times())?;
        let keep = <Discrete as Adjoint<S, M>>::keeps(&self.adjoint)?;
        let mut record = Record::new(&plan, &y0, keep);
        let stats = drive(self.model, &self.method, &flat, &plan, self.observers(), &mut record)?;
        let (solution, tape) = record.finish(stats);
        let forward = self.forward(plan, &solution, tape, None);
        let (happened, ended) = (solution.events().len(), solution.ended());
        let pullback =
            EventPullback { forward, adjoint: self.adjoint, events: self.events.clone(), happened, ended };
        Ok((solution, pullback))
    }

    /// A loss of the saved states with its gradient by parameters, initial state, times, and the parameters of events and
    /// resets. `loss` gets the saved states, of which the last is that at the event that ended the solve, and fills one
    /// cotangent for each.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), [`SolveError::NonFiniteCotangent`] and [`SolveError::GrazingEvent`].
    pub fn gradient<T: IntoTimes>(
        &self,
        y0: S::State,
        times: T,
        loss: impl FnOnce(&[S::State], &mut [S::State]) -> S::Real,
    ) -> Result<EventLossGradient<S, And<B, F, R>>, SolveError>
    where
        And<B, F, R>: DifferentiableEvents<S>,
    {
        let (solution, pullback) = self.solve_with_pullback(y0, times)?;
        let mut cotangents = vec![pullback.zero(); solution.states().len()];
        let loss = loss(solution.states(), &mut cotangents);
        let gradient = pullback.apply(&cotangents)?;
        Ok(LossGradient::new(loss, gradient, solution))
    }
}

impl<S: System, M: Stepper, E: DifferentiableEvents<S>> EventPullback<'_, S, M, E> {
    fn zero(&self) -> S::State {
        S::unflatten(&self.forward.states[0].like(S::Real::from_f64(0.0)))
    }

    /// The gradient of the sum of `cotangents[i] · states[i]`: of a loss whose derivatives by the saved states they are.
    ///
    /// # Errors
    /// [`SolveError::CotangentCount`] unless there is one for each saved state, [`SolveError::NonFiniteCotangent`], and
    /// [`SolveError::GrazingEvent`] where the time of an event has no derivative.
    pub fn apply(&self, cotangents: &[S::State]) -> Result<EventGradient<S, E>, SolveError> {
        let nothing = EventCotangent { time: 0.0, before: self.zero(), after: self.zero() };
        self.apply_events(cotangents, &vec![nothing; self.happened])
    }

    /// The gradient of `time` · t + `state` · y, of the time t of the event that ended the solve and the state y there.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), and [`SolveError::NotEndedByEvent`].
    pub fn apply_event(&self, time: f64, state: S::State) -> Result<EventGradient<S, E>, SolveError> {
        if self.ended != Ended::ByEvent {
            return Err(SolveError::NotEndedByEvent);
        }
        let nothing = EventCotangent { time: 0.0, before: self.zero(), after: self.zero() };
        let mut events = vec![nothing; self.happened];
        if let Some(last) = events.last_mut() {
            (last.time, last.after) = (time, state);
        }
        self.apply_events(&vec![self.zero(); self.forward.times.len()], &events)
    }

    /// The gradient for cotangents of the saved states, one each, and of the events, one for each that
    /// [`Solution::events`] lists.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), and [`SolveError::EventCotangentCount`].
    pub fn apply_events(
        &self,
        cotangents: &[S::State],
        events: &[EventCotangent<S>],
    ) -> Result<EventGradient<S, E>, SolveError> {
        let cotangents = self.forward.check_cotangents(cotangents)?;
        if events.len() != self.happened {
            return Err(SolveError::EventCotangentCount { found: events.len(), happened: self.happened });
        }
        let mut bars = Vec::with_capacity(events.len());
        for (index, event) in events.iter().enumerate() {
            let (before, after) = (S::flatten(&event.before), S::flatten(&event.after));
            let numbers = before.values().chain(after.values()).map(Real::to_f64);
            if let Some(value) = numbers.chain([event.time]).find(|value| !value.is_finite()) {
                let what = format!("the cotangent of event {index} in `events()`");
                return Err(SolveError::NonFiniteInput { what, value });
            }
            bars.push(EventBar { time: event.time, before, after });
        }
        dispatch(PullBack { pullback: self, cotangents: &cotangents, bars: &bars })
    }
}

struct PullBack<'a, 'c, S: System, M: Stepper, E> {
    pullback: &'a EventPullback<'c, S, M, E>,
    cotangents: &'a [Flat<S>],
    bars: &'a [EventBar<Flat<S>>],
}

impl<S: System, M: Stepper, E: DifferentiableEvents<S>> Task<S::Real> for PullBack<'_, '_, S, M, E> {
    type Output = Result<EventGradient<S, E>, SolveError>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { pullback: EventPullback { forward, adjoint, events, ended, .. }, cotangents, bars } = self;
        let swept = adjoint.sweep::<S, M, L, ()>(forward, cotangents, (), |lanes| {
            let mut pulls = Vec::new();
            events.erase_pull::<L>(&mut pulls);
            let mut counts = Vec::new();
            events.parameters(&mut counts);
            let cotangents = bars
                .iter()
                .map(|bar| EventBar { time: bar.time, before: lanes(&bar.before), after: lanes(&bar.after) })
                .collect();
            let bars = counts.iter().map(|count| count.map(|count| vec![0.0; count])).collect();
            let holds_end = *ended != Ended::ByEvent && forward.plan.saves_last(&forward.times);
            Some(EventBars { pulls, cotangents, bars, holds_end, saved_at_end: None })
        })?;
        Ok(gradient(&swept, events.gradient(&swept.event_bars)))
    }
}
