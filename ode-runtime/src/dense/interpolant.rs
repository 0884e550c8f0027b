//! Interpolants as weights: y(t + θh) = y + h Σ b_i(θ) k_i with polynomials b_i.

use std::borrow::Cow;
use std::iter::Chain;
use std::slice::Iter;

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

/// The derivatives of a step that an interpolant is made of.
#[derive(Debug)]
pub(crate) struct Slopes<'a, V> {
    /// Those of the stages, the completion last.
    pub(crate) stages: &'a [V],
    /// Those of the extra stages; none where the [`Weights`] do without, or nobody looks inside of the step.
    pub(crate) extra: &'a [V],
}

impl<V> Clone for Slopes<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Slopes<'_, V> {}

impl<'a, V> Slopes<'a, V> {
    /// All of them, in the order of the weights.
    #[inline(always)]
    pub(crate) fn all(self) -> Chain<Iter<'a, V>, Iter<'a, V>> {
        self.stages.iter().chain(self.extra)
    }
}

/// The polynomials b_i of a method and an interpolation.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    /// For each stage the coefficients of θ(1-θ)ⁿ⁻¹, θ²(1-θ)ⁿ⁻², … θⁿ; none where all are 0, as many are.
    rows: Vec<Cow<'static, [f64]>>,
    degree: usize,
    /// Whether some of the stages are extra ones.
    extended: bool,
}

impl Weights {
    pub(crate) fn new(tableau: &Tableau, interpolation: Interpolation) -> Self {
        let mut rows: Vec<Cow<'static, [f64]>> = match interpolation {
            Interpolation::Method => tableau.dense.iter().map(|&row| Cow::Borrowed(row)).collect(),
            Interpolation::Cubic => hermite(tableau).into_iter().map(Cow::Owned).collect(),
            Interpolation::Linear => tableau.b.chunks(1).map(Cow::Borrowed).collect(),
        };
        let degree = rows.iter().map(|row| row.len()).max().unwrap_or(1);
        let extended = rows.len() > tableau.stages();
        rows.iter_mut().filter(|row| row.iter().all(|&c| c == 0.0)).for_each(|row| *row = Cow::Borrowed(&[]));
        Self { rows, degree, extended }
    }

    /// Whether the extra stages of the method are needed.
    #[inline(always)]
    pub(crate) fn extended(&self) -> bool {
        self.extended
    }

    /// The degree n of the polynomials.
    pub(crate) fn degree(&self) -> usize {
        self.degree
    }

    /// b_i(θ) of each stage.
    pub(crate) fn at(&self, theta: f64) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| {
            let (mut power, mut sum) = (1.0, 0.0);
            for coefficient in row.iter() {
                power *= theta;
                sum = sum * (1.0 - theta) + power * coefficient;
            }
            sum
        })
    }

    /// b_i'(θ) of each stage.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn slope_at(&self, theta: f64) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| {
            let (mut power, mut sum, mut before) = (1.0, 0.0, 0.0);
            for (j, &coefficient) in row.iter().enumerate() {
                let slope = (j + 1) as f64 * coefficient - (row.len() - j) as f64 * before;
                sum = sum * (1.0 - theta) + power * slope;
                power *= theta;
                before = coefficient;
            }
            sum
        })
    }

    /// The coefficient of θʲ(1-θ)ⁿ⁻ʲ of each stage, `j` from 1.
    pub(crate) fn coefficients(&self, j: usize) -> impl Iterator<Item = f64> {
        self.rows.iter().map(move |row| row.get(j - 1).copied().unwrap_or(0.0))
    }
}

/// (3θ² - 2θ³) b_i, and the slopes at both ends: those of the first stage and of the completion.
fn hermite(tableau: &Tableau) -> Vec<Vec<f64>> {
    let last = tableau.stages() - 1;
    let mut rows: Vec<Vec<f64>> = tableau.b.iter().map(|&b| vec![0.0, 3.0 * b, b]).collect();
    rows[0][0] += 1.0;
    rows[last][1] -= 1.0;
    rows
}

/// y + h Σ b_i(θ) k_i
pub(crate) fn interpolate<L: Lane, V: Space<L>>(
    weights: &Weights,
    theta: f64,
    h: f64,
    y: &V,
    k: Slopes<'_, V>,
) -> V {
    let mut value = y.clone();
    for (weight, k) in weights.at(theta).zip(k.all()).filter(|(weight, _)| *weight != 0.0) {
        let factor = L::constant(weight * h);
        for i in 0..value.len() {
            value[i] += factor * k[i];
        }
    }
    value
}
