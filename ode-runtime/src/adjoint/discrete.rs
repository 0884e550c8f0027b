//! The discrete adjoint: the recorded steps, last to first, through the transposed tableau.
//!
//! With the stages Y_i, their derivatives k_i and the cotangent λ of a step's end, K_i = ∂L/∂k_i and
//! L_i = f_y(Y_i)ᵀ K_i follow from the last stage to the first, and λ + Σ L_i is the cotangent of the step's start. A
//! save point inside of the step with cotangent v adds h b_i(θ) v to K_i and v to λ at the start.
//!
//! Hager, *Runge-Kutta methods in optimal control and the transformed adjoint system*, Numer. Math. 87 (2000);
//! Sandu, *On the properties of Runge-Kutta discrete adjoints*, ICCS 2006.

use super::continuous::{add, dot};
use super::forward::Flat;
use super::{Adjoint, Forward, Gradient};
use crate::method::{Stepper, Tableau};
use crate::number::{Lane, Real};
use crate::solve::{Cut, Plan, SolveError, Tape, TapeStep};
use crate::space::Space;
use crate::system::System;

/// The exact gradient of the numbers that the solve returned, with the lengths of its steps held constant: the default.
///
/// Memory grows with the number of steps, by the size of a state each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discrete {}

impl<S: System, M: Stepper> Adjoint<S, M> for Discrete {
    const KEEPS_STEPS: bool = true;
    const KEEPS_DENSE: bool = false;

    fn pull_back(&self, forward: &Forward<S, M>, cotangents: &[Flat<S>]) -> Result<Gradient<S>, SolveError> {
        let tape = forward.tape.as_ref().unwrap_or_else(|| unreachable!("the steps were kept"));
        Ok(sweep(&forward.method, &forward.plan, tape, cotangents))
    }
}

/// The vectors of one step; made once, used for all.
struct Workspace<S: System, M: Stepper> {
    /// The derivatives k_i.
    k: M::Stages<S::Vector<S::Real>>,
    /// The stages Y_i.
    stages: M::Stages<S::Vector<S::Real>>,
    /// The cotangents K_i.
    k_bar: M::Stages<S::Vector<S::Real>>,
    /// The cotangents L_i.
    y_bar: M::Stages<S::Vector<S::Real>>,
    y1: S::Vector<S::Real>,
}

/// The derivatives by the times of a step.
#[derive(Default)]
struct TimeBar {
    /// By its start, its length held.
    t: f64,
    /// By its length, its start held.
    h: f64,
}

/// The gradient of the saved states with these cotangents.
fn sweep<S: System, M: Stepper>(
    method: &M,
    plan: &Plan<S>,
    tape: &Tape<S::Vector<S::Real>>,
    cotangents: &[S::Vector<S::Real>],
) -> Gradient<S> {
    let p = plan.parameters.clone();
    let zero = cotangents[0].like(S::Real::constant(0.0));
    let mut p_bar = p.like(S::Real::constant(0.0));
    let mut lambda = zero.clone();
    let mut times = vec![0.0; plan.save.len()];
    // The cotangent of the time at which the step ends, from the steps after it.
    let mut end_bar = 0.0;
    let mut remaining = tape.saves.len();
    let mut work = Workspace::<S, M> {
        k: method.stages(&zero),
        stages: method.stages(&zero),
        k_bar: method.stages(&zero),
        y_bar: method.stages(&zero),
        y1: zero.clone(),
    };

    for (number, step) in tape.steps.iter().enumerate().rev() {
        let saves = remaining;
        while remaining > 0 && tape.saves[remaining - 1].step == number {
            remaining -= 1;
        }
        let mut bar = TimeBar::default();
        replay(method, &p, step, &mut work);
        for stage in work.k_bar.as_mut() {
            stage.clone_from(&zero);
        }
        if remaining < saves {
            // The cotangents of the states that were saved here, and what they leave to the step's start.
            let mut direct = zero.clone();
            for save in remaining..saves {
                let (theta, v) = (tape.saves[save].theta, &cotangents[save + 1]);
                if theta == 1.0 {
                    add(&mut lambda, v);
                } else {
                    pull_back_inside::<S, M>(plan, step, theta, v, &mut work);
                    add(&mut direct, v);
                }
                if step.cut != Cut::Save(save + 1) {
                    times[save + 1] += moving_save::<S, M>(method, &p, plan, step, theta, v, &mut work, &mut bar);
                }
            }
            complete(method, &p, step, &mut work, &mut lambda, &mut p_bar, &mut bar);
            transpose(method, &p, step, &mut work, &mut lambda, &mut p_bar, &mut bar);
            add(&mut lambda, &direct);
        } else {
            transpose(method, &p, step, &mut work, &mut lambda, &mut p_bar, &mut bar);
        }
        // A free step keeps its length, so its end moves with its start; one that was cut ends at a given time.
        end_bar = match step.cut {
            Cut::Free => end_bar + bar.t,
            Cut::Given => bar.t - bar.h,
            Cut::Save(save) => {
                times[save] += end_bar + bar.h;
                bar.t - bar.h
            }
        };
    }
    times[0] += end_bar;
    add(&mut lambda, &cotangents[0]);
    Gradient { params: S::from_parameters(&p_bar), y0: S::unflatten(&lambda), times }
}

/// Computes the step again: its stages and their derivatives.
#[inline(always)]
fn replay<S: System, M: Stepper>(
    method: &M,
    p: &S::Parameters<S::Real>,
    step: &TapeStep<S::Vector<S::Real>>,
    work: &mut Workspace<S, M>,
) {
    let Workspace { k, stages, y1, .. } = work;
    let stages = stages.as_mut();
    stages[0].clone_from(&step.y);
    S::rhs(p, S::Real::from_f64(step.times.first), &step.y, &mut k.as_mut()[0]);
    let mut stage = 0;
    let rhs = |node: f64, y: &S::Vector<S::Real>, dy: &mut S::Vector<S::Real>| {
        stage += 1;
        stages[stage].clone_from(y);
        S::rhs(p, S::Real::from_f64(step.times.at(node)), y, dy);
    };
    method.advance(rhs, S::Real::from_f64(step.times.h), &step.y, k, y1);
}

/// The cotangents that a state saved inside of the step gives to the stages.
fn pull_back_inside<S: System, M: Stepper>(
    plan: &Plan<S>,
    step: &TapeStep<S::Vector<S::Real>>,
    theta: f64,
    v: &S::Vector<S::Real>,
    work: &mut Workspace<S, M>,
) {
    for (stage, weight) in plan.weights.at(theta).enumerate().filter(|(_, weight)| *weight != 0.0) {
        let factor = S::Real::from_f64(weight * step.times.h);
        let k_bar = &mut work.k_bar.as_mut()[stage];
        for i in 0..v.len() {
            k_bar[i] += factor * v[i];
        }
    }
}

/// The derivative by a save time that does not end the step: the slope of the interpolant there.
#[allow(clippy::too_many_arguments)]
fn moving_save<S: System, M: Stepper>(
    method: &M,
    p: &S::Parameters<S::Real>,
    plan: &Plan<S>,
    step: &TapeStep<S::Vector<S::Real>>,
    theta: f64,
    v: &S::Vector<S::Real>,
    work: &mut Workspace<S, M>,
    bar: &mut TimeBar,
) -> f64 {
    let last = method.tableau().stages() - 1;
    let Workspace { k, y1, .. } = work;
    let k = k.as_mut();
    S::rhs(p, S::Real::from_f64(step.times.last), y1, &mut k[last]);
    let slope: f64 = plan.weights.slope_at(theta).zip(&*k).map(|(weight, k)| weight * dot(v, k)).sum();
    if theta != 1.0 {
        bar.h += plan.weights.at(theta).zip(&*k).map(|(weight, k)| weight * dot(v, k)).sum::<f64>();
    }
    bar.t -= slope;
    bar.h -= theta * slope;
    slope
}

/// The transpose of the completion k = f(t1, y1), where a saved state depends on it.
#[allow(clippy::too_many_arguments)]
fn complete<S: System, M: Stepper>(
    method: &M,
    p: &S::Parameters<S::Real>,
    step: &TapeStep<S::Vector<S::Real>>,
    work: &mut Workspace<S, M>,
    lambda: &mut S::Vector<S::Real>,
    p_bar: &mut S::Parameters<S::Real>,
    bar: &mut TimeBar,
) {
    let last = method.tableau().stages() - 1;
    let Workspace { k_bar, y_bar, y1, .. } = work;
    let (k_bar, y_bar) = (&k_bar.as_ref()[last], &mut y_bar.as_mut()[last]);
    if k_bar.values().all(|x| x.to_f64() == 0.0) {
        return;
    }
    let slope = S::vjp(p, S::Real::from_f64(step.times.last), y1, k_bar, p_bar, y_bar).to_f64();
    bar.t += slope;
    bar.h += slope;
    add(lambda, y_bar);
}

/// The transpose of the working stages: `lambda` goes from the end of the step to its start.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn transpose<S: System, M: Stepper>(
    method: &M,
    p: &S::Parameters<S::Real>,
    step: &TapeStep<S::Vector<S::Real>>,
    work: &mut Workspace<S, M>,
    lambda: &mut S::Vector<S::Real>,
    p_bar: &mut S::Parameters<S::Real>,
    bar: &mut TimeBar,
) {
    let tableau = method.tableau();
    let by_length = step.cut != Cut::Free;
    if by_length {
        bar.h += dot_sum(tableau.b, lambda, work.k.as_ref());
    }
    let stages = work.stages.as_ref();
    let vjp = |stage: usize, k_bar: &S::Vector<S::Real>, y_bar: &mut S::Vector<S::Real>| {
        let node = tableau.c[stage];
        let t = S::Real::from_f64(step.times.at(node));
        let slope = S::vjp(p, t, &stages[stage], k_bar, p_bar, y_bar).to_f64();
        bar.t += slope;
        bar.h += node * slope;
    };
    method.transpose(vjp, S::Real::from_f64(step.times.h), lambda, &mut work.k_bar, &mut work.y_bar);
    if by_length {
        bar.h += by_length_of_stages(tableau, work.y_bar.as_ref(), work.k.as_ref());
    }
}

/// Σ a_ij L_i · k_j
fn by_length_of_stages<T: Real, V: Space<T>>(tableau: &Tableau, y_bar: &[V], k: &[V]) -> f64 {
    tableau.a.iter().zip(y_bar).map(|(row, y_bar)| dot_sum(row, y_bar, k)).sum()
}

/// Σ weights_i v · k_i
fn dot_sum<T: Real, V: Space<T>>(weights: &[f64], v: &V, k: &[V]) -> f64 {
    weights.iter().zip(k).filter(|(weight, _)| **weight != 0.0).map(|(weight, k)| weight * dot(v, k)).sum()
}
