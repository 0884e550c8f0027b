//! Integers that depend on the variables of loops that stay loops.

use std::collections::BTreeMap;

/// A constant and multiples of loop variables; a variable is the number of its loop among those around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) constant: i128,
    terms: BTreeMap<usize, i128>,
}

impl Affine {
    pub(super) fn constant(constant: i128) -> Self {
        Self { constant, terms: BTreeMap::new() }
    }

    pub(super) fn variable(variable: usize) -> Self {
        Self { constant: 0, terms: BTreeMap::from([(variable, 1)]) }
    }

    /// The value, where no variable is in it.
    pub(super) fn known(&self) -> Option<i128> {
        self.terms.is_empty().then_some(self.constant)
    }

    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        sum.constant = sum.constant.checked_add(other.constant)?;
        for (&variable, &factor) in &other.terms {
            let term = sum.terms.entry(variable).or_default();
            *term = term.checked_add(factor)?;
        }
        sum.terms.retain(|_, factor| *factor != 0);
        Some(sum)
    }

    pub(super) fn times(&self, factor: i128) -> Option<Self> {
        if factor == 0 {
            return Some(Self::constant(0));
        }
        let terms: Option<BTreeMap<usize, i128>> =
            self.terms.iter().map(|(&variable, &own)| Some((variable, own.checked_mul(factor)?))).collect();
        Some(Self { constant: self.constant.checked_mul(factor)?, terms: terms? })
    }

    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.times(-1)?)
    }

    /// The variable of the innermost loop that it depends on, and its factor.
    pub(super) fn innermost(&self) -> Option<(usize, i128)> {
        self.terms.last_key_value().map(|(&variable, &factor)| (variable, factor))
    }

    /// The variable, where it depends on one alone.
    pub(super) fn single(&self) -> Option<usize> {
        (self.terms.len() == 1).then(|| self.innermost().expect("one term").0)
    }

    /// The factor of a variable.
    pub(super) fn factor(&self, variable: usize) -> i128 {
        self.terms.get(&variable).copied().unwrap_or(0)
    }

    /// With this value in the place of a variable.
    pub(super) fn at(&self, variable: usize, value: i128) -> Self {
        let mut result = self.clone();
        let factor = result.terms.remove(&variable).unwrap_or(0);
        result.constant += factor * value;
        result
    }

    pub(super) fn terms(&self) -> impl Iterator<Item = (usize, i128)> + '_ {
        self.terms.iter().map(|(&variable, &factor)| (variable, factor))
    }

    /// The smallest and the largest value, where variables are between these bounds.
    pub(super) fn range(&self, bounds: impl Fn(usize) -> (i128, i128)) -> (i128, i128) {
        self.terms().fold((self.constant, self.constant), |(low, high), (variable, factor)| {
            let (first, last) = bounds(variable);
            let (a, b) = (factor * first, factor * last);
            (low + a.min(b), high + a.max(b))
        })
    }

    /// Quotient and remainder by a number, where the variables do not change how often it fits in apart from whole
    /// times; for values that are not negative.
    pub(super) fn divided(&self, by: i128) -> Option<(Self, i128)> {
        if self.terms.values().any(|factor| factor % by != 0) {
            return None;
        }
        let terms = self.terms.iter().map(|(&variable, &factor)| (variable, factor / by)).collect();
        Some((Self { constant: self.constant.div_euclid(by), terms }, self.constant.rem_euclid(by)))
    }
}
