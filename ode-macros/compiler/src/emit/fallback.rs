//! After a mistake: the errors, and items that keep the rest of the user's crate quiet.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::{Implementation, items, without_body};
use crate::parse::{Block, Pattern, Real, Role, System, Type, real, struct_name};

/// The errors, with the items that the function would have become but for their bodies.
#[must_use]
pub fn fallback(
    role: Role,
    item: &syn::ItemFn,
    system: Option<&System>,
    error: &syn::Error,
    rt: &TokenStream,
) -> TokenStream {
    let error = error.to_compile_error();
    let items = match system {
        Some(system) => items(system, None, rt),
        None => bare(role, item, rt),
    };
    quote! { #error #items }
}

/// The function without its body and a struct of its parameters, where their types could not be understood: they are
/// taken as they are written.
fn bare(role: Role, item: &syn::ItemFn, rt: &TokenStream) -> TokenStream {
    let signature = &item.sig;
    let (vis, name) = (&item.vis, struct_name(&signature.ident));
    let function = without_body(item);
    if signature.receiver().is_some() {
        // This stands in an `impl`, where there is no place for more.
        return function;
    }
    let arguments: Vec<&syn::PatType> = signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(typed),
            syn::FnArg::Receiver(_) => None,
        })
        .collect();
    let fields = arguments.iter().skip(2).filter_map(|typed| match &*typed.pat {
        syn::Pat::Ident(ident) => {
            let (name, ty) = (&ident.ident, &typed.ty);
            let generic = !is_closed(signature, ty);
            Some(if generic { quote!(pub #name: f64) } else { quote!(pub #name: #ty) })
        }
        _ => None,
    });
    let implementation = stand_in(role, item, &arguments, rt);
    quote! {
        #function
        #[allow(dead_code, missing_docs, missing_debug_implementations)]
        #vis struct #name { #(#fields),* }
        #implementation
    }
}

/// Whether the type can be written outside of the function: it names no generic parameter and borrows nothing.
fn is_closed(signature: &syn::Signature, ty: &syn::Type) -> bool {
    fn names(tokens: TokenStream, known: &[String]) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Group(group) => names(group.stream(), known),
            proc_macro2::TokenTree::Ident(ident) => known.contains(&ident.to_string()),
            proc_macro2::TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '\''),
            proc_macro2::TokenTree::Literal(_) => false,
        })
    }
    let generics: Vec<String> = signature
        .generics
        .params
        .iter()
        .map(|parameter| match parameter {
            syn::GenericParam::Type(parameter) => parameter.ident.to_string(),
            syn::GenericParam::Const(parameter) => parameter.ident.to_string(),
            syn::GenericParam::Lifetime(parameter) => parameter.lifetime.ident.to_string(),
        })
        .chain(["impl".to_owned(), "_".to_owned()])
        .collect();
    !names(quote!(#ty), &generics)
}

/// Implementations that type-check with what a user does with the struct, for a state of one number inside.
fn stand_in(role: Role, item: &syn::ItemFn, arguments: &[&syn::PatType], rt: &TokenStream) -> TokenStream {
    let (signature, name) = (&item.sig, struct_name(&item.sig.ident));
    let real = arguments.first().and_then(|time| real(&time.ty)).unwrap_or(Real::F64);
    let number = Type::Number(real);
    let system = System {
        role,
        item: item.clone(),
        real,
        of_tensors: false,
        generics: Vec::new(),
        time: Pattern::Wild,
        state: Pattern::Wild,
        state_type: number.clone(),
        parameters: Vec::new(),
        result_type: number,
        body: Block::empty(signature.ident.span()),
    };
    let implementation = Implementation { system: &system, bodies: None };
    let (derivatives, real) = (implementation.derivatives(), implementation.real());
    let written = |ty: Option<&syn::Type>| match ty.filter(|ty| is_closed(signature, ty)) {
        Some(ty) => quote!(#ty),
        None => real.clone(),
    };
    let state = written(arguments.get(1).map(|state| &*state.ty));
    let methods = match role {
        Role::System => quote! {
            pub fn solver(&self) -> rt::Solver<'_, Self> { rt::Solver::new(self) }
            pub fn solve<Y, T>(&self, y0: Y, times: T)
                -> ::core::result::Result<rt::Solution<Self>, rt::SolveError> { ::core::unimplemented!() }
        },
        Role::Function => quote! {
            pub fn value<T, Y>(&self, t: T, y: Y) -> <Self as rt::Function>::Output { ::core::unimplemented!() }
        },
    };
    quote! {
        #[allow(unused, missing_docs, clippy::all, clippy::pedantic)]
        const _: () = {
            use #rt as rt;
            impl #name { #methods }
            impl ::core::clone::Clone for #name {
                fn clone(&self) -> Self { ::core::unimplemented!() }
            }
            impl rt::Model for #name {
                type Real = #real;
                type State = #state;
                type Vector<L: rt::Lane> = [L; 1];
                type Parameters<L: rt::Lane> = [L; 0];
                type StateNames = [&'static str; 1];
                type ParameterNames = [&'static str; 0];
                const STATES: Self::StateNames = [""];
                const PARAMETERS: Self::ParameterNames = [];
                fn convert<A: rt::Lane, B: rt::Lane>(from: &[A; 1], number: impl FnMut(A) -> B) -> [B; 1] {
                    ::core::unimplemented!()
                }
                fn convert_parameters<A: rt::Lane, B: rt::Lane>(
                    from: &[A; 0],
                    number: impl FnMut(A) -> B,
                ) -> [B; 0] {
                    []
                }
                fn parameters(&self) -> [#real; 0] { [] }
                fn from_parameters(flat: &[#real; 0]) -> Self { ::core::unimplemented!() }
                fn flatten(state: &Self::State) -> [#real; 1] { ::core::unimplemented!() }
                fn unflatten(flat: &[#real; 1]) -> Self::State { ::core::unimplemented!() }
            }
            impl rt::FixedLength for #name {
                fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 1] { ::core::unimplemented!() }
                fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 0] { [] }
            }
            #derivatives
        };
    }
}
