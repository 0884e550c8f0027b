//! The events of a solver, as its gradient needs them.

use std::marker::PhantomData;

use super::function::DifferentiableEvent;
use super::list::{And, Events, Noted, Resetting, Until, Watched};
use super::reset::DifferentiableReset;
use crate::number::Single;
use crate::system::Model;

/// An event with what happens at it, both with derivatives.
#[doc(hidden)]
pub trait DifferentiableWatched<S: Model>: Watched<S> + Clone {
    /// The derivatives by the parameters of the event, and of the reset.
    type Gradient;

    /// The numbers of these parameters.
    fn parameters(&self) -> [usize; 2];

    /// As [`DifferentiableEvent::pull`].
    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> Option<f64>;

    /// As [`DifferentiableReset::pull`]; where nothing is reset, `y_bar` = `v`.
    fn pull_after<L: Single<Scalar = S::Real>>(
        &self,
        _t: f64,
        _y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        _q_bar: &mut [f64],
    ) -> f64 {
        y_bar.clone_from(v);
        0.0
    }

    /// The derivatives, as the user gets them.
    fn gradient(&self, bars: &[Vec<f64>; 2]) -> Self::Gradient;
}

macro_rules! differentiable {
    ($($Type:ident)*) => {$(
        impl<S: Model, E: DifferentiableEvent<S>> DifferentiableWatched<S> for $Type<E> {
            type Gradient = E::Gradient;

            fn parameters(&self) -> [usize; 2] {
                [self.0.parameters(), 0]
            }

            fn pull<L: Single<Scalar = S::Real>>(
                &self,
                t: f64,
                y: &S::Vector<L>,
                y_bar: &mut S::Vector<L>,
                q_bar: &mut [f64],
            ) -> Option<f64> {
                self.0.pull::<L>(t, y, y_bar, q_bar)
            }

            fn gradient(&self, bars: &[Vec<f64>; 2]) -> Self::Gradient {
                self.0.gradient(&bars[0])
            }
        }
    )*};
}
differentiable! { Until Noted }

impl<S, E, R> DifferentiableWatched<S> for Resetting<E, R>
where
    S: Model,
    E: DifferentiableEvent<S>,
    R: DifferentiableReset<S>,
{
    type Gradient = (E::Gradient, R::Gradient);

    fn parameters(&self) -> [usize; 2] {
        [self.0.parameters(), self.1.parameters()]
    }

    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> Option<f64> {
        self.0.pull::<L>(t, y, y_bar, q_bar)
    }

    fn pull_after<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> f64 {
        self.1.pull::<L>(t, y, v, y_bar, q_bar)
    }

    fn gradient(&self, bars: &[Vec<f64>; 2]) -> Self::Gradient {
        (self.0.gradient(&bars[0]), self.1.gradient(&bars[1]))
    }
}

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

    /// The numbers of parameters of each event and its reset.
    fn parameters(&self, counts: &mut Vec<[usize; 2]>);

    /// Each of them behind a pointer.
    fn erase_pull<'e, L: Single<Scalar = S::Real>>(
        &'e self,
        pulls: &mut Vec<Box<dyn Pull<S::Vector<L>> + 'e>>,
    );

    /// The derivatives, as the user gets them.
    fn gradient(&self, bars: &[[Vec<f64>; 2]]) -> Self::Gradient;
}

macro_rules! differentiable_list {
    ([$($rest:ident)*] $Before:ty, $Gradient:ty, |$list:ident, $bars:ident, $own:ident| $gradient:expr) => {
        #[diagnostic::do_not_recommend]
        impl<S, W, $($rest),*> DifferentiableEvents<S> for And<$Before, W>
        where
            S: Model,
            W: DifferentiableWatched<S>,
            $Before: DifferentiableEvents<S>,
        {
            type Gradient = $Gradient;

            fn parameters(&self, counts: &mut Vec<[usize; 2]>) {
                self.0.parameters(counts);
                counts.push(self.1.parameters());
            }

            fn erase_pull<'e, L: Single<Scalar = S::Real>>(
                &'e self,
                pulls: &mut Vec<Box<dyn Pull<S::Vector<L>> + 'e>>,
            ) {
                self.0.erase_pull::<L>(pulls);
                pulls.push(Box::new(Erased { watched: &self.1, of: PhantomData::<fn() -> (S, L)> }));
            }

            fn gradient(&self, $bars: &[[Vec<f64>; 2]]) -> Self::Gradient {
                let $list = self;
                let $own = $list.1.gradient(&$bars[$bars.len() - 1]);
                $gradient
            }
        }
    };
}
differentiable_list! { [] (), W::Gradient, |list, bars, own| own }
differentiable_list! {
    [A B] And<A, B>,
    (<And<A, B> as DifferentiableEvents<S>>::Gradient, W::Gradient),
    |list, bars, own| (list.0.gradient(&bars[..bars.len() - 1]), own)
}

impl<S: Model> DifferentiableEvents<S> for () {
    type Gradient = ();

    fn parameters(&self, _: &mut Vec<[usize; 2]>) {}

    fn erase_pull<'e, L: Single<Scalar = S::Real>>(&'e self, _: &mut Vec<Box<dyn Pull<S::Vector<L>> + 'e>>) {}

    fn gradient(&self, _: &[[Vec<f64>; 2]]) {}
}

/// An event of the list, going back.
#[doc(hidden)]
pub trait Pull<V> {
    fn event(&self, t: f64, y: &V, y_bar: &mut V, q_bar: &mut [f64]) -> Option<f64>;
    fn after(&self, t: f64, y: &V) -> V;
    fn pull_after(&self, t: f64, y: &V, v: &V, y_bar: &mut V, q_bar: &mut [f64]) -> f64;
    fn value(&self, t: f64, y: &V) -> f64;
    fn resets(&self) -> bool;
}

struct Erased<'e, W, O> {
    watched: &'e W,
    of: PhantomData<O>,
}

impl<S: Model, L: Single<Scalar = S::Real>, W: DifferentiableWatched<S>> Pull<S::Vector<L>>
    for Erased<'_, W, fn() -> (S, L)>
{
    fn event(&self, t: f64, y: &S::Vector<L>, y_bar: &mut S::Vector<L>, q_bar: &mut [f64]) -> Option<f64> {
        self.watched.pull::<L>(t, y, y_bar, q_bar)
    }

    fn after(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        self.watched.after::<L>(t, y)
    }

    fn pull_after(
        &self,
        t: f64,
        y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> f64 {
        self.watched.pull_after::<L>(t, y, v, y_bar, q_bar)
    }

    fn value(&self, t: f64, y: &S::Vector<L>) -> f64 {
        use super::function::EventFunction;
        self.watched.event().value::<L>(t, y)
    }

    fn resets(&self) -> bool {
        W::ACTION == super::list::Action::Reset
    }
}
