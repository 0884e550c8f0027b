//! Functions of elements as code, where arguments need no parentheses.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::operation::Elementwise;

/// Rows with a form for loops.
const IN_LOOPS: [Elementwise; 4] =
    [Elementwise::Exp, Elementwise::Tanh, Elementwise::Sigmoid, Elementwise::Softplus];

/// The function of these arguments in a loop over elements; `exponent` is that of a `powi`.
pub(super) fn in_loop(
    function: Elementwise,
    arguments: &[TokenStream],
    exponent: impl FnOnce() -> Literal,
) -> TokenStream {
    let a = &arguments[0];
    let method = Ident::new(function.spelling(), Span::mixed_site());
    if let Some(operator) = operator(function) {
        let b = &arguments[1];
        return quote!(#a #operator #b);
    }
    match function {
        Elementwise::Neg => quote!(-#a),
        Elementwise::Powi => {
            let exponent = exponent();
            quote!(#a.powi(#exponent))
        }
        // Of a name that the standard library may take.
        Elementwise::Erf => quote!(rt::Lane::erf(#a)),
        _ if IN_LOOPS.contains(&function) => quote!(rt::each::#method(#a)),
        _ => {
            let others = &arguments[1..];
            quote!(#a.#method(#(#others),*))
        }
    }
}

/// The operator that a row is.
pub(super) fn operator(function: Elementwise) -> Option<TokenStream> {
    Some(match function {
        Elementwise::Add => quote!(+),
        Elementwise::Sub => quote!(-),
        Elementwise::Mul => quote!(*),
        Elementwise::Div => quote!(/),
        Elementwise::Rem => quote!(%),
        _ => return None,
    })
}
