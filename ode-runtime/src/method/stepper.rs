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
pub trait Stepper: Copy + Send + Sync + 'static {
    /// A vector for each stage, the completion last.
    type Stages<V>: AsRef<[V]> + AsMut<[V]>;

    /// The coefficients.
    fn tableau(&self) -> &'static Tableau;

    /// A copy of `zero` for each stage.
    fn stages<V: Clone>(&self, zero: &V) -> Self::Stages<V>;

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

    /// Number `n` of the error estimate, divided by h; 0 for a method without one.
    fn error<L: Lane, V: Space<L>>(&self, k: &Self::Stages<V>, n: usize) -> L;

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
}
