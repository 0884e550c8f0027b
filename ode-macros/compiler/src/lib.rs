//! The compiler behind odec's macros, as an ordinary library: tests, snapshots and fuzzing call it too.
//!
//! A function goes `parse` -> `lower` -> `derivative`, `simplify` -> `emit`, never back; what is wrong with it is
//! collected in `diagnostic`. A tableau goes its own short way.

pub mod derivative;
pub mod diagnostic;
pub mod emit;
pub mod graph;
pub mod lower;
pub mod operation;
pub mod parse;
pub mod simplify;
pub mod tableau;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};

use diagnostic::Errors;
use parse::Role;

/// `#[ode]`: the items that the function becomes.
#[must_use]
pub fn ode(options: TokenStream, item: TokenStream) -> TokenStream {
    guard(|| compile(Role::System, options, item))
}

/// `#[differentiable]`: the items that the function becomes.
#[must_use]
pub fn differentiable(options: TokenStream, item: TokenStream) -> TokenStream {
    guard(|| compile(Role::Function, options, item))
}

/// `tableau!`: the type that the tableau becomes.
#[must_use]
pub fn tableau(input: TokenStream) -> TokenStream {
    guard(|| tableau::tableau(input))
}

fn compile(role: Role, options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: syn::ItemFn = syn::parse2(item)
        .map_err(|error| syn::Error::new(error.span(), diagnostic::refusal::NOT_A_FUNCTION))?;
    let rt = emit::runtime(&syn::parse2(options)?);
    let errors = Errors::new();
    if item.attrs.iter().any(|attribute| attribute.path().is_ident("opaque")) {
        let system = parse::opaque(role, &item, &errors);
        errors.into_result()?;
        return Ok(system.map_or_else(TokenStream::new, |system| emit::opaque_items(&system, &rt)));
    }
    let system = parse::system(role, &item, &errors);
    if let Some(system) = system.as_ref().filter(|system| system.of_tensors) {
        let lowered = lower::tensor_graph(system, &errors);
        return Ok(match errors.into_result() {
            Ok(()) => emit::tensor_items(system, Some(&emit::TensorBodies::new(system, lowered)), &rt),
            Err(error) => {
                let (error, items) = (error.to_compile_error(), emit::tensor_items(system, None, &rt));
                quote::quote! { #error #items }
            }
        });
    }
    let lowered = system.as_ref().map(|system| lower::graph(system, &errors));
    Ok(match (errors.into_result(), &system, lowered) {
        (Ok(()), Some(system), Some(lowered)) => emit::items(system, Some(&emit::Bodies::new(lowered)), &rt),
        (Err(error), system, _) => emit::fallback(role, &item, system.as_ref(), &error, &rt),
        (Ok(()), ..) => unreachable!("a function without a system has an error"),
    })
}

/// Errors as tokens; a panic of the compiler as an error that asks for a report.
fn guard(compile: impl FnOnce() -> syn::Result<TokenStream>) -> TokenStream {
    let result = catch_unwind(AssertUnwindSafe(compile)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(syn::Error::new(Span::call_site(), format!("a bug in odec, please report it: {text}")))
    });
    result.unwrap_or_else(|error| error.to_compile_error())
}
