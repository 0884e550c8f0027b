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

/// The methods by which a builder with a field `options` takes options that a solve and an ensemble have in common.
macro_rules! option_methods {
    () => {
        /// The relative tolerance: one number, or an array with one for each state.
        pub fn rtol(mut self, rtol: impl $crate::solve::IntoTolerance) -> Self {
            self.options.rtol = Some(rtol.tolerance());
            self
        }

        /// The absolute tolerance, in the unit of the state: one number, or an array with one for each state.
        pub fn atol(mut self, atol: impl $crate::solve::IntoTolerance) -> Self {
            self.options.atol = Some(atol.tolerance());
            self
        }

        /// Fixed steps of this length, positive also backwards in time; the last one is cut to the end. The error is not
        /// controlled.
        pub fn step_size(mut self, h: f64) -> Self {
            self.options.grid = Some($crate::solve::Grid::StepSize(h));
            self
        }

        /// Fixed steps between these times, which begin at the start and end at the end (torchdiffeq's
        /// `grid_constructor`). Methods without an error estimate otherwise step from one save time to the next.
        pub fn grid(mut self, times: &[f64]) -> Self {
            self.options.grid = Some($crate::solve::Grid::Times(times.to_vec()));
            self
        }

        /// The length of the first step, instead of a chosen one.
        pub fn first_step(mut self, h: f64) -> Self {
            self.options.first_step = Some(h);
            self
        }

        /// The least length of a step. A step that needs to be shorter is [`SolveError::StepTooSmall`](crate::SolveError::StepTooSmall); one that is cut
        /// to a given time may be shorter.
        pub fn min_step(mut self, h: f64) -> Self {
            self.options.min_step = h;
            self
        }

        /// The greatest length of a step.
        pub fn max_step(mut self, h: f64) -> Self {
            self.options.max_step = h;
            self
        }

        /// How many steps may be tried in all; a million unless told otherwise.
        pub fn max_num_steps(mut self, count: usize) -> Self {
            self.options.max_num_steps = count;
            self
        }

        /// The factor by which the next step is shorter than the error allows; 0.9 unless told otherwise.
        pub fn safety(mut self, factor: f64) -> Self {
            self.options.safety = factor;
            self
        }

        /// The greatest growth from step to step; 10 unless told otherwise.
        pub fn ifactor(mut self, factor: f64) -> Self {
            self.options.ifactor = factor;
            self
        }

        /// The least ratio from step to step; 0.2 unless told otherwise.
        pub fn dfactor(mut self, factor: f64) -> Self {
            self.options.dfactor = factor;
            self
        }

        /// The law of the step size.
        pub fn controller(mut self, controller: $crate::control::Controller) -> Self {
            self.options.controller = controller;
            self
        }

        /// The norm of the error.
        pub fn norm(mut self, norm: $crate::control::Norm) -> Self {
            self.options.norm = norm;
            self
        }

        /// Times at which steps end.
        pub fn step_t(mut self, times: &[f64]) -> Self {
            self.options.step_t = times.to_vec();
            self
        }

        /// Times at which the right-hand side jumps: steps end there, and it is evaluated just before and just after.
        pub fn jump_t(mut self, times: &[f64]) -> Self {
            self.options.jump_t = times.to_vec();
            self
        }

        /// How states between the ends of steps are found.
        pub fn interp(mut self, interpolation: $crate::dense::Interpolation) -> Self {
            self.options.interpolation = interpolation;
            self
        }

        /// Evaluates at the ends of every step just inside of it, for right-hand sides that jump on a fixed grid.
        pub fn perturb(mut self, perturb: bool) -> Self {
            self.options.perturb = perturb;
            self
        }
    };
}
pub(crate) use option_methods;
