//! After a mistake: the errors, and items that keep the rest of the user's crate quiet.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::items;
use crate::parse::{System, struct_name};

/// The errors, with the items that the function would have become but for their bodies.
#[must_use]
pub fn fallback(
    item: &syn::ItemFn,
    system: Option<&System>,
    error: &syn::Error,
    rt: &TokenStream,
) -> TokenStream {
    let error = error.to_compile_error();
    let items = match system {
        Some(system) => items(system, None, rt),
        None => bare(item),
    };
    quote! { #error #items }
}

/// The function without its body and a struct of its parameters, where their types could not be understood.
fn bare(item: &syn::ItemFn) -> TokenStream {
    let (vis, name) = (&item.vis, struct_name(&item.sig.ident));
    let fields = item.sig.inputs.iter().skip(2).filter_map(|input| match input {
        syn::FnArg::Typed(typed) => match &*typed.pat {
            syn::Pat::Ident(ident) => {
                let (name, ty) = (&ident.ident, &typed.ty);
                Some(quote!(pub #name: #ty))
            }
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    });
    let generics = item.sig.generics.params.is_empty();
    let structure =
        generics.then(|| quote! { #[allow(dead_code, missing_docs)] #vis struct #name { #(#fields),* } });
    let has_self = item.sig.receiver().is_some();
    let function = (!has_self).then(|| {
        let signature = &item.sig;
        quote! { #[allow(unused, clippy::all)] #vis #signature { ::core::unimplemented!() } }
    });
    quote! { #structure #function }
}
