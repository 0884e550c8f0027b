//! The events of a solver, as its gradient needs them.

use std::marker::PhantomData;

use super::function::DifferentiableEvent;
use super::list::{And, Events};
use super::reset::DifferentiableReset;
use crate::number::Single;
use crate::system::Model;

/// The events of a solver, all with derivatives.
#[diagnostic::on_unimplemented(
    message = "an event or a reset of this solve has no gradient",
    label = "a closure among its events or resets cannot be differentiated",
    note = "write it as a function with `#[differentiable]`, and give its struct to the solver"
)]
#[doc(hidden)]
pub trait DifferentiableEvents<S: Model>: Events<S> + Clone {
    /// The derivatives by their parameters: of one event its struct, for a reset a pair with that of its map; of several a
    /// pair of those before and the last.
    type Gradient;

    /// The same with those of one more event.
    type With<G>;

    /// The numbers of parameters of each event and its reset.
    fn parameters(&self, counts: &mut Vec<[usize; 2]>);

    /// Each of them behind a pointer.
    fn erase_pull<'e, L: Single<Scalar = S::Real>>(
        &'e self,
        pulls: &mut Vec<Box<dyn Pull<S::Vector<L>> + 'e>>,
    );

    /// The derivatives, as the user gets them; the `bars` are those of each event and its reset.
    fn gradient(&self, bars: &[[Vec<f64>; 2]]) -> Self::Gradient;

    /// The derivatives with those of one more event; `bars` are without it.
    fn with<G>(&self, bars: &[[Vec<f64>; 2]], last: G) -> Self::With<G>;
}

impl<S: Model> DifferentiableEvents<S> for () {
    type Gradient = ();
    type With<G> = G;

    fn parameters(&self, _: &mut Vec<[usize; 2]>) {}

    fn erase_pull<'e, L: Single<Scalar = S::Real>>(&'e self, _: &mut Vec<Box<dyn Pull<S::Vector<L>> + 'e>>) {}

    fn gradient(&self, _: &[[Vec<f64>; 2]]) {}

    fn with<G>(&self, _: &[[Vec<f64>; 2]], last: G) -> G {
        last
    }
}

#[diagnostic::do_not_recommend]
impl<S, A, E, R> DifferentiableEvents<S> for And<A, E, R>
where
    S: Model,
    A: DifferentiableEvents<S>,
    E: DifferentiableEvent<S>,
    R: DifferentiableReset<S>,
{
    type Gradient = A::With<R::Gradient<E::Gradient>>;
    type With<G> = (Self::Gradient, G);

    fn parameters(&self, counts: &mut Vec<[usize; 2]>) {
        self.before.parameters(counts);
        counts.push([self.event.parameters(), self.reset.parameters()]);
    }

    fn erase_pull<'e, L: Single<Scalar = S::Real>>(
        &'e self,
        pulls: &mut Vec<Box<dyn Pull<S::Vector<L>> + 'e>>,
    ) {
        let Self { before, event, reset, .. } = self;
        before.erase_pull::<L>(pulls);
        pulls.push(Box::new(Erased { event, reset, of: PhantomData::<fn() -> (S, L)> }));
    }

    fn gradient(&self, bars: &[[Vec<f64>; 2]]) -> Self::Gradient {
        let (before, [by_event, by_reset]) = (&bars[..A::COUNT], &bars[A::COUNT]);
        let own = self.reset.gradient(self.event.gradient(by_event), by_reset);
        self.before.with(before, own)
    }

    fn with<G>(&self, bars: &[[Vec<f64>; 2]], last: G) -> (Self::Gradient, G) {
        (self.gradient(bars), last)
    }
}

/// An event of the list, going back.
#[doc(hidden)]
pub trait Pull<V> {
    /// As [`DifferentiableEvent::pull`].
    fn event(&self, t: f64, y: &V, y_bar: &mut V, q_bar: &mut [f64]) -> Option<f64>;
    /// The state after it.
    fn after(&self, t: f64, y: &V) -> V;
    /// As [`DifferentiableReset::pull`].
    fn pull_after(&self, t: f64, y: &V, v: &V, y_bar: &mut V, q_bar: &mut [f64]) -> f64;
    /// The event function.
    fn value(&self, t: f64, y: &V) -> f64;
}

struct Erased<'e, E, R, O> {
    event: &'e E,
    reset: &'e R,
    of: PhantomData<O>,
}

impl<S, L, E, R> Pull<S::Vector<L>> for Erased<'_, E, R, fn() -> (S, L)>
where
    S: Model,
    L: Single<Scalar = S::Real>,
    E: DifferentiableEvent<S>,
    R: DifferentiableReset<S>,
{
    fn event(&self, t: f64, y: &S::Vector<L>, y_bar: &mut S::Vector<L>, q_bar: &mut [f64]) -> Option<f64> {
        self.event.pull::<L>(t, y, y_bar, q_bar)
    }

    fn after(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        self.reset.reset::<L>(t, y)
    }

    fn pull_after(
        &self,
        t: f64,
        y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> f64 {
        self.reset.pull::<L>(t, y, v, y_bar, q_bar)
    }

    fn value(&self, t: f64, y: &S::Vector<L>) -> f64 {
        self.event.value::<L>(t, y)
    }
}
