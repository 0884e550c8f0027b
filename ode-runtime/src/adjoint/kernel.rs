//! What a backward pass differentiates: a system, or a system along with its tangent.

use crate::number::{Lane, Real, Single};
use crate::space::{Pair, Space};
use crate::system::{Model, System};

/// A right-hand side and its transpose.
pub(crate) trait Kernel {
    /// How its numbers are computed with.
    type Lane: Single;
    /// A state.
    type State: Space<Self::Lane>;
    /// The cotangent of the parameters.
    type Parameters: Space<Self::Lane>;

    /// Whether derivatives by times are wanted.
    const BY_TIMES: bool = true;

    fn zero_state(&self) -> Self::State;

    fn zero_parameters(&self) -> Self::Parameters;

    /// `dy` = f(t, y)
    fn rhs(&self, t: f64, y: &Self::State, dy: &mut Self::State);

    /// `y_bar` = f_yᵀ v, `p_bar` += f_pᵀ v; returns f_t · v.
    fn vjp(
        &self,
        t: f64,
        y: &Self::State,
        v: &Self::State,
        p_bar: &mut Self::Parameters,
        y_bar: &mut Self::State,
    ) -> f64;

    /// Adds to `p_bar` what [`vjp`](Self::vjp) has put aside, if it does so.
    fn settle(&self, _p_bar: &mut Self::Parameters) {}

    /// The name of a number of the state.
    fn component(&self, index: usize) -> String;
}

/// A system with its parameters.
pub(crate) struct First<S: Model, L: Lane> {
    pub(crate) p: S::Parameters<L>,
}

impl<S: System, L: Single<Scalar = S::Real>> First<S, L> {
    #[inline(always)]
    pub(super) fn new(parameters: &S::Parameters<S::Real>) -> Self {
        Self { p: S::parameter_vector(|i| L::splat(parameters[i])) }
    }
}

impl<S: System, L: Single<Scalar = S::Real>> Kernel for First<S, L> {
    type Lane = L;
    type State = S::Vector<L>;
    type Parameters = S::Parameters<L>;

    #[inline(always)]
    fn zero_state(&self) -> Self::State {
        S::vector(|_| L::constant(0.0))
    }

    #[inline(always)]
    fn zero_parameters(&self) -> Self::Parameters {
        S::parameter_vector(|_| L::constant(0.0))
    }

    #[inline(always)]
    fn rhs(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        S::rhs(&self.p, L::constant(t), y, dy);
    }

    #[inline(always)]
    fn vjp(
        &self,
        t: f64,
        y: &Self::State,
        v: &Self::State,
        p_bar: &mut Self::Parameters,
        y_bar: &mut Self::State,
    ) -> f64 {
        S::vjp(&self.p, L::constant(t), y, v, p_bar, y_bar).get().to_f64()
    }

    fn component(&self, index: usize) -> String {
        S::STATES.as_ref()[index].to_owned()
    }
}

/// A system with its parameters and their tangent: states are (y, ẏ), cotangents (ȳ, its tangent).
pub(super) struct Second<S: Model, L: Lane> {
    pub(super) p: S::Parameters<L>,
    pub(super) p_dot: S::Parameters<L>,
}

impl<S: System, L: Single<Scalar = S::Real>> Kernel for Second<S, L> {
    type Lane = L;
    type State = Pair<L, S::Vector<L>, S::Vector<L>>;
    type Parameters = Pair<L, S::Parameters<L>, S::Parameters<L>>;

    fn zero_state(&self) -> Self::State {
        let zero = S::vector(|_| L::constant(0.0));
        Pair::new(zero.clone(), zero)
    }

    fn zero_parameters(&self) -> Self::Parameters {
        let zero = S::parameter_vector(|_| L::constant(0.0));
        Pair::new(zero.clone(), zero)
    }

    #[inline(always)]
    fn rhs(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        let (t, zero) = (L::constant(t), L::constant(0.0));
        S::rhs(&self.p, t, &y.first, &mut dy.first);
        S::jvp(&self.p, t, &y.first, &self.p_dot, zero, &y.second, &mut dy.second);
    }

    #[inline(always)]
    fn vjp(
        &self,
        t: f64,
        y: &Self::State,
        v: &Self::State,
        p_bar: &mut Self::Parameters,
        y_bar: &mut Self::State,
    ) -> f64 {
        let (t, zero) = (L::constant(t), L::constant(0.0));
        let slope = S::vjp(&self.p, t, &y.first, &v.first, &mut p_bar.first, &mut y_bar.first);
        let (p_bar_dot, y_bar_dot) = (&mut p_bar.second, &mut y_bar.second);
        S::vjp_jvp(
            &self.p,
            t,
            &y.first,
            &v.first,
            &self.p_dot,
            zero,
            &y.second,
            &v.second,
            p_bar_dot,
            y_bar_dot,
        );
        slope.get().to_f64()
    }

    fn component(&self, index: usize) -> String {
        let names = S::STATES;
        let names = names.as_ref();
        if index < names.len() {
            names[index].to_owned()
        } else {
            format!("the tangent of {}", names[index - names.len()])
        }
    }
}
