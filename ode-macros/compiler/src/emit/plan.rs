//! Where arrays go: straight to the place of what they are part of, or to a buffer of their own.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::names::Names;
use super::place::{Array, Destination, Place};
use super::scalar::{Target, constant_tokens};
use crate::graph::{Graph, NodeId, Operation, Shape, disjoint};

/// Shorter arrays lie on the stack, longer ones in buffers that are kept from one evaluation to the next.
const ON_STACK: usize = 64;

/// What the code of a function has in common with that of the bodies inside.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) names: Names,
    /// The buffers, which are made before all else.
    pub(super) declarations: TokenStream,
}

impl Context {
    pub(super) fn new(names: Names) -> Self {
        Self { names, declarations: TokenStream::new() }
    }

    /// A buffer for so many numbers.
    pub(super) fn buffer(&mut self, length: usize, name: &str, at: Span) -> Ident {
        let buffer = self.names.local(Some(name), at);
        let length_tokens = Literal::usize_unsuffixed(length);
        self.declarations.extend(if length <= ON_STACK {
            quote!(let #buffer: &mut [L; #length_tokens] = &mut [L::constant(0.0); #length_tokens];)
        } else {
            quote! {
                let mut #buffer = rt::buffer::<L, #length_tokens>();
                let #buffer: &mut [L; #length_tokens] = &mut #buffer;
            }
        });
        buffer
    }
}

/// For the nodes of a graph where their elements go.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Where a node that writes its elements itself, an array of parts or the result of a loop, puts them.
    pub(super) destinations: HashMap<NodeId, Destination>,
    /// Where else the elements of a node go, once it is there.
    pub(super) copies: HashMap<NodeId, Vec<Destination>>,
    /// The arrays that have a buffer.
    pub(super) arrays: HashMap<NodeId, Array>,
    /// The results of loops: the node of each that is used.
    pub(super) results: HashMap<(NodeId, usize), NodeId>,
    /// What is done before anything is written.
    pub(super) fills: TokenStream,
    /// The buffers that belong to the outputs.
    outer: Vec<Ident>,
}

impl Plan {
    /// Plans the graph, whose outputs go to these targets; `uses` counts the users of each node.
    pub(super) fn new(graph: &Graph, targets: &[Target], uses: &[usize], context: &mut Context) -> Self {
        let mut plan = Self::default();
        for (&output, target) in graph.outputs.iter().zip(targets) {
            if let Target::Array(destination) = target {
                plan.outer.push(destination.place.buffer.clone());
                plan.copies.entry(output).or_default().push(destination.clone());
            }
        }
        for id in graph.ids().rev().filter(|id| uses[id.0] > 0) {
            let node = graph.node(id);
            match (&node.operation, &node.shape) {
                (Operation::Scatter(_), _) => plan.scatter(graph, id, uses, context),
                (Operation::Result(place), shape) => {
                    let source = node.arguments[0];
                    let Operation::Loop(repeated) = &graph.node(source).operation else { continue };
                    plan.results.insert((source, *place), id);
                    if shape.is_number() {
                        continue;
                    }
                    let mut destination = plan.own(graph, id, uses, true, context);
                    let summed = *place < repeated.carried + repeated.sums;
                    if summed && !destination.add {
                        plan.fills.extend(filled(&destination.place, 0.0, &mut context.names));
                        destination.add = true;
                    }
                    plan.destinations.insert(id, destination);
                }
                _ => {}
            }
        }
        plan
    }

    /// Whether what is written there is read inside of the graph.
    pub(super) fn is_inner(&self, destination: &Destination) -> bool {
        !self.outer.contains(&destination.place.buffer)
    }

    /// The one place where a node's elements go, or a buffer.
    fn own(
        &mut self,
        graph: &Graph,
        id: NodeId,
        uses: &[usize],
        adds: bool,
        context: &mut Context,
    ) -> Destination {
        let wanted = self.copies.get(&id).map_or(0, Vec::len);
        if uses[id.0] == 1 && wanted == 1 && (adds || !self.copies[&id][0].add) {
            return self.copies.remove(&id).and_then(|mut all| all.pop()).expect("one");
        }
        let node = graph.node(id);
        let Shape::Numbers(dims) = &node.shape else { unreachable!("arrays are of numbers") };
        let name = node.name.as_deref().unwrap_or("buffer");
        let buffer = context.buffer(node.shape.len(), name, node.span);
        let place = Place::whole(buffer, dims);
        self.arrays.insert(id, Array::Placed(place.clone()));
        Destination { place, add: false }
    }

    fn scatter(&mut self, graph: &Graph, id: NodeId, uses: &[usize], context: &mut Context) {
        let node = graph.node(id);
        let Operation::Scatter(scatter) = &node.operation else { unreachable!("an array of parts") };
        let fill = f64::from_bits(scatter.fill);
        if scatter.views.is_empty() {
            for destination in self.copies.remove(&id).unwrap_or_default() {
                if !destination.add {
                    self.fills.extend(filled(&destination.place, fill, &mut context.names));
                }
            }
            return;
        }
        // Parts of a place that is not one line can lie in no place of their own.
        let fits = |destination: &Destination| {
            scatter.views.iter().all(|view| destination.place.part(view).is_some())
        };
        let fitting = self.copies.get(&id).is_none_or(|all| all.iter().all(fits));
        let mut destination = self.own(graph, id, uses, scatter.fill == 0 && fitting, context);
        if !fits(&destination) {
            self.copies.entry(id).or_default().push(destination);
            destination = self.own(graph, id, &vec![0; uses.len()], true, context);
        }
        let apart = disjoint(&scatter.views, scatter.length());
        let reached: usize = scatter.views.iter().map(|view| view.shape().len()).sum();
        let everywhere = apart && reached == scatter.length();
        if !destination.add && !everywhere {
            self.fills.extend(filled(&destination.place, fill, &mut context.names));
        }
        let add = destination.add || !apart;
        for (view, part) in scatter.views.iter().zip(&node.arguments) {
            let part_of = destination.part(view, add).expect("the parts fit");
            if !graph.shape(*part).is_number() {
                self.copies.entry(*part).or_default().push(part_of);
            }
        }
        self.destinations.insert(id, Destination { add, ..destination });
    }
}

/// The statement that brings a constant to all elements of a place.
pub(super) fn filled(place: &Place, value: f64, names: &mut Names) -> TokenStream {
    let value = constant_tokens(value);
    if let [axis] = place.axes.as_slice()
        && axis.stride == 1
    {
        let (buffer, start) = (&place.buffer, place.start.tokens());
        let count = Literal::usize_unsuffixed(axis.count);
        return quote!(#buffer[#start..][..#count].fill(#value););
    }
    each(place, names, &|place| {
        let place = place.tokens();
        quote!(#place = #value;)
    })
}

/// The statements that bring the elements of an array to another place.
pub(super) fn copied(array: &Array, destination: &Destination, names: &mut Names) -> TokenStream {
    pairs(array, &destination.place, names, &|from, to| {
        let to = Destination { place: to.clone(), add: destination.add };
        to.store(from)
    })
}

/// Shorter arrays are gone through element by element.
const WRITTEN_OUT: usize = 16;

fn each(place: &Place, names: &mut Names, statement: &dyn Fn(&Place) -> TokenStream) -> TokenStream {
    let Some(axis) = place.axes.first() else { return statement(place) };
    let counter = names.local(Some("i"), Span::call_site());
    let (count, inner) =
        (Literal::usize_unsuffixed(axis.count), each(&place.at(&counter, 0), names, statement));
    quote!(for #counter in 0..#count { #inner })
}

fn pairs(
    array: &Array,
    to: &Place,
    names: &mut Names,
    statement: &dyn Fn(&TokenStream, &Place) -> TokenStream,
) -> TokenStream {
    let from = match array {
        Array::Filled(code) => {
            let code = code.tokens().clone();
            return each(to, names, &|place| statement(&code, place));
        }
        Array::Placed(from) => from,
    };
    let Some(axis) = to.axes.first() else { return statement(&from.tokens(), to) };
    if axis.count <= WRITTEN_OUT {
        let element = |index| (Array::Placed(from.element(index)), to.element(index));
        let elements = (0..axis.count).map(|index| {
            let (from, to) = element(index);
            pairs(&from, &to, names, statement)
        });
        return elements.collect();
    }
    let counter = names.local(Some("i"), Span::call_site());
    let inner = pairs(&Array::Placed(from.at(&counter, 0)), &to.at(&counter, 0), names, statement);
    let count = Literal::usize_unsuffixed(axis.count);
    quote!(for #counter in 0..#count { #inner })
}
