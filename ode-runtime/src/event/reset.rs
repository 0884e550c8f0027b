//! What the state becomes at an event.

use crate::number::Single;
use crate::solve::SolveError;
use crate::system::Model;

/// A map y⁺ = r(t, y⁻) at an event.
#[doc(hidden)]
pub trait ResetMap<S: Model> {
    /// The state after the event.
    fn reset<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L>;

    /// Whether a solve can start with it at the event of this number.
    fn check(&self, _index: usize) -> Result<(), SolveError> {
        Ok(())
    }
}

/// A reset with a gradient.
#[doc(hidden)]
pub trait DifferentiableReset<S: Model>: ResetMap<S> + Clone {
    /// The derivatives by the parameters of its event, `G`, and by its own, as the user gets them.
    type Gradient<G>;

    /// The number of its parameters.
    fn parameters(&self) -> usize;

    /// `y_bar` = r_yᵀ `v`, `q_bar` += r_qᵀ `v`; returns r_t · `v`.
    fn pull<L: Single<Scalar = S::Real>>(
        &self,
        t: f64,
        y: &S::Vector<L>,
        v: &S::Vector<L>,
        y_bar: &mut S::Vector<L>,
        q_bar: &mut [f64],
    ) -> f64;

    /// The derivatives by the parameters.
    fn gradient<G>(&self, event: G, q_bar: &[f64]) -> Self::Gradient<G>;
}

/// What can be a reset: the struct of a `#[differentiable]` function from time and state to a state, or a closure
/// `|t: f64, y: State| -> State`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no reset of `{S}`",
    label = "not a map of this system's states",
    note = "a reset is the struct of a `#[differentiable]` function of the system's own time and state that returns a state, or a closure such as `|t: f64, [x, v]: [f64; 2]| [x, -v]` with its types written out, of which the time is always `f64`"
)]
pub trait IntoReset<S: Model, Kind> {
    /// The map.
    #[doc(hidden)]
    type Map: ResetMap<S>;

    /// The map.
    #[doc(hidden)]
    fn into_reset(self) -> Self::Map;
}

/// A closure.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Closure<F>(F);

impl<S: Model, F: Fn(f64, S::State) -> S::State> IntoReset<S, Closure<()>> for F {
    type Map = Closure<F>;

    fn into_reset(self) -> Closure<F> {
        Closure(self)
    }
}

/// That nothing changes.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Stays;

impl<S: Model> ResetMap<S> for Stays {
    fn reset<L: Single<Scalar = S::Real>>(&self, _t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        y.clone()
    }
}

impl<S: Model> DifferentiableReset<S> for Stays {
    type Gradient<G> = G;

    fn parameters(&self) -> usize {
        0
    }

    fn pull<L: Single<Scalar = S::Real>>(
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

    fn gradient<G>(&self, event: G, _q_bar: &[f64]) -> G {
        event
    }
}

impl<S: Model, F: Fn(f64, S::State) -> S::State> ResetMap<S> for Closure<F> {
    fn reset<L: Single<Scalar = S::Real>>(&self, t: f64, y: &S::Vector<L>) -> S::Vector<L> {
        let after = S::flatten(&(self.0)(t, S::unflatten(&S::convert(y, Single::get))));
        S::convert(&after, L::splat)
    }
}
