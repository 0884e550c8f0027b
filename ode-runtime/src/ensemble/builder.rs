//! The builder that a user gives a method and options.

use std::fmt;
use std::marker::PhantomData;

use super::chunk::{Listener, Prepared};
use super::each::{Each, EachTimes};
use super::gradient::{EnsembleGradient, gradient};
use super::solution::{EnsembleSolution, Trajectory};
use crate::method::{Dopri5, Stepper};
use crate::solve::{Keep, Options, SolveError, option_methods};
use crate::system::System;

/// Many trajectories of one system, before they are solved: models, method and options.
///
/// Each trajectory takes the steps of a solve of it alone, and its numbers are the same to the last bit, whatever the
/// width of the lanes and the number of threads. One that fails does not touch the others.
#[must_use = "an ensemble does nothing until `.solve()` is called"]
pub struct Ensemble<'a, S: System, Ms, M: Stepper = Dopri5> {
    pub(super) models: Ms,
    pub(super) method: M,
    pub(super) options: Options,
    pub(super) progress: Option<Listener<'a>>,
    pub(super) of: PhantomData<S>,
}

impl<S: System, Ms, M: Stepper + fmt::Debug> fmt::Debug for Ensemble<'_, S, Ms, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ensemble")
            .field("method", &self.method)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<S: System, Ms: Each<S>> Ensemble<'_, S, Ms> {
    /// An ensemble of these models, or of one, with all defaults.
    pub fn new(models: Ms) -> Self {
        Self {
            models,
            method: Dopri5,
            options: Options { dense: Some(false), ..Options::default() },
            progress: None,
            of: PhantomData,
        }
    }
}

impl<'a, S: System, Ms: Each<S>, M: Stepper> Ensemble<'a, S, Ms, M> {
    /// The method: a type such as `Tsit5`, or a [`Method`](crate::Method) chosen while running.
    pub fn method<N: Stepper>(self, method: N) -> Ensemble<'a, S, Ms, N> {
        let Self { models, options, progress, of, .. } = self;
        Ensemble { models, method, options, progress, of }
    }

    option_methods!();

    /// What is told of the number of trajectories that are done, and of how many there are, now and then and from any
    /// thread.
    pub fn progress(mut self, progress: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    fn prepare<'p, Y: Each<S::State>, T: EachTimes>(
        &'p self,
        y0: &'p Y,
        times: &T,
    ) -> Result<Prepared<'p, S, Ms, Y>, SolveError> {
        Prepared::new((&self.models, y0, times), &self.method, &self.options, self.progress)
    }

    /// Solves all trajectories: `y0` is a state for all, or a reference to a list with one for each; `times` are as those
    /// of a single solve, or [`ragged`](crate::ragged).
    ///
    /// # Errors
    /// What is wrong with all of them: [`SolveError::EmptyEnsemble`], [`SolveError::EnsembleCount`], options, times. What
    /// is wrong with one of them is its own result.
    ///
    /// ```
    /// use ode_runtime::{SolveError, Tsit5, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let models: Vec<Decay> = (0..1000).map(|i| Decay { rate: f64::from(i) / 500.0 }).collect();
    /// let ensemble = Decay::ensemble(&models).method(Tsit5).solve(1.0, 0.0..1.0)?;
    /// for (model, trajectory) in models.iter().zip(ensemble.iter()) {
    ///     assert!((trajectory.unwrap().last() - (-model.rate).exp()).abs() < 1e-7);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn solve<Y: Each<S::State>, T: EachTimes>(
        &self,
        y0: Y,
        times: T,
    ) -> Result<EnsembleSolution<S>, SolveError> {
        let prepared = self.prepare(&y0, &times)?;
        let mut chunks = Vec::new();
        prepared.in_chunks(
            prepared.units(),
            |range| prepared.solve(range, &self.method, Keep::Nothing),
            |chunk| chunks.push(chunk),
        );
        Ok(EnsembleSolution { times: prepared.save_times(), chunks })
    }

    /// Solves all trajectories, and folds each into a sum as soon as it is done, so that they need no memory: `empty` makes
    /// a sum, `add` adds a trajectory by its number, `merge` puts two sums together. They come in order, and the result does
    /// not depend on the number of threads.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use ode_runtime::{SolveError, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let models: Vec<Decay> = (0..1000).map(|i| Decay { rate: f64::from(i) / 500.0 }).collect();
    /// let sum = Decay::ensemble(&models).fold(
    ///     1.0,
    ///     0.0..1.0,
    ///     || 0.0,
    ///     |sum, _, trajectory| *sum += trajectory.map_or(f64::NAN, |trajectory| trajectory.last()),
    ///     |a, b| a + b,
    /// )?;
    /// assert!((sum / 1000.0 - 0.432_765).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fold<Y, T, A, F>(
        &self,
        y0: Y,
        times: T,
        empty: impl Fn() -> A + Sync,
        add: F,
        merge: impl Fn(A, A) -> A,
    ) -> Result<A, SolveError>
    where
        Y: Each<S::State>,
        T: EachTimes,
        A: Send,
        F: Fn(&mut A, usize, Result<Trajectory<'_, S>, &SolveError>) + Sync,
    {
        let prepared = self.prepare(&y0, &times)?;
        let save = prepared.save_times();
        let unit = prepared.unit();
        let mut total = None;
        prepared.in_chunks(
            prepared.units(),
            |range| {
                let chunk = prepared.solve(range.clone(), &self.method, Keep::Nothing);
                let one_sum = |start: usize| {
                    let mut sum = empty();
                    for number in start..(start + unit).min(chunk.len()) {
                        let index = range.start + number;
                        add(&mut sum, index, chunk.get(number, save.get(index)));
                    }
                    sum
                };
                (0..chunk.len()).step_by(unit).map(one_sum).collect::<Vec<A>>()
            },
            |sums| {
                for sum in sums {
                    total = Some(match total.take() {
                        None => sum,
                        Some(before) => merge(before, sum),
                    });
                }
            },
        );
        Ok(total.unwrap_or_else(empty))
    }

    /// A loss of each trajectory's saved states with its gradient by the trajectory's own model and initial state, by the
    /// discrete adjoint: exact for the computed numbers. `loss` gets the number of the trajectory and its saved states, and
    /// fills one cotangent for each.
    ///
    /// # Errors
    /// As [`solve`](Self::solve); a trajectory that fails is listed in [`EnsembleGradient::failures`].
    ///
    /// ```
    /// use ode_runtime::{SolveError, ode};
    ///
    /// #[ode]
    /// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
    ///
    /// # fn main() -> Result<(), SolveError> {
    /// let models: Vec<Decay> = (0..100).map(|i| Decay { rate: f64::from(i) / 50.0 }).collect();
    /// let gradients = Decay::ensemble(&models).gradient(1.0, &[0.0, 1.0], |_, states, cotangents| {
    ///     cotangents[1] = 1.0;
    ///     states[1]
    /// })?;
    /// for (model, by) in models.iter().zip(&gradients.params) {
    ///     assert!((by.rate + (-model.rate).exp()).abs() < 1e-6);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn gradient<Y, T, F>(&self, y0: Y, times: T, loss: F) -> Result<EnsembleGradient<S>, SolveError>
    where
        Y: Each<S::State>,
        T: EachTimes,
        F: Fn(usize, &[S::State], &mut [S::State]) -> S::Real + Sync,
    {
        let prepared = self.prepare(&y0, &times)?;
        Ok(gradient(&prepared, &self.method, &loss))
    }
}
