//! The lengths of a tensor's axes, as far as they are known while compiling.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What stands for a length whose value is not known while compiling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// A const generic of the function.
    Generic(String),
    /// A constant outside of the function, as it is written: rustc knows its value.
    Outside(String),
    /// A `usize` in the shape of a tensor: known when the tensor is. The first number counts the tensors of state and
    /// parameters, the second their axes.
    Runtime(usize, usize),
}

/// The length of an axis: a sum of products of symbols, with whole coefficients.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Dim(BTreeMap<Vec<Symbol>, usize>);

impl Dim {
    /// This length.
    #[must_use]
    pub fn literal(length: usize) -> Self {
        Self(if length == 0 { BTreeMap::new() } else { BTreeMap::from([(Vec::new(), length)]) })
    }

    /// The length that this stands for.
    #[must_use]
    pub fn symbol(symbol: Symbol) -> Self {
        Self(BTreeMap::from([(vec![symbol], 1)]))
    }

    /// The length, where it is known.
    #[must_use]
    pub fn known(&self) -> Option<usize> {
        match self.0.len() {
            0 => Some(0),
            1 => self.0.get(&Vec::new() as &Vec<Symbol>).copied(),
            _ => None,
        }
    }

    /// Whether it is known to be this.
    #[must_use]
    pub fn is(&self, length: usize) -> bool {
        self.known() == Some(length)
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.0.clone();
        for (product, count) in &other.0 {
            *sum.entry(product.clone()).or_default() += count;
        }
        Self(sum)
    }

    /// The difference, where it is none of negative terms.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let mut difference = self.0.clone();
        for (product, count) in &other.0 {
            let term = difference.get_mut(product)?;
            *term = term.checked_sub(*count)?;
        }
        difference.retain(|_, count| *count > 0);
        Some(Self(difference))
    }

    /// The product of both.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut product = BTreeMap::new();
        for (a, m) in &self.0 {
            for (b, n) in &other.0 {
                let mut symbols: Vec<Symbol> = a.iter().chain(b).cloned().collect();
                symbols.sort();
                *product.entry(symbols).or_default() += m * n;
            }
        }
        Self(product)
    }

    /// The product of all.
    #[must_use]
    pub fn product<'a>(dims: impl IntoIterator<Item = &'a Self>) -> Self {
        dims.into_iter().fold(Self::literal(1), |product, dim| product.times(dim))
    }

    /// What it is made of.
    #[must_use]
    pub fn symbols(&self) -> BTreeSet<&Symbol> {
        self.0.keys().flatten().collect()
    }

    /// Its terms: a whole number times symbols.
    pub fn terms(&self) -> impl Iterator<Item = (usize, &[Symbol])> {
        self.0.iter().map(|(symbols, count)| (*count, symbols.as_slice()))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generic(name) | Self::Outside(name) => f.write_str(name),
            Self::Runtime(..) => f.write_str("usize"),
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("0");
        }
        for (place, (count, symbols)) in self.terms().enumerate() {
            if place > 0 {
                f.write_str(" + ")?;
            }
            let mut factors: Vec<String> = symbols.iter().map(ToString::to_string).collect();
            if count != 1 || factors.is_empty() {
                factors.insert(0, count.to_string());
            }
            f.write_str(&factors.join("*"))?;
        }
        Ok(())
    }
}

/// A shape as messages write it: `[B, 2]`.
#[must_use]
pub fn written(dims: &[Dim]) -> String {
    let dims: Vec<String> = dims.iter().map(ToString::to_string).collect();
    format!("[{}]", dims.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_products() {
        let b = Dim::symbol(Symbol::Generic("B".to_owned()));
        let n = |length| Dim::literal(length);
        assert_eq!(b.times(&n(2)).plus(&b), b.times(&n(3)));
        assert_eq!(n(2).times(&n(3)).known(), Some(6));
        assert_eq!(b.known(), None);
        assert_eq!(n(0).known(), Some(0));
        assert_eq!(b.times(&n(0)), n(0));
        assert_eq!(b.plus(&n(3)).minus(&n(3)), Some(b.clone()));
        assert_eq!(b.minus(&n(1)), None);
        assert_eq!(written(&[b.clone(), n(2), b.times(&n(2)).plus(&n(1))]), "[B, 2, 1 + 2*B]");
    }
}
