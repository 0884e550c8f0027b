//! All steps of a solve as polynomials.

use super::{Slopes, Weights};
use crate::number::Real;
use crate::solve::{SolveError, StepTimes};
use crate::space::Space;

/// The polynomial of every accepted step, in time order of the solve.
#[derive(Debug, Clone)]
pub(crate) struct DenseOutput<V> {
    /// The start of each step, then the end of the last.
    times: Vec<f64>,
    lengths: Vec<f64>,
    /// For each step the state at its start, and the coefficients of θ(1-θ)ⁿ⁻¹, θ²(1-θ)ⁿ⁻², … θⁿ.
    coefficients: Vec<V>,
    degree: usize,
    /// The state at the very end, where it was reset there.
    end: Option<V>,
}

impl<V> DenseOutput<V> {
    pub(crate) fn new(weights: &Weights, start: f64) -> Self {
        Self {
            times: vec![start],
            lengths: Vec::new(),
            coefficients: Vec::new(),
            degree: weights.degree(),
            end: None,
        }
    }

    /// Adds a step from `y` with these stages.
    pub(crate) fn push<T>(&mut self, weights: &Weights, times: &StepTimes, end: f64, y: &V, k: Slopes<'_, V>)
    where
        T: Real,
        V: Space<T>,
    {
        self.coefficients.push(y.clone());
        for j in 1..=self.degree {
            let mut sum = y.like(T::constant(0.0));
            for (weight, k) in weights.coefficients(j).zip(k.all()).filter(|(weight, _)| *weight != 0.0) {
                let factor = T::from_f64(weight * times.h);
                for i in 0..sum.len() {
                    sum[i] += factor * k[i];
                }
            }
            self.coefficients.push(sum);
        }
        self.lengths.push(times.h);
        self.times.push(end);
        self.end = None;
    }

    /// Resets the state at the end of the last step.
    pub(crate) fn reset(&mut self, y: V) {
        self.end = Some(y);
    }

    /// The ends of the steps, the start first.
    pub(crate) fn times(&self) -> &[f64] {
        &self.times
    }

    /// The state at `t`, or at the nearer end where `t` lies outside by rounding.
    pub(crate) fn near<T>(&self, t: f64) -> V
    where
        T: Real,
        V: Space<T>,
    {
        let after = self.after(t);
        self.evaluate(after.clamp(1, self.lengths.len()) - 1, t)
    }

    /// The state at `t`.
    pub(crate) fn at<T>(&self, t: f64) -> Result<V, SolveError>
    where
        T: Real,
        V: Space<T>,
    {
        let (start, end) = (self.times[0], self.times[self.times.len() - 1]);
        let direction = if end >= start { 1.0 } else { -1.0 };
        let inside = (t - start) * direction >= 0.0 && (end - t) * direction >= 0.0;
        if !inside || self.lengths.is_empty() {
            return Err(SolveError::OutsideSpan { t, start, end });
        }
        if let (true, Some(y)) = (t == end, &self.end) {
            return Ok(y.clone());
        }
        Ok(self.evaluate(self.after(t).clamp(1, self.lengths.len()) - 1, t))
    }

    /// The solution at so many times in each step, its start among them.
    pub(crate) fn path<T>(&self, parts: u32) -> impl Iterator<Item = (f64, V)> + '_
    where
        T: Real,
        V: Space<T>,
    {
        (0..self.lengths.len()).flat_map(move |step| {
            (0..parts).map(move |part| {
                let t = self.times[step] + self.lengths[step] * f64::from(part) / f64::from(parts);
                (t, self.evaluate(step, t))
            })
        })
    }

    /// How many of the times are not after `t`.
    fn after(&self, t: f64) -> usize {
        let direction = self.times[self.times.len() - 1] - self.times[0];
        self.times.partition_point(|&time| (time - t) * direction <= 0.0)
    }

    /// The polynomial of a step at `t`.
    fn evaluate<T>(&self, step: usize, t: f64) -> V
    where
        T: Real,
        V: Space<T>,
    {
        let theta = T::from_f64((t - self.times[step]) / self.lengths[step]);
        let rest = T::from_f64(1.0) - theta;
        let polynomial = &self.coefficients[step * (self.degree + 1)..][..=self.degree];
        let (mut power, mut value) = (theta, polynomial[1].clone());
        for i in 0..value.len() {
            value[i] = value[i] * power;
        }
        for coefficient in &polynomial[2..] {
            power = power * theta;
            for i in 0..value.len() {
                value[i] = value[i] * rest + power * coefficient[i];
            }
        }
        for i in 0..value.len() {
            value[i] += polynomial[0][i];
        }
        value
    }
}
