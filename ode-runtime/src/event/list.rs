//! The events of a solver, as a list of types.

use std::marker::PhantomData;

use super::Direction;
use super::function::{EventFunction, noise};
use super::reset::{ResetMap, Stays};
use super::track::{End, Samples, Tracker};
use crate::number::{Real, Single};
use crate::solve::SolveError;
use crate::space::Space;
use crate::system::Model;

/// What happens at an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Action {
    /// The solve ends.
    End,
    /// It is noted.
    Note,
    /// The state changes.
    Reset,
}

/// The events before, and one more with what happens at it.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct And<A, E, R = Stays> {
    pub(crate) before: A,
    pub(crate) event: E,
    pub(crate) action: Action,
    pub(crate) reset: R,
}

/// The events of a solver, in the order in which they were given.
#[doc(hidden)]
pub trait Events<S: Model> {
    /// How many.
    const COUNT: usize;

    /// Whether none of them is near in a step.
    fn are_far<L: Single<Scalar = S::Real>>(
        &self,
        trackers: &mut [Tracker],
        end: &End<'_, S::Vector<L>>,
    ) -> bool;

    /// Whether none of them can have happened in a step, as far as some more values tell.
    fn keep_signs<L: Single<Scalar = S::Real>>(
        &self,
        trackers: &[Tracker],
        samples: &Samples<'_, S::Vector<L>>,
    ) -> bool;

    /// Each of them behind a pointer, for when something happens.
    fn erase<'e, L: Single<Scalar = S::Real>>(&'e self, probes: &mut Vec<Box<dyn Probe<S::Vector<L>> + 'e>>);

    /// Whether a solve can start with them.
    fn check(&self) -> Result<(), SolveError>;

    /// Whether one of them ends the solve.
    fn end(&self) -> bool;
}

impl<S: Model> Events<S> for () {
    const COUNT: usize = 0;

    #[inline(always)]
    fn are_far<L: Single<Scalar = S::Real>>(&self, _: &mut [Tracker], _: &End<'_, S::Vector<L>>) -> bool {
        true
    }

    #[inline(always)]
    fn keep_signs<L: Single<Scalar = S::Real>>(&self, _: &[Tracker], _: &Samples<'_, S::Vector<L>>) -> bool {
        true
    }

    fn erase<'e, L: Single<Scalar = S::Real>>(&'e self, _: &mut Vec<Box<dyn Probe<S::Vector<L>> + 'e>>) {}

    fn check(&self) -> Result<(), SolveError> {
        Ok(())
    }

    fn end(&self) -> bool {
        false
    }
}

impl<S: Model, A: Events<S>, E: EventFunction<S>, R: ResetMap<S>> Events<S> for And<A, E, R> {
    const COUNT: usize = A::COUNT + 1;

    #[inline(always)]
    fn are_far<L: Single<Scalar = S::Real>>(
        &self,
        trackers: &mut [Tracker],
        end: &End<'_, S::Vector<L>>,
    ) -> bool {
        let own = trackers[A::COUNT].is_far::<S, L, _>(&self.event, end);
        self.before.are_far::<L>(trackers, end) & own
    }

    #[inline(always)]
    fn keep_signs<L: Single<Scalar = S::Real>>(
        &self,
        trackers: &[Tracker],
        samples: &Samples<'_, S::Vector<L>>,
    ) -> bool {
        self.before.keep_signs::<L>(trackers, samples)
            && trackers[A::COUNT].keeps_sign::<S, L, _>(&self.event, samples)
    }

    fn erase<'e, L: Single<Scalar = S::Real>>(&'e self, probes: &mut Vec<Box<dyn Probe<S::Vector<L>> + 'e>>) {
        let Self { before, event, action, reset } = self;
        before.erase::<L>(probes);
        probes.push(Box::new(Erased { event, action: *action, reset, of: PhantomData::<fn() -> (S, L)> }));
    }

    fn check(&self) -> Result<(), SolveError> {
        self.before.check()?;
        self.event.check(A::COUNT)?;
        self.reset.check(A::COUNT)
    }

    fn end(&self) -> bool {
        self.action == Action::End || self.before.end()
    }
}

/// An event of the list, when something happens.
#[doc(hidden)]
pub trait Probe<V> {
    fn action(&self) -> Action;
    fn direction(&self) -> Direction;
    fn nth(&self) -> usize;
    fn value(&self, t: f64, y: &V) -> f64;
    fn slope(&self, t: f64, y: &V, dy: &V, scale: f64) -> f64;
    /// g_t alone.
    fn slope_by_time(&self, t: f64, y: &V, scale: f64) -> f64;
    fn at_step_end(&self, y: &V, dy: &V) -> Option<bool>;
    /// How much the rounding of the numbers of the state changes the function.
    fn noise(&self, t: f64, y: &V) -> f64;
    /// The spacing at 1 of the numbers of the state, and of those that the function gets as time.
    fn epsilons(&self) -> (f64, f64);
    fn after(&self, t: f64, y: &V) -> V;
}

struct Erased<'e, E, R, O> {
    event: &'e E,
    action: Action,
    reset: &'e R,
    of: PhantomData<O>,
}

impl<S, L, E, R> Probe<S::Vector<L>> for Erased<'_, E, R, fn() -> (S, L)>
where
    S: Model,
    L: Single<Scalar = S::Real>,
    E: EventFunction<S>,
    R: ResetMap<S>,
{
    fn action(&self) -> Action {
        self.action
    }

    fn direction(&self) -> Direction {
        self.event.direction()
    }

    fn nth(&self) -> usize {
        self.event.nth()
    }

    fn value(&self, t: f64, y: &S::Vector<L>) -> f64 {
        self.event.value::<L>(t, y)
    }

    fn slope(&self, t: f64, y: &S::Vector<L>, dy: &S::Vector<L>, scale: f64) -> f64 {
        self.event.slope::<L>(t, y, dy, scale)
    }

    fn at_step_end(&self, y: &S::Vector<L>, dy: &S::Vector<L>) -> Option<bool> {
        self.event.at_step_end::<L>(y, dy)
    }

    fn slope_by_time(&self, t: f64, y: &S::Vector<L>, scale: f64) -> f64 {
        self.event.slope::<L>(t, y, &y.like(L::constant(0.0)), scale)
    }

    fn noise(&self, t: f64, y: &S::Vector<L>) -> f64 {
        noise::<S, L>(|y| self.event.value::<L>(t, y), y)
    }

    fn epsilons(&self) -> (f64, f64) {
        (S::Real::EPSILON, E::TIME_EPSILON)
    }

    fn after(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        self.reset.reset::<L>(t, y)
    }
}
