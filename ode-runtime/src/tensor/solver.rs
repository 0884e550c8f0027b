//! The builder of a solve of tensors.

use std::sync::Arc;

use dfdx::tensor::Tape;

use super::{Flat, Flow, Names, PlainState, Saved, TensorModel, TensorState, TensorSystem, TensorTimes};
use crate::adjoint::{Discrete, Recorded, TensorAdjoint};
use crate::callback::{Callback, Pass};
use crate::event::Ended;
use crate::method::{Dopri5, Stepper};
use crate::number::Real;
use crate::solve::{
    Keep, Observers, Options, Plan, Record, Solution, SolveError, drive, option_methods,
};
use crate::space::Heap;

/// A solve of a system of tensors, before it starts: method and options.
///
/// The defaults are those of a [`Solver`](crate::Solver): [`Dopri5`], for `f32` rtol 1e-5 and atol 1e-7. All rows of a
/// batch take the same steps, whose errors are measured over the whole batch.
#[derive(Clone)]
#[must_use = "a solver does nothing until `.solve()` is called"]
pub struct TensorSolver<'a, S, M = Dopri5, A = Discrete> {
    model: &'a S,
    method: M,
    adjoint: A,
    options: Options,
    callback: Option<&'a dyn Callback>,
}

impl<S, M: std::fmt::Debug, A: std::fmt::Debug> std::fmt::Debug for TensorSolver<'_, S, M, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TensorSolver")
            .field("method", &self.method)
            .field("adjoint", &self.adjoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The plain tensors of a state.
type Plain<S, Y> = <Y as TensorState<<S as TensorModel>::Real, <S as TensorModel>::Device>>::Plain;

/// The shapes of a state.
type Shapes<S, Y> = <Y as TensorState<<S as TensorModel>::Real, <S as TensorModel>::Device>>::Shapes;

/// The saved states at these times, with the tape of the state.
type Solved<S, Y, N> = <Plain<S, Y> as Saved<
    <S as TensorModel>::Real,
    <S as TensorModel>::Device,
    <N as TensorTimes>::Axis,
>>::Taped<<Y as TensorState<<S as TensorModel>::Real, <S as TensorModel>::Device>>::Tape>;

impl<'a, S: TensorModel> TensorSolver<'a, S> {
    /// A solver with all defaults.
    pub fn new(model: &'a S) -> Self {
        let options = Options { dense: Some(false), ..Options::default() };
        Self { model, method: Dopri5, adjoint: Discrete::default(), options, callback: None }
    }
}

impl<'a, S: TensorModel, M: Stepper, A> TensorSolver<'a, S, M, A> {
    /// The method: a type such as `Tsit5`, or a [`Method`](crate::Method) chosen while running.
    pub fn method<N: Stepper>(self, method: N) -> TensorSolver<'a, S, N, A> {
        let Self { model, adjoint, options, callback, .. } = self;
        TensorSolver { model, method, adjoint, options, callback }
    }

    /// How gradients are found: [`Discrete`] unless told otherwise, or [`Backsolve`](crate::Backsolve).
    pub fn adjoint<B: TensorAdjoint<M>>(self, adjoint: B) -> TensorSolver<'a, S, M, B> {
        let Self { model, method, options, callback, .. } = self;
        TensorSolver { model, method, adjoint, options, callback }
    }

    /// What is called on every step, and may stop the solve; see [`Callback`]. It is not called on the way back.
    pub fn callback(mut self, callback: &'a dyn Callback) -> Self {
        self.callback = Some(callback);
        self
    }

    option_methods!();
}

impl<S: TensorModel, M: Stepper, A: TensorAdjoint<M>> TensorSolver<'_, S, M, A> {
    /// Solves from `y0`, a tensor or a tuple of tensors, through these times: a slice or array of save times, or a span,
    /// whose two ends are saved. The solution is one tensor whose first axis is time.
    ///
    /// With a tape (`y0.traced(gradients)`) the solution has that tape, and `backward` runs the adjoint, which adds to the
    /// gradients of `y0` and of the parameters. Should the adjoint fail, these are NaN.
    ///
    /// # Errors
    /// As [`Solver::solve`](crate::Solver::solve); [`SolveError::ShapeMismatch`] and [`SolveError::EmptyTensor`] for
    /// tensors that do not fit. Numbers are named by their places: `y[3, 1]` is column 1 of row 3.
    pub fn solve<Y, N>(&self, y0: Y, times: N) -> Result<Solved<S, Y, N>, SolveError>
    where
        N: TensorTimes,
        Y: TensorState<S::Real, S::Device>,
        Plain<S, Y>: Saved<S::Real, S::Device, N::Axis>,
        S: TensorSystem<Shapes<S, Y>>,
    {
        let (y0, mut tape) = y0.split();
        let axes = y0.axes();
        let flow = self.flow(&y0.shapes(), &axes)?;
        let flat = Heap(y0.flat());
        check_finite("y0", &flow.names, &flat.0)?;
        let mut plan = Plan::<Flat<S::Real>>::of([], &flat, self.method.tableau(), times.times(), &self.options)?;
        if plan.open && self.callback.is_none() {
            return Err(SolveError::OpenEnd);
        }
        let traced = <Y::Tape as Tape<S::Real, S::Device>>::OWNS_TAPE;
        let keep = if traced { self.adjoint.keeps()? } else { Keep::Nothing };
        plan.dense = false;
        let mut record = Record::new(&plan, &flat, keep);
        let observers = Observers { events: &(), callback: self.callback, pass: Pass::Forward };
        let stats = drive(&flow, &self.method, &flat, &plan, observers, &mut record)?;
        let (solution, steps) = record.finish(stats);
        if solution.ended() == Ended::ByCallback {
            return Err(SolveError::Stopped { t: solution.times()[solution.times().len() - 1] });
        }
        let Solution { times: saved, states, .. } = solution;
        let slices: Vec<&[S::Real]> = states.iter().map(|state| state.0.as_slice()).collect();
        let stacked = y0.stacked(times.axis(), &slices).map_err(device_error)?;
        if traced {
            let recorded =
                Recorded { flow, method: self.method, options: self.options.clone(), plan, times: saved, states, steps };
            let (model, adjoint, ghost) = (self.model.clone(), self.adjoint.clone(), stacked.clone());
            tape.add_backward_op(move |gradients| {
                let cotangents =
                    <Plain<S, Y> as Saved<S::Real, S::Device, N::Axis>>::cotangents(&ghost, gradients)?;
                let cotangents: Vec<Heap<S::Real>> = cotangents.into_iter().map(Heap).collect();
                let (p_bar, y0_bar) = adjoint.pull_back(&recorded, &cotangents).unwrap_or_else(|_| recorded.nothing());
                model.accumulate(gradients, &p_bar)?;
                y0.accumulate(gradients, &y0_bar)
            });
        }
        Ok(<Plain<S, Y> as Saved<S::Real, S::Device, N::Axis>>::put_tape(stacked, tape))
    }

    /// The code for these shapes, with the parameters.
    fn flow<Y>(&self, shapes: &Y, axes: &[Vec<usize>]) -> Result<Flow<S::Real, S::Kernel>, SolveError>
    where
        S: TensorSystem<Y>,
    {
        for (name, axes) in S::STATES.iter().zip(axes) {
            if axes.contains(&0) {
                return Err(SolveError::EmptyTensor { name: (*name).to_owned(), shape: axes.clone() });
            }
        }
        let kernel = self.model.kernel(shapes)?;
        let mut parameters = Vec::with_capacity(crate::tensor::TensorKernel::parameters(&kernel));
        for parameter in self.model.parameters() {
            let names = Names(vec![(parameter.name.to_owned(), parameter.axes)]);
            check_finite("the parameter", &names, &parameter.values)?;
            parameters.extend(parameter.values);
        }
        let names = S::STATES.iter().map(|name| (*name).to_owned()).zip(axes.iter().cloned()).collect();
        Ok(Flow::new(kernel, parameters.into(), Arc::new(Names(names))))
    }
}

fn check_finite<T: Real>(what: &str, names: &Names, values: &[T]) -> Result<(), SolveError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => {
            let what = format!("{what} `{}`", names.component(index));
            Err(SolveError::NonFiniteInput { what, value: values[index].to_f64() })
        }
    }
}

fn device_error(error: impl std::fmt::Debug) -> SolveError {
    SolveError::Device { what: format!("{error:?}") }
}
