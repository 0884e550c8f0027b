//! The adjoint equations: λ' = -f_yᵀ λ and p̄' = -f_pᵀ λ, solved from the end of a span to its start.

use std::marker::PhantomData;

use super::forward::Flat;
use crate::dense::DenseOutput;
use crate::number::{Lane, Real, Single};
use crate::space::{Pair, Space};
use crate::system::{Dynamics, Model, System};

/// A model whose states are flat vectors of an adjoint: `State` says which.
macro_rules! adjoint_model {
    ($(#[$doc:meta])* $Name:ident<$S:ident>, |$L:ident| $Vector:ty, |$from:ident, $number:ident| $vector:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(super) struct $Name<$S> {
            pub(super) model: $S,
        }

        impl<$S: System> Model for $Name<$S> {
            type Real = $S::Real;
            type State = Flattened<Self::Vector<$S::Real>>;
            type Vector<$L: Lane> = $Vector;
            type Parameters<$L: Lane> = $S::Parameters<$L>;
            type StateNames = [&'static str; 0];
            type ParameterNames = $S::ParameterNames;
            const STATES: Self::StateNames = [];
            const PARAMETERS: Self::ParameterNames = $S::PARAMETERS;

            #[inline(always)]
            fn convert<A: Lane, B: Lane>(
                $from: &Self::Vector<A>,
                #[allow(unused_mut)] mut $number: impl FnMut(A) -> B,
            ) -> Self::Vector<B> {
                $vector
            }

            #[inline(always)]
            fn convert_parameters<A: Lane, B: Lane>(
                from: &Self::Parameters<A>,
                number: impl FnMut(A) -> B,
            ) -> Self::Parameters<B> {
                $S::convert_parameters(from, number)
            }

            fn parameters(&self) -> $S::Parameters<$S::Real> {
                self.model.parameters()
            }

            fn from_parameters(flat: &$S::Parameters<$S::Real>) -> Self {
                Self { model: $S::from_parameters(flat) }
            }

            fn flatten(state: &Self::State) -> Self::Vector<$S::Real> {
                state.0.clone()
            }

            fn unflatten(flat: &Self::Vector<$S::Real>) -> Self::State {
                Flattened(flat.clone())
            }
        }
    };
}

/// A flat vector as the state of a model.
#[derive(Clone)]
pub(super) struct Flattened<V>(pub(super) V);

impl<V> std::fmt::Debug for Flattened<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flattened")
    }
}

adjoint_model! {
    /// States (y, λ), p̄: the solution is solved backwards along with its adjoint.
    Augmented<S>,
    |L| Pair<L, Pair<L, S::Vector<L>, S::Vector<L>>, S::Parameters<L>>,
    |from, number| {
        let y = S::convert(&from.first.first, &mut number);
        let lambda = S::convert(&from.first.second, &mut number);
        Pair::new(Pair::new(y, lambda), S::convert_parameters(&from.second, number))
    }
}

adjoint_model! {
    /// States λ, p̄: the solution is known.
    WithParameters<S>,
    |L| Pair<L, S::Vector<L>, S::Parameters<L>>,
    |from, number| {
        let lambda = S::convert(&from.first, &mut number);
        Pair::new(lambda, S::convert_parameters(&from.second, number))
    }
}

adjoint_model! {
    /// States λ alone.
    CotangentAlone<S>,
    |L| S::Vector<L>,
    |from, number| S::convert(from, number)
}

impl<S: System> Dynamics for Augmented<S> {
    type Model = Self;

    const INLINED: bool = S::INLINED;

    #[inline(always)]
    fn rhs<L: Single<Scalar = S::Real>>(
        &self,
        p: &S::Parameters<L>,
        t: f64,
        y: &<Self as Model>::Vector<L>,
        dy: &mut <Self as Model>::Vector<L>,
    ) {
        let t = L::constant(t);
        S::rhs(p, t, &y.first.first, &mut dy.first.first);
        adjoint_slopes::<S, L>(p, t, &y.first.first, &y.first.second, &mut dy.second, &mut dy.first.second);
    }
}

/// The adjoint along a solution that is known.
pub(super) struct Along<'a, S: System, A> {
    solution: &'a DenseOutput<Flat<S>>,
    adjoint: PhantomData<A>,
}

impl<'a, S: System, A> Along<'a, S, A> {
    /// `adjoint` says which states are solved for.
    pub(super) fn new(solution: &'a DenseOutput<Flat<S>>, _adjoint: &A) -> Self {
        Self { solution, adjoint: PhantomData }
    }
}

impl<S: System, A> Along<'_, S, A> {
    /// The state at `t`, which lies within the solution but for rounding.
    #[inline(always)]
    fn state<L: Single<Scalar = S::Real>>(&self, t: f64) -> S::Vector<L> {
        let y = self.solution.near::<S::Real>(t);
        S::vector(|i| L::splat(y[i]))
    }
}

impl<S: System> Dynamics for Along<'_, S, WithParameters<S>> {
    type Model = WithParameters<S>;

    const INLINED: bool = S::INLINED;

    #[inline(always)]
    fn rhs<L: Single<Scalar = S::Real>>(
        &self,
        p: &S::Parameters<L>,
        t: f64,
        y: &<WithParameters<S> as Model>::Vector<L>,
        dy: &mut <WithParameters<S> as Model>::Vector<L>,
    ) {
        let state = self.state(t);
        adjoint_slopes::<S, L>(p, L::constant(t), &state, &y.first, &mut dy.second, &mut dy.first);
    }
}

impl<S: System> Dynamics for Along<'_, S, CotangentAlone<S>> {
    type Model = CotangentAlone<S>;

    const INLINED: bool = S::INLINED;

    #[inline(always)]
    fn rhs<L: Single<Scalar = S::Real>>(
        &self,
        p: &S::Parameters<L>,
        t: f64,
        y: &S::Vector<L>,
        dy: &mut S::Vector<L>,
    ) {
        let state = self.state(t);
        let mut unused = S::parameter_vector(|_| L::constant(0.0));
        adjoint_slopes::<S, L>(p, L::constant(t), &state, y, &mut unused, dy);
    }
}

/// `p_slope` = -f_pᵀ λ, `slope` = -f_yᵀ λ
#[inline(always)]
fn adjoint_slopes<S: System, L: Lane<Scalar = S::Real>>(
    p: &S::Parameters<L>,
    t: L,
    y: &S::Vector<L>,
    lambda: &S::Vector<L>,
    p_slope: &mut S::Parameters<L>,
    slope: &mut S::Vector<L>,
) {
    for i in 0..p_slope.len() {
        p_slope[i] = L::constant(0.0);
    }
    S::vjp(p, t, y, lambda, p_slope, slope);
    for i in 0..p_slope.len() {
        p_slope[i] = -p_slope[i];
    }
    for i in 0..slope.len() {
        slope[i] = -slope[i];
    }
}

/// v · w
pub(super) fn dot<T: Real, V: Space<T>>(a: &V, b: &V) -> f64 {
    a.values().zip(b.values()).map(|(a, b)| (a * b).to_f64()).sum()
}

/// `sum` += `term`
pub(super) fn add<T: Lane, V: Space<T>>(sum: &mut V, term: &V) {
    for i in 0..sum.len() {
        sum[i] += term[i];
    }
}
