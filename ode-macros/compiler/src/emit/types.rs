//! Types as code, and the way between them and flat arrays.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::parse::{Real, Type};

/// The type as it is written.
pub(super) fn type_tokens(ty: &Type) -> TokenStream {
    match ty {
        Type::Number(Real::F32) => quote!(f32),
        Type::Array(element, count) => {
            let element = type_tokens(element);
            let count = Literal::usize_unsuffixed(*count);
            quote!([#element; #count])
        }
        Type::Tuple(elements) => {
            let elements = elements.iter().map(type_tokens);
            quote!((#(#elements,)*))
        }
        _ => quote!(f64),
    }
}

/// The expressions of the numbers in a value of this type, in order.
pub(super) fn flattened(ty: &Type, value: &TokenStream, found: &mut Vec<TokenStream>) {
    match ty {
        Type::Array(element, count) => {
            for place in 0..*count {
                let place = Literal::usize_unsuffixed(place);
                flattened(element, &quote!(#value[#place]), found);
            }
        }
        Type::Tuple(elements) => {
            for (place, element) in elements.iter().enumerate() {
                let place = Literal::usize_unsuffixed(place);
                flattened(element, &quote!(#value.#place), found);
            }
        }
        _ => found.push(value.clone()),
    }
}

/// The value of this type made from the elements of `flat`, from `offset` on.
pub(super) fn unflattened(ty: &Type, flat: &Ident, offset: &mut usize) -> TokenStream {
    match ty {
        Type::Array(element, count) => {
            let elements = (0..*count).map(|_| unflattened(element, flat, offset));
            quote!([#(#elements),*])
        }
        Type::Tuple(elements) => {
            let elements = elements.iter().map(|element| unflattened(element, flat, offset));
            quote!((#(#elements,)*))
        }
        _ => {
            let place = Literal::usize_unsuffixed(*offset);
            *offset += 1;
            quote!(#flat[#place])
        }
    }
}

/// A const generic of the user's in generated code, whose own generics have names that it may have too.
pub(super) fn generic(name: &str, at: proc_macro2::Span) -> Ident {
    const OURS: [&str; 8] = ["D", "E", "L", "T", "V", "D2", "E2", "Shapes"];
    if OURS.contains(&name) { Ident::new(&format!("{name}_"), at) } else { Ident::new(name, at) }
}
