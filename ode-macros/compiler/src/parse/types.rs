//! Types that can stand in a signature or an annotation.

use std::fmt;

use proc_macro2::{TokenStream, TokenTree};

use super::expression::expression;
use super::language::Expression;
use super::tensor::{Axis, Layer};
use crate::diagnostic::{Errors, refusal as say};

/// The type of the numbers of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Real {
    /// `f32`
    F32,
    /// `f64`
    F64,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `f64`, `f32`
    Number(Real),
    /// `usize`, `i32`, …; only inside of a body.
    Integer,
    /// `bool`; only inside of a body.
    Truth,
    /// `[T; n]`
    Array(Box<Type>, usize),
    /// `(T, U)`
    Tuple(Vec<Type>),
    /// `Tensor<Rank2<B, 2>>`
    Tensor(Vec<Axis>),
    /// `Linear<2, 50>`, or a tuple of modules where the flag says so.
    Modules(Vec<Layer>, bool),
    /// What an annotation leaves to inference, or has been reported.
    Unknown,
}

impl Type {
    /// How many numbers it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Array(element, count) => element.len() * count,
            Self::Tuple(elements) => elements.iter().map(Self::len).sum(),
            _ => 1,
        }
    }

    /// How many numbers it holds, where that can be counted.
    fn checked_len(&self) -> Option<usize> {
        match self {
            Self::Array(element, count) => element.checked_len()?.checked_mul(*count),
            Self::Tuple(elements) => {
                elements.iter().try_fold(0_usize, |sum, element| sum.checked_add(element.checked_len()?))
            }
            _ => Some(1),
        }
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of its numbers, where the whole is called `name`.
    #[must_use]
    pub fn names(&self, name: &str) -> Vec<String> {
        match self {
            Self::Array(element, count) => {
                (0..*count).flat_map(|i| element.names(&format!("{name}[{i}]"))).collect()
            }
            Self::Tuple(elements) => {
                elements.iter().enumerate().flat_map(|(i, e)| e.names(&format!("{name}.{i}"))).collect()
            }
            _ => vec![name.to_owned()],
        }
    }

    /// Adds the types of its numbers to `found`.
    pub(super) fn reals(&self, found: &mut Vec<Real>) {
        match self {
            Self::Number(real) => found.push(*real),
            Self::Array(element, _) => element.reals(found),
            Self::Tuple(elements) => elements.iter().for_each(|element| element.reals(found)),
            _ => {}
        }
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(real) => write!(f, "{real}"),
            Self::Integer => f.write_str("an integer"),
            Self::Truth => f.write_str("bool"),
            Self::Array(element, count) => write!(f, "[{element}; {count}]"),
            Self::Tuple(elements) => {
                let texts: Vec<String> = elements.iter().map(ToString::to_string).collect();
                write!(f, "({}{})", texts.join(", "), if texts.len() == 1 { "," } else { "" })
            }
            Self::Tensor(axes) => {
                let axes: Vec<String> = axes.iter().map(ToString::to_string).collect();
                write!(f, "a tensor [{}]", axes.join(", "))
            }
            Self::Modules(..) => f.write_str("a module"),
            Self::Unknown => f.write_str("_"),
        }
    }
}

/// More numbers than this are more than can be unrolled.
const MOST_NUMBERS: usize = 200_000;

/// The type of a number, if it is that.
pub(crate) fn real(ty: &syn::Type) -> Option<Real> {
    match ty {
        syn::Type::Paren(inner) => real(&inner.elem),
        syn::Type::Group(inner) => real(&inner.elem),
        syn::Type::Path(path) if path.path.is_ident("f64") => Some(Real::F64),
        syn::Type::Path(path) if path.path.is_ident("f32") => Some(Real::F32),
        _ => None,
    }
}

/// A type of a signature: numbers, arrays and tuples of them.
pub(super) fn signature_type(ty: &syn::Type, errors: &Errors) -> Type {
    let parsed = any(ty, errors, say::BAD_TYPE, &|length| literal_length(length, errors));
    if holds_others(&parsed) {
        errors.over(ty, say::BAD_TYPE);
        return Type::Unknown;
    }
    if parsed.checked_len().is_none_or(|count| count > MOST_NUMBERS) {
        errors.over(ty, say::TOO_LARGE);
        return Type::Unknown;
    }
    parsed
}

/// The type of an annotation in a body; rustc compares it with the value.
pub(super) fn local_type(ty: &syn::Type, errors: &Errors) -> Type {
    any(ty, errors, say::LOCAL_TYPE, &|_| Some(0))
}

/// The lengths of an array type, outermost first.
pub(super) fn dimensions(ty: &syn::Type, errors: &Errors) -> Vec<Expression> {
    let mut lengths = Vec::new();
    let mut ty = ty;
    while let syn::Type::Array(array) = ty {
        lengths.push(expression(&array.len, errors));
        ty = &array.elem;
    }
    lengths
}

impl Type {
    /// The lengths of an array type, outermost first.
    #[must_use]
    pub fn dimensions(&self) -> Vec<usize> {
        match self {
            Self::Array(element, count) => std::iter::once(*count).chain(element.dimensions()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether it holds what is no number; what has been reported counts as a number.
fn holds_others(ty: &Type) -> bool {
    match ty {
        Type::Integer | Type::Truth => true,
        Type::Array(element, _) => holds_others(element),
        Type::Tuple(elements) => elements.iter().any(holds_others),
        Type::Number(_) | Type::Tensor(_) | Type::Modules(..) | Type::Unknown => false,
    }
}

fn any(ty: &syn::Type, errors: &Errors, refusal: &str, length: &dyn Fn(&syn::Expr) -> Option<usize>) -> Type {
    match ty {
        syn::Type::Paren(inner) => any(&inner.elem, errors, refusal, length),
        syn::Type::Group(inner) => any(&inner.elem, errors, refusal, length),
        syn::Type::Reference(inner) if inner.mutability.is_none() => {
            any(&inner.elem, errors, refusal, length)
        }
        syn::Type::Reference(_) => {
            errors.over(ty, say::MUTABLE_REFERENCE);
            Type::Unknown
        }
        syn::Type::Infer(_) if refusal == say::LOCAL_TYPE => Type::Unknown,
        syn::Type::Array(array) => {
            let element = any(&array.elem, errors, refusal, length);
            match length(&array.len) {
                Some(count) => Type::Array(Box::new(element), count),
                None => Type::Unknown,
            }
        }
        syn::Type::Tuple(tuple) => {
            Type::Tuple(tuple.elems.iter().map(|element| any(element, errors, refusal, length)).collect())
        }
        syn::Type::Path(path) if path.qself.is_none() => {
            match path.path.get_ident().map(ToString::to_string).as_deref() {
                Some("f64") => Type::Number(Real::F64),
                Some("f32") => Type::Number(Real::F32),
                Some("bool") => Type::Truth,
                Some("usize" | "isize" | "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64") => {
                    Type::Integer
                }
                _ => {
                    errors.over(ty, refusal);
                    Type::Unknown
                }
            }
        }
        _ => {
            errors.over(ty, refusal);
            Type::Unknown
        }
    }
}

fn literal_length(length: &syn::Expr, errors: &Errors) -> Option<usize> {
    if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(literal), .. }) = length
        && let Ok(value) = literal.base10_parse()
    {
        return Some(value);
    }
    errors.over(length, say::ARRAY_LENGTH);
    None
}

/// Whether a name stands anywhere among these tokens.
pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        _ => false,
    })
}
