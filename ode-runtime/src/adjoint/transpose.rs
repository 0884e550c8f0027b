//! One step backwards.
//!
//! With the stages Y_i, their derivatives k_i and the cotangent λ of a step's end, K_i = ∂L/∂k_i and
//! L_i = f_y(Y_i)ᵀ K_i follow from the last stage to the first, and λ + Σ L_i is the cotangent of the step's start. A
//! save point inside of the step with cotangent v adds h b_i(θ) v to K_i and v to λ at the start.
//!
//! Hager, *Runge-Kutta methods in optimal control and the transformed adjoint system*, Numer. Math. 87 (2000);
//! Sandu, *On the properties of Runge-Kutta discrete adjoints*, ICCS 2006.

use std::ops::Range;

use super::continuous::add;
use super::extra::Extra;
use super::integrand::Integrand;
use super::kernel::Kernel;
use crate::dense::{Slopes, Weights};
use crate::method::Stepper;
use crate::number::{Lane, Real, Single};
use crate::solve::{Cut, SolveError, StepTimes, Tape};
use crate::space::Space;

/// The derivatives by the times of a step.
#[derive(Debug, Default)]
pub(crate) struct TimeBar {
    /// By its start, its length held.
    pub(super) t: f64,
    /// By its length, its start held.
    pub(super) h: f64,
}

/// A step's vectors, made once and used for all, and the cotangent of the parameters, which all steps add to.
pub(super) struct Transposer<'a, K: Kernel, M: Stepper, I> {
    kernel: &'a K,
    method: &'a M,
    weights: &'a Weights,
    pub(super) integrand: I,
    pub(super) p_bar: K::Parameters,
    /// The derivatives k_i.
    k: M::Stages<K::State>,
    /// The stages Y_i.
    stages: M::Stages<K::State>,
    /// The cotangents K_i.
    k_bar: M::Stages<K::State>,
    /// The cotangents L_i.
    y_bar: M::Stages<K::State>,
    /// The stages that dense output alone needs, where a step has called for them.
    extra: Option<Extra<K, M>>,
    y1: K::State,
}

impl<'a, K: Kernel, M: Stepper, I: Integrand<K>> Transposer<'a, K, M, I> {
    #[inline(always)]
    pub(super) fn new(kernel: &'a K, method: &'a M, weights: &'a Weights, integrand: I) -> Self {
        let zero = kernel.zero_state();
        Self {
            kernel,
            method,
            weights,
            integrand,
            p_bar: kernel.zero_parameters(),
            k: method.stages(&zero),
            stages: method.stages(&zero),
            k_bar: method.stages(&zero),
            y_bar: method.stages(&zero),
            extra: None,
            y1: zero,
        }
    }

    /// Steps forward again, without control; `after` changes the state at the end of a step that was reset.
    #[inline(always)]
    pub(super) fn advance<V: Clone>(
        &self,
        tape: &Tape<V>,
        steps: Range<usize>,
        from: &K::State,
        after: impl Fn(usize, &mut K::State),
    ) -> K::State {
        // Locals, which small systems keep in registers.
        let (mut y, mut y1) = (from.clone(), from.clone());
        let mut k = self.method.stages(from);
        for step in steps {
            let (times, cut) = tape.step(step);
            self.kernel.rhs(times.first, &y, &mut k.as_mut()[0]);
            let rhs = |node: f64, y: &K::State, dy: &mut K::State| self.kernel.rhs(times.at(node), y, dy);
            self.method.advance(rhs, K::Lane::constant(times.h), &y, &mut k, &mut y1);
            std::mem::swap(&mut y, &mut y1);
            if cut == Cut::Event {
                after(step, &mut y);
            }
        }
        y
    }

    /// Computes a step again: its stages and their derivatives. The cotangents of the stages begin at 0.
    #[inline(always)]
    pub(super) fn replay(&mut self, times: &StepTimes, y: &K::State) {
        self.replay_with(times, y, |_, _| false);
    }

    /// The same, where `known` fills in the derivative of a stage if it was kept, and says so.
    #[inline(always)]
    pub(super) fn replay_with(
        &mut self,
        times: &StepTimes,
        y: &K::State,
        known: impl Fn(usize, &mut K::State) -> bool,
    ) {
        let Self { kernel, method, k, stages, k_bar, y1, .. } = self;
        let stages = stages.as_mut();
        stages[0].clone_from(y);
        if !known(0, &mut k.as_mut()[0]) {
            kernel.rhs(times.first, y, &mut k.as_mut()[0]);
        }
        let mut stage = 0;
        let rhs = |node: f64, y: &K::State, dy: &mut K::State| {
            stage += 1;
            stages[stage].clone_from(y);
            if !known(stage, dy) {
                kernel.rhs(times.at(node), y, dy);
            }
        };
        method.advance(rhs, K::Lane::constant(times.h), y, k, y1);
        clear(k_bar.as_mut());
    }

    /// The number of working stages.
    pub(super) fn working(&self) -> usize {
        self.method.tableau().a.len()
    }

    /// Begins another transpose of the step that was computed last, which adds to this cotangent of the parameters;
    /// returns the one before.
    pub(super) fn begin_again(&mut self, p_bar: K::Parameters) -> K::Parameters {
        clear(self.k_bar.as_mut());
        self.settle();
        std::mem::replace(&mut self.p_bar, p_bar)
    }

    pub(super) fn zero_parameters(&self) -> K::Parameters {
        self.kernel.zero_parameters()
    }

    /// Completes the cotangent of the parameters.
    pub(super) fn settle(&mut self) {
        self.kernel.settle(&mut self.p_bar);
    }

    /// The derivative of a state by time.
    pub(super) fn slope(&self, t: f64, y: &K::State) -> K::State {
        let mut slope = y.clone();
        self.kernel.rhs(t, y, &mut slope);
        slope
    }

    /// The end of the step that was computed last.
    pub(super) fn end_state(&self) -> K::State {
        self.y1.clone()
    }

    /// The same, and the derivative there.
    pub(super) fn end(&self, times: &StepTimes) -> (K::State, K::State) {
        (self.y1.clone(), self.slope(times.last, &self.y1))
    }

    /// Prepares a step, the one that was computed last, inside of which states were saved: evaluates the extra stages of
    /// the interpolant, if it has some.
    #[inline(always)]
    pub(super) fn look_inside(&mut self, times: &StepTimes) {
        if !self.weights.extended() {
            return;
        }
        let Self { kernel, method, k, stages, extra, y1, .. } = self;
        kernel.rhs(times.last, y1, &mut k.as_mut()[method.tableau().stages() - 1]);
        let extra = extra.get_or_insert_with(|| Extra::new(kernel, method));
        extra.replay((kernel, method), times, &stages.as_ref()[0], k);
    }

    /// The cotangents that a state saved inside of the step gives to the stages.
    #[inline(always)]
    pub(super) fn save_inside(&mut self, times: &StepTimes, theta: f64, v: &K::State) {
        let stages = self.k_bar.as_mut()[..self.method.tableau().stages()].iter_mut();
        let extra = self.extra.iter_mut().flat_map(|extra| extra.k_bar.as_mut());
        for (weight, k_bar) in self.weights.at(theta).zip(stages.chain(extra)) {
            if weight != 0.0 {
                let factor = K::Lane::constant(weight * times.h);
                for i in 0..v.len() {
                    k_bar[i] = factor.mul_add_fast(v[i], k_bar[i]);
                }
            }
        }
    }

    /// The derivative by a save time that does not end the step: the slope of the interpolant there.
    pub(super) fn moving_save(
        &mut self,
        times: &StepTimes,
        theta: f64,
        v: &K::State,
        bar: &mut TimeBar,
    ) -> f64 {
        let last = self.method.tableau().stages() - 1;
        let k = self.k.as_mut();
        self.kernel.rhs(times.last, &self.y1, &mut k[last]);
        // At the end of the step the slope is the completion.
        let extra = self.extra.as_ref().filter(|_| theta != 1.0);
        let extra = extra.map_or(&[][..], |extra| extra.k.as_ref());
        let k = Slopes { stages: &k[..=last], extra };
        let slope = weighted_sum(self.weights.slope_at(theta), v, k.all());
        if theta != 1.0 {
            bar.h += weighted_sum(self.weights.at(theta), v, k.all());
        }
        bar.t -= slope;
        bar.h -= theta * slope;
        slope
    }

    /// The transpose of the extra stages, where states were saved inside of the step: their parts of the other stages, and
    /// of the start of the step.
    #[inline(always)]
    pub(super) fn transpose_extra(
        &mut self,
        times: &StepTimes,
        by_length: bool,
        y0_bar: &mut K::State,
        bar: &mut TimeBar,
    ) {
        let Self { kernel, method, p_bar, k, k_bar, extra: Some(extra), .. } = self else { return };
        let k = by_length.then_some(&*k);
        extra.transpose((kernel, method), times, k, (y0_bar, k_bar), p_bar, bar);
    }

    /// The transpose of the completion k = f(t₁, y₁), where a saved state depends on it.
    pub(super) fn complete(&mut self, times: &StepTimes, lambda: &mut K::State, bar: &mut TimeBar) {
        let last = self.method.tableau().stages() - 1;
        let (k_bar, y_bar) = (&self.k_bar.as_ref()[last], &mut self.y_bar.as_mut()[last]);
        if k_bar.values().all(|x| x.get().to_f64() == 0.0) {
            return;
        }
        let slope = self.kernel.vjp(times.last, &self.y1, k_bar, &mut self.p_bar, y_bar);
        bar.t += slope;
        bar.h += slope;
        add(lambda, y_bar);
    }

    /// The transpose of the working stages: `lambda` goes from the end of the step to its start. The derivative by the
    /// length is complete only where it is wanted.
    #[inline(always)]
    pub(super) fn transpose(
        &mut self,
        times: &StepTimes,
        by_length: bool,
        lambda: &mut K::State,
        bar: &mut TimeBar,
    ) {
        let tableau = self.method.tableau();
        let Self { kernel, method, integrand, p_bar, k, stages, k_bar, y_bar, .. } = self;
        if by_length {
            bar.h += weighted_sum(tableau.b.iter().copied(), lambda, k.as_ref().iter());
        }
        let stages = stages.as_ref();
        let vjp = |stage: usize, k_bar: &K::State, y_bar: &mut K::State| {
            let (node, weight) = (tableau.c[stage], tableau.b[stage]);
            let t = times.at(node);
            let slope = kernel.vjp(t, &stages[stage], k_bar, p_bar, y_bar);
            let (value, integral_slope) = integrand.stage(times.h * weight, t, &stages[stage], y_bar);
            bar.t += slope + integral_slope;
            bar.h += node * (slope + integral_slope) + weight * value;
        };
        method.transpose(vjp, K::Lane::constant(times.h), lambda, k_bar, y_bar);
        if by_length {
            // Σ a_ij L_i · k_j
            for (row, y_bar) in tableau.a.iter().zip(y_bar.as_ref()) {
                bar.h += weighted_sum(row.iter().copied(), y_bar, k.as_ref().iter());
            }
        }
    }

    /// The error of a cotangent beyond use: the last stage in which it was.
    #[cold]
    pub(super) fn growth(&self, t: f64, component: usize, lambda: &K::State) -> SolveError {
        let working = self.method.tableau().a.len();
        let finite = |v: &K::State| v.values().all(|x| x.get().is_finite());
        let stage = (0..working)
            .rev()
            .find(|&stage| !finite(&self.k_bar.as_ref()[stage]) || !finite(&self.y_bar.as_ref()[stage]));
        SolveError::CotangentGrowth {
            t,
            stage: stage.unwrap_or(0) + 1,
            component: self.kernel.component(component),
            value: lambda[component].get().to_f64(),
        }
    }
}

/// Sets all numbers to 0.
#[inline(always)]
pub(super) fn clear<L: Lane, V: Space<L>>(vectors: &mut [V]) {
    for vector in vectors {
        for i in 0..vector.len() {
            vector[i] = L::constant(0.0);
        }
    }
}

/// v · k
pub(super) fn dot<L: Single, V: Space<L>>(v: &V, k: &V) -> f64 {
    v.values().zip(k.values()).map(|(a, b)| (a * b).get().to_f64()).sum()
}

/// Σ weights_i v · k_i
pub(super) fn weighted_sum<'k, L: Single, V: Space<L>>(
    weights: impl Iterator<Item = f64>,
    v: &V,
    k: impl Iterator<Item = &'k V>,
) -> f64 {
    weights.zip(k).filter(|(weight, _)| *weight != 0.0).map(|(weight, k)| weight * dot(v, k)).sum()
}
