//! Operations on whole tensors. Functions of each element are rows of the table; these move elements and add them up.
//!
//! The linear ones are each other's transposes: a sum and an expansion, a slice and a padding, a permutation and its
//! inverse.

use crate::graph::{Dim, Shape};

/// An operation on tensors.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tensor {
    /// New axes, at these places of the result, along which everything is the same.
    Expand(Vec<(usize, Dim)>),
    /// The sum over these axes, which the result lacks.
    Sum(Vec<usize>),
    /// The largest element over these axes, which the result lacks.
    Max(Vec<usize>),
    /// The axes in this order.
    Permute(Vec<usize>),
    /// The same elements in the same order.
    Reshape(Vec<Dim>),
    /// A part of an axis.
    Slice {
        /// The axis.
        axis: usize,
        /// Where the part begins.
        start: Dim,
        /// How long it is.
        length: Dim,
    },
    /// Zeros before and after, along an axis.
    Pad {
        /// The axis.
        axis: usize,
        /// How many before.
        before: Dim,
        /// How many after.
        after: Dim,
    },
    /// Tensors one after the other, along this axis.
    Concat(usize),
    /// The products of matrices `[.., m, k]` and `[.., k, n]`, pair by pair; a second tensor without leading axes is
    /// the factor of all.
    Product,
    /// A length, as a number.
    Length(Dim),
    /// The value, taken as a constant by derivatives.
    Detach,
}

impl Tensor {
    /// As the text form of a graph writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Expand(_) => "expand",
            Self::Sum(_) => "sum",
            Self::Max(_) => "max",
            Self::Permute(_) => "permute",
            Self::Reshape(_) => "reshape",
            Self::Slice { .. } => "slice",
            Self::Pad { .. } => "pad",
            Self::Concat(_) => "concat",
            Self::Product => "product",
            Self::Length(_) => "length",
            Self::Detach => "detach",
        }
    }

    /// The shape of the result.
    ///
    /// # Panics
    /// Where the operation does not take arguments of these shapes: a mistake of the compiler, not of its user.
    #[must_use]
    pub fn shape(&self, arguments: &[&Shape]) -> Shape {
        let dims = |place: usize| arguments[place].dims();
        Shape::tensor(match self {
            Self::Expand(axes) => {
                let mut result = dims(0);
                for (axis, dim) in axes {
                    result.insert(*axis, dim.clone());
                }
                result
            }
            Self::Sum(axes) | Self::Max(axes) => {
                let kept = dims(0).into_iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
                kept.map(|(_, dim)| dim).collect()
            }
            Self::Permute(order) => {
                let dims = dims(0);
                assert_eq!(dims.len(), order.len(), "a permutation of {dims:?}");
                order.iter().map(|&axis| dims[axis].clone()).collect()
            }
            Self::Reshape(dims) => {
                // Lengths that are equal by a check look different here.
                let counts = [Dim::product(dims).known(), Dim::product(&arguments[0].dims()).known()];
                assert!(counts.contains(&None) || counts[0] == counts[1], "a reshape to {dims:?}");
                dims.clone()
            }
            Self::Slice { axis, length, .. } => replaced(dims(0), *axis, length.clone()),
            Self::Pad { axis, before, after } => {
                let dims = dims(0);
                let length = before.plus(&dims[*axis]).plus(after);
                replaced(dims, *axis, length)
            }
            Self::Concat(axis) => {
                let length =
                    arguments.iter().fold(Dim::default(), |sum, shape| sum.plus(&shape.dims()[*axis]));
                replaced(dims(0), *axis, length)
            }
            Self::Product => {
                let (mut a, b) = (dims(0), dims(1));
                let (k, n) = (&b[b.len() - 2], &b[b.len() - 1]);
                assert_eq!(a.last(), Some(k), "a product of {a:?} and {b:?}");
                assert!(b.len() == 2 || b[..b.len() - 2] == a[..a.len() - 2]);
                a.pop();
                a.push(n.clone());
                a
            }
            Self::Length(_) => Vec::new(),
            Self::Detach => dims(0),
        })
    }
}

fn replaced(mut dims: Vec<Dim>, axis: usize, length: Dim) -> Vec<Dim> {
    dims[axis] = length;
    dims
}
