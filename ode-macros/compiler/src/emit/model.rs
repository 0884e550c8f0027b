//! What a user calls on the struct, and its data: the state and the parameters, as the user has them and flat.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use super::items::Implementation;
use super::types::{type_tokens, unflattened};
use crate::parse::{Role, Type};

impl Implementation<'_> {
    pub(super) fn inherent(&self) -> TokenStream {
        let (name, real) = (self.system.struct_name(), self.real());
        let (states, parameters) = (self.states().literal(), self.parameters().literal());
        let to_params = self.parameters().array(&quote!(<Self as rt::Model>::parameters(self)));
        let flat = self.parameters().made_of(&quote!(parameters));
        let role = match self.system.role {
            Role::System => quote! {
                /// A solver of this system, to be given a method, tolerances and more.
                pub fn solver(&self) -> rt::Solver<'_, Self> { rt::Solver::new(self) }

                /// Solves from `y0` over a span or at times, all options at their defaults.
                ///
                /// # Errors
                /// See `SolveError`.
                pub fn solve<T: rt::IntoTimes>(
                    &self,
                    y0: <Self as rt::Model>::State,
                    times: T,
                ) -> ::core::result::Result<rt::Solution<Self>, rt::SolveError> {
                    rt::Solver::new(self).solve(y0, times)
                }

                /// Many trajectories: of each model of a list, or of one model from many initial states.
                pub fn ensemble<'a, E: rt::Each<Self>>(models: E) -> rt::Ensemble<'a, Self, E> {
                    rt::Ensemble::new(models)
                }
            },
            Role::Function => quote! {
                /// The value at this time and state.
                #[must_use]
                pub fn value(&self, t: #real, y: <Self as rt::Model>::State) -> <Self as rt::Function>::Output {
                    rt::value(self, t, y)
                }
            },
        };
        quote! {
            impl #name {
                /// The name of each number of the state.
                pub const STATES: [&'static str; #states] = <Self as rt::Model>::STATES;
                /// The name of each number of the parameters.
                pub const PARAMETERS: [&'static str; #parameters] = <Self as rt::Model>::PARAMETERS;

                /// The parameters as one array, in the order of `PARAMETERS`.
                #[must_use]
                pub fn to_params(&self) -> [#real; #parameters] { #to_params }

                /// The model of these parameters, in the order of `PARAMETERS`.
                #[must_use]
                pub fn from_params(parameters: [#real; #parameters]) -> Self {
                    <Self as rt::Model>::from_parameters(&#flat)
                }

                #role
            }
        }
    }

    pub(super) fn model(&self) -> TokenStream {
        let system = self.system;
        let (name, real) = (system.struct_name(), self.real());
        let (states, parameters) = (self.states(), self.parameters());
        let (state_count, parameter_count) = (states.literal(), parameters.literal());
        let [state_lanes, parameter_lanes, _] = self.vectors(&quote!(L));
        let [state_numbers, parameter_numbers, _] = self.vectors(&quote!(#real));
        let [state_from, parameters_from, _] = self.vectors(&quote!(A));
        let [state_to, parameters_to, _] = self.vectors(&quote!(B));
        let converted = quote!(|i| number(from[i]));
        let (convert, convert_parameters) = (states.made_by(&converted), parameters.made_by(&converted));
        let (elements, parameter_elements) =
            (states.made_by(&quote!(element)), parameters.made_by(&quote!(element)));
        let state_type = type_tokens(&system.state_type);
        let (state_names, parameter_names) = (system.state_names(), system.parameter_names());
        let fields: Vec<(&Type, TokenStream)> = system
            .parameters
            .iter()
            .map(|parameter| {
                let name = &parameter.name;
                (&parameter.ty, quote!(self.#name))
            })
            .collect();
        let fields = parameters.flattened(&fields);
        let mut offset = 0;
        let flat = format_ident!("flat", span = Span::mixed_site());
        let made: Vec<TokenStream> = system
            .parameters
            .iter()
            .map(|parameter| {
                let (name, value) = (&parameter.name, unflattened(&parameter.ty, &flat, &mut offset));
                quote!(#name: #value)
            })
            .collect();
        let state = if matches!(system.state_type, Type::Number(_)) { quote!(*state) } else { quote!(state) };
        let numbers = states.flattened(&[(&system.state_type, state)]);
        let state = unflattened(&system.state_type, &flat, &mut 0);
        quote! {
            impl rt::Model for #name {
                type Real = #real;
                type State = #state_type;
                type Vector<L: rt::Lane> = #state_lanes;
                type Parameters<L: rt::Lane> = #parameter_lanes;
                type StateNames = [&'static str; #state_count];
                type ParameterNames = [&'static str; #parameter_count];
                const STATES: Self::StateNames = [#(#state_names),*];
                const PARAMETERS: Self::ParameterNames = [#(#parameter_names),*];
                #[inline(always)]
                fn convert<A: rt::Lane, B: rt::Lane>(
                    from: &#state_from,
                    mut number: impl FnMut(A) -> B,
                ) -> #state_to {
                    #convert
                }
                #[inline(always)]
                fn convert_parameters<A: rt::Lane, B: rt::Lane>(
                    from: &#parameters_from,
                    mut number: impl FnMut(A) -> B,
                ) -> #parameters_to {
                    #convert_parameters
                }
                fn parameters(&self) -> #parameter_numbers { #fields }
                fn from_parameters(#flat: &#parameter_numbers) -> Self { Self { #(#made),* } }
                #[inline]
                fn flatten(state: &Self::State) -> #state_numbers { #numbers }
                #[inline]
                fn unflatten(#flat: &#state_numbers) -> Self::State { #state }
            }
            impl rt::FixedLength for #name {
                fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> #state_lanes {
                    #elements
                }
                fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> #parameter_lanes {
                    #parameter_elements
                }
            }
        }
    }
}
