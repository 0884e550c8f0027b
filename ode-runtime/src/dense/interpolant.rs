//! Interpolants as weights: y(t + θh) = y + h Σ b_i(θ) k_i with polynomials b_i.

use crate::method::Tableau;
use crate::number::Lane;
use crate::space::Space;

/// How states between the ends of a step are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// The method's own dense output; cubic for methods without one.
    #[default]
    Method,
    /// The cubic Hermite polynomial through the states and derivatives at both ends, of order 3.
    Cubic,
    /// The chord: only for drawing, of order 1.
    Linear,
}

/// The polynomials b_i of a method and an interpolation.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    /// For each stage the coefficients of θ, θ², …
    rows: Vec<Vec<f64>>,
    degree: usize,
}

impl Weights {
    pub(crate) fn new(tableau: &Tableau, interpolation: Interpolation) -> Self {
        let rows: Vec<Vec<f64>> = match interpolation {
            Interpolation::Method => tableau.dense.iter().map(|row| row.to_vec()).collect(),
            Interpolation::Cubic => hermite(tableau),
            Interpolation::Linear => tableau.b.iter().map(|&b| vec![b]).collect(),
        };
        let degree = rows.iter().map(Vec::len).max().unwrap_or(1);
        Self { rows, degree }
    }

    /// The highest power of θ.
    pub(crate) fn degree(&self) -> usize {
        self.degree
    }

    /// b_i(θ) of each stage.
    pub(crate) fn at(&self, theta: f64) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| theta * row.iter().rev().fold(0.0, |sum, c| sum * theta + c))
    }

    /// b_i'(θ) of each stage.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn slope_at(&self, theta: f64) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| {
            row.iter().enumerate().rev().fold(0.0, |sum, (j, c)| sum * theta + c * (j + 1) as f64)
        })
    }

    /// The coefficient of θ^`power` of each stage, `power` from 1.
    pub(crate) fn coefficients(&self, power: usize) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| row.get(power - 1).copied().unwrap_or(0.0))
    }
}

/// (3θ² - 2θ³) b_i, and the slopes at both ends: those of the first stage and of the completion.
fn hermite(tableau: &Tableau) -> Vec<Vec<f64>> {
    let last = tableau.stages() - 1;
    let mut rows: Vec<Vec<f64>> = tableau.b.iter().map(|&b| vec![0.0, 3.0 * b, -2.0 * b]).collect();
    for (stage, slope) in [(0, [1.0, -2.0, 1.0]), (last, [0.0, -1.0, 1.0])] {
        for (coefficient, part) in rows[stage].iter_mut().zip(slope) {
            *coefficient += part;
        }
    }
    rows
}

/// y + h Σ b_i(θ) k_i
pub(crate) fn interpolate<L: Lane, V: Space<L>>(weights: &Weights, theta: f64, h: f64, y: &V, k: &[V]) -> V {
    let mut value = y.clone();
    for (weight, k) in weights.at(theta).zip(k) {
        let factor = L::constant(weight * h);
        for i in 0..value.len() {
            value[i] += factor * k[i];
        }
    }
    value
}
