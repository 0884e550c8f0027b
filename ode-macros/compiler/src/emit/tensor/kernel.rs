//! The kernel: a function and its derivatives as loops.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::bodies::{TensorBodies, count, runtime};
use super::view::{Lengths, View};
use super::writer::{Held, Target, write};
use crate::emit::names::Names;
use crate::emit::types::generic;
use crate::graph::Dim;
use crate::lower::TensorInput;
use crate::parse::{Axis, Role, System};

/// How the lengths of a system are written.
pub(super) fn lengths(bodies: &TensorBodies) -> Lengths {
    let outside = bodies.tensors.iter().flat_map(|tensor| &tensor.axes).filter_map(|axis| match axis {
        Axis::Outside(path) => Some((axis.to_string(), path.clone())),
        _ => None,
    });
    Lengths {
        of: quote!(self),
        rows: bodies.rows.clone(),
        runtime: runtime(&bodies.tensors),
        outside: outside.collect(),
    }
}

/// The kernel's implementation; after a mistake without bodies.
pub(super) fn kernel(system: &System, bodies: Option<&TensorBodies>, real: &TokenStream) -> TokenStream {
    let generics: Vec<Ident> =
        system.generics.iter().map(|name| generic(name, system.item.sig.ident.span())).collect();
    let runtime = bodies.map_or(0, |bodies| lengths(bodies).runtime.len());
    let Functions { states, parameters, workspace, rhs, vjp, slope } =
        bodies.map_or_else(Functions::missing, Functions::new);
    let event =
        (system.is_tensor_event() || (system.role == Role::Function && bodies.is_none())).then(|| {
            quote! {
                impl<#(const #generics: usize),*> rt::EventKernel<#real> for __Kernel<#(#generics),*> {
                    #[inline(always)]
                    fn slope<L: rt::Single<Scalar = #real>>(
                        &self, p: &[L], t: L, y: &[L], dy: &[L], work: &mut [L],
                    ) -> L {
                        #slope
                    }
                }
            }
        });
    let rows = match bodies.and_then(|bodies| bodies.rows.as_ref()) {
        Some(_) => quote!(::core::option::Option::Some(self.rows)),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        /// The number of rows, and the lengths that are known at run time alone.
        #[derive(Clone)]
        pub struct __Kernel<#(const #generics: usize),*> { rows: usize, lengths: [usize; #runtime] }

        impl<#(const #generics: usize),*> rt::TensorKernel<#real> for __Kernel<#(#generics),*> {
            fn states(&self) -> usize { #states }
            fn parameters(&self) -> usize { #parameters }
            fn workspace(&self) -> usize { #workspace }
            fn rows(&self) -> ::core::option::Option<usize> { #rows }
            fn with_rows(&self, rows: usize) -> Self { Self { rows, ..self.clone() } }

            #[inline(always)]
            fn rhs<L: rt::Single<Scalar = #real>>(
                &self, p: &[L], t: L, y: &[L], dy: &mut [L], work: &mut [L],
            ) {
                #rhs
            }

            #[inline(always)]
            fn vjp<L: rt::Single<Scalar = #real>>(
                &self, p: &[L], t: L, y: &[L], dy_bar: &[L], p_bar: &mut [L], y_bar: &mut [L], work: &mut [L],
            ) -> L {
                #vjp
            }
        }

        #event
    }
}

/// The bodies of the functions of a kernel.
struct Functions {
    states: TokenStream,
    parameters: TokenStream,
    workspace: TokenStream,
    rhs: TokenStream,
    vjp: TokenStream,
    /// Of an event alone.
    slope: TokenStream,
}

const TAKEN: [&str; 12] =
    ["p", "t", "y", "dy", "dy_bar", "p_bar", "y_bar", "work", "rt", "out", "total", "self"];

impl Functions {
    /// What stands there after a mistake.
    fn missing() -> Self {
        let nothing = || quote!(::core::unimplemented!());
        let (states, parameters, workspace) = (nothing(), nothing(), nothing());
        Self { states, parameters, workspace, rhs: nothing(), vjp: nothing(), slope: nothing() }
    }

    fn new(bodies: &TensorBodies) -> Self {
        let lengths = lengths(bodies);
        let inputs = || {
            let mut inputs = vec![Held::Scalar(quote!(t))];
            inputs.extend(views("y", bodies.state()));
            inputs.extend(views("p", bodies.parameters()));
            let outside = bodies.outside.iter();
            inputs.extend(outside.map(|path| Held::Scalar(quote!(L::splat(const { #path })))));
            inputs
        };

        let mut names = Names::new(&TAKEN);
        let (split, of_results) = targets("dy", &bodies.results, &lengths, false);
        let (code, _, work_of_rhs) = write(&bodies.value, inputs(), &of_results, &lengths, &mut names);
        let rhs = quote!(#split #code);

        let mut names = Names::new(&TAKEN);
        let mut more = inputs();
        more.extend(views("dy_bar", &bodies.results));
        let (split_state, of_state) = targets("y_bar", bodies.state(), &lengths, false);
        let (split_parameters, of_parameters) = targets("p_bar", bodies.parameters(), &lengths, true);
        let targets: Vec<Option<Target>> =
            std::iter::once(None).chain(of_state).chain(of_parameters).collect();
        let (code, scalars, work_of_vjp) = write(&bodies.vjp, more, &targets, &lengths, &mut names);
        let time = &scalars[0];
        let vjp = quote!(#split_state #split_parameters #code #time);

        let mut works = vec![work_of_rhs, work_of_vjp];
        let slope = bodies.slope.as_ref().map(|slope| {
            let mut names = Names::new(&TAKEN);
            let mut more = inputs();
            more.extend(views("dy", bodies.state()));
            let (code, scalars, work) = write(slope, more, &[None], &lengths, &mut names);
            works.push(work);
            let value = &scalars[0];
            quote!(#code #value)
        });

        let works = works.iter().map(|work| lengths.code(work));
        let workspace = works.reduce(|a, b| quote!(::core::cmp::Ord::max(#a, #b))).unwrap_or_default();
        let (states, parameters) =
            (lengths.code(&count(bodies.state())), lengths.code(&count(bodies.parameters())));
        Self { states, parameters, workspace, rhs, vjp, slope: slope.unwrap_or_default() }
    }
}

/// Tensors that lie one after the other in a slice.
fn views(buffer: &str, tensors: &[TensorInput]) -> Vec<Held> {
    let buffer = Ident::new(buffer, Span::call_site());
    let mut offset = Dim::default();
    tensors
        .iter()
        .map(|tensor| {
            let view = View::contiguous(buffer.clone(), offset.clone(), tensor.dims.clone());
            offset = offset.plus(&Dim::product(&tensor.dims));
            Held::View(view)
        })
        .collect()
}

/// A slice for each tensor, from one that holds all.
fn targets(
    buffer: &str,
    tensors: &[TensorInput],
    lengths: &Lengths,
    adds: bool,
) -> (TokenStream, Vec<Option<Target>>) {
    let rest = Ident::new(buffer, Span::call_site());
    let mut split = TokenStream::new();
    let mut targets = Vec::new();
    for (place, tensor) in tensors.iter().enumerate() {
        let name = format_ident!("_{}_{}", buffer, place, span = Span::mixed_site());
        let length = lengths.code(&Dim::product(&tensor.dims));
        split.extend(quote!(let (#name, #rest) = #rest.split_at_mut(#length);));
        targets.push(Some(Target { buffer: name, adds }));
    }
    (split, targets)
}
