//! One step of a method, forwards and backwards.

use super::Tableau;
use crate::number::Lane;
use crate::space::Space;

/// What a step does at each of its stages, for which `place` says which it is: a closure, or a type whose method is always
/// inlined. That of a closure is only as large as LLVM likes; what is not inlined is compiled without the CPU features of
/// its caller.
pub trait AtStage<P, V> {
    /// Fills `to` from `from`.
    fn fill(&mut self, place: P, from: &V, to: &mut V);
}

impl<P, V, F: FnMut(P, &V, &mut V)> AtStage<P, V> for F {
    #[inline(always)]
    fn fill(&mut self, place: P, from: &V, to: &mut V) {
        self(place, from, to);
    }
}

/// A method of the Runge-Kutta family, as `tableau!` makes it: unrolled, zeros dropped.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a method",
    label = "not a method",
    note = "give a type such as `Tsit5`, or one by its name: `\"tsit5\".parse::<Method>()?`"
)]
pub trait Stepper: Copy + Send + Sync + 'static {
    /// A vector for each stage, the completion last.
    type Stages<V>: AsRef<[V]> + AsMut<[V]>;

    /// A vector for each extra stage, which dense output alone needs.
    type ExtraStages<V>: AsRef<[V]> + AsMut<[V]>;

    /// The coefficients.
    fn tableau(&self) -> &'static Tableau;

    /// A copy of `zero` for each stage.
    fn stages<V: Clone>(&self, zero: &V) -> Self::Stages<V>;

    /// A copy of `zero` for each extra stage.
    fn extra_stages<V: Clone>(&self, zero: &V) -> Self::ExtraStages<V>;

    /// From `k[0]` = f(t, y), fills the other working stages and `y1`. `rhs` gets the node in [0, 1] instead of a
    /// time, so that the caller says which time that is.
    fn advance<L: Lane, V: Space<L>>(
        &self,
        rhs: impl AtStage<f64, V>,
        h: L,
        y: &V,
        k: &mut Self::Stages<V>,
        y1: &mut V,
    );

    /// Fills `error` with the error estimate, divided by h; leaves it for a method without one.
    #[inline(always)]
    fn error<L: Lane, V: Space<L>>(&self, _k: &Self::Stages<V>, _error: &mut V) {}

    /// The same of the second estimate, for a method that has two.
    #[inline(always)]
    fn second_error<L: Lane, V: Space<L>>(&self, _k: &Self::Stages<V>, _error: &mut V) {}

    /// The transpose of [`advance`](Self::advance): `lambda` is the cotangent of `y1` and becomes that of `y`. The
    /// working stages of `k_bar` arrive with cotangents from elsewhere (dense output) and leave complete; `vjp` gets
    /// the stage, its `k_bar`, and fills `y_bar` = f_yᵀ `k_bar`.
    ///
    /// Formulas: Sandu, *On the properties of Runge-Kutta discrete adjoints*, ICCS 2006.
    fn transpose<L: Lane, V: Space<L>>(
        &self,
        vjp: impl AtStage<usize, V>,
        h: L,
        lambda: &mut V,
        k_bar: &mut Self::Stages<V>,
        y_bar: &mut Self::Stages<V>,
    );

    /// Fills the extra stages of a step from `y`, whose stages, the completion included, are all there. `point` is
    /// workspace.
    #[inline(always)]
    fn evaluate_extra<L: Lane, V: Space<L>>(
        &self,
        _rhs: impl FnMut(f64, &V, &mut V),
        _h: L,
        _y: &V,
        _k: &Self::Stages<V>,
        _extra: &mut Self::ExtraStages<V>,
        _point: &mut V,
    ) {
    }

    /// The transpose of [`evaluate_extra`](Self::evaluate_extra): `extra_bar` arrives with the cotangents that dense output
    /// gives to the extra stages, which pass them on to `k_bar` and to `y0_bar`, the cotangent of the start of the step;
    /// `vjp` is as in [`transpose`](Self::transpose), with the number of the extra stage.
    #[inline(always)]
    fn transpose_extra<L: Lane, V: Space<L>>(
        &self,
        _vjp: impl FnMut(usize, &V, &mut V),
        _h: L,
        _y0_bar: &mut V,
        _k_bar: &mut Self::Stages<V>,
        _extra_bar: &mut Self::ExtraStages<V>,
        _y_bar: &mut Self::ExtraStages<V>,
    ) {
    }
}
