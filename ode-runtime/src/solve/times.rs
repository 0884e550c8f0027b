//! Over what a system is solved.

use std::ops::{Range, RangeFrom};

use super::SolveError;

/// Over what to solve: a span, or times to save at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Times<'a> {
    /// From the first to the second, in either direction; an infinite end is one that an event or a callback sets.
    Span(f64, f64),
    /// From the first through each of the others, all rising or all falling.
    Save(&'a [f64]),
}

/// What can be solved over: a range of times, or a reference to a slice, array or `Vec` of times to save at. The open
/// range `0.0..` is for solves that an event or a callback ends; backwards it is `0.0..f64::NEG_INFINITY`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no time to solve over",
    label = "neither a span nor save times",
    note = "give a span of f64, `0.0..10.0`, or save times by reference, `&times`"
)]
pub trait IntoTimes {
    /// The times.
    fn times(&self) -> Times<'_>;
}

impl IntoTimes for Range<f64> {
    fn times(&self) -> Times<'_> {
        Times::Span(self.start, self.end)
    }
}

impl IntoTimes for RangeFrom<f64> {
    fn times(&self) -> Times<'_> {
        Times::Span(self.start, f64::INFINITY)
    }
}

impl IntoTimes for Times<'_> {
    fn times(&self) -> Times<'_> {
        *self
    }
}

impl<T: AsRef<[f64]> + ?Sized> IntoTimes for &T {
    fn times(&self) -> Times<'_> {
        Times::Save((**self).as_ref())
    }
}

impl Times<'_> {
    /// The times to save at: both ends of a span.
    pub(crate) fn save(&self) -> Vec<f64> {
        match *self {
            Self::Span(start, end) => vec![start, end.clamp(f64::MIN, f64::MAX)],
            Self::Save(times) => times.to_vec(),
        }
    }

    /// Whether there is no end.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Span(_, end) if end.is_infinite())
    }

    /// Whether they can be solved over.
    pub(crate) fn check(&self) -> Result<(), SolveError> {
        match *self {
            Self::Span(start, end) => {
                finite("the start of the span", start)?;
                if end.is_nan() {
                    finite("the end of the span", end)?;
                }
                if start == end { Err(SolveError::EmptySpan { t: start }) } else { Ok(()) }
            }
            Self::Save(times) => check_save(times),
        }
    }
}

fn finite(what: impl Into<String>, value: f64) -> Result<(), SolveError> {
    if value.is_finite() { Ok(()) } else { Err(SolveError::NonFiniteInput { what: what.into(), value }) }
}

fn check_save(times: &[f64]) -> Result<(), SolveError> {
    for (index, &time) in times.iter().enumerate() {
        finite(format!("times[{index}]"), time)?;
    }
    let [first, second, ..] = *times else { return Err(SolveError::TooFewTimes { count: times.len() }) };
    let rising = second > first;
    for (index, pair) in times.windows(2).enumerate() {
        let (previous, time, index) = (pair[0], pair[1], index + 1);
        if time == previous {
            return Err(SolveError::RepeatedTime { index, time });
        }
        if (time > previous) != rising {
            return Err(SolveError::UnorderedTimes { index, time, previous, rising });
        }
    }
    Ok(())
}

/// `count` times from `start` to `end`, evenly spaced, both ends exact; fewer than two give the start alone or nothing.
///
/// ```
/// assert_eq!(ode_runtime::linspace(0.0, 1.0, 5), [0.0, 0.25, 0.5, 0.75, 1.0]);
/// ```
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn linspace(start: f64, end: f64, count: usize) -> Vec<f64> {
    let last = count.saturating_sub(1);
    let time = |i: usize| {
        if i == last && last > 0 { end } else { start + (end - start) * (i as f64 / last.max(1) as f64) }
    };
    (0..count).map(time).collect()
}
