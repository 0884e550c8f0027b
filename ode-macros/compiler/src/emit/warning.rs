//! Warnings: stable Rust gives macros none, so the use of a deprecated item at the user's token says it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::bodies::Bodies;
use crate::diagnostic::refusal as say;
use crate::parse::System;

/// A warning at the name of each parameter that cannot be fitted.
pub(super) fn warnings(system: &System, bodies: &Bodies) -> TokenStream {
    let (used, without_gradient) = (bodies.used(), bodies.without_gradient());
    let mut offset = 0;
    let mut result = TokenStream::new();
    for parameter in &system.parameters {
        let range = offset..offset + parameter.ty.len();
        offset = range.end;
        let name = parameter.name.to_string();
        if range.is_empty() || name.starts_with('_') {
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
            const _: () = {
                #[deprecated(note = #text)]
                const fn #marker() {}
                #marker()
            };
        });
    }
    result
}
