//! Forward mode: the derivatives of the saved states, a few directions at a time.

use std::fmt;

use super::replay::replay;
use crate::method::Stepper;
use crate::number::{Lane, Pack, Real, Single, Task, dispatch};
use crate::solve::{Plan, Solution, Tape};
use crate::space::{Pair, Space};
use crate::system::{Model, System, is_long};

/// How many directions are computed side by side.
const LANES: usize = 4;

/// A solution with the derivatives of its saved states by the initial state and the parameters: exact derivatives of
/// the numbers that the solve returned, step sizes held.
#[derive(Clone)]
pub struct Sensitivities<S: Model> {
    solution: Solution<S>,
    /// For each save point the derivatives by each number of the initial state, then by each parameter.
    columns: Vec<Vec<S::State>>,
    states: usize,
}

impl<S: Model> Sensitivities<S> {
    pub(crate) fn new(solution: Solution<S>, columns: Vec<Vec<S::State>>, states: usize) -> Self {
        Self { solution, columns, states }
    }

    /// The solution.
    #[must_use]
    pub fn solution(&self) -> &Solution<S> {
        &self.solution
    }

    /// The derivative of the state at save point `save` by each number of the initial state, in the order of `STATES`;
    /// empty where there is no such save point.
    #[must_use]
    pub fn by_y0(&self, save: usize) -> &[S::State] {
        self.columns.get(save).map_or(&[], |columns| &columns[..self.states])
    }

    /// The derivative of the state at save point `save` by each parameter, in the order of `PARAMETERS`; empty where
    /// there is no such save point.
    #[must_use]
    pub fn by_params(&self, save: usize) -> &[S::State] {
        self.columns.get(save).map_or(&[], |columns| &columns[self.states..])
    }
}

impl<S: Model> fmt::Debug for Sensitivities<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sensitivities")
            .field("solution", &self.solution)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// The columns for each save point.
pub(crate) fn columns<S: System, M: Stepper>(
    method: &M,
    plan: &Plan<S>,
    tape: &Tape<S::Vector<S::Real>>,
    y0: &S::Vector<S::Real>,
) -> Vec<Vec<S::State>> {
    dispatch(Tangents { method, plan, tape, y0 })
}

struct Tangents<'a, S: System, M> {
    method: &'a M,
    plan: &'a Plan<S>,
    tape: &'a Tape<S::Vector<S::Real>>,
    y0: &'a S::Vector<S::Real>,
}

/// A state and its tangents, one in each lane.
type Linearized<S, L> = Pair<L, <S as Model>::Vector<L>, <S as Model>::Vector<L>>;

impl<S: System, M: Stepper> Task<S::Real> for Tangents<'_, S, M> {
    type Output = Vec<Vec<S::State>>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let count = self.y0.len() + self.plan.parameters.len();
        let mut columns = vec![Vec::with_capacity(count); 1 + self.tape.saves.len()];
        for first in (0..count).step_by(LANES) {
            self.directions(first, (count - first).min(LANES), &mut columns);
        }
        columns
    }
}

impl<S: System, M: Stepper> Tangents<'_, S, M> {
    /// Adds the columns of `width` directions, beginning with this one.
    #[inline(always)]
    fn directions(&self, first: usize, width: usize, columns: &mut [Vec<S::State>]) {
        let Self { method, plan, tape, y0 } = *self;
        let splat = <Pack<LANES, S::Real> as Lane>::splat;
        let unit = |place: usize| {
            Pack(std::array::from_fn(|lane| S::Real::from_f64(f64::from(u8::from(first + lane == place)))))
        };
        let p = S::parameter_vector(|i| splat(plan.parameters[i]));
        let p_dot = S::parameter_vector(|i| unit(y0.len() + i));
        let zero = Pack::constant(0.0);
        let rhs = |t: f64,
                   y: &Linearized<S, Pack<LANES, S::Real>>,
                   dy: &mut Linearized<S, Pack<LANES, S::Real>>| {
            let t = Pack::constant(t);
            S::rhs(&p, t, &y.first, &mut dy.first);
            S::jvp(&p, t, &y.first, &p_dot, zero, &y.second, &mut dy.second);
        };
        let mut keep = |save: usize, tangents: &S::Vector<Pack<LANES, S::Real>>| {
            for lane in 0..width {
                columns[save].push(S::unflatten(&S::vector(|i| tangents[i].0[lane])));
            }
        };

        let start = Pair::new(S::vector(|i| splat(y0[i])), S::vector(unit));
        replay(rhs, method, &plan.weights, tape, start, |save, y| keep(save, &y.second));
    }
}
