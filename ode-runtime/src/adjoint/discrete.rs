//! The discrete adjoint: the exact gradient of the numbers that a solve returned.

use super::event_step::EventBars;
use super::forward::Flat;
use super::integrand::Integrand;
use super::kernel::{First, Kernel};
use super::sweep::{Sweep, Swept};
use super::{Adjoint, Forward, Gradient};
use crate::method::Stepper;
use crate::number::{Single, Task, dispatch};
use crate::solve::{Keep, SolveError};
use crate::system::{System, is_long};

/// The recorded steps, last to first, through the transposed tableau and the generated VJP: the exact gradient, with
/// the lengths of the steps held constant. The default.
///
/// Memory is a state for each step, or for each of so many checkpoints: what lies between is computed again, by the
/// schedule of Griewank and Walther (*Algorithm 799: revolve*, ACM TOMS 26, 2000), which needs the fewest steps for a
/// number of checkpoints. With 32 of them 10,000 steps are computed some 3.3 times more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discrete {
    checkpoints: Checkpoints,
}

/// How many states the discrete adjoint keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkpoints {
    /// That of every step.
    #[default]
    All,
    /// As many as the square root of the number of steps.
    SquareRoot,
    /// So many.
    Count(usize),
}

impl From<usize> for Checkpoints {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl Discrete {
    /// How many states are kept: a number, or [`Checkpoints::SquareRoot`].
    #[must_use]
    pub fn checkpoints(self, checkpoints: impl Into<Checkpoints>) -> Self {
        Self { checkpoints: checkpoints.into() }
    }
}

impl<S: System, M: Stepper> Adjoint<S, M> for Discrete {
    const KEEPS_DENSE: bool = false;

    type Kept = ();

    fn keeps(&self) -> Result<Keep, SolveError> {
        self.keep()
    }

    fn pull_back(
        &self,
        forward: &Forward<'_, S, M>,
        (): &(),
        cotangents: &[Flat<S>],
    ) -> Result<Gradient<S>, SolveError> {
        dispatch(PullBack { adjoint: *self, forward, cotangents })
    }
}

struct PullBack<'a, S: System, M: Stepper> {
    adjoint: Discrete,
    forward: &'a Forward<'a, S, M>,
    cotangents: &'a [Flat<S>],
}

impl<S: System, M: Stepper> Task<S::Real> for PullBack<'_, S, M> {
    type Output = Result<Gradient<S>, SolveError>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let swept = self.adjoint.sweep::<S, M, L, ()>(self.forward, self.cotangents, (), |_| None)?;
        Ok(gradient(&swept, ()))
    }
}

impl Discrete {
    /// The backward pass, with an integrand or `()`, and with events or none.
    #[inline(always)]
    pub(super) fn sweep<'e, S, M, L, I>(
        self,
        forward: &Forward<'_, S, M>,
        cotangents: &[Flat<S>],
        integrand: I,
        events: impl FnOnce(&dyn Fn(&Flat<S>) -> S::Vector<L>) -> Option<EventBars<'e, First<S, L>>>,
    ) -> Result<Swept<First<S, L>, I>, SolveError>
    where
        S: System,
        M: Stepper,
        L: Single<Scalar = S::Real>,
        I: Integrand<First<S, L>>,
    {
        let lanes = |y: &Flat<S>| -> S::Vector<L> { S::convert(y, L::splat) };
        let cotangents: Vec<S::Vector<L>> = cotangents.iter().map(lanes).collect();
        let tape = forward.tape.as_ref().unwrap_or_else(|| unreachable!("the steps were kept"));
        let kernel = First::<S, L>::new(&forward.plan.parameters);
        let (method, weights) = (&forward.method, &forward.plan.weights);
        let mut sweep =
            Sweep::new(&kernel, method, weights, tape, &cotangents, integrand, forward.listener());
        if let Some(events) = events(&lanes) {
            sweep = sweep.with_events(events);
        }
        self.through(sweep, lanes(&forward.states[0]), lanes, |kept, slope| *slope = lanes(kept))
    }

    /// What the solve keeps of its steps.
    pub(super) fn keep(self) -> Result<Keep, SolveError> {
        match self.checkpoints {
            Checkpoints::All => Ok(Keep::States),
            Checkpoints::Count(0) => {
                let requirement = "at least 1: the state at the start is one";
                Err(SolveError::BadOption { name: "checkpoints", value: 0.0, requirement })
            }
            Checkpoints::SquareRoot | Checkpoints::Count(_) => Ok(Keep::Times),
        }
    }

    /// All steps of the sweep, from this state on; `lanes` is for states as the tape keeps them, `known` for derivatives.
    #[inline(always)]
    pub(super) fn through<K: Kernel, M: Stepper, I: Integrand<K>, V: Clone>(
        self,
        sweep: Sweep<'_, K, M, I, V>,
        start: K::State,
        lanes: impl Fn(&V) -> K::State,
        known: impl Fn(&V, &mut K::State),
    ) -> Result<Swept<K, I>, SolveError> {
        let tape = sweep.tape;
        match self.checkpoints {
            Checkpoints::All => {
                sweep.with_states(|step| tape.state(step).map_or_else(|| start.clone(), &lanes), known)
            }
            Checkpoints::SquareRoot => sweep.with_checkpoints(start, tape.len().isqrt().max(1)),
            Checkpoints::Count(count) => sweep.with_checkpoints(start, count),
        }
    }
}

/// What a backward pass found, as the user has it.
pub(super) fn gradient<S: System, L: Single<Scalar = S::Real>, I, G>(
    swept: &Swept<First<S, L>, I>,
    event: G,
) -> Gradient<S, G> {
    let params = S::parameter_vector(|i| swept.p_bar[i].get());
    let y0 = S::vector(|i| swept.y0_bar[i].get());
    Gradient { params: S::from_parameters(&params), y0: S::unflatten(&y0), times: swept.times.clone(), event }
}
