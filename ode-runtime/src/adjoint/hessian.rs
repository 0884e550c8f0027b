//! Products of a loss's Hessian with a vector: the tangent of its gradient, forward over reverse.

use std::fmt;

use super::kernel::{Kernel, Second};
use super::replay::replay;
use super::sweep::Sweep;
use super::{Discrete, Forward};
use crate::method::Stepper;
use crate::number::{Real, Single, Task, dispatch};
use crate::solve::{IntoTimes, SolveError, Solver};
use crate::space::Pair;
use crate::system::{Function, Model, System, is_long};

/// The gradient of a loss, and the product of its Hessian with a direction.
#[derive(Clone)]
pub struct HessianProduct<S: Model> {
    /// The loss.
    pub loss: S::Real,
    /// The loss by the parameters, each in the field of that parameter.
    pub gradient_params: S,
    /// The loss by the initial state.
    pub gradient_y0: S::State,
    /// The rows of the product that belong to the parameters.
    pub params: S,
    /// The rows that belong to the initial state.
    pub y0: S::State,
}

impl<S: Model + fmt::Debug> fmt::Debug for HessianProduct<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HessianProduct")
            .field("loss", &self.loss)
            .field("gradient_params", &self.gradient_params)
            .field("gradient_y0", &self.gradient_y0)
            .field("params", &self.params)
            .field("y0", &self.y0)
            .finish()
    }
}

impl<S: System, M: Stepper> Solver<'_, S, M, Discrete> {
    /// The Hessian of the loss of [`gradient_of`](Self::gradient_of) by parameters and initial state, times the direction
    /// (`params`, `y0_direction`): the exact derivative of the discrete gradient, step sizes held. It is symmetric to
    /// rounding.
    ///
    /// The derivative of the generated VJP is generated too, so this is one more solve with tangents and one backward
    /// pass with tangents.
    ///
    /// # Errors
    /// As [`gradient_of`](Self::gradient_of).
    ///
    /// ```
    /// use ode_runtime::{SolveError, differentiable, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// #[differentiable]
    /// fn square(_t: f64, y: f64) -> f64 { y * y }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let model = Decay { rate: 0.5 };
    /// let loss = |save| if save == 1 { Square {} } else { Square {} };
    /// let product = model.solver().hessian_product(1.0, &[0.0, 2.0], loss, &Decay { rate: 1.0 }, 0.0)?;
    /// // The loss is 1 + exp(-4 rate) at y0 = 1.
    /// assert!((product.params.rate - 16.0 * (-2.0f64).exp()).abs() < 1e-5);
    /// assert!((product.y0 + 8.0 * (-2.0f64).exp()).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn hessian_product<T, F>(
        &self,
        y0: S::State,
        times: T,
        loss: impl Fn(usize) -> F,
        params: &S,
        y0_direction: S::State,
    ) -> Result<HessianProduct<S>, SolveError>
    where
        T: IntoTimes,
        F: Function<Real = S::Real, State = S::State, Output = S::Real>,
    {
        let (_, pullback) = self.solve_with_pullback(y0, times)?;
        let (forward, _) = pullback.parts();
        let p_dot = params.parameters();
        let y_dot = S::flatten(&y0_direction);
        dispatch(Product { forward, loss, p_dot: &p_dot, y_dot: &y_dot })
    }
}

struct Product<'a, S: System, M: Stepper, C> {
    forward: &'a Forward<'a, S, M>,
    loss: C,
    p_dot: &'a S::Parameters<S::Real>,
    y_dot: &'a S::Vector<S::Real>,
}

impl<S, M, F, C> Task<S::Real> for Product<'_, S, M, C>
where
    S: System,
    M: Stepper,
    F: Function<Real = S::Real, State = S::State, Output = S::Real>,
    C: Fn(usize) -> F,
{
    type Output = Result<HessianProduct<S>, SolveError>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { forward, loss, p_dot, y_dot } = self;
        let plan = &forward.plan;
        let kernel = Second::<S, L> {
            p: S::parameter_vector(|i| L::splat(plan.parameters[i])),
            p_dot: S::parameter_vector(|i| L::splat(p_dot[i])),
        };
        let y0 = &forward.states[0];
        let start = Pair::new(S::vector(|i| L::splat(y0[i])), S::vector(|i| L::splat(y_dot[i])));
        let tape = forward.tape.as_ref().unwrap_or_else(|| unreachable!("the steps were kept"));

        // The cotangents of the saved states, and their tangents.
        let mut sum = S::Real::from_f64(0.0);
        let mut cotangents = Vec::with_capacity(forward.times.len());
        let rhs = |t: f64, y: &<Second<S, L> as Kernel>::State, dy: &mut <Second<S, L> as Kernel>::State| {
            kernel.rhs(t, y, dy);
        };
        replay(rhs, &forward.method, &plan.weights, tape, start.clone(), |save, y| {
            let (value, cotangent) = cotangents_of::<S, F, L>(&loss(save), forward.times[save], y);
            sum += value;
            cotangents.push(cotangent);
        });
        let swept =
            Sweep::new(&kernel, &forward.method, &plan.weights, tape, &cotangents, (), forward.listener())
                .with_checkpoints(start, tape.len())?;

        let params = |p: &S::Parameters<L>| S::from_parameters(&S::parameter_vector(|i| p[i].get()));
        let state = |y: &S::Vector<L>| S::unflatten(&S::vector(|i| y[i].get()));
        Ok(HessianProduct {
            loss: sum,
            gradient_params: params(&swept.p_bar.first),
            gradient_y0: state(&swept.y0_bar.first),
            params: params(&swept.p_bar.second),
            y0: state(&swept.y0_bar.second),
        })
    }
}

type Linearized<S, L> = Pair<L, <S as Model>::Vector<L>, <S as Model>::Vector<L>>;

/// The loss of a saved state, its derivative by the state, and the tangent of that.
fn cotangents_of<S: System, F: Function<Real = S::Real, Output = S::Real>, L: Single<Scalar = S::Real>>(
    loss: &F,
    t: f64,
    y: &Linearized<S, L>,
) -> (S::Real, Linearized<S, L>) {
    let (zero, t, q) = (L::constant(0.0), L::constant(t), loss.parameters());
    let q = F::parameter_vector(|i| L::splat(q[i]));
    let no_direction = F::parameter_vector(|_| zero);
    let (mut unused, mut unused_dot) = (no_direction.clone(), no_direction.clone());
    let (state, state_dot) = (F::vector(|i| y.first[i]), F::vector(|i| y.second[i]));
    let (mut bar, mut bar_dot) = (state.clone(), state.clone());
    let (one, constant) = (F::value_vector(|_| L::constant(1.0)), F::value_vector(|_| zero));
    let mut value = constant.clone();
    F::evaluate(&q, t, &state, &mut value);
    F::vjp(&q, t, &state, &one, &mut unused, &mut bar);
    F::vjp_jvp(
        &q,
        t,
        &state,
        &one,
        &no_direction,
        zero,
        &state_dot,
        &constant,
        &mut unused_dot,
        &mut bar_dot,
    );
    let cotangent = Pair::new(S::vector(|i| bar[i]), S::vector(|i| bar_dot[i]));
    (value[0].get(), cotangent)
}
