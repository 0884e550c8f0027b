//! A function that is not looked into: only its signature is read.

use proc_macro2::Ident;

use super::signature::{Role, Signature, refuse_qualifiers, signature};
use super::tensor::{Axis, Reader, generics};
use super::types::{Real, Type};
use crate::diagnostic::{Errors, refusal as say};

/// A function under `#[opaque]`.
#[derive(Debug)]
pub struct OpaqueSystem {
    /// The user's function, as it was.
    pub item: syn::ItemFn,
    /// The type of all numbers.
    pub real: Real,
    /// The shape of the state.
    pub axes: Vec<Axis>,
    /// The parameters: the shapes of tensors, other types as they are written.
    pub parameters: Vec<(Ident, Result<Vec<Axis>, syn::Type>)>,
    /// The const generics.
    pub generics: Vec<String>,
}

impl OpaqueSystem {
    /// The pattern of the time.
    #[must_use]
    pub fn time_pattern(&self) -> syn::Pat {
        self.pattern(0)
    }

    /// The pattern of the state.
    #[must_use]
    pub fn state_pattern(&self) -> syn::Pat {
        self.pattern(1)
    }

    /// What the state is called.
    #[must_use]
    pub fn state_name(&self) -> String {
        match self.state_pattern() {
            syn::Pat::Ident(name) => name.ident.to_string().trim_start_matches('_').to_owned(),
            _ => "y".to_owned(),
        }
    }

    fn pattern(&self, place: usize) -> syn::Pat {
        match &self.item.sig.inputs[place] {
            syn::FnArg::Typed(typed) => (*typed.pat).clone(),
            syn::FnArg::Receiver(_) => syn::parse_quote!(_),
        }
    }
}

/// Reads the signature; `None` after a mistake, which is noted.
pub fn opaque(role: Role, item: &syn::ItemFn, errors: &Errors) -> Option<OpaqueSystem> {
    if role == Role::Function {
        errors.at(item.sig.ident.span(), say::OPAQUE_FUNCTION);
        return None;
    }
    let generics = generics(&item.sig, errors);
    refuse_qualifiers(&item.sig, true, errors);
    let Signature { state, parameters, result, real, .. } = signature(role, &item.sig, errors)?;
    // Const generics keep their names, which the body may use.
    let reader = Reader { generics: &[], errors };
    let Type::Tensor(axes) = reader.state(&state.ty) else {
        if matches!(*state.ty, syn::Type::Tuple(_)) {
            errors.over(&state.ty, say::OPAQUE_STATE);
        }
        return None;
    };
    if *state.ty != *result {
        let (state, result) = (quote::quote!(#state), quote::quote!(#result));
        errors.over(&item.sig.output, say::differing_state(&state.to_string(), &result.to_string()));
        return None;
    }
    let mut named = Vec::new();
    for typed in parameters {
        let syn::Pat::Ident(name) = &*typed.pat else {
            errors.over(&typed.pat, say::PARAMETER_PATTERN);
            return None;
        };
        let is_tensor =
            super::tensor::mentions_tensor(&typed.ty) && !matches!(*typed.ty, syn::Type::Tuple(_));
        let ty = match is_tensor.then(|| reader.parameter(&typed.ty)) {
            Some(Type::Tensor(axes)) => Ok(axes),
            Some(_) => return None,
            None => Err((*typed.ty).clone()),
        };
        named.push((name.ident.clone(), ty));
    }
    Some(OpaqueSystem { item: item.clone(), real, axes, parameters: named, generics })
}
