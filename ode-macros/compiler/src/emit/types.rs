//! Types as code, and the way between them and flat arrays.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

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

/// Arrays of more elements than this are gone through by loops, and flat vectors of more numbers are on the heap.
const MANY: usize = 64;

/// Where a flat vector of this many numbers is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vector(pub(super) usize);

impl Vector {
    fn is_on_heap(self) -> bool {
        self.0 > MANY
    }

    /// How many numbers it has.
    pub(super) fn literal(self) -> Literal {
        Literal::usize_unsuffixed(self.0)
    }

    /// The type, with elements of this type.
    pub(super) fn of(self, element: &TokenStream) -> TokenStream {
        let count = self.literal();
        if self.is_on_heap() { quote!(rt::Boxed<#element, #count>) } else { quote!([#element; #count]) }
    }

    /// The vector whose elements this function of their places returns.
    pub(super) fn made_by(self, element: &TokenStream) -> TokenStream {
        if self.is_on_heap() {
            quote!(rt::Boxed::from_fn(#element))
        } else {
            quote!(::core::array::from_fn(#element))
        }
    }

    /// The statement that gives the array in a borrowed vector the vector's name; none where the vector is the array.
    pub(super) fn borrowed(self, name: &str, mutable: bool) -> TokenStream {
        if !self.is_on_heap() {
            return TokenStream::new();
        }
        let (name, count) = (Ident::new(name, Span::call_site()), self.literal());
        if mutable {
            quote!(let #name: &mut [L; #count] = #name;)
        } else {
            quote!(let #name: &[L; #count] = #name;)
        }
    }

    /// The array of these numbers, moved out of it.
    pub(super) fn array(self, vector: &TokenStream) -> TokenStream {
        if self.is_on_heap() { quote!(*#vector) } else { vector.clone() }
    }

    /// The vector of the numbers of this array.
    pub(super) fn made_of(self, array: &TokenStream) -> TokenStream {
        if self.is_on_heap() { quote!(rt::Boxed::collect(#array.into_iter())) } else { array.clone() }
    }

    /// The vector of the numbers in these values, in order.
    pub(super) fn flattened(self, values: &[(&Type, TokenStream)]) -> TokenStream {
        if self.is_on_heap() {
            let numbers = chained(values.iter().map(|(ty, value)| iterator(ty, value)));
            return quote!(rt::Boxed::collect(#numbers));
        }
        let mut numbers = Vec::new();
        values.iter().for_each(|(ty, value)| enumerate(ty, value, &mut numbers));
        quote!([#(#numbers),*])
    }
}

/// The expressions of the numbers in a value of this type, in order.
fn enumerate(ty: &Type, value: &TokenStream, found: &mut Vec<TokenStream>) {
    match ty {
        Type::Array(element, count) => {
            for place in 0..*count {
                let place = Literal::usize_unsuffixed(place);
                enumerate(element, &quote!(#value[#place]), found);
            }
        }
        Type::Tuple(elements) => {
            for (place, element) in elements.iter().enumerate() {
                let place = Literal::usize_unsuffixed(place);
                enumerate(element, &quote!(#value.#place), found);
            }
        }
        _ => found.push(value.clone()),
    }
}

/// An iterator over the numbers in a value of this type, in order.
fn iterator(ty: &Type, value: &TokenStream) -> TokenStream {
    match ty {
        Type::Array(element, _) if matches!(**element, Type::Number(_)) => quote!(#value.iter().copied()),
        Type::Array(element, _) => {
            let numbers = iterator(element, &quote!(part));
            quote!(#value.iter().flat_map(|part| #numbers))
        }
        Type::Tuple(elements) => chained(elements.iter().enumerate().map(|(place, element)| {
            let place = Literal::usize_unsuffixed(place);
            iterator(element, &quote!(#value.#place))
        })),
        _ => quote!(::core::iter::once(#value)),
    }
}

fn chained(iterators: impl Iterator<Item = TokenStream>) -> TokenStream {
    let all = iterators.reduce(|all, next| quote!(#all.chain(#next)));
    all.unwrap_or_else(|| quote!(::core::iter::empty()))
}

/// The value of this type made from the elements of `flat`, from `offset` on.
pub(super) fn unflattened(ty: &Type, flat: &Ident, offset: &mut usize) -> TokenStream {
    let value = made(ty, flat, &TokenStream::new(), *offset);
    *offset += ty.len();
    value
}

/// The value of this type made from the elements of `flat`, from `offset` on after those that the loops around it skip.
fn made(ty: &Type, flat: &Ident, skipped: &TokenStream, offset: usize) -> TokenStream {
    match ty {
        Type::Array(element, count) if *count > MANY => {
            let index = format_ident!("i{}", offset, span = flat.span());
            let size = Literal::usize_unsuffixed(element.len());
            let element = made(element, flat, &quote!(#skipped #index * #size +), offset);
            quote!(::core::array::from_fn(|#index| #element))
        }
        Type::Array(element, count) => {
            let elements =
                (0..*count).map(|place| made(element, flat, skipped, offset + place * element.len()));
            quote!([#(#elements),*])
        }
        Type::Tuple(elements) => {
            let mut offset = offset;
            let elements = elements.iter().map(|element| {
                let value = made(element, flat, skipped, offset);
                offset += element.len();
                value
            });
            quote!((#(#elements,)*))
        }
        _ => {
            let place = Literal::usize_unsuffixed(offset);
            quote!(#flat[#skipped #place])
        }
    }
}

/// A const generic of the user's in generated code, whose own generics have names that it may have too.
pub(super) fn generic(name: &str, at: proc_macro2::Span) -> Ident {
    const OURS: [&str; 8] = ["D", "E", "L", "T", "V", "D2", "E2", "Shapes"];
    if OURS.contains(&name) { Ident::new(&format!("{name}_"), at) } else { Ident::new(name, at) }
}
