//! A solve, thought through before its first step: inputs checked, stops sorted, tolerances laid out.

use super::SolveError;
use super::options::{Grid, Options, Tolerance};
use super::times::Times;
use crate::callback::Callback;
use crate::control::{Law, Norm};
use crate::dense::Weights;
use crate::event::Events;
use crate::method::Tableau;
use crate::number::{Lane, Real};
use crate::space::Space;
use crate::system::Model;

/// A time at which a step ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    pub(crate) t: f64,
    /// Whether the right-hand side jumps there.
    pub(crate) jump: bool,
}

/// How steps are chosen.
#[derive(Debug, Clone)]
pub(crate) enum Pace {
    /// By the error.
    Adaptive(Law),
    /// This long.
    StepSize { h: f64 },
    /// Between these times, the start excluded.
    Grid(Vec<f64>),
}

/// All that the driver needs to know.
pub(crate) struct Plan<S: Model> {
    pub(crate) parameters: S::Parameters<S::Real>,
    pub(crate) start: f64,
    pub(crate) end: f64,
    /// 1 forwards, -1 backwards.
    pub(crate) direction: f64,
    pub(crate) save: Vec<f64>,
    /// In order of time; the last is the end.
    pub(crate) stops: Vec<Stop>,
    pub(crate) pace: Pace,
    /// Whether steps end at the save points, and move with them.
    pub(crate) ends_at_saves: bool,
    pub(crate) rtol: S::Vector<S::Real>,
    pub(crate) atol: S::Vector<S::Real>,
    pub(crate) norm: Norm,
    pub(crate) first_step: Option<f64>,
    pub(crate) min_step: f64,
    pub(crate) max_step: f64,
    pub(crate) max_num_steps: usize,
    pub(crate) perturb: bool,
    pub(crate) dense: bool,
    pub(crate) weights: Weights,
    /// The number of working stages.
    pub(crate) working: usize,
    pub(crate) max_events: usize,
    /// Whether the end is as far as numbers go.
    pub(crate) open: bool,
}

impl<S: Model> Plan<S> {
    /// Checks all that was given.
    pub(crate) fn new(
        model: &S,
        y0: &S::Vector<S::Real>,
        tableau: &Tableau,
        times: Times<'_>,
        options: &Options,
    ) -> Result<Self, SolveError> {
        let parameters = model.parameters();
        check_inputs::<S>(y0, &parameters)?;
        Self::of(parameters, y0, tableau, times, options)
    }

    /// Checks all but the numbers that states and parameters start with.
    pub(crate) fn of(
        parameters: S::Parameters<S::Real>,
        y0: &S::Vector<S::Real>,
        tableau: &Tableau,
        times: Times<'_>,
        options: &Options,
    ) -> Result<Self, SolveError> {
        times.check()?;
        check_options(options)?;
        let save = times.save();
        let (start, end) = (save[0], save[save.len() - 1]);
        let direction = if end > start { 1.0 } else { -1.0 };
        let (rtol, atol) = tolerances::<S>(options, y0)?;
        let first_step = options.first_step.map(|h| first_step(h, direction)).transpose()?;
        Ok(Self {
            parameters,
            start,
            end,
            direction,
            stops: stops(options, start, end, direction)?,
            ends_at_saves: options.grid.is_none() && !tableau.is_adaptive(),
            pace: pace(options, tableau, times, start, end)?,
            save,
            rtol,
            atol,
            norm: options.norm,
            first_step,
            min_step: options.min_step,
            max_step: options.max_step,
            max_num_steps: options.max_num_steps,
            perturb: options.perturb,
            dense: options.dense.unwrap_or(matches!(times, Times::Span(..))),
            working: tableau.a.len(),
            weights: Weights::new(tableau, options.interpolation),
            max_events: options.max_events,
            open: times.is_open(),
        })
    }
}

impl<S: Model> Plan<S> {
    /// How many steps of one length reach the end from `t`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn steps_from(&self, t: f64) -> usize {
        let Pace::StepSize { h } = self.pace else { return 0 };
        let quotient = (self.end - t) / h;
        // A quotient that is whole but for rounding is whole.
        let whole = quotient.round();
        let steps = if (quotient - whole).abs() <= 1e-10 * whole { whole } else { quotient.ceil() };
        (steps as usize).max(1)
    }

    /// Whether a solve can start with these events and this callback: an open end needs one of them.
    pub(crate) fn check_observers<E: Events<S>>(
        &self,
        events: &E,
        callback: Option<&dyn Callback>,
    ) -> Result<(), SolveError> {
        events.check()?;
        if self.open && !events.end() && callback.is_none() { Err(SolveError::OpenEnd) } else { Ok(()) }
    }

    /// Whether the last of these times, at which states were saved, is one that was asked for.
    pub(crate) fn saves_last(&self, times: &[f64]) -> bool {
        self.save.get(times.len() - 1) == times.last()
    }

    /// Ends steps at the save points, and keeps no dense output, which would be of other steps.
    pub(crate) fn stop_at_saves(&mut self) {
        self.dense = false;
        self.ends_at_saves = true;
        let saves = self.save[1..].iter().map(|&t| Stop { t, jump: false });
        self.stops.extend(saves);
        sort(&mut self.stops, self.direction);
    }
}

/// In order of time, each once; a jump comes before a plain stop at the same time, which then falls away.
fn sort(stops: &mut Vec<Stop>, direction: f64) {
    stops.sort_by(|a, b| (a.t * direction).total_cmp(&(b.t * direction)).then(b.jump.cmp(&a.jump)));
    stops.dedup_by_key(|stop| stop.t);
}

/// Whether a solve can start from these numbers.
pub(crate) fn check_inputs<S: Model>(
    y0: &S::Vector<S::Real>,
    parameters: &S::Parameters<S::Real>,
) -> Result<(), SolveError> {
    check_finite("y0", S::STATES.as_ref(), y0)?;
    check_finite("the parameter", S::PARAMETERS.as_ref(), parameters)
}

/// Whether all of these numbers, which have names, are finite.
pub(crate) fn check_finite<T: Real, V: Space<T>>(
    what: &str,
    names: &[&str],
    values: &V,
) -> Result<(), SolveError> {
    for (name, value) in names.iter().zip(values.values()) {
        if !value.is_finite() {
            return Err(SolveError::NonFiniteInput {
                what: format!("{what} `{name}`"),
                value: value.to_f64(),
            });
        }
    }
    Ok(())
}

fn check_options(options: &Options) -> Result<(), SolveError> {
    let check = |name, value: f64, holds: bool, requirement| {
        if holds { Ok(()) } else { Err(SolveError::BadOption { name, value, requirement }) }
    };
    let Options { min_step, max_step, safety, ifactor, dfactor, .. } = *options;
    #[allow(clippy::cast_precision_loss)]
    let max_num_steps = options.max_num_steps as f64;
    check("min_step", min_step, min_step >= 0.0 && min_step.is_finite(), "finite and not negative")?;
    check("max_step", max_step, max_step > 0.0 && max_step >= min_step, "positive, and at least min_step")?;
    let max_events = options.max_events as f64;
    check("max_events", max_events, max_events > 0.0, "at least 1")?;
    check("max_num_steps", max_num_steps, max_num_steps > 0.0, "at least 1")?;
    check("safety", safety, safety > 0.0 && safety <= 1.0, "between 0 and 1")?;
    check("ifactor", ifactor, ifactor >= 1.0 && ifactor.is_finite(), "finite and at least 1")?;
    check("dfactor", dfactor, dfactor > 0.0 && dfactor < 1.0, "between 0 and 1")?;
    options.controller.check()
}

fn first_step(h: f64, direction: f64) -> Result<f64, SolveError> {
    let requirement = if direction > 0.0 {
        "finite and positive: time runs forwards here"
    } else {
        "finite and not 0; its sign may be that of time, which runs backwards here, or positive"
    };
    let fits = h.is_finite() && h != 0.0 && (direction < 0.0 || h > 0.0);
    if fits { Ok(h.abs()) } else { Err(SolveError::BadOption { name: "first_step", value: h, requirement }) }
}

type TolerancePair<S> = (<S as Model>::Vector<<S as Model>::Real>, <S as Model>::Vector<<S as Model>::Real>);

fn tolerances<S: Model>(options: &Options, y0: &S::Vector<S::Real>) -> Result<TolerancePair<S>, SolveError> {
    let states = y0.len();
    let (rtol, atol) = <S::Real as Real>::TOLERANCES;
    let rtol = options.rtol.clone().unwrap_or(Tolerance::All(rtol));
    let atol = options.atol.clone().unwrap_or(Tolerance::All(atol));
    for (name, tolerance) in [("rtol", &rtol), ("atol", &atol)] {
        if let Some(found) = tolerance.count().filter(|&found| found != states) {
            return Err(SolveError::ToleranceCount { name, found, states });
        }
        for index in 0..states {
            let value = tolerance.value(index);
            if !(value.is_finite() && value >= 0.0) {
                let component = tolerance.count().map(|_| index);
                return Err(SolveError::BadTolerance { name, component, value });
            }
        }
    }
    if let Some(index) = (0..states).find(|&index| rtol.value(index) == 0.0 && atol.value(index) == 0.0) {
        let component = rtol.count().or(atol.count()).map(|_| index);
        return Err(SolveError::ZeroTolerance { component });
    }
    let lay_out = |tolerance: &Tolerance| {
        let mut values = y0.like(S::Real::constant(0.0));
        for index in 0..states {
            values[index] = S::Real::from_f64(tolerance.value(index));
        }
        values
    };
    Ok((lay_out(&rtol), lay_out(&atol)))
}

fn stops(options: &Options, start: f64, end: f64, direction: f64) -> Result<Vec<Stop>, SolveError> {
    let mut stops = Vec::new();
    for (name, points, jump) in [("step_t", &options.step_t, false), ("jump_t", &options.jump_t, true)] {
        for (index, &value) in points.iter().enumerate() {
            let bad = |requirement| SolveError::BadPoint { name, index, value, requirement };
            if !value.is_finite() {
                return Err(bad("each time to stop at must be finite"));
            }
            if points[..index].contains(&value) {
                return Err(bad("this time is there already; give each once"));
            }
            if (value - start) * direction > 0.0 && (end - value) * direction >= 0.0 {
                stops.push(Stop { t: value, jump });
            }
        }
    }
    stops.push(Stop { t: end, jump: false });
    sort(&mut stops, direction);
    Ok(stops)
}

fn pace(
    options: &Options,
    tableau: &Tableau,
    times: Times<'_>,
    start: f64,
    end: f64,
) -> Result<Pace, SolveError> {
    match (&options.grid, times) {
        (Some(Grid::StepSize(h)), _) => step_size(*h, start, end, options.max_num_steps, times.is_open()),
        (Some(Grid::Times(grid)), _) => check_grid(grid, start, end),
        (None, _) if tableau.is_adaptive() => {
            let Options { safety, ifactor, dfactor, .. } = *options;
            Ok(Pace::Adaptive(options.controller.law(tableau.order, safety, ifactor, dfactor)))
        }
        (None, Times::Save(times)) => Ok(Pace::Grid(times[1..].to_vec())),
        (None, Times::Span(..)) => Err(SolveError::NoStepSize { method: tableau.name }),
    }
}

#[allow(clippy::cast_precision_loss)]
fn step_size(h: f64, start: f64, end: f64, most: usize, open: bool) -> Result<Pace, SolveError> {
    let bad = |requirement| SolveError::BadOption { name: "step_size", value: h, requirement };
    if !(h.is_finite() && h > 0.0) {
        return Err(bad("finite and positive, also backwards in time"));
    }
    if !open && (end - start).abs() / h > most as f64 {
        return Err(bad("so large that max_num_steps steps of it reach the end"));
    }
    Ok(Pace::StepSize { h: if end > start { h } else { -h } })
}

fn check_grid(grid: &[f64], start: f64, end: f64) -> Result<Pace, SolveError> {
    let bad = |index: usize, requirement| SolveError::BadPoint {
        name: "grid",
        index,
        value: grid.get(index).copied().unwrap_or(f64::NAN),
        requirement,
    };
    let last = grid.len().saturating_sub(1);
    if grid.len() < 2 || grid[0] != start {
        return Err(bad(0, "a grid has two times or more, and the first is the start"));
    }
    if grid[last] != end {
        return Err(bad(last, "the last time of a grid is the end"));
    }
    let rising = end > start;
    for (index, pair) in grid.windows(2).enumerate() {
        if !(pair[0].is_finite() && pair[1].is_finite())
            || pair[0] == pair[1]
            || (pair[1] > pair[0]) != rising
        {
            return Err(bad(index + 1, "the times of a grid run from the start to the end, one way"));
        }
    }
    Ok(Pace::Grid(grid[1..].to_vec()))
}
