//! An explicit method made reversible: exact gradients without kept states.

use super::continuous::add;
use super::forward::Flat;
use super::kernel::{First, Kernel};
use super::transpose::{TimeBar, Transposer};
use super::{Adjoint, Forward, Gradient};
use crate::method::Stepper;
use crate::number::{Lane, Real, Single, Task, dispatch};
use crate::solve::{Cut, Keep, Plan, SolveError, StepTimes};
use crate::space::{Pair, Space};
use crate::system::{System, is_long};

/// A reversible scheme around the method of the solve: two coupled solutions y and z, with the step
/// Ψ_h(t, y) = (y after a step of h) - y of the method,
///
/// ```text
/// y⁺ = c y + (1 - c) z + Ψ_h(t, z)        z⁺ = z - Ψ_-h(t + h, y⁺)
/// ```
///
/// which can be undone: going back, states are recomputed from the last, and the gradient is exact for the numbers of
/// the scheme, up to rounding that grows with each step back. Memory is eight bytes a step. The lengths of the steps are
/// those of the method's own solve, in which steps end at the save points; then each costs two steps of the method.
///
/// It holds for flows, oscillations and mild contraction: on y' = -μ y it is stable only for h μ ≤ -ln c. Beyond, the
/// two solutions part, and [`SolveError::NotReversible`] says so. Solutions have no dense output.
///
/// McCallum, Foster, *Efficient, accurate and stable gradients for neural ODEs*, 2024 (arXiv 2410.11648).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reversible {
    coupling: f64,
}

impl Default for Reversible {
    fn default() -> Self {
        Self { coupling: 0.99 }
    }
}

impl Reversible {
    /// The coupling c, in (0, 1); 0.99 unless told otherwise. A smaller one is stable for more contraction, and loses
    /// digits faster on the way back: a factor of 1/c a step.
    #[must_use]
    pub fn coupling(mut self, coupling: f64) -> Self {
        self.coupling = coupling;
        self
    }
}

/// How far the two solutions may differ, relative to the solution, and in tolerances.
const GAP: (f64, f64) = (1e-2, 1e4);

/// How far the start may be missed on the way back, relative to the solution.
const MISSED: f64 = 1e-6;

impl<S: System, M: Stepper> Adjoint<S, M> for Reversible {
    const KEEPS_DENSE: bool = false;

    const STOPS_AT_SAVES: bool = true;

    /// The two solutions at the end.
    type Kept = Option<(Flat<S>, Flat<S>)>;

    fn keeps(&self) -> Result<Keep, SolveError> {
        if self.coupling > 0.0 && self.coupling < 1.0 {
            return Ok(Keep::Times);
        }
        let requirement = "between 0 and 1, and neither of them";
        Err(SolveError::BadOption { name: "coupling", value: self.coupling, requirement })
    }

    fn solve_again(&self, forward: &mut Forward<'_, S, M>) -> Result<Self::Kept, SolveError> {
        dispatch(Forwards { coupling: self.coupling, forward }).map(Some)
    }

    fn pull_back(
        &self,
        forward: &Forward<'_, S, M>,
        kept: &Self::Kept,
        cotangents: &[Flat<S>],
    ) -> Result<Gradient<S>, SolveError> {
        let ends = kept.as_ref().unwrap_or_else(|| unreachable!("the scheme was solved"));
        dispatch(Backwards { coupling: self.coupling, forward, ends, cotangents })
    }
}

/// The step back over the same time.
fn reversed(times: &StepTimes) -> StepTimes {
    StepTimes { t: times.t + times.h, h: -times.h, first: times.last, last: times.first }
}

/// Ψ: `stages` and `y1` are workspace, and `y1` is the result.
#[inline(always)]
fn increment<K: Kernel, M: Stepper>(
    kernel: &K,
    method: &M,
    times: &StepTimes,
    y: &K::State,
    stages: &mut M::Stages<K::State>,
    y1: &mut K::State,
) {
    kernel.rhs(times.first, y, &mut stages.as_mut()[0]);
    method.advance(
        |node: f64, y: &K::State, dy: &mut K::State| kernel.rhs(times.at(node), y, dy),
        K::Lane::constant(times.h),
        y,
        stages,
        y1,
    );
    for i in 0..y.len() {
        y1[i] = y1[i] - y[i];
    }
}

/// The error of two solutions that have parted, if they have.
fn check_gap<S: System, L: Single<Scalar = S::Real>>(
    plan: &Plan<S>,
    t: f64,
    y: &S::Vector<L>,
    z: &S::Vector<L>,
) -> Result<(), SolveError> {
    let number = |x: L| x.get().to_f64();
    let size = y.values().map(|x| number(x).abs()).fold(0.0, f64::max);
    for i in 0..y.len() {
        let gap = (number(y[i]) - number(z[i])).abs();
        let tolerance = plan.atol[i].to_f64() + plan.rtol[i].to_f64() * size;
        if gap.is_nan() || gap > GAP.0 * size + GAP.1 * tolerance {
            return Err(SolveError::NotReversible { t, gap });
        }
    }
    Ok(())
}

struct Forwards<'a, 'c, S: System, M: Stepper> {
    coupling: f64,
    forward: &'a mut Forward<'c, S, M>,
}

impl<S: System, M: Stepper> Task<S::Real> for Forwards<'_, '_, S, M> {
    type Output = Result<(Flat<S>, Flat<S>), SolveError>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Forward { plan, method, states, tape, .. } = self.forward;
        let tape = tape.as_ref().unwrap_or_else(|| unreachable!("the times were kept"));
        let kernel = First::<S, L>::new(&plan.parameters);
        let (c, rest) = (L::constant(self.coupling), L::constant(1.0 - self.coupling));
        let mut y: S::Vector<L> = S::vector(|i| L::splat(states[0][i]));
        let (mut z, mut psi) = (y.clone(), y.clone());
        let mut stages = method.stages(&y);
        let mut saves = tape.saves.iter().enumerate().peekable();
        for step in 0..tape.len() {
            let (times, _) = tape.step(step);
            increment(&kernel, method, &times, &z, &mut stages, &mut psi);
            for i in 0..y.len() {
                y[i] = c * y[i] + rest * z[i] + psi[i];
            }
            increment(&kernel, method, &reversed(&times), &y, &mut stages, &mut psi);
            for i in 0..z.len() {
                z[i] = z[i] - psi[i];
            }
            check_gap::<S, L>(plan, times.t + times.h, &y, &z)?;
            while let Some((save, _)) = saves.next_if(|(_, placement)| placement.step == step) {
                states[save + 1] = S::vector(|i| y[i].get());
            }
        }
        Ok((S::vector(|i| y[i].get()), S::vector(|i| z[i].get())))
    }
}

struct Backwards<'a, S: System, M: Stepper> {
    coupling: f64,
    forward: &'a Forward<'a, S, M>,
    ends: &'a (Flat<S>, Flat<S>),
    cotangents: &'a [Flat<S>],
}

impl<S: System, M: Stepper> Task<S::Real> for Backwards<'_, S, M> {
    type Output = Result<Gradient<S>, SolveError>;

    const INLINED: bool = S::INLINED;
    const LONG: bool = is_long::<S>();

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { coupling, forward, ends, cotangents } = self;
        let Forward { plan, method, states, tape, .. } = forward;
        let tape = tape.as_ref().unwrap_or_else(|| unreachable!("the times were kept"));
        let kernel = First::<S, L>::new(&plan.parameters);
        let mut transposer = Transposer::new(&kernel, method, &plan.weights, ());
        let lanes = |y: &Flat<S>| -> S::Vector<L> { S::vector(|i| L::splat(y[i])) };
        let mut now = Pair::new(lanes(&ends.0), lanes(&ends.1));
        let zero: S::Vector<L> = S::vector(|_| L::constant(0.0));
        let mut bar = Pair::new(zero.clone(), zero.clone());
        let mut psi = zero;
        let mut stages = method.stages(&psi);
        let (c, rest) = (L::constant(coupling), L::constant(1.0 - coupling));
        let mut times = vec![0.0; cotangents.len()];
        let (mut end_bar, mut saves) = (0.0, tape.saves.len());

        for step in (0..tape.len()).rev() {
            let (forth, cut) = tape.step(step);
            let back = reversed(&forth);
            while saves > 0 && tape.saves[saves - 1].step == step {
                add(&mut bar.first, &lanes(&cotangents[saves]));
                saves -= 1;
            }
            let by_length = cut != Cut::Free;

            // z⁺ = z - Ψ_-h(t + h, y⁺), backwards: the cotangent of y⁺, and z.
            let (mut first, mut second) = (TimeBar::default(), TimeBar::default());
            transposer.replay(&back, &now.first);
            let mut lambda: S::Vector<L> = S::vector(|i| -bar.second[i]);
            transposer.transpose(&back, by_length, &mut lambda, &mut second);
            for i in 0..lambda.len() {
                bar.first[i] += lambda[i] + bar.second[i];
            }
            increment(&kernel, method, &back, &now.first, &mut stages, &mut psi);
            for i in 0..psi.len() {
                now.second[i] += psi[i];
            }

            // y⁺ = c y + (1 - c) z + Ψ_h(t, z), backwards: the cotangents of z and y, and y.
            transposer.replay(&forth, &now.second);
            let mut lambda = bar.first.clone();
            transposer.transpose(&forth, by_length, &mut lambda, &mut first);
            increment(&kernel, method, &forth, &now.second, &mut stages, &mut psi);
            for i in 0..lambda.len() {
                let of_end = bar.first[i];
                bar.second[i] += lambda[i] - of_end + rest * of_end;
                bar.first[i] = c * of_end;
                now.first[i] = (now.first[i] - rest * now.second[i] - psi[i]) / c;
            }

            // The step back starts at t + h and has length -h.
            let (by_start, by_length) = (first.t + second.t, first.h + second.t - second.h);
            end_bar = match cut {
                Cut::Free => end_bar + by_start,
                Cut::Given | Cut::Event => by_start - by_length,
                Cut::Save(save) => {
                    times[save] += end_bar + by_length;
                    by_start - by_length
                }
            };
            forward.listener().step(&forth, &bar.first)?;
        }
        times[0] += end_bar;
        check_start::<S, L>(plan.start, &now.first, &states[0])?;
        let start = &cotangents[0];
        let y0 = S::vector(|i| {
            let mut sum = (bar.first[i] + bar.second[i]).get();
            sum += start[i];
            sum
        });
        let params = S::parameter_vector(|i| transposer.p_bar[i].get());
        Ok(Gradient { params: S::from_parameters(&params), y0: S::unflatten(&y0), times, event: () })
    }
}

/// Whether the way back has led to the start: each step loses digits.
fn check_start<S: System, L: Single<Scalar = S::Real>>(
    t: f64,
    reached: &S::Vector<L>,
    start: &Flat<S>,
) -> Result<(), SolveError> {
    let size = start.values().map(|x| x.to_f64().abs()).fold(1e-300, f64::max);
    let missed = reached.values().zip(start.values()).map(|(a, b)| (a.get().to_f64() - b.to_f64()).abs());
    let gap = missed.fold(0.0, |largest: f64, x| if x <= largest { largest } else { x });
    if gap <= MISSED * size { Ok(()) } else { Err(SolveError::NotReversible { t, gap }) }
}
