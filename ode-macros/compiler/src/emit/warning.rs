//! Warnings: stable Rust gives macros none, so the use of a deprecated item at the user's token says it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::bodies::Bodies;
use super::tensor::{TensorBodies, tensors_of};
use crate::diagnostic::refusal as say;
use crate::parse::{Parameter, System, mentions};

/// A warning at the name of each parameter that cannot be fitted.
pub(super) fn warnings(system: &System, bodies: &Bodies) -> TokenStream {
    let (used, without_gradient) = (bodies.used(), bodies.without_gradient());
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
        let is_used = used[range.clone()].contains(&true);
        let has_gradient = !without_gradient[range].iter().all(|&zero| zero);
        result.extend(warning(system, parameter, is_used, has_gradient));
    }
    result
}

/// The same of a system of tensors, or a function of its states.
pub(super) fn tensor_warnings(system: &System, bodies: &TensorBodies) -> TokenStream {
    let mut tensors = bodies.states..bodies.tensors.len();
    let mut result = TokenStream::new();
    for parameter in &system.parameters {
        let own: Vec<usize> = tensors.by_ref().take(tensors_of(parameter).len()).collect();
        if own.is_empty() || parameter.name.to_string().starts_with('_') {
            continue;
        }
        let is_used = own.iter().any(|&tensor| bodies.uses(tensor));
        let has_gradient = own.iter().any(|&tensor| bodies.has_gradient(tensor));
        result.extend(warning(system, parameter, is_used, has_gradient));
    }
    result
}

/// The warning at a parameter's name, where it deserves one.
fn warning(system: &System, parameter: &Parameter, is_used: bool, has_gradient: bool) -> Option<TokenStream> {
    let name = parameter.name.to_string();
    let text = match (is_used, has_gradient) {
        (false, _) => say::unused_parameter(&name),
        (true, false) => say::parameter_without_gradient(&name),
        (true, true) => return None,
    };
    let lints = system.item.attrs.iter().filter(|attribute| sets_lints(attribute));
    let marker = quote_spanned! { parameter.name.span() => parameter };
    Some(quote! {
        #(#lints)*
        const _: () = {
            #[deprecated(note = #text)]
            const fn #marker() {}
            #marker()
        };
    })
}

/// Whether the attribute says how loud lints are. An `expect` is met or not on the function itself.
fn sets_lints(attribute: &syn::Attribute) -> bool {
    ["allow", "warn", "deny", "forbid"].iter().any(|known| attribute.path().is_ident(known))
}
