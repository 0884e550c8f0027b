//! What a node holds.

use std::fmt;

use super::Dim;
use super::dim::written;

/// The shape of a value: numbers in an array, a tensor, truth values, or the results of a branch or loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Numbers; no dimensions is one number.
    Numbers(Vec<usize>),
    /// A tensor of one axis or more.
    Tensor(Vec<Dim>),
    /// True or false.
    Truth,
    /// True or false for each element of a tensor.
    Mask(Vec<Dim>),
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

    /// A tensor with these axes; without any it is one number.
    #[must_use]
    pub fn tensor(dims: Vec<Dim>) -> Self {
        if dims.is_empty() { Self::NUMBER } else { Self::Tensor(dims) }
    }

    /// The axes of a tensor; one number or truth value has none.
    #[must_use]
    pub fn dims(&self) -> Vec<Dim> {
        match self {
            Self::Tensor(dims) | Self::Mask(dims) => dims.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether this is a tensor or mask of one axis or more.
    #[must_use]
    pub fn is_tensor(&self) -> bool {
        matches!(self, Self::Tensor(_) | Self::Mask(_))
    }

    /// The shape of a function of each element of these: of tensors, which have equal axes, and numbers.
    ///
    /// # Panics
    /// Where axes differ.
    #[must_use]
    pub(super) fn elementwise(arguments: &[&Self]) -> Vec<Dim> {
        let mut tensors = arguments.iter().filter(|shape| shape.is_tensor()).map(|shape| shape.dims());
        let first = tensors.next().unwrap_or_default();
        assert!(tensors.all(|dims| dims == first), "elements of {arguments:?}");
        first
    }

    /// How many numbers it holds, where that is known.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(dims) => dims.iter().product(),
            Self::Tensor(dims) | Self::Mask(dims) => dims.iter().filter_map(Dim::known).product(),
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
            Self::Tensor(dims) => f.write_str(&written(dims)),
            Self::Truth => f.write_str("truth"),
            Self::Mask(dims) => write!(f, "truths {}", written(dims)),
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
