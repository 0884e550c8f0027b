//! Gradients of a solve of tensors: the adjoints of systems of numbers, over flat states.

use std::marker::PhantomData;

use super::backsolve::{Backsolve, BackwardMethod};
use super::continuous::add;
use super::discrete::Discrete;
use super::event_step::{EventBar, EventBars};
use super::kernel::Kernel;
use super::listener::Listener;
use super::sweep::Sweep;
use crate::callback::Pass;
use crate::event::{DifferentiableEvents, Ended};
use crate::method::Stepper;
use crate::number::{Elementary, Single, Task, dispatch};
use crate::solve::{Keep, Observers, Options, Plan, Record, SolveError, Tape, Times, drive};
use crate::space::{Heap, Space};
use crate::system::{Dynamics, Model};
use crate::tensor::{Flat, Flow, TensorKernel};

/// A solve of tensors that has been done.
pub struct Recorded<T: Elementary, K, M> {
    pub(crate) flow: Flow<T, K>,
    pub(crate) method: M,
    pub(crate) options: Options,
    pub(crate) plan: Plan<Flat<T>>,
    pub(crate) times: Vec<f64>,
    pub(crate) states: Vec<Heap<T>>,
    pub(crate) steps: Option<Tape<Heap<T>>>,
    pub(crate) ended: Ended,
}

impl<T: Elementary, K, M> std::fmt::Debug for Recorded<T, K, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded").field("times", &self.times).finish_non_exhaustive()
    }
}

/// The gradients by parameters and initial state, flat.
type Bars<T> = (Vec<T>, Vec<T>);

impl<T: Elementary, K: TensorKernel<T>, M> Recorded<T, K, M> {
    /// The same, whose derivatives by times are found too.
    pub(crate) fn by_times(mut self) -> Self {
        let steps = self.steps.as_ref().map_or(0, Tape::len).max(1);
        let (start, end) = (self.times[0], self.times[self.times.len() - 1]);
        #[allow(clippy::cast_precision_loss)]
        let mean_step = (end - start).abs() / steps as f64;
        self.flow = self.flow.by_time(mean_step);
        self
    }

    /// The gradients of a failed adjoint.
    pub(crate) fn nothing(&self) -> Bars<T> {
        let nothing = T::from_f64(f64::NAN);
        (vec![nothing; self.flow.kernel.parameters()], vec![nothing; self.flow.kernel.states()])
    }
}

/// How the gradient of a solve of tensors by `M` is found: [`Discrete`] or [`Backsolve`].
pub trait TensorAdjoint<M>: Clone + Send + Sync + 'static {
    /// What the solve keeps of its steps.
    ///
    /// # Errors
    /// [`SolveError::BadOption`] for wrong options.
    fn keeps(&self) -> Result<Keep, SolveError>;

    /// The gradients by parameters and initial state, from one cotangent for each saved state.
    ///
    /// # Errors
    /// Where the adjoint fails.
    fn pull_back<T: Elementary, K: TensorKernel<T>>(
        &self,
        recorded: &Recorded<T, K, M>,
        cotangents: &[Heap<T>],
    ) -> Result<Bars<T>, SolveError>;
}

/// The flow with numbers of this lane; whether derivatives by times are wanted.
struct Lanes<'a, T, K, L, const BY_TIMES: bool> {
    flow: &'a Flow<T, K>,
    lane: PhantomData<L>,
}

impl<T: Elementary, K: TensorKernel<T>, L: Single<Scalar = T>, const BY_TIMES: bool> Kernel
    for Lanes<'_, T, K, L, BY_TIMES>
{
    type Lane = L;
    type State = Heap<L>;
    type Parameters = Heap<L>;

    const BY_TIMES: bool = BY_TIMES;

    fn zero_state(&self) -> Heap<L> {
        Heap(vec![L::constant(0.0); self.flow.kernel.states()])
    }

    fn zero_parameters(&self) -> Heap<L> {
        Heap(vec![L::constant(0.0); self.flow.kernel.parameters()])
    }

    #[inline(always)]
    fn rhs(&self, t: f64, y: &Heap<L>, dy: &mut Heap<L>) {
        self.flow.rhs(t, L::numbers(&y.0), L::numbers_mut(&mut dy.0));
    }

    #[inline(always)]
    fn vjp(&self, t: f64, y: &Heap<L>, v: &Heap<L>, p_bar: &mut Heap<L>, y_bar: &mut Heap<L>) -> f64 {
        let (p_bar, y_bar) = (L::numbers_mut(&mut p_bar.0), L::numbers_mut(&mut y_bar.0));
        self.flow.vjp(t, L::numbers(&y.0), L::numbers(&v.0), p_bar, y_bar).to_f64()
    }

    fn settle(&self, p_bar: &mut Heap<L>) {
        self.flow.settle(L::numbers_mut(&mut p_bar.0));
    }

    fn component(&self, index: usize) -> String {
        self.flow.component(index)
    }
}

impl<M: Stepper> TensorAdjoint<M> for Discrete {
    fn keeps(&self) -> Result<Keep, SolveError> {
        Ok(match self.keep()? {
            Keep::States => Keep::Stages,
            keep => keep,
        })
    }

    fn pull_back<T: Elementary, K: TensorKernel<T>>(
        &self,
        recorded: &Recorded<T, K, M>,
        cotangents: &[Heap<T>],
    ) -> Result<Bars<T>, SolveError> {
        let task =
            PullBack::<_, _, _, _, false> { adjoint: *self, recorded, cotangents, events: &(), bars: &[] };
        let TensorBars { parameters, y0, .. } = dispatch(task)?;
        Ok((parameters, y0))
    }
}

/// All gradients of a solve of tensors, flat.
pub(crate) struct TensorBars<T> {
    /// By the parameters.
    pub(crate) parameters: Vec<T>,
    /// By the initial state.
    pub(crate) y0: Vec<T>,
    /// By the save times.
    pub(crate) times: Vec<f64>,
    /// By the parameters of each event and its reset.
    pub(crate) events: Vec<[Vec<f64>; 2]>,
}

/// The gradients of a solve with events, from one cotangent for each saved state and for each event that happened; no
/// numbers where the adjoint fails.
pub(crate) fn pull_back_events<T, K, M, E>(
    adjoint: Discrete,
    recorded: &Recorded<T, K, M>,
    events: &E,
    cotangents: &[Heap<T>],
    bars: &[EventBar<Heap<T>>],
) -> TensorBars<T>
where
    T: Elementary,
    K: TensorKernel<T>,
    M: Stepper,
    E: DifferentiableEvents<Flat<T>>,
{
    let task = PullBack::<_, _, _, _, true> { adjoint, recorded, cotangents, events, bars };
    dispatch(task).unwrap_or_else(|_| {
        let (parameters, y0) = recorded.nothing();
        let times = vec![f64::NAN; cotangents.len()];
        TensorBars { parameters, y0, times, events: bars_of(events, f64::NAN) }
    })
}

/// Derivatives by the parameters of each event and its reset, all of this value.
fn bars_of<T: Elementary, E: DifferentiableEvents<Flat<T>>>(events: &E, value: f64) -> Vec<[Vec<f64>; 2]> {
    let mut counts = Vec::new();
    events.parameters(&mut counts);
    counts.iter().map(|count| count.map(|count| vec![value; count])).collect()
}

struct PullBack<'a, T: Elementary, K, M, E, const BY_TIMES: bool> {
    adjoint: Discrete,
    recorded: &'a Recorded<T, K, M>,
    cotangents: &'a [Heap<T>],
    events: &'a E,
    bars: &'a [EventBar<Heap<T>>],
}

impl<T, K, M, E, const BY_TIMES: bool> Task<T> for PullBack<'_, T, K, M, E, BY_TIMES>
where
    T: Elementary,
    K: TensorKernel<T>,
    M: Stepper,
    E: DifferentiableEvents<Flat<T>>,
{
    type Output = Result<TensorBars<T>, SolveError>;

    const INLINED: bool = true;
    const LONG: bool = false;

    #[inline(always)]
    fn run<L: Single<Scalar = T>>(self) -> Self::Output {
        let Recorded { flow, method, plan, states, steps, .. } = self.recorded;
        let tape = steps.as_ref().unwrap_or_else(|| unreachable!("the steps were kept"));
        let kernel = Lanes::<_, _, _, BY_TIMES> { flow, lane: PhantomData::<L> };
        let lanes = |y: &Heap<T>| Flat::<T>::convert(y, L::splat);
        let cotangents: Vec<Heap<L>> = self.cotangents.iter().map(lanes).collect();
        let listener = Listener { callback: None, span: (plan.start, plan.end) };
        let bar = |bar: &EventBar<Heap<T>>| EventBar {
            time: bar.time,
            before: lanes(&bar.before),
            after: lanes(&bar.after),
        };
        let mut pulls = Vec::new();
        self.events.erase_pull::<L>(&mut pulls);
        let bars = bars_of(self.events, 0.0);
        let cotangents_of_events = self.bars.iter().map(bar).collect();
        let holds_end = self.recorded.ended != Ended::ByEvent && plan.saves_last(&self.recorded.times);
        let events =
            EventBars { pulls, cotangents: cotangents_of_events, bars, holds_end, saved_at_end: None };
        let sweep =
            Sweep::new(&kernel, method, &plan.weights, tape, &cotangents, (), listener).with_events(events);
        let swept = self.adjoint.through(sweep, lanes(&states[0]), lanes, |kept, slope| {
            L::numbers_mut(&mut slope.0).copy_from_slice(&kept.0);
        })?;
        let numbers = |lanes: Heap<L>| L::numbers(&lanes.0).to_vec();
        let parameters = numbers(swept.p_bar);
        let (y0, times, events) = (numbers(swept.y0_bar), swept.times, swept.event_bars);
        Ok(TensorBars { parameters, y0, times, events })
    }
}

/// The equations of y, λ and p̄ together, one after the other in a flat state.
struct Augmented<'a, T, K> {
    flow: &'a Flow<T, K>,
}

impl<T: Elementary, K: TensorKernel<T>> Dynamics for Augmented<'_, T, K> {
    type Model = Flat<T>;

    const INLINED: bool = true;

    #[inline(always)]
    fn rhs<L: Single<Scalar = T>>(&self, _: &[L; 0], t: f64, z: &Heap<L>, dz: &mut Heap<L>) {
        let n = self.flow.kernel.states();
        let (z, dz) = (L::numbers(&z.0), L::numbers_mut(&mut dz.0));
        let (y, rest) = z.split_at(n);
        let lambda = &rest[..n];
        let (dy, rest) = dz.split_at_mut(n);
        let (lambda_slope, p_slope) = rest.split_at_mut(n);
        self.flow.rhs(t, y, dy);
        p_slope.fill(T::from_f64(0.0));
        self.flow.vjp(t, y, lambda, p_slope, lambda_slope);
        self.flow.settle(p_slope);
        for slope in lambda_slope.iter_mut().chain(p_slope) {
            *slope = -*slope;
        }
    }

    fn component(&self, index: usize) -> String {
        let n = self.flow.kernel.states();
        if index < n { self.flow.component(index) } else { format!("adjoint state {}", index - n) }
    }
}

impl<M: Stepper, N: BackwardMethod<M> + Send + Sync + 'static> TensorAdjoint<M> for Backsolve<N> {
    fn keeps(&self) -> Result<Keep, SolveError> {
        Ok(Keep::Nothing)
    }

    fn pull_back<T: Elementary, K: TensorKernel<T>>(
        &self,
        recorded: &Recorded<T, K, M>,
        cotangents: &[Heap<T>],
    ) -> Result<Bars<T>, SolveError> {
        let Recorded { flow, method, options, times, states, .. } = recorded;
        let n = flow.kernel.states();
        let method = self.backward.method.choose(*method);
        let norm = self.norm(n);
        let dynamics = Augmented { flow };
        let mut lambda = cotangents[cotangents.len() - 1].like(T::from_f64(0.0));
        let mut p_bar = vec![T::from_f64(0.0); flow.kernel.parameters()];
        for index in (1..cotangents.len()).rev() {
            add(&mut lambda, &cotangents[index]);
            let z = Heap([states[index].0.as_slice(), &lambda.0, &p_bar].concat());
            let options = self.backward.options(options, T::TOLERANCES, index, times);
            let options = Options { norm, ..options };
            let span = [times[index], times[index - 1]];
            let plan = Plan::<Flat<T>>::of([], &z, method.tableau(), Times::Save(&span), &options)?;
            let mut record = Record::new(&plan, &z, Keep::Nothing);
            let observers = Observers { events: &(), callback: None, pass: Pass::Adjoint };
            drive(&dynamics, &method, &z, &plan, observers, &mut record)?;
            let end = record.states.pop().unwrap_or(z);
            lambda = Heap(end.0[n..2 * n].to_vec());
            p_bar = end.0[2 * n..].to_vec();
        }
        add(&mut lambda, &cotangents[0]);
        Ok((p_bar, lambda.0))
    }
}
