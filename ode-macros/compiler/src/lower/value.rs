//! What an expression of the user stands for while lowering.

use std::rc::Rc;

use super::affine::Affine;
use super::compact::{Slice, Store};
use super::region::Number;
use crate::graph::{Dim, written};
use crate::parse::{Layer, Real, Type};

/// A value: numbers that the compiled code computes, and integers and truth values known while compiling.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// What has been reported already.
    Poison,
    /// A number of the compiled code.
    Number(Number),
    /// A truth value of the compiled code.
    Condition(Number),
    /// A tensor of one axis or more.
    Tensor(Number, Vec<Dim>),
    /// A truth value for each element of a tensor.
    Mask(Number, Vec<Dim>),
    /// The length of an axis that is not known while compiling.
    Length(Dim),
    /// Modules one after the other, each with its tensors.
    Modules(Vec<(Layer, Vec<Value>)>),
    /// An integer known while compiling.
    Integer(i128),
    /// An integer that depends on the variables of loops that stay loops.
    Index(Affine),
    /// A long array, or a part of one, that is in the graph.
    Slice(Box<Slice>),
    /// A long array that began as one number everywhere.
    Store(Rc<Store>),
    /// A truth value known while compiling.
    Truth(bool),
    /// An array, or what an iterator yields.
    Array(Vec<Value>),
    /// A tuple; without elements it is no value.
    Tuple(Vec<Value>),
}

impl Value {
    pub(super) const UNIT: Self = Self::Tuple(Vec::new());

    pub(super) fn is_unit(&self) -> bool {
        matches!(self, Self::Tuple(elements) if elements.is_empty())
    }

    pub(super) fn is_poisoned(&self) -> bool {
        match self {
            Self::Poison => true,
            Self::Array(elements) | Self::Tuple(elements) => elements.iter().any(Self::is_poisoned),
            _ => false,
        }
    }

    /// The numbers in it, in order.
    pub(super) fn numbers(&self) -> Vec<Number> {
        match self {
            Self::Number(number) | Self::Condition(number) => vec![*number],
            Self::Tensor(number, _) | Self::Mask(number, _) => vec![*number],
            Self::Array(elements) | Self::Tuple(elements) => {
                elements.iter().flat_map(Self::numbers).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether both are of the same type, which `equal` decides for integers known while compiling.
    fn agrees(&self, other: &Self, equal: impl Copy + Fn(i128, i128) -> bool) -> bool {
        match (self, other) {
            (Self::Poison, _) | (_, Self::Poison) | (Self::Number(_), Self::Number(_)) => true,
            (Self::Condition(_) | Self::Truth(_), Self::Condition(_) | Self::Truth(_)) => true,
            (Self::Tensor(_, a), Self::Tensor(_, b)) | (Self::Mask(_, a), Self::Mask(_, b)) => a == b,
            (Self::Length(a), Self::Length(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => equal(*a, *b),
            (Self::Index(a), Self::Index(b)) => a == b || equal(0, 1),
            (Self::Index(_), Self::Integer(_)) | (Self::Integer(_), Self::Index(_)) => equal(0, 1),
            (Self::Slice(_) | Self::Store(_), other) | (other, Self::Slice(_) | Self::Store(_)) => {
                let compact = if self.compact_type().is_some() { self } else { other };
                let other = if self.compact_type().is_some() { other } else { self };
                compact.compact_type().is_some_and(|ty| other.has_type(ty))
            }
            (Self::Array(a), Self::Array(b)) | (Self::Tuple(a), Self::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.agrees(b, equal))
            }
            _ => false,
        }
    }

    /// Whether one can take the place of the other.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.agrees(other, |_, _| true)
    }

    /// Whether both can be the ends of one branch: integers are known while compiling, so they must be the same.
    pub(super) fn can_join(&self, other: &Self) -> bool {
        self.agrees(other, |a, b| a == b)
    }

    /// Whether both are the same value.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Truth(a), Self::Truth(b)) => a == b,
            (Self::Truth(_), Self::Condition(_)) | (Self::Condition(_), Self::Truth(_)) => false,
            (Self::Number(a), Self::Number(b)) | (Self::Condition(a), Self::Condition(b)) => a == b,
            (Self::Tensor(a, _), Self::Tensor(b, _)) | (Self::Mask(a, _), Self::Mask(b, _)) => a == b,
            (Self::Array(a), Self::Array(b)) | (Self::Tuple(a), Self::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
            }
            (Self::Slice(a), Self::Slice(b)) => a == b,
            (Self::Store(a), Self::Store(b)) => Rc::ptr_eq(a, b) || a == b,
            (Self::Slice(_) | Self::Store(_), _) | (_, Self::Slice(_) | Self::Store(_)) => false,
            _ => self.can_join(other),
        }
    }

    /// How many numbers, integers and truth values it holds.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Array(elements) | Self::Tuple(elements) => elements.iter().map(Self::count).sum(),
            Self::Slice(_) | Self::Store(_) => self.compact_type().map_or(1, Type::len),
            _ => 1,
        }
    }

    /// The type of an array that does not dissolve.
    pub(super) fn compact_type(&self) -> Option<&Type> {
        match self {
            Self::Slice(slice) => Some(&slice.ty),
            Self::Store(store) => Some(&store.ty),
            _ => None,
        }
    }

    /// Whether it holds numbers alone, dissolved.
    pub(super) fn is_of_numbers(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Array(elements) | Self::Tuple(elements) => elements.iter().all(Self::is_of_numbers),
            _ => false,
        }
    }

    /// Whether a long array is in it.
    pub(super) fn has_compact(&self) -> bool {
        match self {
            Self::Slice(_) | Self::Store(_) => true,
            Self::Array(elements) | Self::Tuple(elements) => elements.iter().any(Self::has_compact),
            _ => false,
        }
    }

    /// An integer, also of loop variables.
    pub(super) fn affine(&self) -> Option<Affine> {
        match self {
            Self::Integer(value) => Some(Affine::constant(*value)),
            Self::Index(index) => Some(index.clone()),
            _ => None,
        }
    }

    /// The type of a value of numbers.
    pub(super) fn type_of(&self, real: Real) -> Option<Type> {
        match self {
            Self::Number(_) => Some(Type::Number(real)),
            Self::Array(elements) => {
                let first = elements.first()?.type_of(real)?;
                let equal = elements.iter().all(|element| element.type_of(real).as_ref() == Some(&first));
                equal.then(|| Type::Array(Box::new(first), elements.len()))
            }
            Self::Tuple(elements) => {
                let types: Option<Vec<Type>> = elements.iter().map(|element| element.type_of(real)).collect();
                types.map(Type::Tuple)
            }
            Self::Slice(_) | Self::Store(_) => self.compact_type().cloned(),
            _ => None,
        }
    }

    /// Whether it is a value of this type of numbers.
    pub(super) fn has_type(&self, ty: &Type) -> bool {
        if let Some(own) = self.compact_type() {
            return own == ty;
        }
        match (self, ty) {
            (Self::Poison, _) | (Self::Number(_), Type::Number(_)) => true,
            (Self::Array(elements), Type::Array(element, count)) => {
                elements.len() == *count && elements.iter().all(|e| e.has_type(element))
            }
            (Self::Tuple(elements), Type::Tuple(types)) => {
                elements.len() == types.len() && elements.iter().zip(types).all(|(e, ty)| e.has_type(ty))
            }
            _ => false,
        }
    }

    /// The type as the user would write it, for messages.
    pub(super) fn describe(&self, real: Real) -> String {
        match self {
            Self::Poison => "_".to_owned(),
            Self::Number(_) => real.to_string(),
            Self::Condition(_) | Self::Truth(_) => "a truth value".to_owned(),
            Self::Tensor(_, dims) => format!("a tensor {}", written(dims)),
            Self::Mask(_, dims) => format!("truth values {}", written(dims)),
            Self::Length(dim) => format!("the length {dim}"),
            Self::Modules(_) => "a module".to_owned(),
            Self::Integer(value) => format!("the integer {value}"),
            Self::Index(_) => "an integer".to_owned(),
            Self::Slice(_) | Self::Store(_) => {
                self.compact_type().map_or_else(String::new, ToString::to_string)
            }
            Self::Array(elements) => match elements.first() {
                Some(first) => {
                    let element = match first {
                        Self::Integer(_) => "an integer".to_owned(),
                        other => other.describe(real),
                    };
                    format!("[{element}; {}]", elements.len())
                }
                None => "an empty array".to_owned(),
            },
            Self::Tuple(elements) if elements.is_empty() => "nothing".to_owned(),
            Self::Tuple(elements) => {
                let texts: Vec<String> = elements.iter().map(|element| element.describe(real)).collect();
                format!("({}{})", texts.join(", "), if texts.len() == 1 { "," } else { "" })
            }
        }
    }
}
