//! The items that stand in the place of the user's function.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::bodies::Bodies;
use super::names::Names;
use super::place::{Array, Destination, Place};
use super::scalar::{Binder, Code, Emitted, Target, emit};
use super::types::{Vector, type_tokens, unflattened};
use super::warning::warnings;
use crate::graph::Graph;
use crate::parse::{Role, System, Type};

/// Bodies of more operations than this are not forced into every stage of a step.
const INLINED: usize = 400;

/// The struct, its implementations, and the function as it was; without bodies after a mistake.
#[must_use]
pub fn items(system: &System, bodies: Option<&Bodies>, rt: &TokenStream) -> TokenStream {
    let function = function(system, bodies.is_some());
    let structure = structure(system);
    let implementation = Implementation { system, bodies }.write(rt);
    let warnings = bodies.map(|bodies| warnings(system, bodies));
    quote! {
        #function
        #structure
        #implementation
        #warnings
    }
}

/// The user's function, callable; after a mistake without its body, in which rustc might find the mistake again.
fn function(system: &System, sound: bool) -> TokenStream {
    let item = &system.item;
    if sound {
        return quote! { #[allow(dead_code, clippy::too_many_arguments)] #item };
    }
    without_body(item)
}

/// The function as something to call, without its body and without patterns that may be wrong.
pub(super) fn without_body(item: &syn::ItemFn) -> TokenStream {
    let (attributes, vis) = (&item.attrs, &item.vis);
    let mut signature = item.sig.clone();
    for input in &mut signature.inputs {
        if let syn::FnArg::Typed(typed) = input
            && !matches!(*typed.pat, syn::Pat::Ident(_))
        {
            *typed.pat = syn::parse_quote!(_);
        }
    }
    quote! { #(#attributes)* #[allow(unused, clippy::all)] #vis #signature { ::core::unimplemented!() } }
}

fn structure(system: &System) -> TokenStream {
    let (vis, name) = (&system.item.vis, system.struct_name());
    let attributes = system.item.attrs.iter().filter(|attribute| {
        let path = attribute.path();
        ["doc", "allow", "warn", "deny", "forbid", "expect", "cfg", "deprecated"]
            .iter()
            .any(|known| path.is_ident(known))
    });
    let fields = system.parameters.iter().map(|parameter| {
        let (name, ty) = (&parameter.name, type_tokens(&parameter.ty));
        let doc = format!(" The parameter `{name}`.");
        quote! { #[doc = #doc] pub #name: #ty }
    });
    quote! {
        #(#attributes)*
        #[derive(Debug, Clone, PartialEq)]
        #vis struct #name { #(#fields),* }
    }
}

pub(super) struct Implementation<'a> {
    pub(super) system: &'a System,
    pub(super) bodies: Option<&'a Bodies>,
}

impl Implementation<'_> {
    fn write(&self, rt: &TokenStream) -> TokenStream {
        let inherent = self.inherent();
        let model = self.model();
        let derivatives = self.derivatives();
        quote! {
            #[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
            const _: () = {
                use #rt as rt;
                use rt::Mask as _;
                #inherent
                #model
                #derivatives
            };
        }
    }

    pub(super) fn derivatives(&self) -> TokenStream {
        match self.system.role {
            Role::System => self.system_impl(),
            Role::Function => self.function_impl(),
        }
    }

    pub(super) fn real(&self) -> TokenStream {
        type_tokens(&Type::Number(self.system.real))
    }

    pub(super) fn states(&self) -> Vector {
        Vector(self.system.state_type.len())
    }

    pub(super) fn results(&self) -> Vector {
        Vector(self.system.result_type.len())
    }

    pub(super) fn parameters(&self) -> Vector {
        Vector(self.system.parameter_count())
    }

    /// The types of the flat state, parameters and result of these elements.
    pub(super) fn vectors(&self, element: &TokenStream) -> [TokenStream; 3] {
        [self.states(), self.parameters(), self.results()].map(|vector| vector.of(element))
    }

    fn system_impl(&self) -> TokenStream {
        let name = self.system.struct_name();
        let matrix = self.matrix();
        let (rhs, jvp, vjp, vjp_jvp) = (self.value("rhs"), self.jvp(), self.vjp(), self.vjp_jvp());
        let jacobian = self.jacobian();
        let inlined = self.bodies.is_none_or(|bodies| bodies.vjp.size() <= INLINED);
        let pattern = match self.bodies.map(|bodies| &bodies.jacobian) {
            Some(Some((_, pattern))) => {
                let entries = pattern.iter().map(|entry| {
                    let (row, column) =
                        (Literal::usize_unsuffixed(entry.row), Literal::usize_unsuffixed(entry.column));
                    quote!((#row, #column))
                });
                quote!(::core::option::Option::Some(&[#(#entries),*]))
            }
            _ => quote!(::core::option::Option::None),
        };
        quote! {
            impl rt::System for #name {
                type Matrix<L: rt::Lane> = #matrix;
                const INLINED: bool = #inlined;
                const JACOBIAN_PATTERN: ::core::option::Option<&'static [(usize, usize)]> = #pattern;
                #rhs
                #jvp
                #vjp
                #vjp_jvp
                #jacobian
            }
        }
    }

    fn function_impl(&self) -> TokenStream {
        let name = self.system.struct_name();
        let real = self.real();
        let ([_, _, lanes], [_, _, numbers]) = (self.vectors(&quote!(L)), self.vectors(&real));
        let elements = self.results().made_by(&quote!(element));
        let output = type_tokens(&self.system.result_type);
        let (value, jvp, vjp, vjp_jvp) = (self.value("evaluate"), self.jvp(), self.vjp(), self.vjp_jvp());
        let flat = format_ident!("flat", span = Span::mixed_site());
        let made = unflattened(&self.system.result_type, &flat, &mut 0);
        quote! {
            impl rt::Function for #name {
                type Output = #output;
                type Value<L: rt::Lane> = #lanes;
                fn value_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> #lanes {
                    #elements
                }
                fn output(#flat: &#numbers) -> Self::Output { #made }
                #value
                #jvp
                #vjp
                #vjp_jvp
            }
        }
    }

    /// The arguments that all functions have: parameters, time, state.
    fn arguments(&self) -> TokenStream {
        let [states, parameters, _] = self.vectors(&quote!(L));
        quote!(p: &#parameters, t: L, y: &#states)
    }

    fn matrix(&self) -> TokenStream {
        let states = self.states();
        states.of(&states.of(&quote!(L)))
    }

    fn method(
        &self,
        size: usize,
        name: &str,
        signature: &TokenStream,
        body: Option<TokenStream>,
    ) -> TokenStream {
        let real = self.real();
        let name = Ident::new(name, Span::call_site());
        let inline = if size > INLINED { quote!(#[inline]) } else { quote!(#[inline(always)]) };
        let body = body.unwrap_or_else(|| quote!(::core::unimplemented!()));
        quote! { #inline fn #name<L: rt::Lane<Scalar = #real>> #signature { #body } }
    }

    fn value(&self, name: &str) -> TokenStream {
        let (arguments, [_, _, results]) = (self.arguments(), self.vectors(&quote!(L)));
        let signature = quote!((#arguments, dy: &mut #results));
        let size = self.bodies.map_or(0, |bodies| bodies.value.size());
        let body = self.bodies.map(|bodies| {
            let emitted = self.emit(&bodies.value, &["dy"], &[], &[stored("dy", self.results())]);
            let (statements, arrays) = (&emitted.statements, self.as_arrays(&[], &[("dy", self.results())]));
            quote! { #arrays #statements }
        });
        self.method(size, name, &signature, body)
    }

    fn jvp(&self) -> TokenStream {
        let arguments = self.arguments();
        let [states, parameters, results] = self.vectors(&quote!(L));
        let signature = quote! {
            (#arguments, p_dot: &#parameters, t_dot: L, y_dot: &#states, dy_dot: &mut #results)
        };
        let body = self.bodies.map(|bodies| {
            let mut tangents = vec![value("t_dot"), array("y_dot", self.states())];
            if bodies.has_parameters() {
                tangents.push(array("p_dot", self.parameters()));
            }
            let targets = [stored("dy_dot", self.results())];
            let emitted = self.emit(&bodies.jvp, &["p_dot", "t_dot", "y_dot", "dy_dot"], &tangents, &targets);
            let arrays = self.as_arrays(
                &[("p_dot", self.parameters()), ("y_dot", self.states())],
                &[("dy_dot", self.results())],
            );
            let statements = &emitted.statements;
            quote! { #arrays #statements }
        });
        self.method(self.bodies.map_or(0, |bodies| bodies.jvp.size()), "jvp", &signature, body)
    }

    fn vjp(&self) -> TokenStream {
        let arguments = self.arguments();
        let [states, parameters, results] = self.vectors(&quote!(L));
        let signature = quote! {
            (#arguments, dy_bar: &#results, p_bar: &mut #parameters, y_bar: &mut #states) -> L
        };
        let body = self.bodies.map(|bodies| {
            let targets = self.cotangents("y_bar", "p_bar");
            let taken = ["dy_bar", "p_bar", "y_bar"];
            let emitted = self.emit(&bodies.vjp, &taken, &[array("dy_bar", self.results())], &targets);
            let arrays = self.as_arrays(
                &[("dy_bar", self.results())],
                &[("p_bar", self.parameters()), ("y_bar", self.states())],
            );
            let (statements, time) = (&emitted.statements, emitted.value(0));
            quote! { #arrays #statements #time }
        });
        self.method(self.bodies.map_or(0, |bodies| bodies.vjp.size()), "vjp", &signature, body)
    }

    fn vjp_jvp(&self) -> TokenStream {
        let arguments = self.arguments();
        let [states, parameters, results] = self.vectors(&quote!(L));
        let signature = quote! {
            (
                #arguments, dy_bar: &#results,
                p_dot: &#parameters, t_dot: L, y_dot: &#states, dy_bar_dot: &#results,
                p_bar_dot: &mut #parameters, y_bar_dot: &mut #states
            ) -> L
        };
        let body = self.bodies.map(|bodies| {
            let mut more =
                vec![array("dy_bar", self.results()), value("t_dot"), array("y_dot", self.states())];
            if bodies.has_parameters() {
                more.push(array("p_dot", self.parameters()));
            }
            more.push(array("dy_bar_dot", self.results()));
            let taken = ["dy_bar", "p_dot", "t_dot", "y_dot", "dy_bar_dot", "p_bar_dot", "y_bar_dot"];
            let emitted =
                self.emit(&bodies.vjp_jvp, &taken, &more, &self.cotangents("y_bar_dot", "p_bar_dot"));
            let (states, parameters, results) = (self.states(), self.parameters(), self.results());
            let arrays = self.as_arrays(
                &[("dy_bar", results), ("p_dot", parameters), ("y_dot", states), ("dy_bar_dot", results)],
                &[("p_bar_dot", parameters), ("y_bar_dot", states)],
            );
            let (statements, time) = (&emitted.statements, emitted.value(0));
            quote! { #arrays #statements #time }
        });
        self.method(self.bodies.map_or(0, |bodies| bodies.vjp_jvp.size()), "vjp_jvp", &signature, body)
    }

    fn jacobian(&self) -> TokenStream {
        let (arguments, matrix) = (self.arguments(), self.matrix());
        let signature = quote!((#arguments, jacobian: &mut #matrix));
        let graph = self.bodies.and_then(|bodies| bodies.jacobian.as_ref());
        let body = self.bodies.map(|_| match graph {
            Some((graph, pattern)) => {
                let emitted = self.emit(graph, &["jacobian"], &[], &vec![Target::Number; pattern.len()]);
                let (statements, arrays) = (&emitted.statements, self.as_arrays(&[], &[]));
                let stores = pattern.iter().enumerate().map(|(place, entry)| {
                    let (row, column) =
                        (Literal::usize_unsuffixed(entry.row), Literal::usize_unsuffixed(entry.column));
                    let value = emitted.value(place);
                    quote!(jacobian[#row][#column] = #value;)
                });
                quote! {
                    #arrays
                    for row in jacobian.iter_mut() { row.fill(L::constant(0.0)); }
                    #statements
                    #(#stores)*
                }
            }
            None => quote!(rt::jacobian_by_columns::<Self, L>(p, t, y, jacobian)),
        });
        self.method(graph.map_or(0, |(graph, _)| graph.size()), "jacobian", &signature, body)
    }

    /// The code of a graph of time, state, parameters, outside constants and `more`, whose outputs go to these targets.
    fn emit(&self, graph: &Graph, taken: &[&str], more: &[Binder], targets: &[Target]) -> Emitted {
        let mut arguments = vec!["p", "t", "y", "rt"];
        arguments.extend(taken);
        let mut inputs = vec![value("t"), array("y", self.states()), array("p", self.parameters())];
        let outside = self.bodies.iter().flat_map(|bodies| &bodies.outside);
        inputs.extend(outside.map(|path| Binder::Value(Code::call(quote!(L::splat(const { #path }))))));
        inputs.extend(more.iter().cloned());
        emit(graph, &inputs, targets, Names::new(&arguments))
    }

    /// The vectors among the arguments as the arrays that they hold, with lengths that are known: those of all
    /// functions, and others that are read or written.
    fn as_arrays(&self, read: &[(&str, Vector)], written: &[(&str, Vector)]) -> TokenStream {
        let read = [("p", self.parameters()), ("y", self.states())].into_iter().chain(read.iter().copied());
        let read = read.map(|(name, vector)| vector.borrowed(name, false));
        let written = written.iter().map(|&(name, vector)| vector.borrowed(name, true));
        read.chain(written).collect()
    }

    /// The cotangents of time, state and parameters; those of the parameters are added to what is there.
    fn cotangents(&self, state: &str, parameters: &str) -> Vec<Target> {
        let mut targets = vec![Target::Number, stored(state, self.states())];
        if self.bodies.is_some_and(Bodies::has_parameters) {
            let place = whole(parameters, self.parameters());
            targets.push(Target::Array(Destination { place, add: true }));
        }
        targets
    }
}

fn value(name: &str) -> Binder {
    let name = Ident::new(name, Span::call_site());
    Binder::Value(Code::atom(quote!(#name)))
}

fn whole(name: &str, vector: Vector) -> Place {
    Place::whole(Ident::new(name, Span::call_site()), &[vector.0])
}

fn array(name: &str, vector: Vector) -> Binder {
    Binder::Array(Array::Placed(whole(name, vector)))
}

fn stored(name: &str, vector: Vector) -> Target {
    Target::Array(Destination { place: whole(name, vector), add: false })
}
