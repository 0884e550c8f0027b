//! The extra stages of one step, which dense output alone needs, forwards and backwards.
//!
//! Stage Y_e = y + h Σ a_ej k_j is made of all stages before it, the completion included. Backwards, with K_e = ∂L/∂k_e and
//! L_e = f_y(Y_e)ᵀ K_e, it adds h a_ej L_e to the K_j of each of them and L_e to the cotangent of y.

use super::kernel::Kernel;
use super::transpose::{TimeBar, clear, weighted_sum};
use crate::method::Stepper;
use crate::number::Lane;
use crate::solve::StepTimes;

/// The vectors of the extra stages, made once and used for all steps.
pub(crate) struct Extra<K: Kernel, M: Stepper> {
    /// The derivatives k_e.
    pub(super) k: M::ExtraStages<K::State>,
    /// The stages Y_e.
    stages: M::ExtraStages<K::State>,
    /// The cotangents K_e.
    pub(crate) k_bar: M::ExtraStages<K::State>,
    /// The cotangents L_e.
    y_bar: M::ExtraStages<K::State>,
    point: K::State,
}

impl<K: Kernel, M: Stepper> Extra<K, M> {
    pub(crate) fn new(kernel: &K, method: &M) -> Self {
        let zero = kernel.zero_state();
        Self {
            k: method.extra_stages(&zero),
            stages: method.extra_stages(&zero),
            k_bar: method.extra_stages(&zero),
            y_bar: method.extra_stages(&zero),
            point: zero,
        }
    }

    /// Computes the stages of a step from `y` whose other derivatives `k`, the completion included, are there. Their
    /// cotangents begin at 0.
    #[inline(always)]
    pub(crate) fn replay(
        &mut self,
        (kernel, method): (&K, &M),
        times: &StepTimes,
        y: &K::State,
        k: &M::Stages<K::State>,
    ) {
        let Self { k: extra, stages, k_bar, point, .. } = self;
        let mut places = stages.as_mut().iter_mut();
        let rhs = |node: f64, y: &K::State, dy: &mut K::State| {
            if let Some(place) = places.next() {
                place.clone_from(y);
            }
            kernel.rhs(times.at(node), y, dy);
        };
        method.evaluate_extra(rhs, K::Lane::constant(times.h), y, k, extra, point);
        clear(k_bar.as_mut());
    }

    /// Passes the cotangents of the stages on to `k_bar` of the others, and to `y0_bar`, the cotangent of the start of the
    /// step. The derivative by the length is complete only where it is wanted.
    #[inline(always)]
    pub(crate) fn transpose(
        &mut self,
        (kernel, method): (&K, &M),
        times: &StepTimes,
        k: Option<&M::Stages<K::State>>,
        (y0_bar, k_bar): (&mut K::State, &mut M::Stages<K::State>),
        p_bar: &mut K::Parameters,
        bar: &mut TimeBar,
    ) {
        let tableau = method.tableau();
        let Self { k: extra, stages, k_bar: extra_bar, y_bar, .. } = self;
        let stages = stages.as_ref();
        let vjp = |stage: usize, k_bar: &K::State, y_bar: &mut K::State| {
            let node = tableau.extra[stage].c;
            let slope = kernel.vjp(times.at(node), &stages[stage], k_bar, p_bar, y_bar);
            bar.t += slope;
            bar.h += node * slope;
        };
        method.transpose_extra(vjp, K::Lane::constant(times.h), y0_bar, k_bar, extra_bar, y_bar);
        if let Some(k) = k {
            // Σ a_ej L_e · k_j
            for (stage, y_bar) in tableau.extra.iter().zip(y_bar.as_ref()) {
                let all = k.as_ref()[..tableau.stages()].iter().chain(extra.as_ref());
                bar.h += weighted_sum(stage.a.iter().copied(), y_bar, all);
            }
        }
    }
}
