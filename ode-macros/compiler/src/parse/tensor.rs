//! The types of tensors and of modules.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::types::{Type, mentions};
use crate::diagnostic::{Errors, refusal as say};

/// The length of an axis as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axis {
    /// `2`
    Literal(usize),
    /// `B`, a const generic of the function.
    Generic(String),
    /// A constant outside of the function.
    Outside(syn::Path),
    /// `usize`
    Runtime,
}

/// A module of dfdx whose insides are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// `Linear<I, O>`
    Linear(Axis, Axis),
    /// A function of each element, such as `Tanh`, by the name that it has in the table.
    Function(String, &'static str),
}

/// The functions that modules are, with the names of the table.
const FUNCTIONS: [(&str, &str); 10] = [
    ("Tanh", "tanh"),
    ("ReLU", "relu"),
    ("Sigmoid", "sigmoid"),
    ("Sin", "sin"),
    ("Cos", "cos"),
    ("Exp", "exp"),
    ("Ln", "ln"),
    ("Sqrt", "sqrt"),
    ("Square", "square"),
    ("Abs", "abs"),
];

impl std::fmt::Display for Axis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Literal(length) => write!(f, "{length}"),
            Self::Generic(name) => f.write_str(name),
            Self::Outside(path) => write!(f, "{}", path.to_token_stream()),
            Self::Runtime => f.write_str("usize"),
        }
    }
}

/// Whether a type mentions a tensor or module, so that its system is one of tensors.
pub(super) fn mentions_tensor(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Paren(inner) => mentions_tensor(&inner.elem),
        syn::Type::Group(inner) => mentions_tensor(&inner.elem),
        syn::Type::Tuple(tuple) => tuple.elems.iter().any(mentions_tensor),
        syn::Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == "Tensor"),
        _ => false,
    }
}

/// What a tensor system's types are read with.
pub(super) struct Reader<'a> {
    pub(super) generics: &'a [String],
    pub(super) errors: &'a Errors,
}

impl Reader<'_> {
    fn refuse(&self, at: &impl quote::ToTokens, text: impl std::fmt::Display) -> Type {
        self.errors.over(at, text);
        Type::Unknown
    }

    /// The type of the state or result: a tensor, or a tuple of tensors.
    pub(super) fn state(&self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Paren(inner) => self.state(&inner.elem),
            syn::Type::Group(inner) => self.state(&inner.elem),
            syn::Type::Tuple(tuple) if !tuple.elems.is_empty() => {
                Type::Tuple(tuple.elems.iter().map(|element| self.tensor(element)).collect())
            }
            other => self.tensor(other),
        }
    }

    /// The type of a parameter: a tensor, a module or a tuple of modules.
    pub(super) fn parameter(&self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Paren(inner) => self.parameter(&inner.elem),
            syn::Type::Group(inner) => self.parameter(&inner.elem),
            syn::Type::Tuple(tuple) if !tuple.elems.is_empty() => {
                let layers: Option<Vec<Layer>> =
                    tuple.elems.iter().map(|element| self.layer(element)).collect();
                layers.map_or_else(|| self.refuse(ty, say::MODULE), |layers| Type::Modules(layers, true))
            }
            other => match self.layer(other) {
                Some(layer) => Type::Modules(vec![layer], false),
                None => match self.tensor(other) {
                    Type::Tensor(axes) if axes.contains(&Axis::Runtime) => {
                        self.refuse(ty, say::PARAMETER_LENGTH)
                    }
                    tensor => tensor,
                },
            },
        }
    }

    fn tensor(&self, ty: &syn::Type) -> Type {
        let syn::Type::Path(path) = ty else { return self.refuse(ty, say::NO_TENSOR) };
        let Some(segment) = path.path.segments.last().filter(|segment| segment.ident == "Tensor") else {
            return self.refuse(ty, say::NO_TENSOR);
        };
        let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
            return self.refuse(ty, say::TENSOR_SHAPE);
        };
        match arguments.args.iter().collect::<Vec<_>>().as_slice() {
            [syn::GenericArgument::Type(shape)] => match self.shape(shape) {
                Some(axes) => Type::Tensor(axes),
                None => Type::Unknown,
            },
            [_, more, ..] => self.refuse(more, say::TENSOR_ARGUMENTS),
            _ => self.refuse(ty, say::TENSOR_SHAPE),
        }
    }

    /// `Rank2<B, 2>`, or a tuple of `usize` and `Const<2>`.
    fn shape(&self, ty: &syn::Type) -> Option<Vec<Axis>> {
        match ty {
            syn::Type::Tuple(tuple) => tuple.elems.iter().map(|element| self.axis_type(element)).collect(),
            syn::Type::Path(path) => {
                let segment = path.path.segments.last()?;
                let rank =
                    segment.ident.to_string().strip_prefix("Rank").and_then(|n| n.parse::<usize>().ok());
                let axes: Vec<Option<Axis>> = match &segment.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => {
                        arguments.args.iter().map(|argument| self.length(argument)).collect()
                    }
                    _ => Vec::new(),
                };
                match rank {
                    Some(rank) if rank == axes.len() => axes.into_iter().collect(),
                    Some(rank) => {
                        self.errors.over(ty, say::rank(rank, axes.len()));
                        None
                    }
                    None => {
                        self.errors.over(ty, say::TENSOR_SHAPE);
                        None
                    }
                }
            }
            other => {
                self.errors.over(other, say::TENSOR_SHAPE);
                None
            }
        }
    }

    fn axis_type(&self, ty: &syn::Type) -> Option<Axis> {
        if let syn::Type::Path(path) = ty
            && let Some(segment) = path.path.segments.last()
        {
            match &segment.arguments {
                syn::PathArguments::None if segment.ident == "usize" => return Some(Axis::Runtime),
                syn::PathArguments::AngleBracketed(arguments)
                    if segment.ident == "Const" && arguments.args.len() == 1 =>
                {
                    return self.length(&arguments.args[0]);
                }
                _ => {}
            }
        }
        self.errors.over(ty, say::TENSOR_SHAPE);
        None
    }

    /// A length among the arguments of a type.
    fn length(&self, argument: &syn::GenericArgument) -> Option<Axis> {
        match argument {
            syn::GenericArgument::Const(syn::Expr::Lit(literal)) => match &literal.lit {
                syn::Lit::Int(length) => match length.base10_parse::<usize>() {
                    Ok(0) => self.no_length(argument, say::EMPTY_AXIS),
                    Ok(length) => Some(Axis::Literal(length)),
                    Err(_) => self.no_length(argument, say::TENSOR_SHAPE),
                },
                _ => self.no_length(argument, say::TENSOR_SHAPE),
            },
            syn::GenericArgument::Const(syn::Expr::Path(path)) => Some(self.named(&path.path)),
            syn::GenericArgument::Const(syn::Expr::Block(block)) => match block.block.stmts.as_slice() {
                [syn::Stmt::Expr(inner, None)] => self.length(&syn::GenericArgument::Const(inner.clone())),
                _ => self.no_length(argument, say::TENSOR_SHAPE),
            },
            syn::GenericArgument::Type(syn::Type::Path(path)) => Some(self.named(&path.path)),
            other => self.no_length(other, say::TENSOR_SHAPE),
        }
    }

    fn no_length(&self, at: &impl quote::ToTokens, text: &str) -> Option<Axis> {
        self.errors.over(at, text);
        None
    }

    fn named(&self, path: &syn::Path) -> Axis {
        match path.get_ident().map(ToString::to_string).filter(|name| self.generics.contains(name)) {
            Some(name) => Axis::Generic(name),
            None => Axis::Outside(path.clone()),
        }
    }

    /// A module, where the type is one that is known.
    fn layer(&self, ty: &syn::Type) -> Option<Layer> {
        let syn::Type::Path(path) = ty else { return None };
        let segment = path.path.segments.last()?;
        let name = segment.ident.to_string();
        if name == "Linear"
            && let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && arguments.args.len() == 2
        {
            return Some(Layer::Linear(self.length(&arguments.args[0])?, self.length(&arguments.args[1])?));
        }
        let (module, function) = FUNCTIONS.iter().find(|(module, _)| *module == name)?;
        Some(Layer::Function((*module).to_owned(), function))
    }
}

/// The const generics of a system of tensors; others are refused.
pub(super) fn generics(signature: &syn::Signature, errors: &Errors) -> Vec<String> {
    let mut names = Vec::new();
    for parameter in &signature.generics.params {
        match parameter {
            syn::GenericParam::Const(parameter) if matches!(&parameter.ty, syn::Type::Path(path) if path.path.is_ident("usize")) =>
            {
                let name = parameter.ident.to_string();
                let in_a_type = signature.inputs.iter().any(|input| match input {
                    syn::FnArg::Typed(typed) => mentions(typed.ty.to_token_stream(), &name),
                    syn::FnArg::Receiver(_) => false,
                });
                if !in_a_type {
                    errors.over(parameter, say::length_of_nothing(&name));
                }
                names.push(name);
            }
            other => errors.over(other, say::TENSOR_GENERICS),
        }
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause.span(), say::TENSOR_GENERICS);
    }
    names
}
