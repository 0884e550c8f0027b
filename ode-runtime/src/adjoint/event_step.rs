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
use super::transpose::TimeBar;
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
}

impl<K: Kernel> EventBars<'_, K> {
    /// The largest cotangent.
    pub(super) fn largest(&self) -> f64 {
        let states = self.cotangents.iter().flat_map(|bar| bar.before.values().chain(bar.after.values()));
        let times = self.cotangents.iter().map(|bar| bar.time.abs());
        states.map(|x| x.get().to_f64().abs()).chain(times).fold(1.0, f64::max)
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
            let time_bar = self.before_events(&times, cuts..here.end);
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
    fn before_events(&mut self, times: &StepTimes, places: Range<usize>) -> f64 {
        let (mut state, _) = self.transposer.end(times);
        let Self { events: Some(events), tape, lambda, end_bar, .. } = self else {
            unreachable!("there are events")
        };
        let mut states = Vec::with_capacity(places.len());
        for event in &tape.events[places.clone()] {
            let after = events.pulls[event.index].after(event.t, &state);
            states.push(std::mem::replace(&mut state, after));
        }
        let mut time_bar = *end_bar;
        for (place, state) in places.zip(states).rev() {
            let (event, bar) = (tape.events[place], &events.cotangents[place]);
            add(lambda, &bar.after);
            let v = lambda.clone();
            let by_parameters = &mut events.bars[event.index][1];
            time_bar +=
                bar.time + events.pulls[event.index].pull_after(event.t, &state, &v, lambda, by_parameters);
            add(lambda, &bar.before);
        }
        time_bar
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
        // How much the function changes nearby: much more than at the zero itself where it barely crosses.
        let near = 1e-3 * times.h;
        let change = [near, -near].map(|step| {
            let mut y = end.clone();
            for i in 0..y.len() {
                y[i] += K::Lane::constant(step) * slope[i];
            }
            (trigger.value(event.t + step, &y) / step).abs()
        });

        let zero = transposer.zero_parameters();
        let p_bar = std::mem::replace(&mut transposer.p_bar, zero);
        let mut of_event = TimeBar::default();
        transposer.transpose(times, true, &mut u, &mut of_event);
        let p_bar_of_event = std::mem::replace(&mut transposer.p_bar, p_bar);
        transposer.begin_again();
        let bar = self.plain_step(times, Cut::Event, saves);

        let (crossing, wanted) = (of_event.h + by_time, bar.h + time_bar);
        if wanted == 0.0 {
            return Ok(bar.t + time_bar);
        }
        let crosses = crossing.abs() > GRAZING * change[0].max(change[1]);
        if !crosses {
            return Err(SolveError::GrazingEvent { event: event.trigger, t: event.t, slope: crossing });
        }
        let alpha = wanted / crossing;
        let factor = K::Lane::constant(-alpha);
        for i in 0..u.len() {
            self.lambda[i] += factor * u[i];
        }
        for i in 0..p_bar_of_event.len() {
            self.transposer.p_bar[i] += factor * p_bar_of_event[i];
        }
        if let Some(events) = &mut self.events {
            for (bar, by_parameter) in events.bars[event.trigger][0].iter_mut().zip(by_parameters) {
                *bar -= alpha * by_parameter;
            }
        }
        Ok(bar.t + time_bar - alpha * (of_event.t + by_time))
    }
}
