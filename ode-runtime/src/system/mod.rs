//! What `#[ode]` and `#[differentiable]` implement.
//!
//! All functions take the parameters as a flat vector of lanes, so that a pack can hold a model in each lane. Arguments
//! are ordered as parameters `p`, time `t`, state `y`.

mod dynamics;
mod jacobian;

pub(crate) use dynamics::{Dynamics, component};
pub use jacobian::jacobian_by_columns;

use std::fmt::Debug;

use crate::number::{Lane, Real};
use crate::space::Space;

/// Whether vectors of the system's states are long.
pub(crate) const fn is_long<S: Model>() -> bool {
    <S::Vector<S::Real> as Space<S::Real>>::ON_HEAP
}

/// The data of a compiled function: its state and parameters, as the user has them and flat.
pub trait Model: Clone + Send + Sync + 'static {
    /// `f64` or `f32`.
    type Real: Real;
    /// The state as the user writes it: a number, an array, a tuple.
    type State: Clone + Debug + Send + Sync;
    /// A flat state.
    type Vector<L: Lane>: Space<L>;
    /// Flat parameters.
    type Parameters<L: Lane>: Space<L>;
    /// An array of a name for each number of the state.
    type StateNames: AsRef<[&'static str]>;
    /// An array of a name for each number of the parameters.
    type ParameterNames: AsRef<[&'static str]>;
    /// The name of each number of the state.
    const STATES: Self::StateNames;
    /// The name of each number of the parameters.
    const PARAMETERS: Self::ParameterNames;

    /// A flat state, number by number, for other lanes.
    fn convert<A: Lane, B: Lane>(from: &Self::Vector<A>, number: impl FnMut(A) -> B) -> Self::Vector<B>;
    /// Flat parameters, number by number, for other lanes.
    fn convert_parameters<A: Lane, B: Lane>(
        from: &Self::Parameters<A>,
        number: impl FnMut(A) -> B,
    ) -> Self::Parameters<B>;
    /// The parameters, flat.
    fn parameters(&self) -> Self::Parameters<Self::Real>;
    /// The model of these parameters.
    fn from_parameters(flat: &Self::Parameters<Self::Real>) -> Self;
    /// The numbers of a state, in order.
    fn flatten(state: &Self::State) -> Self::Vector<Self::Real>;
    /// The state of these numbers.
    fn unflatten(flat: &Self::Vector<Self::Real>) -> Self::State;
}

/// A model whose vectors have lengths that are known while compiling.
pub trait FixedLength: Model {
    /// A flat state with these elements.
    fn vector<L: Lane>(element: impl FnMut(usize) -> L) -> Self::Vector<L>;
    /// Flat parameters with these elements.
    fn parameter_vector<L: Lane>(element: impl FnMut(usize) -> L) -> Self::Parameters<L>;
}

/// A system of differential equations y' = f(t, y, p), made by `#[ode]`.
pub trait System: FixedLength {
    /// A matrix with a row for each number of the state.
    type Matrix<L: Lane>: AsRef<[Self::Vector<L>]> + AsMut<[Self::Vector<L>]>;
    /// Whether the functions below are small enough to be inlined everywhere, so that they are compiled for the CPU
    /// features of their caller.
    const INLINED: bool;
    /// The entries (row, column) of df/dy that are not zero by structure, sorted; `None` where they are not known,
    /// because loops of the system stayed loops.
    const JACOBIAN_PATTERN: Option<&'static [(usize, usize)]>;

    /// The right-hand side: `dy` = f(t, y, p).
    fn rhs<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        dy: &mut Self::Vector<L>,
    );

    /// The tangent of the right-hand side: `dy_dot` = f_p `p_dot` + f_t `t_dot` + f_y `y_dot`.
    fn jvp<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        p_dot: &Self::Parameters<L>,
        t_dot: L,
        y_dot: &Self::Vector<L>,
        dy_dot: &mut Self::Vector<L>,
    );

    /// The cotangents: `y_bar` = f_yᵀ `dy_bar`, `p_bar` += f_pᵀ `dy_bar`; returns f_t · `dy_bar`.
    fn vjp<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        dy_bar: &Self::Vector<L>,
        p_bar: &mut Self::Parameters<L>,
        y_bar: &mut Self::Vector<L>,
    ) -> L;

    /// The tangents of what [`vjp`](Self::vjp) returns, for second derivatives: `y_bar_dot` is that of `y_bar`,
    /// `p_bar_dot` += that of its sum; returns that of the derivative by time.
    #[allow(clippy::too_many_arguments)]
    fn vjp_jvp<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        dy_bar: &Self::Vector<L>,
        p_dot: &Self::Parameters<L>,
        t_dot: L,
        y_dot: &Self::Vector<L>,
        dy_bar_dot: &Self::Vector<L>,
        p_bar_dot: &mut Self::Parameters<L>,
        y_bar_dot: &mut Self::Vector<L>,
    ) -> L;

    /// The Jacobian: `jacobian[i][j]` = df_i/dy_j.
    fn jacobian<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        jacobian: &mut Self::Matrix<L>,
    );
}

/// A function g(t, y, p) of time, state and parameters of its own, made by `#[differentiable]`.
pub trait Function: FixedLength {
    /// The value as the user writes it: a number, an array, a tuple.
    type Output: Clone + Debug;
    /// A flat value.
    type Value<L: Lane>: Space<L>;

    /// A flat value with these elements.
    fn value_vector<L: Lane>(element: impl FnMut(usize) -> L) -> Self::Value<L>;

    /// The value of these numbers.
    fn output(flat: &Self::Value<Self::Real>) -> Self::Output;

    /// `dy` = g(t, y, p).
    fn evaluate<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        dy: &mut Self::Value<L>,
    );

    /// The tangent of the value: `dy_dot` = g_p `p_dot` + g_t `t_dot` + g_y `y_dot`.
    fn jvp<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        p_dot: &Self::Parameters<L>,
        t_dot: L,
        y_dot: &Self::Vector<L>,
        dy_dot: &mut Self::Value<L>,
    );

    /// The cotangents: `y_bar` = g_yᵀ `dy_bar`, `p_bar` += g_pᵀ `dy_bar`; returns g_t · `dy_bar`.
    fn vjp<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        dy_bar: &Self::Value<L>,
        p_bar: &mut Self::Parameters<L>,
        y_bar: &mut Self::Vector<L>,
    ) -> L;

    /// The tangents of what [`vjp`](Self::vjp) returns, for second derivatives: `y_bar_dot` is that of `y_bar`,
    /// `p_bar_dot` += that of its sum; returns that of the derivative by time.
    #[allow(clippy::too_many_arguments)]
    fn vjp_jvp<L: Lane<Scalar = Self::Real>>(
        p: &Self::Parameters<L>,
        t: L,
        y: &Self::Vector<L>,
        dy_bar: &Self::Value<L>,
        p_dot: &Self::Parameters<L>,
        t_dot: L,
        y_dot: &Self::Vector<L>,
        dy_bar_dot: &Self::Value<L>,
        p_bar_dot: &mut Self::Parameters<L>,
        y_bar_dot: &mut Self::Vector<L>,
    ) -> L;
}
