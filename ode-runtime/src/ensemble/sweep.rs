//! The discrete adjoint in lanes: each goes back over the steps of its trajectory, and takes the next where it has come to
//! the start. The formulas are those of a single trajectory, `adjoint/transpose.rs`.

use super::lanes::constants;
use super::one_lane::{lane_of, parameters_of, stages_of, store};
use crate::adjoint::{Extra, First, Kernel, LIMIT, TimeBar};
use crate::dense::Weights;
use crate::method::{AtStage, Stepper};
use crate::number::{Lane, Pack, PackTask, Real, Single};
use crate::solve::{Placement, SolveError, StepTimes, TapeOf};
use crate::space::Space;
use crate::system::{Model, System};

/// A trajectory that was solved, to go back over.
pub(super) struct Return<'a, S: Model> {
    pub(super) weights: &'a Weights,
    pub(super) parameters: S::Parameters<S::Real>,
    pub(super) tape: &'a TapeOf<S>,
    /// One for each save point.
    pub(super) cotangents: Vec<S::Vector<S::Real>>,
}

/// Trajectories that one thread goes back over.
pub(super) struct Backwards<'a, S: System, M> {
    pub(super) method: &'a M,
    pub(super) returns: &'a [Return<'a, S>],
}

/// The gradient by parameters and initial state.
type Found<S> = Result<(S, <S as Model>::State), SolveError>;

impl<S: System, M: Stepper> PackTask<S::Real> for Backwards<'_, S, M> {
    type Output = Vec<Found<S>>;

    const INLINED: bool = S::INLINED;

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>, const N: usize>(self) -> Self::Output {
        let mut pool = Pool::<S, M, L, N>::new(self);
        while pool.places.iter().any(Option::is_some) {
            pool.step();
        }
        let every = |found: Option<_>| found.unwrap_or_else(|| unreachable!("every trajectory ends"));
        pool.found.into_iter().map(every).collect()
    }
}

/// Where a lane is on its way back.
#[derive(Clone, Copy)]
struct Place {
    number: usize,
    /// The steps and save points that are still to come.
    steps: usize,
    saves: usize,
    limit: f64,
}

struct Pool<'a, S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> {
    method: &'a M,
    returns: &'a [Return<'a, S>],
    waiting: usize,
    found: Vec<Option<Found<S>>>,
    places: [Option<Place>; N],
    times: [StepTimes; N],
    p: S::Parameters<Pack<N, L>>,
    p_bar: S::Parameters<Pack<N, L>>,
    lambda: S::Vector<Pack<N, L>>,
    y1: S::Vector<Pack<N, L>>,
    k: M::Stages<S::Vector<Pack<N, L>>>,
    stages: M::Stages<S::Vector<Pack<N, L>>>,
    k_bar: M::Stages<S::Vector<Pack<N, L>>>,
    y_bar: M::Stages<S::Vector<Pack<N, L>>>,
    /// Cotangents that pass a step by.
    direct: S::Vector<Pack<N, L>>,
    /// The stages that dense output alone needs, of one lane at a time.
    extra: Option<Extra<First<S, L>, M>>,
}

impl<'a, S: System, M: Stepper, L: Single<Scalar = S::Real>, const N: usize> Pool<'a, S, M, L, N> {
    fn new(Backwards { method, returns }: Backwards<'a, S, M>) -> Self {
        let zero = Pack::constant(0.0);
        let vector = S::vector(|_| zero);
        let rest = StepTimes { t: 0.0, h: 0.0, first: 0.0, last: 0.0 };
        let mut pool = Self {
            method,
            returns,
            waiting: 0,
            found: returns.iter().map(|_| None).collect(),
            places: [None; N],
            times: [rest; N],
            p: S::parameter_vector(|_| zero),
            p_bar: S::parameter_vector(|_| zero),
            lambda: vector.clone(),
            y1: vector.clone(),
            k: method.stages(&vector),
            stages: method.stages(&vector),
            k_bar: method.stages(&vector),
            y_bar: method.stages(&vector),
            direct: vector,
            extra: None,
        };
        for lane in 0..N {
            pool.refill(lane);
        }
        pool
    }

    /// One step back of all lanes.
    #[inline(always)]
    fn step(&mut self) {
        let mut within = [(0, 0); N];
        for (lane, within) in within.iter_mut().enumerate() {
            *within = self.load(lane);
        }
        let zero = Pack::constant(0.0);
        for stage in self.k_bar.as_mut() {
            for i in 0..stage.len() {
                stage[i] = zero;
            }
        }
        self.replay();
        let saves = within.iter().fold(false, |any, (first, last)| any | (first < last));
        if saves {
            self.saves(within);
        }
        let Self { method, p, p_bar, lambda, stages, k_bar, y_bar, times, .. } = self;
        let tableau = method.tableau();
        let h = lengths(times);
        let vjp = Vjp::<S, L, N> { p, p_bar, times, nodes: tableau.c, stages: stages.as_ref() };
        method.transpose(vjp, h, lambda, k_bar, y_bar);
        if saves {
            for i in 0..self.lambda.len() {
                self.lambda[i] += self.direct[i];
            }
        }
        for lane in 0..N {
            self.leave(lane);
        }
    }

    /// Takes the next step of a lane into its pack; returns the numbers of the save points within it.
    #[inline(always)]
    fn load(&mut self, lane: usize) -> (usize, usize) {
        let Some(place) = &mut self.places[lane] else { return (0, 0) };
        let Return { tape, .. } = &self.returns[place.number];
        place.steps -= 1;
        (self.times[lane], _) = tape.step(place.steps);
        if let Some(y) = tape.state(place.steps) {
            for i in 0..y.len() {
                self.stages.as_mut()[0][i].0[lane] = L::splat(y[i]);
            }
        }
        let last = place.saves;
        while place.saves > 0 && tape.saves[place.saves - 1].step == place.steps {
            place.saves -= 1;
        }
        (place.saves, last)
    }

    /// The stages of the step.
    #[inline(always)]
    fn replay(&mut self) {
        let Self { method, p, y1, k, stages, times, .. } = self;
        let stages = stages.as_mut();
        let y = stages[0].clone();
        S::rhs(p, at(times, 0.0), &y, &mut k.as_mut()[0]);
        let h = lengths(times);
        let rhs = Rhs::<S, L, N> { p, times, stages, stage: 0 };
        method.advance(rhs, h, &y, k, y1);
    }

    /// The cotangents of the states that were saved within the step.
    #[cold]
    #[inline(never)]
    fn saves(&mut self, within: [(usize, usize); N]) {
        let zero = Pack::constant(0.0);
        for i in 0..self.direct.len() {
            self.direct[i] = zero;
        }
        let mut completes = false;
        for (lane, (first, last)) in within.into_iter().enumerate() {
            let Some(place) = self.places[lane] else { continue };
            let one = &self.returns[place.number];
            let inside = one.tape.saves[first..last].iter().any(Placement::is_inside);
            let extends = inside && one.weights.extended();
            if extends {
                self.replay_extra(lane);
            }
            let stages = self.method.tableau().stages();
            for save in first..last {
                let (theta, v) = (one.tape.saves[save].theta, &one.cotangents[save + 1]);
                if theta == 1.0 {
                    for i in 0..v.len() {
                        self.lambda[i].0[lane] += L::splat(v[i]);
                    }
                    continue;
                }
                completes = true;
                let h = self.times[lane].h;
                if let Some(extra) = self.extra.as_mut().filter(|_| extends) {
                    for (weight, k_bar) in one.weights.at(theta).skip(stages).zip(extra.k_bar.as_mut()) {
                        let factor = L::constant(weight * h);
                        for i in 0..v.len() {
                            k_bar[i] = factor.mul_add_fast(L::splat(v[i]), k_bar[i]);
                        }
                    }
                }
                for (weight, k_bar) in one.weights.at(theta).zip(&mut self.k_bar.as_mut()[..stages]) {
                    let factor = L::constant(weight * h);
                    for i in 0..v.len() {
                        k_bar[i].0[lane] = factor.mul_add_fast(L::splat(v[i]), k_bar[i].0[lane]);
                    }
                }
                for i in 0..v.len() {
                    self.direct[i].0[lane] += L::splat(v[i]);
                }
            }
            if extends {
                self.transpose_extra(lane);
            }
        }
        if completes {
            let Self { method, p, p_bar, lambda, k_bar, y_bar, y1, times, .. } = self;
            let last = method.tableau().stages() - 1;
            let y_bar = &mut y_bar.as_mut()[last];
            S::vjp(p, at(times, 1.0), y1, &k_bar.as_ref()[last], p_bar, y_bar);
            for i in 0..lambda.len() {
                lambda[i] += y_bar[i];
            }
        }
    }

    /// The extra stages of the step of one lane.
    fn replay_extra(&mut self, lane: usize) {
        let y: S::Vector<L> = lane_of::<S, L, N>(&self.stages.as_ref()[0], lane);
        let y1: S::Vector<L> = lane_of::<S, L, N>(&self.y1, lane);
        let mut k = stages_of::<S, M, L, N>(self.method, &self.k, lane, &y);
        let kernel = First { p: parameters_of::<S, L, N>(&self.p, lane) };
        let (method, times) = (self.method, &self.times[lane]);
        kernel.rhs(times.last, &y1, &mut k.as_mut()[method.tableau().stages() - 1]);
        let extra = self.extra.get_or_insert_with(|| Extra::new(&kernel, method));
        extra.replay((&kernel, method), times, &y, &k);
    }

    /// What they give back to the lane.
    fn transpose_extra(&mut self, lane: usize) {
        let Some(extra) = &mut self.extra else { return };
        let mut direct: S::Vector<L> = lane_of::<S, L, N>(&self.direct, lane);
        let mut k_bar = stages_of::<S, M, L, N>(self.method, &self.k_bar, lane, &direct);
        let mut p_bar = parameters_of::<S, L, N>(&self.p_bar, lane);
        let kernel = First { p: parameters_of::<S, L, N>(&self.p, lane) };
        let (y0_bar, mut unused) = (&mut direct, TimeBar::default());
        let (by, times) = ((&kernel, self.method), &self.times[lane]);
        extra.transpose(by, times, None, (y0_bar, &mut k_bar), &mut p_bar, &mut unused);
        store::<L, _, N>(&mut self.direct, lane, &direct);
        for (to, from) in self.k_bar.as_mut().iter_mut().zip(k_bar.as_ref()) {
            store::<L, _, N>(to, lane, from);
        }
        for i in 0..p_bar.len() {
            self.p_bar[i].0[lane] = p_bar[i];
        }
    }

    /// Ends the way of a lane that has come to the start, or whose cotangents are beyond use.
    #[inline(always)]
    fn leave(&mut self, lane: usize) {
        let Some(place) = self.places[lane] else { return };
        let beyond_use = (0..self.lambda.len()).position(|i| {
            let x = self.lambda[i].0[lane].get().to_f64();
            x.is_nan() || x.abs() > place.limit
        });
        if place.steps == 0 || beyond_use.is_some() {
            self.arrive(lane, place, beyond_use);
        }
    }

    #[cold]
    #[inline(never)]
    fn arrive(&mut self, lane: usize, place: Place, beyond_use: Option<usize>) {
        let lambda: S::Vector<L> = lane_of::<S, L, N>(&self.lambda, lane);
        let start = &self.returns[place.number].cotangents[0];
        self.found[place.number] = Some(match beyond_use {
            Some(component) => Err(SolveError::CotangentGrowth {
                t: self.times[lane].t,
                stage: 1,
                component: S::STATES.as_ref()[component].to_owned(),
                value: lambda[component].get().to_f64(),
            }),
            None => {
                let params = S::parameter_vector(|i| self.p_bar[i].0[lane].get());
                let y0 = S::vector(|i| {
                    let mut sum = lambda[i].get();
                    sum += start[i];
                    sum
                });
                Ok((S::from_parameters(&params), S::unflatten(&y0)))
            }
        });
        self.refill(lane);
    }

    /// Takes the next trajectory into a lane, if there is one.
    fn refill(&mut self, lane: usize) {
        let number = self.waiting;
        self.places[lane] = None;
        self.times[lane].h = 0.0;
        let Some(one) = self.returns.get(number) else { return };
        self.waiting += 1;
        let largest = one.cotangents.iter().flat_map(Space::values).map(|x| x.to_f64().abs());
        let limit = LIMIT * largest.fold(1.0, f64::max);
        self.places[lane] = Some(Place { number, steps: one.tape.len(), saves: one.tape.saves.len(), limit });
        let zero: S::Vector<L> = S::vector(|_| L::constant(0.0));
        store::<L, _, N>(&mut self.lambda, lane, &zero);
        for i in 0..one.parameters.len() {
            self.p[i].0[lane] = L::splat(one.parameters[i]);
            self.p_bar[i].0[lane] = L::constant(0.0);
        }
    }
}

/// The right-hand side at the stages of a step, which it keeps.
struct Rhs<'a, S: System, L: Single<Scalar = S::Real>, const N: usize> {
    p: &'a S::Parameters<Pack<N, L>>,
    times: &'a [StepTimes; N],
    stages: &'a mut [S::Vector<Pack<N, L>>],
    stage: usize,
}

impl<S: System, L: Single<Scalar = S::Real>, const N: usize> AtStage<f64, S::Vector<Pack<N, L>>>
    for Rhs<'_, S, L, N>
{
    #[inline(always)]
    fn fill(&mut self, node: f64, y: &S::Vector<Pack<N, L>>, dy: &mut S::Vector<Pack<N, L>>) {
        self.stage += 1;
        self.stages[self.stage].clone_from(y);
        S::rhs(self.p, at(self.times, node), y, dy);
    }
}

/// The transpose of the right-hand side at the stages of a step.
struct Vjp<'a, S: System, L: Single<Scalar = S::Real>, const N: usize> {
    p: &'a S::Parameters<Pack<N, L>>,
    p_bar: &'a mut S::Parameters<Pack<N, L>>,
    times: &'a [StepTimes; N],
    nodes: &'a [f64],
    stages: &'a [S::Vector<Pack<N, L>>],
}

impl<S: System, L: Single<Scalar = S::Real>, const N: usize> AtStage<usize, S::Vector<Pack<N, L>>>
    for Vjp<'_, S, L, N>
{
    #[inline(always)]
    fn fill(&mut self, stage: usize, k_bar: &S::Vector<Pack<N, L>>, y_bar: &mut S::Vector<Pack<N, L>>) {
        let t = at(self.times, self.nodes[stage]);
        S::vjp(self.p, t, &self.stages[stage], k_bar, self.p_bar, y_bar);
    }
}

/// The time of the stages with this node.
#[inline(always)]
fn at<L: Single, const N: usize>(times: &[StepTimes; N], node: f64) -> Pack<N, L> {
    let mut at = [0.0; N];
    for l in 0..N {
        at[l] = times[l].at(node);
    }
    constants(&at)
}

/// The lengths of the steps.
#[inline(always)]
fn lengths<L: Single, const N: usize>(times: &[StepTimes; N]) -> Pack<N, L> {
    let mut lengths = [0.0; N];
    for l in 0..N {
        lengths[l] = times[l].h;
    }
    constants(&lengths)
}
