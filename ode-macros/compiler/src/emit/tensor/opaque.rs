//! A function that is not looked into: `#[ode] #[opaque]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::items::shape;
use crate::emit::types::type_tokens;
use crate::parse::{Axis, OpaqueSystem, Type};

/// The function with its types filled in, the struct and its implementations.
#[must_use]
pub fn opaque_items(system: &OpaqueSystem, rt: &TokenStream) -> TokenStream {
    let OpaqueSystem { item, real, axes, parameters, generics } = system;
    let (vis, function, name) = (&item.vis, &item.sig.ident, crate::parse::struct_name(&item.sig.ident));
    let generics: Vec<Ident> = generics.iter().map(|name| Ident::new(name, function.span())).collect();
    let real = type_tokens(&Type::Number(*real));
    let attributes: Vec<&syn::Attribute> =
        item.attrs.iter().filter(|attribute| !attribute.path().is_ident("opaque")).collect();
    let docs = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let dfdx = quote!(#rt::dfdx);
    let of_state = shape(axes, &dfdx);
    let taped = quote!(#rt::opaque::Taped<#of_state, #real, #dfdx::tensor::Cpu>);
    let (time, state) = (&system.time_pattern(), &system.state_pattern());
    let names: Vec<&Ident> = parameters.iter().map(|(name, _)| name).collect();
    let types: Vec<TokenStream> = parameters
        .iter()
        .map(|(_, ty)| match ty {
            Ok(axes) => {
                let shape = shape(axes, &dfdx);
                quote!(#dfdx::tensor::Tensor<#shape, #real, #dfdx::tensor::Cpu>)
            }
            Err(ty) => quote!(#ty),
        })
        .collect();
    let texts = names.iter().map(|name| name.to_string());
    let block = &item.block;
    let state_name = system.state_name();
    let inside = shape(axes, &quote!(dfdx));
    let checked = if axes.contains(&Axis::Runtime) {
        quote!(kernel.checked())
    } else {
        quote!(::core::result::Result::Ok(kernel))
    };
    quote! {
        #(#attributes)*
        #[allow(dead_code, clippy::too_many_arguments)]
        #vis fn #function<#(const #generics: usize),*>(
            #time: #real,
            #state: #taped,
            #(#names: #types),*
        ) -> #taped #block

        #(#docs)*
        #[derive(Clone)]
        #vis struct #name { #(pub #names: #types),* }

        #[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
        const _: () = {
            use #rt as rt;
            use rt::dfdx;

            impl #name {
                /// A solver, to choose method and options.
                pub fn solver(&self) -> rt::TensorSolver<'_, Self> { rt::TensorSolver::new(self) }
            }

            impl ::core::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(::core::stringify!(#name))
                }
            }

            impl dfdx::nn::TensorCollection<#real, dfdx::tensor::Cpu> for #name {
                type To<E2: dfdx::shapes::Dtype, D2: dfdx::tensor_ops::Device<E2>> = (
                    #(<#types as dfdx::nn::TensorCollection<#real, dfdx::tensor::Cpu>>::To<E2, D2>,)*
                );
                fn iter_tensors<V: dfdx::nn::ModuleVisitor<Self, #real, dfdx::tensor::Cpu>>(
                    visitor: &mut V,
                ) -> ::core::result::Result<::core::option::Option<Self::To<V::E2, V::D2>>, V::Err> {
                    visitor.visit_fields(
                        (#(Self::module(#texts, |s| &s.#names, |s| &mut s.#names),)*),
                        |fields| fields,
                    )
                }
            }

            impl rt::TensorModel for #name {
                type Real = #real;
                type Device = dfdx::tensor::Cpu;
                fn parameters(&self) -> ::std::vec::Vec<rt::Parameter<#real>> { rt::opaque::parameters(self) }
                fn accumulate(
                    &self,
                    gradients: &mut dfdx::tensor::Gradients<#real, dfdx::tensor::Cpu>,
                    flat: &[#real],
                ) -> ::core::result::Result<(), <dfdx::tensor::Cpu as dfdx::tensor::HasErr>::Err> {
                    rt::opaque::accumulate_all(self, gradients, flat)
                }
            }

            impl<#(const #generics: usize),*> rt::TensorSystem<#inside> for #name {
                type Kernel = rt::opaque::OnDevice<
                    Self, #real, dfdx::tensor::Cpu, dfdx::tensor::Tensor<#inside, #real, dfdx::tensor::Cpu>,
                >;
                const STATES: &'static [&'static str] = &[#state_name];
                fn kernel(&self, shapes: &#inside) -> ::core::result::Result<Self::Kernel, rt::SolveError> {
                    let states = dfdx::shapes::Shape::num_elements(shapes);
                    let kernel = rt::opaque::OnDevice::new(
                        self,
                        *shapes,
                        ::core::default::Default::default(),
                        states,
                        |model, t, y| #function(t, y, #(model.#names.clone()),*),
                    );
                    #checked
                }
            }
        };
    }
}
