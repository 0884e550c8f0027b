//! The options of a solver, with torchdiffeq's names and defaults.

use crate::control::{Controller, Norm};
use crate::dense::Interpolation;

/// A tolerance: one for all states, or one for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Tolerance {
    /// For all states.
    All(f64),
    /// For each state, in order.
    Each(Vec<f64>),
}

/// What can be given as a tolerance: a number, or numbers for each state.
pub trait IntoTolerance {
    /// The tolerance.
    fn tolerance(self) -> Tolerance;
}

impl IntoTolerance for f64 {
    fn tolerance(self) -> Tolerance {
        Tolerance::All(self)
    }
}

impl<const N: usize> IntoTolerance for [f64; N] {
    fn tolerance(self) -> Tolerance {
        Tolerance::Each(self.to_vec())
    }
}

impl IntoTolerance for &[f64] {
    fn tolerance(self) -> Tolerance {
        Tolerance::Each(self.to_vec())
    }
}

impl IntoTolerance for Vec<f64> {
    fn tolerance(self) -> Tolerance {
        Tolerance::Each(self)
    }
}

impl Tolerance {
    /// The value for state `index`.
    pub(crate) fn value(&self, index: usize) -> f64 {
        match self {
            Self::All(value) => *value,
            Self::Each(values) => values[index],
        }
    }

    /// The smallest value.
    pub(crate) fn smallest(&self) -> f64 {
        match self {
            Self::All(value) => *value,
            Self::Each(values) => values.iter().copied().fold(f64::INFINITY, f64::min),
        }
    }

    pub(crate) fn count(&self) -> Option<usize> {
        match self {
            Self::All(_) => None,
            Self::Each(values) => Some(values.len()),
        }
    }
}

/// The times of the steps of a solve without step-size control.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Grid {
    /// Steps of this length from the start, the last one cut to the end.
    StepSize(f64),
    /// Steps between these times.
    Times(Vec<f64>),
}

/// All options.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) rtol: Option<Tolerance>,
    pub(crate) atol: Option<Tolerance>,
    pub(crate) grid: Option<Grid>,
    pub(crate) first_step: Option<f64>,
    pub(crate) min_step: f64,
    pub(crate) max_step: f64,
    pub(crate) max_num_steps: usize,
    pub(crate) max_events: usize,
    pub(crate) safety: f64,
    pub(crate) ifactor: f64,
    pub(crate) dfactor: f64,
    pub(crate) controller: Controller,
    pub(crate) norm: Norm,
    pub(crate) step_t: Vec<f64>,
    pub(crate) jump_t: Vec<f64>,
    pub(crate) interpolation: Interpolation,
    pub(crate) perturb: bool,
    pub(crate) dense: Option<bool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rtol: None,
            atol: None,
            grid: None,
            first_step: None,
            min_step: 0.0,
            max_step: f64::INFINITY,
            max_num_steps: 1_000_000,
            max_events: 100_000,
            safety: 0.9,
            ifactor: 10.0,
            dfactor: 0.2,
            controller: Controller::default(),
            norm: Norm::default(),
            step_t: Vec::new(),
            jump_t: Vec::new(),
            interpolation: Interpolation::default(),
            perturb: false,
            dense: None,
        }
    }
}
