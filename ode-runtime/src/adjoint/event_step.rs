//! A step backwards that ends at an event, or in which events were noted.
//!
//! A step of length h from (t, y) ends at an event: y* = Φ(t, h, y, p), g(t + h, y*, q) = 0. With the cotangents λ of y*
//! and T of the event's time, α = (λ·Φ_h + T) / (g_y·Φ_h + g_t) is what the length of the step must give back, and λ - α g_y
//! goes through the transposed step; -α g_q is the cotangent of the event's parameters. Φ_h is that of the method, not of
//! the solution, so that the gradient is that of the computed numbers. A reset y⁺ = r(t*, y*) comes before, by its own
//! transpose.
//!
//! The formulas for solutions: Corner, Sandu, Sandu, *Adjoint sensitivity analysis of hybrid multibody dynamical
//! systems*, Multibody System Dynamics 49 (2020).

use std::ops::Range;

use super::continuous::add;
use super::integrand::Integrand;
use super::kernel::Kernel;
use super::sweep::Sweep;
use super::transpose::{TimeBar, dot};
use crate::event::{Pull, Taped};
use crate::method::Stepper;
use crate::number::{Lane, Real, Single};
use crate::solve::{Cut, SolveError, StepTimes, Tape};
use crate::space::Space;

/// How much less than over a neighbourhood an event function may change at its zero to count as smooth there.
const GRAZING: f64 = 1e-3;

/// The cotangents of an event's time, and of the states before and after it.
#[derive(Debug, Clone)]
pub(crate) struct EventBar<V> {
    pub(crate) time: f64,
    pub(crate) before: V,
    pub(crate) after: V,
}

/// The events of a solve on its way back.
pub(super) struct EventBars<'a, K: Kernel> {
    pub(super) pulls: Vec<Box<dyn Pull<K::State> + 'a>>,
    /// One for each event that happened.
    pub(super) cotangents: Vec<EventBar<K::State>>,
    /// The derivatives by the parameters of each event and its reset.
    pub(super) bars: Vec<[Vec<f64>; 2]>,
    /// Whether the last saved state is that of a given time, which no event ended the solve at.
    pub(super) holds_end: bool,
    /// The save point at the end of the solve, where the state was reset at that time.
    pub(super) saved_at_end: Option<usize>,
}

impl<K: Kernel> EventBars<'_, K> {
    /// The largest cotangent.
    pub(super) fn largest(&self) -> f64 {
        let states = self.cotangents.iter().flat_map(|bar| bar.before.values().chain(bar.after.values()));
        let times = self.cotangents.iter().map(|bar| bar.time.abs());
        states.map(|x| x.get().to_f64().abs()).chain(times).fold(1.0, f64::max)
    }

    /// A step of no length that waits for an event which comes at the same time as the one before, from the state `y` with
    /// this slope; `h` is a length of time. Takes `lambda` and the cotangent of the event's time to those before it.
    fn wait_for(
        &mut self,
        event: Taped,
        y: &K::State,
        slope: &K::State,
        h: f64,
        lambda: &mut K::State,
        time_bar: f64,
    ) -> Result<f64, SolveError> {
        let trigger = &self.pulls[event.index];
        let mut by_parameters = vec![0.0; self.bars[event.index][0].len()];
        let mut u = y.clone();
        let Some(by_time) = trigger.event(event.t, y, &mut u, &mut by_parameters) else {
            return Ok(time_bar);
        };
        let wanted = dot(lambda, slope) + time_bar;
        if wanted != 0.0 {
            let change = change_nearby(&**trigger, event.t, y, slope, h);
            let alpha = wanted / crosses(dot(&u, slope) + by_time, change, event)?;
            add_multiple(lambda, -alpha, &u);
            self.give_back(event.index, alpha, &by_parameters);
        }
        Ok(-dot(lambda, slope))
    }

    /// The part of an event's parameters in what its time gives back.
    fn give_back(&mut self, index: usize, alpha: f64, by_parameters: &[f64]) {
        for (bar, by_parameter) in self.bars[index][0].iter_mut().zip(by_parameters) {
            *bar -= alpha * by_parameter;
        }
    }

    /// What the state becomes at the end of a step that ends at events.
    pub(super) fn reset<V: Clone>(&self, tape: &Tape<V>, step: usize, y: &mut K::State) {
        for event in tape.events[tape.events_in(step)].iter().filter(|event| event.cuts) {
            *y = self.pulls[event.index].after(event.t, y);
        }
    }

    pub(super) fn finish(self) -> Vec<[Vec<f64>; 2]> {
        self.bars
    }
}

/// `sum` += `factor` `v`
fn add_multiple<L: Single, V: Space<L>>(sum: &mut V, factor: f64, v: &V) {
    let factor = L::constant(factor);
    for i in 0..v.len() {
        sum[i] += factor * v[i];
    }
}

/// How much an event function changes per unit of time near its zero: much more than at the zero itself where it barely
/// crosses.
fn change_nearby<L: Single, V: Space<L>>(event: &dyn Pull<V>, t: f64, y: &V, slope: &V, h: f64) -> f64 {
    let at_zero = event.value(t, y);
    let near = 1e-3 * h;
    let change = |step: f64| {
        let mut there = y.clone();
        for i in 0..there.len() {
            there[i] += L::constant(step) * slope[i];
        }
        ((event.value(t + step, &there) - at_zero) / step).abs()
    };
    change(near).max(change(-near))
}

/// The derivative of an event function by time at its zero, where that is not next to nothing beside its change nearby.
fn crosses(slope: f64, change: f64, event: Taped) -> Result<f64, SolveError> {
    if slope.abs() > GRAZING * change {
        Ok(slope)
    } else {
        Err(SolveError::GrazingEvent { event: event.trigger, t: event.t, slope })
    }
}

impl<K: Kernel, M: Stepper, I: Integrand<K>, V: Clone> Sweep<'_, K, M, I, V> {
    /// A step with events, from the state `y`.
    #[cold]
    #[inline(never)]
    pub(super) fn step_with_events(
        &mut self,
        number: usize,
        y: &K::State,
        saves: Range<usize>,
    ) -> Result<(), SolveError> {
        let (times, cut) = self.tape.step(number);
        let here = self.tape.events_in(number);
        let cuts = here.start + self.tape.events[here.clone()].iter().filter(|event| !event.cuts).count();

        // Noted events are ends of steps of their own, which nothing follows.
        let mut direct = self.lambda.like(K::Lane::constant(0.0));
        let mut start_bar = 0.0;
        for place in here.start..cuts {
            let event = self.tape.events[place];
            let bar = self.event_bar(place);
            let mut lambda = bar.before;
            add(&mut lambda, &bar.after);
            let times = if event.t == self.tape.end(number) {
                times
            } else {
                StepTimes { t: times.t, h: event.t - times.t, first: times.first, last: event.t }
            };
            let main = std::mem::replace(&mut self.lambda, lambda);
            self.transposer.replay(&times, y);
            start_bar += self.end_at_event(&times, event, bar.time, 0..0)?;
            add(&mut direct, &std::mem::replace(&mut self.lambda, main));
        }

        self.transposer.replay(&times, y);
        if cut == Cut::Event {
            let time_bar = self.before_events(&times, cuts..here.end)?;
            let event = self.tape.events[cuts];
            self.end_bar = self.end_at_event(&times, event, time_bar, saves)?;
        } else {
            let bar = self.plain_step(&times, cut, saves);
            self.turn(&bar, cut);
        }
        self.end_bar += start_bar;
        add(&mut self.lambda, &direct);
        Ok(())
    }

    fn event_bar(&self, place: usize) -> EventBar<K::State> {
        let events = self.events.as_ref().unwrap_or_else(|| unreachable!("there are events"));
        events.cotangents[place].clone()
    }

    /// Takes `lambda` from after the events at the end of the step that was computed last to before them; returns the
    /// cotangent of their time.
    fn before_events(&mut self, times: &StepTimes, places: Range<usize>) -> Result<f64, SolveError> {
        let mut state = self.transposer.end_state();
        let Self {
            events: Some(events),
            transposer,
            tape,
            cotangents,
            lambda,
            times: save_times,
            end_bar,
            ..
        } = self
        else {
            unreachable!("there are events")
        };
        let mut states = Vec::with_capacity(places.len());
        for event in &tape.events[places.clone()] {
            let after = events.pulls[event.index].after(event.t, &state);
            states.push(std::mem::replace(&mut state, after));
        }
        let mut time_bar = *end_bar;
        if let Some(save) = events.saved_at_end.take() {
            // The state goes on from the event to the end of the solve, though for no time at all.
            let by_time = dot(&cotangents[save], &transposer.slope(times.last, &state));
            save_times[save] += by_time;
            time_bar -= by_time;
        }
        // The cotangent of the time of the first, from those that share it.
        let mut tied = 0.0;
        let first = places.start;
        for (place, state) in places.zip(states).rev() {
            let (event, bar) = (tape.events[place], &events.cotangents[place]);
            add(lambda, &bar.after);
            let v = lambda.clone();
            let by_parameters = &mut events.bars[event.index][1];
            let own =
                bar.time + events.pulls[event.index].pull_after(event.t, &state, &v, lambda, by_parameters);
            add(lambda, &bar.before);
            if event.trigger != event.index {
                tied += own;
                continue;
            }
            time_bar += own;
            if place > first {
                let slope = transposer.slope(event.t, &state);
                time_bar = events.wait_for(event, &state, &slope, times.h, lambda, time_bar)?;
            }
        }
        Ok(time_bar + tied)
    }

    /// Takes `lambda` from the end of the step that was computed last, which is at an event, to its start; returns the
    /// cotangent of the time there.
    fn end_at_event(
        &mut self,
        times: &StepTimes,
        event: Taped,
        time_bar: f64,
        saves: Range<usize>,
    ) -> Result<f64, SolveError> {
        let (end, slope) = self.transposer.end(times);
        let Self { events: Some(events), transposer, .. } = &mut *self else {
            unreachable!("there are events")
        };
        let mut by_parameters = vec![0.0; events.bars[event.trigger][0].len()];
        let mut u = end.clone();
        let trigger = &events.pulls[event.trigger];
        let Some(by_time) = trigger.event(event.t, &end, &mut u, &mut by_parameters) else {
            let bar = self.plain_step(times, Cut::Event, saves);
            return Ok(bar.t - bar.h);
        };
        let change = change_nearby(&**trigger, event.t, &end, &slope, times.h);
        let zero = transposer.zero_parameters();
        let p_bar = transposer.begin_again(zero);
        let mut of_event = TimeBar::default();
        transposer.transpose(times, true, &mut u, &mut of_event);
        let p_bar_of_event = transposer.begin_again(p_bar);
        let bar = self.plain_step(times, Cut::Event, saves);

        let (crossing, wanted) = (of_event.h + by_time, bar.h + time_bar);
        if wanted == 0.0 {
            return Ok(bar.t + time_bar);
        }
        let alpha = wanted / crosses(crossing, change, event)?;
        add_multiple(&mut self.lambda, -alpha, &u);
        add_multiple(&mut self.transposer.p_bar, -alpha, &p_bar_of_event);
        if let Some(events) = &mut self.events {
            events.give_back(event.trigger, alpha, &by_parameters);
        }
        Ok(bar.t + time_bar - alpha * (of_event.t + by_time))
    }
}
