//! What can go wrong, said so that it helps.

use thiserror::Error;

use super::Partial;
use crate::event::Approach;
use crate::method::Method;

/// Why there is no solution. Whatever fails after the first step keeps the part that was solved.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum SolveError {
    #[error("{what} is {value}: every input must be finite (no step was taken)")]
    NonFiniteInput { what: String, value: f64 },

    #[error("{name} is {value}{}: a tolerance must be a finite number, not negative", for_state(*.component))]
    BadTolerance { name: &'static str, component: Option<usize>, value: f64 },

    #[error(
        "{found} values of {name} for {states} states: give one number for all, or one for each state in order"
    )]
    ToleranceCount { name: &'static str, found: usize, states: usize },

    #[error(
        "rtol and atol are both 0{}, so no step could be accepted; the defaults for f64 are 1e-7 and 1e-9",
        for_state(*.component)
    )]
    ZeroTolerance { component: Option<usize> },

    #[error("{count} save time{}: give the start, then each time to save at, at least two in all", if *.count == 1 { "" } else { "s" })]
    TooFewTimes { count: usize },

    #[error("times[{index}] repeats {time}: each save time must differ from the one before")]
    RepeatedTime { index: usize, time: f64 },

    #[error(
        "save times must run one way: times[{index}] = {time} follows times[{}] = {previous}, but the first two {}; sort them",
        .index - 1,
        if *.rising { "rise" } else { "fall" }
    )]
    UnorderedTimes { index: usize, time: f64, previous: f64, rising: bool },

    #[error(
        "the span starts and ends at {t}: there is nothing to solve; give an end that differs from the start"
    )]
    EmptySpan { t: f64 },

    #[error("{name} is {value}, but must be {requirement}")]
    BadOption { name: &'static str, value: f64, requirement: &'static str },

    #[error(
        "{method} has no error estimate, so it cannot choose its steps over a span: give `.step_size(h)`, or take an adaptive method such as Dopri5"
    )]
    NoStepSize { method: &'static str },

    #[error("{name}[{index}] = {value}: {requirement}")]
    BadPoint { name: &'static str, index: usize, value: f64, requirement: &'static str },

    #[error("there is no method `{name}`; there are {}", known_methods())]
    UnknownMethod { name: String },

    #[error(
        "at t = {t}, after {} accepted steps, the step fell to {h:.1e}, which is below {}: singular or stiff. See the partial solution in this error; try an implicit method, or looser tolerances",
        .partial.stats().accepted,
        if *.limit > 0.0 { format!("min_step = {limit:e}") } else { "the spacing of f64 there".to_owned() }
    )]
    StepTooSmall { t: f64, h: f64, limit: f64, partial: Box<Partial> },

    #[error(
        "at t = {t}, max_num_steps = {limit} attempts were used up ({} accepted, {} rejected); allow more, loosen the tolerances, or try an implicit method if the problem is stiff. See the partial solution in this error",
        .partial.stats().accepted,
        .partial.stats().rejected
    )]
    TooManySteps { t: f64, limit: usize, partial: Box<Partial> },

    #[error(
        "the derivative of {component} is {value} near t = {t}, also for the smallest step: the right-hand side leaves its domain there (ln or sqrt of a negative number, a division by zero), or the state grows without bound. See the partial solution in this error"
    )]
    NonFiniteDerivative { t: f64, component: String, value: f64, partial: Box<Partial> },

    #[error(
        "{component} became {value} in the step of {h} from t = {t}: it is too long for this method, or the state grows without bound. See the partial solution in this error; try a smaller step_size"
    )]
    NonFiniteState { t: f64, h: f64, component: String, value: f64, partial: Box<Partial> },

    #[error(
        "the span has no end, and nothing that would end the solve: add an event with `.until()`, a callback that stops, or an end"
    )]
    OpenEnd,

    #[error(
        "nothing ended the solve up to t = {t:?}, after {} accepted steps{}: it never happens, or comes later than max_num_steps allows. See the partial solution in this error",
        .partial.stats().accepted,
        in_brackets(.approaches)
    )]
    NoEvent { t: f64, approaches: Vec<Approach>, partial: Box<Partial> },

    #[error(
        "the function of event {event} is {value} at t = {t}: it leaves its domain there (ln or sqrt of a negative number, a division by zero). See the partial solution in this error"
    )]
    NonFiniteEvent { event: usize, t: f64, value: f64, partial: Box<Partial> },

    #[error(
        "the reset at event {event} made {component} {value} at t = {t}: it leaves its domain there. See the partial solution in this error"
    )]
    NonFiniteReset { event: usize, t: f64, component: String, value: f64, partial: Box<Partial> },

    #[error(
        "more than max_events = {limit} events happened up to t = {t}, of which event {event} came last: allow more, or let an event end the solve sooner. See the partial solution in this error"
    )]
    TooManyEvents { event: usize, t: f64, limit: usize, partial: Box<Partial> },

    #[error(
        "event {event} happens again and again at t = {t}, faster than numbers can tell: infinitely many events before a finite time (a ball that comes to rest), or a reset that does not leave the event. End the solve before, for example with `until(nth(100, ..))`, or let another model take over there. See the partial solution in this error"
    )]
    EventsPileUp { event: usize, t: f64, partial: Box<Partial> },

    #[error("an ensemble of no trajectories: give at least one model, initial state or list of times")]
    EmptyEnsemble,

    #[error("{found} {what} for {trajectories} trajectories: give one for all of them, or one for each")]
    EnsembleCount { what: &'static str, found: usize, trajectories: usize },

    #[error("{what}: {left} and {right}")]
    ShapeMismatch { what: &'static str, left: usize, right: usize },

    #[error("the tensor {name} has shape {shape:?}, which holds nothing to solve")]
    EmptyTensor { name: String, shape: Vec<usize> },

    #[error("the device failed: {what}")]
    Device { what: String },

    #[error(
        "the rows of this system cannot be solved one by one: its result mixes them (a sum, mean or product over the first axis), or its state has no first axis that is a const generic or `usize`, or the system is #[opaque] or solved by `on_device()`, where this cannot be seen. Leave out `per_sample()`"
    )]
    RowsDepend,

    #[error(
        "an event, or a callback that ends a solve, is one for the whole batch, and with `per_sample()` each row has steps of its own: leave out `per_sample()`, or solve the rows in solves of their own"
    )]
    EventsOfRows,

    #[error(
        "a callback stopped the solve at t = {t}, before all save points were reached, so there is no tensor of them; `solve_open` gives those that were"
    )]
    StoppedShort { t: f64 },

    #[error("a callback stopped the adjoint at t = {t}: half of a gradient is none")]
    Stopped { t: f64 },

    #[error(
        "the solve was not ended by an event, so there is none to differentiate; give cotangents of the saved states to `apply`"
    )]
    NotEndedByEvent,

    #[error("{found} cotangents for {happened} events: give one for each that `events()` lists, in order")]
    EventCotangentCount { found: usize, happened: usize },

    #[error(
        "event {event} at t = {t} has no derivative: its function barely crosses zero there ({slope:.1e} per unit of time), so its time does not depend smoothly on anything. Take a function that crosses zero at an angle, such as x instead of x^3"
    )]
    GrazingEvent { event: usize, t: f64, slope: f64 },

    #[error("t = {t} is outside of the solved span {start}..{end}: the solution is known only there")]
    OutsideSpan { t: f64, start: f64, end: f64 },

    #[error(
        "this solution keeps its save points alone; solve over a span `a..b`, or with `.dense(true)`, to have it at any time"
    )]
    NoDenseOutput,

    #[error("{found} cotangents for {saved} save points: give one per save point, in their order")]
    CotangentCount { found: usize, saved: usize },

    #[error(
        "going back, the cotangent of {component} became {value:.1e} at t = {t}, in stage {stage}: the solution depends on the past more strongly than numbers can tell (chaos, steps at the limit of stability, or a right-hand side without derivative there); tighten the tolerances, shorten the span, or save more states and fit them"
    )]
    CotangentGrowth { t: f64, stage: usize, component: String, value: f64 },

    #[error(
        "the reversible scheme is beyond its limit at t = {t}: its two solutions differ by {gap:.1e}. It holds for flows and mild contraction, with steps shorter than -ln(coupling) over the rate of decay; change the coupling, shorten the steps, or take Discrete with checkpoints"
    )]
    NotReversible { t: f64, gap: f64 },

    #[error("the cotangent of {component} at save point {index} is {value}: every cotangent must be finite")]
    NonFiniteCotangent { index: usize, component: String, value: f64 },
}

fn for_state(component: Option<usize>) -> String {
    component.map_or_else(String::new, |index| format!(" for state {index}"))
}

fn in_brackets(approaches: &[Approach]) -> String {
    let each: Vec<String> = approaches.iter().map(ToString::to_string).collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join("; ")) }
}

fn known_methods() -> String {
    let names: Vec<String> = Method::ALL.iter().map(ToString::to_string).collect();
    names.join(", ")
}

impl SolveError {
    /// The part that was solved, where steps were taken.
    #[must_use]
    pub fn partial(&self) -> Option<&Partial> {
        match self {
            Self::StepTooSmall { partial, .. }
            | Self::TooManySteps { partial, .. }
            | Self::NonFiniteDerivative { partial, .. }
            | Self::NonFiniteState { partial, .. }
            | Self::NoEvent { partial, .. }
            | Self::NonFiniteEvent { partial, .. }
            | Self::NonFiniteReset { partial, .. }
            | Self::TooManyEvents { partial, .. }
            | Self::EventsPileUp { partial, .. } => Some(partial),
            _ => None,
        }
    }
}
