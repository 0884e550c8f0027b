//! The one form that every method is brought to: working stages, then a completion.
//!
//! The completion is the right-hand side at the end of the step, which is the first stage of the next. Where
//! the last row of a tableau repeats the weights (first same as last), that row is the completion; elsewhere
//! one is added. A step thus costs as many evaluations as there are working stages, and dense output may use
//! both ends of the step. Behind the completion come the extra stages, which dense output alone needs.

use super::{
    coefficient::Coefficient,
    number::{Constant, Number},
    read::Source,
};

/// A method before rounding. Vectors over the stages include the completion.
pub(super) struct Exact<T> {
    /// The nodes.
    pub(super) c: Vec<T>,
    /// The coefficients of each stage, for those before it.
    pub(super) a: Vec<Vec<T>>,
    /// The weights.
    pub(super) b: Vec<T>,
    /// Each row of embedded weights.
    pub(super) embedded: Vec<Vec<T>>,
    /// The extra stages.
    pub(super) extra: Vec<Extra<T>>,
    /// `b_i(theta) = Σ_j powers[j - 1][i] theta^j`; empty where none is given.
    pub(super) powers: Vec<Vec<T>>,
    /// The stated order of that.
    pub(super) dense_order: Option<usize>,
}

/// A stage that dense output alone needs.
#[derive(Debug)]
pub(super) struct Extra<T> {
    /// The node.
    pub(super) c: T,
    /// The coefficients of the stages before it, the completion and earlier extra ones included.
    pub(super) a: Vec<T>,
}

/// A method as the generated code holds it.
#[derive(Debug)]
pub(super) struct Rounded {
    /// The order of the dense output, given or made.
    pub(super) dense_order: usize,
    /// The nodes, the completion included.
    pub(super) c: Vec<f64>,
    /// The coefficients of each working stage.
    pub(super) a: Vec<Vec<f64>>,
    /// The weights, the completion included.
    pub(super) b: Vec<f64>,
    /// Weights less each row of embedded weights.
    pub(super) errors: Vec<Vec<f64>>,
    /// The extra stages.
    pub(super) extra: Vec<Extra<f64>>,
    /// For each stage, the completion and the extra ones included, the coefficients of `theta^j (1 - theta)^(n - j)` for
    /// `j` from 1 to the degree `n`.
    pub(super) dense: Vec<Vec<f64>>,
}

/// Whether the last row is the completion: it repeats the weights, has none itself, and its node is 1.
fn is_first_same_as_last(source: &Source) -> bool {
    let (Some(row), Some((last, weights))) = (source.rows.last(), source.weights.coefficients.split_last())
    else {
        return false;
    };
    let is = |coefficient: &Coefficient, value: &str| {
        Some(&coefficient.value) == Constant::from_decimal(value).as_ref()
    };
    let repeats = row.coefficients.iter().map(|a| &a.value).eq(weights.iter().map(|b| &b.value));
    repeats && is(last, "0") && is(&row.node, "1")
}

impl<T: Number> Exact<T> {
    /// Of a tableau whose rows have the right lengths.
    pub(super) fn new(source: &Source) -> Self {
        let of =
            |row: &[Coefficient]| row.iter().map(|coefficient| T::of(&coefficient.value)).collect::<Vec<T>>();
        let mut c: Vec<T> = source.rows.iter().map(|row| T::of(&row.node.value)).collect();
        let mut a: Vec<Vec<T>> = source.rows.iter().map(|row| of(&row.coefficients)).collect();
        let mut b = of(&source.weights.coefficients);
        let mut embedded: Vec<Vec<T>> =
            source.embedded_weights.iter().map(|row| of(&row.coefficients)).collect();
        if !is_first_same_as_last(source) {
            c.push(T::ratio(1, 1));
            a.push(b.clone());
            b.push(T::ratio(0, 1));
            embedded.iter_mut().for_each(|embedded| embedded.push(T::ratio(0, 1)));
        }
        let extra =
            source.extra.iter().map(|row| Extra { c: T::of(&row.node.value), a: of(&row.coefficients) });
        let extra = extra.collect();
        let powers = source.powers.iter().map(|power| of(&power.coefficients)).collect();
        let dense_order = source.dense.as_ref().map(|order| order.value);
        Exact { c, a, b, embedded, extra, powers, dense_order }
    }

    /// To `f64`, each number once; the cubic Hermite interpolant is taken where no other is given.
    pub(super) fn round(&self, order: usize) -> Rounded {
        let rounded = |row: &[T]| row.iter().map(T::to_f64).collect::<Vec<f64>>();
        let hermite;
        let (powers, dense_order) = match self.dense_order {
            Some(dense_order) => (&self.powers, dense_order),
            None => {
                hermite = self.hermite();
                (&hermite, order.min(HERMITE_ORDER))
            }
        };
        let completion = self.c.len() - 1;
        let less = |embedded: &Vec<T>| {
            self.b.iter().zip(embedded).map(|(b, embedded)| b.minus(embedded).to_f64()).collect()
        };
        let all = self.c.len() + self.extra.len();
        Rounded {
            dense_order,
            c: rounded(&self.c),
            a: self.a[..completion].iter().map(|row| rounded(row)).collect(),
            b: rounded(&self.b),
            errors: self.embedded.iter().map(less).collect(),
            extra: self
                .extra
                .iter()
                .map(|stage| Extra { c: stage.c.to_f64(), a: rounded(&stage.a) })
                .collect(),
            dense: (0..all).map(|i| rounded(&bernstein(powers.iter().map(|row| &row[i])))).collect(),
        }
    }

    /// The cubic through both ends of the step with the slopes there, as weights of the stages:
    /// `(3θ² - 2θ³) b_i`, and `θ - 2θ² + θ³` of the first, `θ³ - θ²` of the completion.
    pub(super) fn hermite(&self) -> Vec<Vec<T>> {
        let completion = self.c.len() - 1;
        [(0, 1, 0), (3, -2, -1), (-2, 1, 1)]
            .map(|(of_weights, of_first, of_completion)| {
                let mut row: Vec<T> = self.b.iter().map(|b| b.times(&T::ratio(of_weights, 1))).collect();
                row[0] = row[0].plus(&T::ratio(of_first, 1));
                row[completion] = row[completion].plus(&T::ratio(of_completion, 1));
                row
            })
            .into()
    }
}

/// From powers to Bernstein's basis, by `theta^p = theta^p (theta + (1 - theta))^(n - p)`. Powers have large coefficients of
/// both signs, of which rounded ones would leave little.
fn bernstein<'a, T: Number + 'a>(powers: impl Iterator<Item = &'a T>) -> Vec<T> {
    let mut coefficients: Vec<T> = Vec::new();
    for power in powers {
        // One degree more: times theta + (1 - theta).
        let raised = coefficients.iter().zip(coefficients.iter().skip(1)).map(|(low, high)| low.plus(high));
        let (first, last) = (coefficients.first().cloned(), coefficients.last());
        let last = last.map_or_else(|| power.clone(), |last| last.plus(power));
        coefficients = first.into_iter().chain(raised).chain([last]).collect();
    }
    coefficients
}

/// Between the ends, the cubic is of third order whatever the method: its error is that of interpolating with
/// h^4.
const HERMITE_ORDER: usize = 3;
