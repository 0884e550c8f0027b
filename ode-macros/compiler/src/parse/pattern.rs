//! Patterns of arguments, `let`, `for` and closures.

use syn::spanned::Spanned;

use super::language::Pattern;
use super::types::local_type;
use crate::diagnostic::{Errors, refusal as say};

pub(super) fn pattern(pat: &syn::Pat, errors: &Errors) -> Pattern {
    match pat {
        syn::Pat::Wild(_) => Pattern::Wild,
        syn::Pat::Paren(inner) => pattern(&inner.pat, errors),
        syn::Pat::Reference(inner) if inner.mutability.is_none() => pattern(&inner.pat, errors),
        syn::Pat::Type(typed) => {
            local_type(&typed.ty, errors);
            pattern(&typed.pat, errors)
        }
        syn::Pat::Ident(ident) => {
            if let Some(by_ref) = &ident.by_ref {
                errors.at(by_ref.span(), say::REF_PATTERN);
            } else if ident.subpat.is_some() {
                errors.at(pat.span(), say::PATTERN);
            }
            Pattern::Name { name: ident.ident.clone(), mutable: ident.mutability.is_some() }
        }
        syn::Pat::Slice(slice) => Pattern::Array(elements(&slice.elems, errors), pat.span()),
        syn::Pat::Tuple(tuple) => Pattern::Tuple(elements(&tuple.elems, errors), pat.span()),
        syn::Pat::Rest(_) => {
            errors.at(pat.span(), say::REST_PATTERN);
            Pattern::Wild
        }
        _ => {
            errors.at(pat.span(), say::PATTERN);
            Pattern::Wild
        }
    }
}

fn elements<'a>(elements: impl IntoIterator<Item = &'a syn::Pat>, errors: &Errors) -> Vec<Pattern> {
    elements.into_iter().map(|element| pattern(element, errors)).collect()
}
