//! The one path from generated code to the runtime.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};

use crate::diagnostic::refusal as say;

/// What stands in the parentheses of the attribute.
#[derive(Debug, Default)]
pub struct Options {
    krate: Option<syn::Path>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self::default());
        }
        let wrong = |span| syn::Error::new(span, say::OPTIONS);
        let span = input.span();
        input.parse::<syn::Token![crate]>().map_err(|_| wrong(span))?;
        input.parse::<syn::Token![=]>().map_err(|error| wrong(error.span()))?;
        let krate = input.call(syn::Path::parse_mod_style).map_err(|error| wrong(error.span()))?;
        if input.is_empty() { Ok(Self { krate: Some(krate) }) } else { Err(wrong(input.span())) }
    }
}

/// The path of the crate's private module, by the name that the user's manifest gives the crate.
#[must_use]
pub fn runtime(options: &Options) -> TokenStream {
    let krate = match &options.krate {
        Some(path) => quote!(#path),
        None => ["odec", "ode-runtime"].into_iter().find_map(found).unwrap_or_else(|| quote!(::odec)),
    };
    quote!(#krate::__private)
}

fn found(package: &str) -> Option<TokenStream> {
    let name = match crate_name(package).ok()? {
        // The crate's own tests and examples know it by its name too.
        FoundCrate::Itself => package.replace('-', "_"),
        FoundCrate::Name(name) => name,
    };
    let name = Ident::new(&name, Span::call_site());
    Some(quote!(::#name))
}
