//! Warnings: stable Rust gives macros none, so the use of a deprecated item at the user's token says it.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::bodies::Bodies;
use crate::diagnostic::refusal as say;
use crate::parse::System;

/// A warning at the name of each parameter that cannot be fitted.
pub(super) fn warnings(system: &System, bodies: &Bodies) -> TokenStream {
    let (used, without_gradient) = (bodies.used(), bodies.without_gradient());
    let lints: Vec<_> = system.item.attrs.iter().filter(|attribute| sets_lints(attribute)).collect();
    let mut offset = 0;
    let mut result = TokenStream::new();
    for parameter in &system.parameters {
        let range = offset..offset + parameter.ty.len();
        offset = range.end;
        let name = parameter.name.to_string();
        // Of a parameter that is not mentioned rustc warns by itself.
        if range.is_empty() || name.starts_with('_') || !mentions(system.item.block.to_token_stream(), &name)
        {
            continue;
        }
        let text = if !used[range.clone()].contains(&true) {
            say::unused_parameter(&name)
        } else if without_gradient[range].iter().all(|&zero| zero) {
            say::parameter_without_gradient(&name)
        } else {
            continue;
        };
        let marker = quote_spanned! { parameter.name.span() => parameter };
        result.extend(quote! {
            #(#lints)*
            const _: () = {
                #[deprecated(note = #text)]
                const fn #marker() {}
                #marker()
            };
        });
    }
    result
}

/// Whether the attribute says how loud lints are. An `expect` is met or not on the function itself.
fn sets_lints(attribute: &syn::Attribute) -> bool {
    ["allow", "warn", "deny", "forbid"].iter().any(|known| attribute.path().is_ident(known))
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        _ => false,
    })
}
