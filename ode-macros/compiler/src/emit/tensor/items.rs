//! The items that stand in the place of a function of tensors.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::bodies::TensorBodies;
use super::dfdx::function;
use super::kernel::kernel;
use crate::emit::types::{generic, type_tokens};
use crate::emit::warning::tensor_warnings;
use crate::parse::{Axis, Layer, Parameter, System, Type};

/// The struct, its implementations, and the function in dfdx's operations; without bodies after a mistake.
#[must_use]
pub fn tensor_items(system: &System, bodies: Option<&TensorBodies>, rt: &TokenStream) -> TokenStream {
    let items = Items { system, bodies, rt };
    let function = function(system, bodies, rt);
    let (structure, implementation) = (items.structure(), items.implementation());
    let warnings = bodies.map(|bodies| tensor_warnings(system, bodies));
    quote! { #function #structure #implementation #warnings }
}

pub(super) struct Items<'a> {
    pub(super) system: &'a System,
    pub(super) bodies: Option<&'a TensorBodies>,
    rt: &'a TokenStream,
}

impl Items<'_> {
    pub(super) fn real(&self) -> TokenStream {
        type_tokens(&Type::Number(self.system.real))
    }

    /// The const generics that the parameters mention: those of the struct.
    pub(super) fn own_generics(&self) -> Vec<Ident> {
        let mentioned = |name: &String| {
            let is = |axis: &Axis| matches!(axis, Axis::Generic(generic) if generic == name);
            self.system.parameters.iter().any(|parameter| match &parameter.ty {
                Type::Tensor(axes) => axes.iter().any(is),
                Type::Modules(layers, _) => layers.iter().any(|layer| match layer {
                    Layer::Linear(from, to) => is(from) || is(to),
                    Layer::Function(..) => false,
                }),
                _ => false,
            })
        };
        self.system
            .generics
            .iter()
            .filter(|name| mentioned(name))
            .map(|name| generic(name, self.at()))
            .collect()
    }

    /// Where the user named the function.
    fn at(&self) -> Span {
        self.system.item.sig.ident.span()
    }

    pub(super) fn generics(&self) -> Vec<Ident> {
        self.system.generics.iter().map(|name| generic(name, self.at())).collect()
    }

    fn structure(&self) -> TokenStream {
        let (vis, name, rt) = (&self.system.item.vis, self.system.struct_name(), self.rt);
        let attributes = self.system.item.attrs.iter().filter(|attribute| {
            let known = ["doc", "allow", "warn", "deny", "forbid", "expect", "cfg", "deprecated"];
            known.iter().any(|known| attribute.path().is_ident(known))
        });
        let dfdx = quote!(#rt::dfdx);
        let fields = self.system.parameters.iter().map(|parameter| {
            let (name, ty) = (&parameter.name, field_type(&parameter.ty, &dfdx, &quote!(E)));
            let doc = format!(" The parameter `{name}`.");
            quote! { #[doc = #doc] pub #name: #ty }
        });
        let (generics, real) = (self.own_generics(), self.real());
        let nothing = self.system.parameters.is_empty();
        let (default, marker) = if nothing {
            (quote!(, Default), quote!(#[doc(hidden)] pub device: ::core::marker::PhantomData<(D, E)>))
        } else {
            (quote!(), quote!())
        };
        quote! {
            #(#attributes)*
            #[derive(Debug, Clone #default)]
            #vis struct #name<
                #(const #generics: usize,)*
                D: #dfdx::tensor_ops::Device<E> = #dfdx::tensor::Cpu,
                E: #dfdx::shapes::Dtype = #real,
            > {
                #(#fields,)*
                #marker
            }
        }
    }

    fn implementation(&self) -> TokenStream {
        let (rt, name, real) = (self.rt, self.system.struct_name(), self.real());
        let own = self.own_generics();
        let kernel = kernel(self.system, self.bodies, &real);
        let collection = self.collection();
        let (parameters, accumulate) = self.parameters();
        let of_role = self.of_role();
        quote! {
            #[allow(
                unused_imports, unused_variables, unused_mut, unused_assignments, non_upper_case_globals,
                clippy::all, clippy::pedantic
            )]
            const _: () = {
                use #rt as rt;
                use rt::{Lane as _, Mask as _};
                use rt::dfdx;

                #kernel

                impl<#(const #own: usize,)* D: dfdx::tensor_ops::Device<#real>> rt::TensorModel
                    for #name<#(#own,)* D, #real>
                {
                    type Real = #real;
                    type Device = D;
                    fn parameters(&self) -> ::std::vec::Vec<rt::Parameter<#real>> {
                        ::std::vec![#(#parameters),*]
                    }
                    fn accumulate(
                        &self,
                        gradients: &mut dfdx::tensor::Gradients<#real, D>,
                        flat: &[#real],
                    ) -> ::core::result::Result<(), D::Err> {
                        #(#accumulate)*
                        ::core::result::Result::Ok(())
                    }
                }

                #of_role

                #collection
            };
        }
    }

    /// The parameters as flat numbers, and the way of their gradients.
    fn parameters(&self) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let mut parameters = Vec::new();
        let mut accumulate = Vec::new();
        for parameter in &self.system.parameters {
            for (name, place) in tensors_of(parameter) {
                parameters.push(quote! {
                    rt::Parameter {
                        name: ::std::string::String::from(#name),
                        axes: dfdx::shapes::Shape::concrete(dfdx::shapes::HasShape::shape(&self.#place)).into(),
                        values: self.#place.as_vec(),
                    }
                });
                accumulate.push(quote! {
                    let count = dfdx::shapes::Shape::num_elements(dfdx::shapes::HasShape::shape(&self.#place));
                    let (own, flat) = flat.split_at(count);
                    rt::accumulate(gradients, &self.#place, own)?;
                });
            }
        }
        (parameters, accumulate)
    }

    /// What makes dfdx's optimizers, and its ways to save, load and move, work on the struct.
    fn collection(&self) -> TokenStream {
        if self.system.parameters.is_empty() {
            return quote!();
        }
        let (name, own) = (self.system.struct_name(), self.own_generics());
        let names: Vec<&Ident> = self.system.parameters.iter().map(|parameter| &parameter.name).collect();
        let fields = self.system.parameters.iter().map(|parameter| {
            let (name, text) = (&parameter.name, parameter.name.to_string());
            match parameter.ty {
                Type::Modules(..) => quote!(Self::module(#text, |s| &s.#name, |s| &mut s.#name)),
                _ => quote! {
                    Self::tensor(
                        #text,
                        |s| &s.#name,
                        |s| &mut s.#name,
                        dfdx::nn::TensorOptions::reset_to_zeros(),
                    )
                },
            }
        });
        let modules =
            self.system.parameters.iter().any(|parameter| matches!(parameter.ty, Type::Modules(..)));
        let bounds = if modules { quote!(+ rt::num_traits::Float + rt::SampleUniform) } else { quote!() };
        quote! {
            impl<#(const #own: usize,)* E: dfdx::shapes::Dtype #bounds, D: dfdx::tensor_ops::Device<E>>
                dfdx::nn::TensorCollection<E, D> for #name<#(#own,)* D, E>
            {
                type To<E2: dfdx::shapes::Dtype, D2: dfdx::tensor_ops::Device<E2>> = #name<#(#own,)* D2, E2>;
                fn iter_tensors<V: dfdx::nn::ModuleVisitor<Self, E, D>>(
                    visitor: &mut V,
                ) -> ::core::result::Result<::core::option::Option<Self::To<V::E2, V::D2>>, V::Err> {
                    visitor.visit_fields((#(#fields,)*), |(#(#names,)*)| #name { #(#names),* })
                }
            }
        }
    }
}

/// The tensors of a parameter: what they are called, and the way to them from the struct.
pub(in crate::emit) fn tensors_of(parameter: &Parameter) -> Vec<(String, TokenStream)> {
    let name = &parameter.name;
    match &parameter.ty {
        Type::Modules(layers, in_tuple) => layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| matches!(layer, Layer::Linear(..)))
            .flat_map(|(place, _)| {
                let at = Literal::usize_unsuffixed(place);
                let (path, text) = match in_tuple {
                    true => (quote!(#name.#at), format!("{name}.{place}")),
                    false => (quote!(#name), name.to_string()),
                };
                ["weight", "bias"].map(|part| {
                    let field = format_ident!("{part}");
                    (format!("{text}.{part}"), quote!(#path.#field))
                })
            })
            .collect(),
        _ => vec![(name.to_string(), quote!(#name))],
    }
}

/// The type of a shape; `dfdx` is the path of that crate.
pub(super) fn shape(axes: &[Axis], dfdx: &TokenStream) -> TokenStream {
    let axes = axes.iter().map(|axis| match axis {
        Axis::Literal(length) => {
            let length = Literal::usize_unsuffixed(*length);
            quote!(#dfdx::shapes::Const<#length>)
        }
        Axis::Generic(name) => {
            let name = generic(name, Span::call_site());
            quote!(#dfdx::shapes::Const<#name>)
        }
        Axis::Outside(path) => quote!(#dfdx::shapes::Const<{ #path }>),
        Axis::Runtime => quote!(usize),
    });
    quote!((#(#axes,)*))
}

/// The type of a field whose numbers are of type `element`; `dfdx` is the path of that crate.
pub(super) fn field_type(ty: &Type, dfdx: &TokenStream, element: &TokenStream) -> TokenStream {
    match ty {
        Type::Modules(layers, in_tuple) => {
            let layers: Vec<TokenStream> = layers
                .iter()
                .map(|layer| match layer {
                    Layer::Linear(from, to) => {
                        let [from, to] = [from, to].map(length);
                        quote!(#dfdx::nn::modules::Linear<#from, #to, #element, D>)
                    }
                    Layer::Function(name, _) => {
                        let name = format_ident!("{name}");
                        quote!(#dfdx::nn::modules::#name)
                    }
                })
                .collect();
            if *in_tuple { quote!((#(#layers,)*)) } else { quote!(#(#layers)*) }
        }
        Type::Tensor(axes) => {
            let shape = shape(axes, dfdx);
            quote!(#dfdx::tensor::Tensor<#shape, #element, D>)
        }
        // What has been refused.
        _ => quote!(#dfdx::tensor::Tensor<(), #element, D>),
    }
}

/// A length as an argument of a type.
fn length(axis: &Axis) -> TokenStream {
    match axis {
        Axis::Literal(length) => {
            let length = Literal::usize_unsuffixed(*length);
            quote!(#length)
        }
        Axis::Generic(name) => {
            let name = generic(name, Span::call_site());
            quote!(#name)
        }
        Axis::Outside(path) => quote!({ #path }),
        Axis::Runtime => quote!(_),
    }
}
