//! The builder of a solve of tensors.

use std::marker::PhantomData;
use std::sync::Arc;

use dfdx::tensor::Tape;

use super::rows::Rows;
use super::{
    Flat, Flow, Loops, Names, Operations, Path, PlainState, Saved, TensorKernel, TensorModel, TensorReal,
    TensorState, TensorSystem, TensorTimes,
};
use crate::adjoint::{Discrete, Recorded, TensorAdjoint};
use crate::callback::{Callback, Pass};
use crate::event::{Ended, Event, Events};
use crate::method::{Dopri5, Stepper};
use crate::number::Real;
use crate::solve::{
    Keep, Observers, Options, Plan, Record, Solution, SolveError, Stats, Times, drive, option_methods,
};
use crate::space::Heap;

/// A solve of a system of tensors, before it starts: method, options, events.
///
/// The defaults are those of a [`Solver`](crate::Solver): [`Dopri5`], for `f32` rtol 1e-5 and atol 1e-7. All rows of a
/// batch take the same steps, whose errors are measured over the whole batch.
#[derive(Clone)]
#[must_use = "a solver does nothing until `.solve()` is called"]
pub struct TensorSolver<'a, S, M = Dopri5, A = Discrete, P = Loops, E = ()> {
    pub(super) model: &'a S,
    pub(super) method: M,
    pub(super) adjoint: A,
    pub(super) options: Options,
    pub(super) callback: Option<&'a dyn Callback>,
    pub(super) per_sample: bool,
    pub(super) path: PhantomData<P>,
    pub(super) events: E,
}

impl<S, M: std::fmt::Debug, A: std::fmt::Debug, P, E> std::fmt::Debug for TensorSolver<'_, S, M, A, P, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TensorSolver")
            .field("method", &self.method)
            .field("adjoint", &self.adjoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The plain tensors of a state.
pub(super) type Plain<S, Y> = <Y as TensorState<<S as TensorModel>::Real, <S as TensorModel>::Device>>::Plain;

/// The shapes of a state.
pub(super) type Shapes<S, Y> =
    <Y as TensorState<<S as TensorModel>::Real, <S as TensorModel>::Device>>::Shapes;

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
        let (method, adjoint) = (Dopri5, Discrete::default());
        let (callback, per_sample, path, events) = (None, false, PhantomData, ());
        Self { model, method, adjoint, options, callback, per_sample, path, events }
    }
}

impl<'a, S: TensorModel, M: Stepper, A, P, E> TensorSolver<'a, S, M, A, P, E> {
    /// The method: a type such as `Tsit5`, or a [`Method`](crate::Method) chosen while running.
    pub fn method<N: Stepper>(self, method: N) -> TensorSolver<'a, S, N, A, P, E> {
        let Self { model, adjoint, options, callback, per_sample, path, events, .. } = self;
        TensorSolver { model, method, adjoint, options, callback, per_sample, path, events }
    }

    /// How gradients are found: [`Discrete`] unless told otherwise, or [`Backsolve`](crate::Backsolve).
    pub fn adjoint<B: TensorAdjoint<M>>(self, adjoint: B) -> TensorSolver<'a, S, M, B, P, E> {
        let Self { model, method, options, callback, per_sample, path, events, .. } = self;
        TensorSolver { model, method, adjoint, options, callback, per_sample, path, events }
    }

    /// What is called on every step, and may stop the solve; see [`Callback`]. It is not called on the way back.
    pub fn callback(mut self, callback: &'a dyn Callback) -> Self {
        self.callback = Some(callback);
        self
    }

    /// Solves each row of the batch by itself, with steps of its own, so that no row waits for another. The rows must be
    /// independent of each other, which is found while compiling: see [`SolveError::RowsDepend`].
    pub fn per_sample(mut self) -> Self {
        self.per_sample = true;
        self
    }

    /// Evaluates the system by dfdx's operations on the device of its tensors, instead of generated loops on the CPU: for
    /// large systems on a GPU. The solver itself stays on the CPU; a state goes to the device and back for each evaluation.
    pub fn on_device(self) -> TensorSolver<'a, S, M, A, Operations, E> {
        let Self { model, method, adjoint, options, callback, per_sample, events, .. } = self;
        TensorSolver { model, method, adjoint, options, callback, per_sample, path: PhantomData, events }
    }

    option_methods!();
}

impl<S: TensorModel, M: Stepper, A: TensorAdjoint<M>, P> TensorSolver<'_, S, M, A, P> {
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
        P: Path<S, Shapes<S, Y>>,
    {
        let (y0, mut tape) = y0.split();
        let axes = y0.axes();
        let flow = self.flow(&y0.shapes(), y0.device(), &axes)?;
        let flat = y0.flat();
        check_finite("y0", &flow.names, &flat)?;
        let traced = <Y::Tape as Tape<S::Real, S::Device>>::OWNS_TAPE;
        let keep = if traced { self.adjoint.keeps()? } else { Keep::Nothing };
        let rows = if self.per_sample { Rows::each(&flow, &axes)? } else { Rows::Together };
        let starts = rows.flows(flow).into_iter().enumerate();
        let starts: Vec<_> = starts.map(|(row, flow)| (flow, Heap(rows.part(row, &flat)))).collect();
        let times_of = times.times();
        let solve = Solve { method: self.method, options: &self.options, keep };
        // The error of the first part that has one, however threads run.
        let solved: Result<Vec<_>, SolveError> = match self.callback {
            Some(_) => {
                starts.into_iter().map(|start| solve.through(start, times_of, self.callback)).collect()
            }
            None => {
                let shared_out = |(flow, _): &(Flow<_, _>, _)| flow.is_shared_out();
                side_by_side(starts, shared_out, |start| solve.through(start, times_of, None))
                    .into_iter()
                    .collect()
            }
        };
        let recorded = solved?;
        let states: Vec<Vec<S::Real>> = (0..recorded[0].states.len())
            .map(|save| rows.join(recorded.iter().map(|part| part.states[save].0.as_slice())))
            .collect();
        let slices: Vec<&[S::Real]> = states.iter().map(Vec::as_slice).collect();
        let stacked = y0.stacked(times.axis(), &slices).map_err(device_error)?;
        if traced {
            let (model, adjoint, ghost) = (self.model.clone(), self.adjoint.clone(), stacked.clone());
            tape.add_backward_op(move |gradients| {
                let cotangents =
                    <Plain<S, Y> as Saved<S::Real, S::Device, N::Axis>>::cotangents(&ghost, gradients)?;
                let (p_bar, y0_bar) = pull_back(&adjoint, &rows, recorded, &cotangents);
                model.accumulate(gradients, &p_bar)?;
                y0.accumulate(gradients, &y0_bar)
            });
        }
        Ok(<Plain<S, Y> as Saved<S::Real, S::Device, N::Axis>>::put_tape(stacked, tape))
    }
}

impl<S: TensorModel, M: Stepper, A, P, E> TensorSolver<'_, S, M, A, P, E> {
    /// The code for these shapes, with the parameters.
    pub(super) fn flow<Y>(
        &self,
        shapes: &Y,
        device: S::Device,
        axes: &[Vec<usize>],
    ) -> Result<Flow<S::Real, P::Kernel>, SolveError>
    where
        S: TensorSystem<Y>,
        P: Path<S, Y>,
    {
        for (name, axes) in S::STATES.iter().zip(axes) {
            if axes.contains(&0) {
                return Err(SolveError::EmptyTensor { name: (*name).to_owned(), shape: axes.clone() });
            }
        }
        let kernel = P::kernel(self.model, shapes, device)?;
        let parameters = parameters_of(self.model, "the parameter")?;
        let names = S::STATES.iter().map(|name| (*name).to_owned()).zip(axes.iter().cloned()).collect();
        Ok(Flow::new(kernel, parameters, Arc::new(Names(names))))
    }
}

/// The parameters, flat, where all are finite; `what` is what one of them is called.
pub(crate) fn parameters_of<S: TensorModel>(model: &S, what: &str) -> Result<Arc<[S::Real]>, SolveError> {
    let mut parameters = Vec::new();
    for parameter in model.parameters() {
        let names = Names(vec![(parameter.name, parameter.axes)]);
        check_finite(what, &names, &parameter.values)?;
        parameters.extend(parameter.values);
    }
    Ok(parameters.into())
}

/// What all parts of a batch are solved with.
pub(super) struct Solve<'a, M> {
    pub(super) method: M,
    pub(super) options: &'a Options,
    pub(super) keep: Keep,
}

/// A solve that has been done, and what happened in it.
pub(super) struct Run<T: TensorReal, K, M> {
    pub(super) recorded: Recorded<T, K, M>,
    pub(super) events: Vec<Event<Flat<T>>>,
    pub(super) stats: Stats,
}

impl<M: Stepper> Solve<'_, M> {
    /// Solves as far as events and callback let it.
    pub(super) fn run<T: TensorReal, K: TensorKernel<T>, E: Events<Flat<T>>>(
        &self,
        (flow, y0): (Flow<T, K>, Heap<T>),
        times: Times<'_>,
        events: &E,
        callback: Option<&dyn Callback>,
    ) -> Result<Run<T, K, M>, SolveError> {
        let plan = Plan::<Flat<T>>::of([], &y0, self.method.tableau(), times, self.options)?;
        plan.check_observers(events, callback)?;
        let mut record = Record::new(&plan, &y0, self.keep);
        let observers = Observers { events, callback, pass: Pass::Forward };
        let stats = drive(&flow, &self.method, &y0, &plan, observers, &mut record)?;
        let (solution, steps) = record.finish(stats);
        let Solution { times, states, events, ended, stats, .. } = solution;
        let (method, options) = (self.method, self.options.clone());
        let recorded = Recorded { flow, method, options, plan, times, states, steps, ended };
        Ok(Run { recorded, events, stats })
    }

    /// Solves through all times.
    fn through<T: TensorReal, K: TensorKernel<T>>(
        &self,
        start: (Flow<T, K>, Heap<T>),
        times: Times<'_>,
        callback: Option<&dyn Callback>,
    ) -> Result<Recorded<T, K, M>, SolveError> {
        let Run { recorded, .. } = self.run(start, times, &(), callback)?;
        if recorded.ended == Ended::ByCallback {
            return Err(SolveError::StoppedShort { t: recorded.times[recorded.times.len() - 1] });
        }
        Ok(recorded)
    }
}

/// The gradients by parameters and initial state of all parts of a batch.
fn pull_back<T: TensorReal, K: TensorKernel<T>, M: Stepper, A: TensorAdjoint<M>>(
    adjoint: &A,
    rows: &Rows,
    recorded: Vec<Recorded<T, K, M>>,
    cotangents: &[Vec<T>],
) -> (Vec<T>, Vec<T>) {
    #[allow(clippy::type_complexity)]
    let parts: Vec<(Recorded<T, K, M>, Vec<Heap<T>>)> = recorded
        .into_iter()
        .enumerate()
        .map(|(row, part)| (part, cotangents.iter().map(|all| Heap(rows.part(row, all))).collect()))
        .collect();
    let shared_out = |(part, _): &(Recorded<T, K, M>, _)| part.flow.is_shared_out();
    let bars = side_by_side(parts, shared_out, |(part, cotangents)| {
        adjoint.pull_back(&part, &cotangents).unwrap_or_else(|_| part.nothing())
    });
    let y0_bar = rows.join(bars.iter().map(|(_, y0_bar)| y0_bar.as_slice()));
    let mut sum = vec![<T as Real>::from_f64(0.0); bars[0].0.len()];
    for (p_bar, _) in &bars {
        sum.iter_mut().zip(p_bar).for_each(|(sum, part)| *sum += *part);
    }
    (sum, y0_bar)
}

/// All parts, on all threads where there are several.
fn side_by_side<P: Send, R: Send>(
    parts: Vec<P>,
    shared_out: impl Fn(&P) -> bool,
    run: impl Fn(P) -> R + Send + Sync,
) -> Vec<R> {
    #[cfg(feature = "threads")]
    if parts.len() > 1 {
        use rayon::prelude::*;
        return parts.into_par_iter().map(run).collect();
    }
    parts.into_iter().map(|part| on_a_thread(shared_out(&part), || run(part))).collect()
}

/// What is `shared_out` among threads, on one of them, from which it is quicker to share.
pub(super) fn on_a_thread<R: Send>(shared_out: bool, run: impl FnOnce() -> R + Send) -> R {
    #[cfg(feature = "threads")]
    if shared_out {
        return rayon::scope(|_| run());
    }
    let _ = shared_out;
    run()
}

pub(super) fn check_finite<T: Real>(what: &str, names: &Names, values: &[T]) -> Result<(), SolveError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => {
            let what = format!("{what} `{}`", names.component(index));
            Err(SolveError::NonFiniteInput { what, value: values[index].to_f64() })
        }
    }
}

pub(crate) fn device_error(error: impl std::fmt::Debug) -> SolveError {
    SolveError::Device { what: format!("{error:?}") }
}
