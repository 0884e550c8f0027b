//! The events of a solver, as a list of types.

use std::marker::PhantomData;

use super::Direction;
use super::function::EventFunction;
use super::reset::ResetMap;
use super::track::{Samples, Tracker};
use crate::number::Single;
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

/// An event that ends the solve.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Until<E>(pub(crate) E);

/// An event that is noted.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Noted<E>(pub(crate) E);

/// An event at which the state changes.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Resetting<E, R>(pub(crate) E, pub(crate) R);

/// Events, and one more.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct And<A, W>(pub(crate) A, pub(crate) W);

/// An event, and what happens at it.
#[doc(hidden)]
pub trait Watched<S: Model> {
    /// The event.
    type Event: EventFunction<S>;
    /// What happens.
    const ACTION: Action;

    /// The event.
    fn event(&self) -> &Self::Event;

    /// The state after it.
    fn after<L: Single<Scalar = S::Real>>(&self, _t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        y.clone()
    }
}

macro_rules! watched {
    ($Type:ident, $action:ident) => {
        impl<S: Model, E: EventFunction<S>> Watched<S> for $Type<E> {
            type Event = E;
            const ACTION: Action = Action::$action;

            #[inline(always)]
            fn event(&self) -> &E {
                &self.0
            }
        }
    };
}
watched!(Until, End);
watched!(Noted, Note);

impl<S: Model, E: EventFunction<S>, R: ResetMap<S>> Watched<S> for Resetting<E, R> {
    type Event = E;
    const ACTION: Action = Action::Reset;

    #[inline(always)]
    fn event(&self) -> &E {
        &self.0
    }

    fn after<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        self.1.reset::<L>(t, y)
    }
}

/// The events of a solver, in the order in which they were given.
#[doc(hidden)]
pub trait Events<S: Model> {
    /// How many.
    const COUNT: usize;

    /// Whether none of them can have happened in a step, as far as a quick look tells.
    fn quiet<L: Single<Scalar = S::Real>>(
        &self,
        trackers: &mut [Tracker],
        samples: &Samples<'_, S::Vector<L>>,
    ) -> bool;

    /// Each of them behind a pointer, for when something happens.
    fn erase<'e, L: Single<Scalar = S::Real>>(&'e self, probes: &mut Vec<Box<dyn Probe<S::Vector<L>> + 'e>>);
}

impl<S: Model> Events<S> for () {
    const COUNT: usize = 0;

    #[inline(always)]
    fn quiet<L: Single<Scalar = S::Real>>(&self, _: &mut [Tracker], _: &Samples<'_, S::Vector<L>>) -> bool {
        true
    }

    fn erase<'e, L: Single<Scalar = S::Real>>(&'e self, _: &mut Vec<Box<dyn Probe<S::Vector<L>> + 'e>>) {}
}

impl<S: Model, A: Events<S>, W: Watched<S>> Events<S> for And<A, W> {
    const COUNT: usize = A::COUNT + 1;

    #[inline(always)]
    fn quiet<L: Single<Scalar = S::Real>>(
        &self,
        trackers: &mut [Tracker],
        samples: &Samples<'_, S::Vector<L>>,
    ) -> bool {
        let own = trackers[A::COUNT].quiet::<S, L, _>(self.1.event(), samples);
        self.0.quiet::<L>(trackers, samples) && own
    }

    fn erase<'e, L: Single<Scalar = S::Real>>(&'e self, probes: &mut Vec<Box<dyn Probe<S::Vector<L>> + 'e>>) {
        self.0.erase::<L>(probes);
        probes.push(Box::new(Erased { watched: &self.1, of: PhantomData::<fn() -> (S, L)> }));
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
    fn at_step_end(&self, y: &V, dy: &V) -> Option<bool>;
    fn after(&self, t: f64, y: &V) -> V;
}

struct Erased<'e, W, O> {
    watched: &'e W,
    of: PhantomData<O>,
}

impl<S: Model, L: Single<Scalar = S::Real>, W: Watched<S>> Probe<S::Vector<L>>
    for Erased<'_, W, fn() -> (S, L)>
{
    fn action(&self) -> Action {
        W::ACTION
    }

    fn direction(&self) -> Direction {
        self.watched.event().direction()
    }

    fn nth(&self) -> usize {
        self.watched.event().nth()
    }

    fn value(&self, t: f64, y: &S::Vector<L>) -> f64 {
        self.watched.event().value::<L>(t, y)
    }

    fn slope(&self, t: f64, y: &S::Vector<L>, dy: &S::Vector<L>, scale: f64) -> f64 {
        self.watched.event().slope::<L>(t, y, dy, scale)
    }

    fn at_step_end(&self, y: &S::Vector<L>, dy: &S::Vector<L>) -> Option<bool> {
        self.watched.event().at_step_end::<L>(y, dy)
    }

    fn after(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        self.watched.after::<L>(t, y)
    }
}
