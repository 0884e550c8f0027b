//! What the driver solves.

use super::{Model, System, is_long};
use crate::number::Single;

/// A right-hand side, as the driver sees it: that of a compiled system, or of the equations of its adjoint. Time stays
/// `f64` up to here.
pub(crate) trait Dynamics {
    /// What its states are.
    type Model: Model;

    /// Whether it is small enough to be compiled for the CPU features of its caller.
    const INLINED: bool;

    /// Whether it is solved with the widest registers of the CPU, which are best for long vectors.
    const LONG: bool = is_long::<Self::Model>();

    /// `dy` = f(t, y, p)
    fn rhs<L: Single<Scalar = <Self::Model as Model>::Real>>(
        &self,
        p: &<Self::Model as Model>::Parameters<L>,
        t: f64,
        y: &<Self::Model as Model>::Vector<L>,
        dy: &mut <Self::Model as Model>::Vector<L>,
    );

    /// The name of a number of the state.
    fn component(&self, index: usize) -> String {
        component::<Self::Model>(index)
    }
}

/// The name of a number of the state; those of an adjoint have none.
#[cold]
#[inline(never)]
pub(crate) fn component<S: Model>(index: usize) -> String {
    S::STATES.as_ref().get(index).map_or_else(|| format!("adjoint state {index}"), |name| (*name).to_owned())
}

impl<S: System> Dynamics for S {
    type Model = S;

    const INLINED: bool = <S as System>::INLINED;

    #[inline(always)]
    fn rhs<L: Single<Scalar = S::Real>>(
        &self,
        p: &S::Parameters<L>,
        t: f64,
        y: &S::Vector<L>,
        dy: &mut S::Vector<L>,
    ) {
        <S as System>::rhs(p, L::constant(t), y, dy);
    }
}
