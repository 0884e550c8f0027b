//! Backsolve: the solution solved once more, backwards, with its adjoint.

use super::continuous::{Augmented, Flattened, add, dot};
use super::forward::Flat;
use super::{Adjoint, Forward, Gradient};
use crate::control::Norm;
use crate::method::Stepper;
use crate::number::{Lane, Real};
use crate::solve::{Grid, Keep, Options, Plan, Record, SolveError, Times, Tolerance, drive};
use crate::space::{Pair, Space};
use crate::system::{Dynamics, Model, System};

/// The continuous adjoint of torchdiffeq's `odeint_adjoint`: from each save point back to the one before, y, λ and p̄
/// are solved together, and y is set to the saved state again.
///
/// Memory does not grow with the number of steps. The gradient is approximate: its error follows the tolerance of the
/// backward solve, and where the system contracts, y cannot be solved backwards and the gradient is lost; take
/// [`Discrete`](super::Discrete) or [`Interpolating`](super::Interpolating) there.
///
/// Chen, Rubanova, Bettencourt, Duvenaud, *Neural Ordinary Differential Equations*, NeurIPS 2018; the seminorm is that
/// of Kidger, Chen, Lyons, *"Hey, that's not an ODE"*, ICML 2021.
#[derive(Debug, Clone)]
pub struct Backsolve<N = SameMethod> {
    pub(super) backward: Backward<N>,
    seminorm: bool,
}

/// The method of the forward solve.
#[derive(Debug, Clone, Copy, Default)]
pub struct SameMethod;

/// What can be the method of a backward solve: that of the forward one, or another.
pub trait BackwardMethod<M: Stepper>: Clone {
    /// The method.
    type Method: Stepper;

    /// The method, where the forward solve is by `forward`.
    fn choose(&self, forward: M) -> Self::Method;
}

impl<M: Stepper> BackwardMethod<M> for SameMethod {
    type Method = M;

    fn choose(&self, forward: M) -> M {
        forward
    }
}

impl<M: Stepper, N: Stepper> BackwardMethod<M> for N {
    type Method = N;

    fn choose(&self, _: M) -> N {
        *self
    }
}

/// The options that a backward solve has of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Backward<N> {
    pub(super) method: N,
    pub(super) rtol: Option<f64>,
    pub(super) atol: Option<f64>,
}

/// The options of a backward solve as methods of an adjoint.
macro_rules! backward_options {
    ($Adjoint:ident { $($rest:ident),* }) => {
        // For this method alone, so that `default()` says which.
        impl Default for $Adjoint {
            fn default() -> Self {
                Self { backward: Default::default(), $($rest: Default::default()),* }
            }
        }

        impl<N> $Adjoint<N> {
            /// The method of the backward solve; that of the forward solve unless told otherwise.
            #[must_use]
            pub fn method<O>(self, method: O) -> $Adjoint<O> {
                let super::backsolve::Backward { rtol, atol, .. } = self.backward;
                $Adjoint { backward: super::backsolve::Backward { method, rtol, atol }, $($rest: self.$rest),* }
            }

            /// The relative tolerance of the backward solve; that of the forward solve unless told otherwise, the
            /// smallest where it has one for each state.
            #[must_use]
            pub fn rtol(mut self, rtol: f64) -> Self {
                self.backward.rtol = Some(rtol);
                self
            }

            /// The absolute tolerance of the backward solve; that of the forward solve unless told otherwise, the
            /// smallest where it has one for each state.
            #[must_use]
            pub fn atol(mut self, atol: f64) -> Self {
                self.backward.atol = Some(atol);
                self
            }
        }
    };
}
pub(super) use backward_options;

backward_options! { Backsolve { seminorm } }

impl<N> Backsolve<N> {
    /// The norm of the errors of y, λ and p̄ for states of so many numbers.
    pub(super) fn norm(&self, states: usize) -> Norm {
        Norm::Blocks { state: states, counted: if self.seminorm { 2 * states } else { usize::MAX } }
    }

    /// Leaves p̄ out of the error: it is an integral, and no error of it grows. Fewer steps.
    #[must_use]
    pub fn seminorm(mut self) -> Self {
        self.seminorm = true;
        self
    }
}

impl<N> Backward<N> {
    /// The options of the solve from save point `index` back to the one before.
    pub(super) fn options(
        &self,
        forward: &Options,
        defaults: (f64, f64),
        index: usize,
        save: &[f64],
    ) -> Options {
        let own = |own: Option<f64>, forward: &Option<Tolerance>, default: f64| {
            Some(Tolerance::All(own.unwrap_or_else(|| forward.as_ref().map_or(default, Tolerance::smallest))))
        };
        let (from, to) = (save[index], save[index - 1]);
        let grid = forward.grid.as_ref().map(|grid| match grid {
            Grid::StepSize(h) => Grid::StepSize(*h),
            Grid::Times(times) => {
                let inside = times.iter().copied().filter(|t| (t - to) * (from - t) > 0.0);
                Grid::Times([from].into_iter().chain(inside.rev()).chain([to]).collect())
            }
        });
        Options {
            rtol: own(self.rtol, &forward.rtol, defaults.0),
            atol: own(self.atol, &forward.atol, defaults.1),
            grid,
            first_step: None,
            dense: Some(false),
            ..forward.clone()
        }
    }
}

impl<S: System, M: Stepper, N: BackwardMethod<M>> Adjoint<S, M> for Backsolve<N> {
    const KEEPS_DENSE: bool = false;

    type Kept = ();

    fn pull_back(
        &self,
        forward: &Forward<'_, S, M>,
        (): &(),
        cotangents: &[Flat<S>],
    ) -> Result<Gradient<S>, SolveError> {
        let model = Augmented { model: forward.model.clone() };
        let method = self.backward.method.choose(forward.method);
        let zero = S::Real::constant(0.0);
        let n = cotangents[0].len();
        let norm = self.norm(n);
        let p_bar = S::parameter_vector(|_| zero);
        let mut z = Pair::new(Pair::new(cotangents[0].clone(), cotangents[0].like(zero)), p_bar);
        let mut times = vec![0.0; cotangents.len()];
        for index in (1..cotangents.len()).rev() {
            times[index] = dot(&cotangents[index], &forward.slope(index));
            z.first.first.clone_from(&forward.states[index]);
            add(&mut z.first.second, &cotangents[index]);
            let options = self.backward.options(&forward.options, S::Real::TOLERANCES, index, &forward.times);
            z = solve_back(&model, &model, &method, z, forward, index, &Options { norm, ..options })?;
        }
        let Pair { first: Pair { second: mut lambda, .. }, second: p_bar, .. } = z;
        times[0] = -dot(&lambda, &forward.slope(0));
        add(&mut lambda, &cotangents[0]);
        Ok(Gradient { params: S::from_parameters(&p_bar), y0: S::unflatten(&lambda), times, event: () })
    }
}

/// The state of an adjoint at save point `index - 1`, from that at `index`.
pub(super) fn solve_back<S, A, D, M, N>(
    model: &A,
    dynamics: &D,
    method: &N,
    state: Flat<A>,
    forward: &Forward<'_, S, M>,
    index: usize,
    options: &Options,
) -> Result<Flat<A>, SolveError>
where
    S: System,
    A: Model<State = Flattened<Flat<A>>>,
    D: Dynamics<Model = A>,
    M: Stepper,
    N: Stepper,
{
    let times = [forward.times[index], forward.times[index - 1]];
    let plan = Plan::new(model, &state, method.tableau(), Times::Save(&times), options)?;
    let mut record = Record::new(&plan, &Flattened(state.clone()), Keep::Nothing);
    drive(dynamics, method, &state, &plan, forward.observers(), &mut record)?;
    record.went_through()?;
    Ok(record.states.pop().map_or(state, |last| last.0))
}
