//! The steps of a solve, last to first.

use super::Gradient;
use super::continuous::add;
use super::schedule::stride;
use super::transpose::{TimeBar, Transposer};
use crate::method::Stepper;
use crate::number::{Real, Single, Task};
use crate::solve::{Cut, Plan, SolveError, Tape};
use crate::space::Space;
use crate::system::System;

/// All that a backward pass over recorded steps needs.
pub(super) struct Sweep<'a, S: System, M> {
    pub(super) method: &'a M,
    pub(super) plan: &'a Plan<S>,
    pub(super) tape: &'a Tape<S::Vector<S::Real>>,
    /// One for each save point.
    pub(super) cotangents: &'a [S::Vector<S::Real>],
    /// How many states may be kept.
    pub(super) checkpoints: usize,
}

/// A cotangent that grows past this, relative to those that came in, is beyond use.
const LIMIT: f64 = 1e12;

impl<S: System, M: Stepper> Task<S::Real> for Sweep<'_, S, M> {
    type Output = Result<Gradient<S>, SolveError>;

    #[inline(always)]
    fn run<L: Single<Scalar = S::Real>>(self) -> Self::Output {
        let Self { method, plan, tape, cotangents, checkpoints } = self;
        let mut pass = Pass::<S, M, L> {
            transposer: Transposer::new(method, plan),
            tape,
            cotangents,
            limit: LIMIT * largest::<S>(cotangents).max(1.0),
            lambda: S::vector(|_| L::constant(0.0)),
            times: vec![0.0; plan.save.len()],
            end_bar: 0.0,
            saves: tape.saves.len(),
        };
        let lane = |y: &S::Vector<S::Real>| -> S::Vector<L> { S::vector(|i| L::splat(y[i])) };
        let start = tape.state(0).map_or_else(|| pass.lambda.clone(), lane);

        if checkpoints >= tape.len() && tape.state(tape.len() - 1).is_some() {
            for step in (0..tape.len()).rev() {
                let y = tape.state(step).map_or_else(|| start.clone(), lane);
                pass.step(step, &y)?;
            }
        } else {
            pass.with_checkpoints(start, checkpoints)?;
        }
        Ok(pass.finish())
    }
}

fn largest<S: System>(cotangents: &[S::Vector<S::Real>]) -> f64 {
    cotangents.iter().flat_map(Space::values).map(|x| x.to_f64().abs()).fold(0.0, f64::max)
}

/// A backward pass under way.
struct Pass<'a, S: System, M: Stepper, L: Single<Scalar = S::Real>> {
    transposer: Transposer<'a, S, M, L>,
    tape: &'a Tape<S::Vector<S::Real>>,
    cotangents: &'a [S::Vector<S::Real>],
    limit: f64,
    /// The cotangent of the state.
    lambda: S::Vector<L>,
    /// The derivatives by the save times.
    times: Vec<f64>,
    /// The cotangent of the time at which the next step backwards ends, from the steps after it.
    end_bar: f64,
    /// The save points that are still to come.
    saves: usize,
}

impl<S: System, M: Stepper, L: Single<Scalar = S::Real>> Pass<'_, S, M, L> {
    /// All steps, with so many states kept besides what the tape has; what lies between is computed again.
    #[inline(always)]
    fn with_checkpoints(&mut self, start: S::Vector<L>, checkpoints: usize) -> Result<(), SolveError> {
        let mut kept = vec![(0, start)];
        let mut end = self.tape.len();
        while end > 0 {
            let (at, y) = &kept[kept.len() - 1];
            let at = *at;
            if at + 1 == end {
                let y = y.clone();
                self.step(at, &y)?;
                end -= 1;
                if at > 0 {
                    kept.pop();
                }
                continue;
            }
            if kept.len() < checkpoints {
                let next = at + stride(end - at, checkpoints - kept.len());
                let y = self.transposer.advance(self.tape, at..next, y);
                kept.push((next, y));
            } else {
                let y = self.transposer.advance(self.tape, at..end - 1, y);
                self.step(end - 1, &y)?;
                end -= 1;
            }
        }
        Ok(())
    }

    /// One step, which starts in the state `y`.
    #[inline(always)]
    fn step(&mut self, number: usize, y: &S::Vector<L>) -> Result<(), SolveError> {
        let (times, cut) = self.tape.step(number);
        let saves = self.saves;
        while self.saves > 0 && self.tape.saves[self.saves - 1].step == number {
            self.saves -= 1;
        }
        let mut bar = TimeBar::default();
        self.transposer.replay(&times, y);
        if self.saves < saves {
            self.step_with_saves(self.saves..saves, &times, cut, &mut bar);
        } else {
            self.transposer.transpose(&times, cut != Cut::Free, &mut self.lambda, &mut bar);
        }
        // A free step keeps its length, so its end moves with its start; one that was cut ends at a given time.
        self.end_bar = match cut {
            Cut::Free => self.end_bar + bar.t,
            Cut::Given => bar.t - bar.h,
            Cut::Save(save) => {
                self.times[save] += self.end_bar + bar.h;
                bar.t - bar.h
            }
        };
        let bad = self.lambda.values().position(|x| !(x.get().to_f64().abs() <= self.limit));
        bad.map_or(Ok(()), |component| Err(self.transposer.growth(times.t, component, &self.lambda)))
    }

    /// A step in which states were saved.
    #[inline(always)]
    fn step_with_saves(
        &mut self,
        saves: std::ops::Range<usize>,
        times: &crate::solve::StepTimes,
        cut: Cut,
        bar: &mut TimeBar,
    ) {
        let mut direct: S::Vector<L> = S::vector(|_| L::constant(0.0));
        for save in saves {
            let (theta, v) = (self.tape.saves[save].theta, &self.cotangents[save + 1]);
            let v: S::Vector<L> = S::vector(|i| L::splat(v[i]));
            if theta == 1.0 {
                add(&mut self.lambda, &v);
            } else {
                self.transposer.save_inside(times, theta, &v);
                add(&mut direct, &v);
            }
            if cut != Cut::Save(save + 1) {
                self.times[save + 1] += self.transposer.moving_save(times, theta, &v, bar);
            }
        }
        self.transposer.complete(times, &mut self.lambda, bar);
        self.transposer.transpose(times, cut != Cut::Free, &mut self.lambda, bar);
        add(&mut self.lambda, &direct);
    }

    fn finish(mut self) -> Gradient<S> {
        self.times[0] += self.end_bar;
        let p_bar = self.transposer.p_bar();
        let params = S::parameter_vector(|i| p_bar[i].get());
        let start = &self.cotangents[0];
        let y0 = S::vector(|i| {
            let mut sum = self.lambda[i].get();
            sum += start[i];
            sum
        });
        Gradient { params: S::from_parameters(&params), y0: S::unflatten(&y0), times: self.times }
    }
}
