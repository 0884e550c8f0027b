//! The steps of a solve, last to first.

use std::ops::Range;

use super::continuous::add;
use super::event_step::EventBars;
use super::integrand::Integrand;
use super::kernel::Kernel;
use super::listener::Listener;
use super::schedule::stride;
use super::transpose::{TimeBar, Transposer};
use crate::dense::Weights;
use crate::method::Stepper;
use crate::number::{Lane, Real, Single};
use crate::solve::{Cut, Placement, SolveError, StepTimes, Tape};
use crate::space::Space;

/// A cotangent that grows past this, relative to those that came in, is beyond use.
pub(crate) const LIMIT: f64 = 1e12;

/// A backward pass over recorded steps. `V` is how the tape keeps states.
pub(super) struct Sweep<'a, K: Kernel, M: Stepper, I, V> {
    pub(super) transposer: Transposer<'a, K, M, I>,
    pub(super) tape: &'a Tape<V>,
    /// One for each save point.
    pub(super) cotangents: &'a [K::State],
    limit: f64,
    /// The cotangent of the state.
    pub(super) lambda: K::State,
    /// The derivatives by the save times.
    pub(super) times: Vec<f64>,
    /// The cotangent of the time at which the next step backwards ends, from the steps after it.
    pub(super) end_bar: f64,
    /// The save points that are still to come.
    saves: usize,
    listener: Listener<'a>,
    pub(super) events: Option<EventBars<'a, K>>,
}

/// What a backward pass finds.
pub(super) struct Swept<K: Kernel, I> {
    pub(super) p_bar: K::Parameters,
    pub(super) y0_bar: K::State,
    pub(super) times: Vec<f64>,
    pub(super) integrand: I,
    /// The derivatives by the parameters of each event and its reset.
    pub(super) event_bars: Vec<[Vec<f64>; 2]>,
}

impl<'a, K: Kernel, M: Stepper, I: Integrand<K>, V: Clone> Sweep<'a, K, M, I, V> {
    #[inline(always)]
    pub(super) fn new(
        kernel: &'a K,
        method: &'a M,
        weights: &'a Weights,
        tape: &'a Tape<V>,
        cotangents: &'a [K::State],
        integrand: I,
        listener: Listener<'a>,
    ) -> Self {
        let largest =
            cotangents.iter().flat_map(Space::values).map(|x| x.get().to_f64().abs()).fold(1.0, f64::max);
        Self {
            transposer: Transposer::new(kernel, method, weights, integrand),
            tape,
            cotangents,
            limit: LIMIT * largest,
            lambda: kernel.zero_state(),
            times: vec![0.0; cotangents.len()],
            end_bar: 0.0,
            saves: tape.saves.len(),
            listener,
            events: None,
        }
    }

    /// The same with events, which have cotangents of their own.
    pub(super) fn with_events(mut self, events: EventBars<'a, K>) -> Self {
        self.limit = self.limit.max(LIMIT * events.largest());
        // A state that was reset at the end. It moves with the event, unless it is that of a given time.
        let mut saved_at_end = None;
        while self.saves > 0 && self.tape.saves[self.saves - 1].step == self.tape.len() {
            add(&mut self.lambda, &self.cotangents[self.saves]);
            saved_at_end = events.holds_end.then_some(self.saves);
            self.saves -= 1;
        }
        self.events = Some(EventBars { saved_at_end, ..events });
        self
    }

    /// All steps; `state` gives the state at the start of each, and `known` copies a derivative that was kept.
    #[inline(always)]
    pub(super) fn with_states(
        mut self,
        state: impl Fn(usize) -> K::State,
        known: impl Fn(&V, &mut K::State),
    ) -> Result<Swept<K, I>, SolveError> {
        let (tape, stages) = (self.tape, self.transposer.working());
        for step in (0..self.tape.len()).rev() {
            self.step(step, &state(step), |stage, slope| {
                let kept = tape.slope(step, stage, stages);
                kept.map(|kept| known(kept, slope)).is_some()
            })?;
        }
        Ok(self.finish())
    }

    /// All steps from this state on, with so many states kept, this one included; what lies between is computed again.
    #[inline(always)]
    pub(super) fn with_checkpoints(
        mut self,
        start: K::State,
        checkpoints: usize,
    ) -> Result<Swept<K, I>, SolveError> {
        let mut kept = vec![(0, start)];
        let mut end = self.tape.len();
        while end > 0 {
            let (at, y) = &kept[kept.len() - 1];
            let at = *at;
            if at + 1 == end {
                let y = y.clone();
                self.step(at, &y, |_, _| false)?;
                end -= 1;
                if at > 0 {
                    kept.pop();
                }
            } else if kept.len() < checkpoints {
                let next = at + stride(end - at, checkpoints - kept.len());
                let y = self.advance(at..next, y);
                kept.push((next, y));
            } else {
                let y = self.advance(at..end - 1, y);
                self.step(end - 1, &y, |_, _| false)?;
                end -= 1;
            }
        }
        Ok(self.finish())
    }

    #[inline(always)]
    fn advance(&self, steps: Range<usize>, from: &K::State) -> K::State {
        self.transposer.advance(self.tape, steps, from, |step, y| {
            if let Some(events) = &self.events {
                events.reset(self.tape, step, y);
            }
        })
    }

    /// One step, which starts in the state `y`.
    #[inline(always)]
    fn step(
        &mut self,
        number: usize,
        y: &K::State,
        known: impl Fn(usize, &mut K::State) -> bool,
    ) -> Result<(), SolveError> {
        let (times, cut) = self.tape.step(number);
        let saves = self.saves;
        while self.saves > 0 && self.tape.saves[self.saves - 1].step == number {
            self.saves -= 1;
        }
        let saves = self.saves..saves;
        if self.events.is_some() && !self.tape.events_in(number).is_empty() {
            self.step_with_events(number, y, saves)?;
        } else {
            self.transposer.replay_with(&times, y, known);
            let bar = self.plain_step(&times, cut, saves);
            self.turn(&bar, cut);
        }
        self.listener.step(&times, &self.lambda)?;
        let beyond_use = |x: f64| x.is_nan() || x.abs() > self.limit;
        let bad = self.lambda.values().position(|x| beyond_use(x.get().to_f64()));
        bad.map_or(Ok(()), |component| Err(self.transposer.growth(times.t, component, &self.lambda)))
    }

    /// Goes on to the time at which the step starts. A free step keeps its length, so its end moves with its start; one
    /// that was cut ends at a given time.
    #[inline(always)]
    pub(super) fn turn(&mut self, bar: &TimeBar, cut: Cut) {
        self.end_bar = match cut {
            Cut::Free => self.end_bar + bar.t,
            Cut::Given | Cut::Event => bar.t - bar.h,
            Cut::Save(save) => {
                self.times[save] += self.end_bar + bar.h;
                bar.t - bar.h
            }
        };
    }

    /// Takes `lambda` from the end of the step that was computed last to its start.
    #[inline(always)]
    pub(super) fn plain_step(&mut self, times: &StepTimes, cut: Cut, saves: Range<usize>) -> TimeBar {
        let mut bar = TimeBar::default();
        if saves.is_empty() {
            self.transposer.transpose(times, K::BY_TIMES && cut != Cut::Free, &mut self.lambda, &mut bar);
        } else {
            self.step_with_saves(saves, times, cut, &mut bar);
        }
        bar
    }

    /// A step in which states were saved.
    #[inline(always)]
    fn step_with_saves(&mut self, saves: Range<usize>, times: &StepTimes, cut: Cut, bar: &mut TimeBar) {
        let mut direct = self.lambda.like(K::Lane::constant(0.0));
        let by_length = K::BY_TIMES && cut != Cut::Free;
        let inside = self.tape.saves[saves.clone()].iter().any(Placement::is_inside);
        if inside {
            self.transposer.look_inside(times);
        }
        for save in saves {
            let (theta, v) = (self.tape.saves[save].theta, &self.cotangents[save + 1]);
            if theta == 1.0 {
                add(&mut self.lambda, v);
            } else {
                self.transposer.save_inside(times, theta, v);
                add(&mut direct, v);
            }
            // A state saved at an event moves with it.
            let moves_along = cut == Cut::Save(save + 1) || (cut == Cut::Event && theta == 1.0);
            if K::BY_TIMES && !moves_along {
                self.times[save + 1] += self.transposer.moving_save(times, theta, v, bar);
            }
        }
        if inside {
            self.transposer.transpose_extra(times, by_length, &mut direct, bar);
        }
        self.transposer.complete(times, &mut self.lambda, bar);
        self.transposer.transpose(times, by_length, &mut self.lambda, bar);
        add(&mut self.lambda, &direct);
    }

    fn finish(mut self) -> Swept<K, I> {
        self.times[0] += self.end_bar;
        add(&mut self.lambda, &self.cotangents[0]);
        self.transposer.settle();
        let Transposer { p_bar, integrand, .. } = self.transposer;
        let event_bars = self.events.map_or_else(Vec::new, EventBars::finish);
        Swept { p_bar, y0_bar: self.lambda, times: self.times, integrand, event_bars }
    }
}
