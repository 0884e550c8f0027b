//! What a node holds.

use std::fmt;

/// The shape of a value: numbers in an array of any rank, a truth value, or the results of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Numbers; no dimensions is one number.
    Numbers(Vec<usize>),
    /// True or false.
    Truth,
    /// What a region returns, to be taken apart by `Operation::Result`.
    Results(Vec<Shape>),
}

impl Shape {
    /// One number.
    pub const NUMBER: Self = Self::Numbers(Vec::new());

    /// Whether this is one number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        *self == Self::NUMBER
    }

    /// How many numbers it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(dims) => dims.iter().product(),
            Self::Truth => 1,
            Self::Results(shapes) => shapes.iter().map(Self::len).sum(),
        }
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first dimension of an array.
    #[must_use]
    pub fn leading(&self) -> Option<usize> {
        match self {
            Self::Numbers(dims) => dims.first().copied(),
            _ => None,
        }
    }

    /// The shape of an element along the first dimension.
    #[must_use]
    pub fn element(&self) -> Option<Self> {
        match self {
            Self::Numbers(dims) if !dims.is_empty() => Some(Self::Numbers(dims[1..].to_vec())),
            _ => None,
        }
    }

    /// The shape of `count` of these.
    #[must_use]
    pub fn array(&self, count: usize) -> Self {
        match self {
            Self::Numbers(dims) => {
                Self::Numbers(std::iter::once(count).chain(dims.iter().copied()).collect())
            }
            other => Self::Results(vec![other.clone(); count]),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers(dims) if dims.is_empty() => f.write_str("number"),
            Self::Numbers(dims) => write!(f, "{dims:?}"),
            Self::Truth => f.write_str("truth"),
            Self::Results(shapes) => {
                f.write_str("(")?;
                for (i, shape) in shapes.iter().enumerate() {
                    write!(f, "{}{shape}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
        }
    }
}
