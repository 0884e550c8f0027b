//! Loops as code.
//!
//! What is stored at places of its own is stored by the loop itself, which then can be vectorised. Sums, and what is
//! added to places that other iterations add to as well, would prevent that: an innermost loop with such results runs
//! in blocks, whose terms lie in small arrays until short loops of their own add them up.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::quote;

use super::place::{Array, Destination};
use super::plan::Context;
use super::scalar::{Binder, Code, Target, Writer, emit_body};
use crate::graph::{Loop, Node, NodeId, Operation, Shape};
use crate::operation::Elementwise;

/// A result of a loop, as far as its body is concerned.
enum End {
    /// Nothing reads it.
    Dead,
    /// A number that this local holds from one iteration to the next.
    Carried(Ident),
    /// A number that this local sums up.
    Sum(Ident),
    /// The elements of an array; `true` for one that all iterations add to.
    Array(Destination, bool),
}

impl Writer<'_> {
    /// Writes the loop. Its results are in locals and buffers then.
    pub(super) fn repeat(&mut self, id: NodeId, node: &Node, repeated: &Loop, context: &mut Context) {
        let ends = self.ends(id, node, repeated, context);
        let innermost =
            !repeated.body.nodes().iter().any(|node| matches!(node.operation, Operation::Loop(_)));
        let in_numbers = |end: &End| match end {
            End::Array(destination, summed) => !summed && destination.place.axes.len() == 1,
            _ => true,
        };
        let adds = ends.iter().any(|end| match end {
            End::Sum(_) => true,
            End::Array(destination, _) => destination.add,
            _ => false,
        });
        if innermost && repeated.carried == 0 && adds && ends.iter().all(in_numbers) {
            self.in_blocks(node, repeated, &ends, context);
        } else {
            self.plainly(node, repeated, &ends, context);
        }
        for (place, end) in ends.iter().enumerate() {
            let Some(&result) = self.plan.results.get(&(id, place)) else { continue };
            if let End::Carried(local) | End::Sum(local) = end {
                self.codes[result.0] = Some(Code::atom(quote!(#local)));
            }
        }
    }

    fn ends(&mut self, id: NodeId, node: &Node, repeated: &Loop, context: &mut Context) -> Vec<End> {
        let Shape::Results(shapes) = &node.shape else { unreachable!("a loop has results") };
        let mut ends = Vec::new();
        for (place, shape) in shapes.iter().enumerate() {
            let result = self.plan.results.get(&(id, place)).copied();
            let mut local = |fallback: &str| {
                let name = result.and_then(|result| self.graph.node(result).name.as_deref());
                context.names.local(Some(name.unwrap_or(fallback)), node.span)
            };
            ends.push(if place < repeated.carried {
                End::Carried(local("carried"))
            } else if shape.is_number() {
                End::Sum(local("sum"))
            } else {
                match result.and_then(|result| self.plan.destinations.get(&result)) {
                    Some(destination) => {
                        End::Array(destination.clone(), place < repeated.carried + repeated.sums)
                    }
                    None => End::Dead,
                }
            });
        }
        ends
    }

    /// What the inputs of the body are, at the iteration that `counter` has reached.
    fn bound(
        &self,
        node: &Node,
        repeated: &Loop,
        counter: &Ident,
        ends: &[End],
        element: &mut dyn FnMut(&Array) -> Option<Code>,
    ) -> Vec<Binder> {
        let mut bound = vec![Binder::Value(Code::call(quote!(L::constant(#counter as f64))))];
        let given = repeated.parts(&node.arguments);
        bound.extend(given.invariants.iter().map(|&id| self.binder(id)));
        for &stream in &given.streams {
            let array = self.array(stream);
            bound.push(match element(&array) {
                Some(code) => Binder::Value(code),
                None => match array {
                    Array::Filled(code)
                        if self.graph.shape(stream).element().is_some_and(|s| s.is_number()) =>
                    {
                        Binder::Value(code)
                    }
                    Array::Filled(code) => Binder::Array(Array::Filled(code)),
                    Array::Placed(place) => {
                        let place = place.at(counter, repeated.first);
                        match place.axes.is_empty() {
                            true => Binder::Value(Code::atom(place.tokens())),
                            false => Binder::Array(Array::Placed(place)),
                        }
                    }
                },
            });
        }
        bound.extend(ends.iter().filter_map(|end| match end {
            End::Carried(local) => Some(Binder::Value(Code::atom(quote!(#local)))),
            _ => None,
        }));
        bound
    }

    fn plainly(&mut self, node: &Node, repeated: &Loop, ends: &[End], context: &mut Context) {
        let counter = context.names.local(Some(&repeated.name), node.span);
        let given = repeated.parts(&node.arguments);
        let mut before = TokenStream::new();
        let mut firsts = given.carried.iter();
        for end in ends {
            match end {
                End::Carried(local) => {
                    let first = self.code(*firsts.next().expect("a first value for each"));
                    let first = first.tokens();
                    before.extend(quote!(let mut #local = #first;));
                }
                End::Sum(local) => before.extend(quote!(let mut #local = L::constant(0.0);)),
                _ => {}
            }
        }
        let inputs = self.bound(node, repeated, &counter, ends, &mut |_| None);
        let element = |destination: &Destination, summed: bool| match summed {
            true => destination.clone(),
            false => {
                let place = destination.place.at(&counter, repeated.first);
                Destination { place, add: destination.add }
            }
        };
        let targets: Vec<Target> = ends
            .iter()
            .map(|end| match end {
                End::Array(destination, summed) => {
                    let element = element(destination, *summed);
                    if element.place.axes.is_empty() { Target::Number } else { Target::Array(element) }
                }
                _ => Target::Number,
            })
            .collect();
        let emitted = emit_body(&repeated.body, &inputs, &targets, context);
        let mut after = TokenStream::new();
        let (mut locals, mut next) = (Vec::new(), Vec::new());
        for (end, value) in ends.iter().zip(&emitted.values) {
            let Some(value) = value else { continue };
            let value = value.tokens();
            match end {
                End::Carried(local) => {
                    locals.push(local);
                    next.push(value.clone());
                }
                End::Sum(local) => after.extend(quote!(#local += #value;)),
                End::Array(destination, summed) => after.extend(element(destination, *summed).store(value)),
                End::Dead => {}
            }
        }
        after.extend(match (locals.as_slice(), next.as_slice()) {
            ([], _) => TokenStream::new(),
            ([local], [next]) => quote!(#local = #next;),
            _ => quote!((#(#locals),*) = (#(#next),*);),
        });
        let (first, end) = (
            Literal::usize_unsuffixed(repeated.first),
            Literal::usize_unsuffixed(repeated.first + repeated.count),
        );
        let range = if repeated.backwards { quote!((#first..#end).rev()) } else { quote!(#first..#end) };
        let statements = &emitted.statements;
        self.statements.extend(quote! { #before for #counter in #range { #statements #after } });
    }

    fn in_blocks(&mut self, node: &Node, repeated: &Loop, ends: &[End], context: &mut Context) {
        let counter = context.names.local(Some(&repeated.name), node.span);
        let mut blocks = Blocks {
            repeated,
            place: context.names.local(Some("place"), Span::mixed_site()),
            start: context.names.local(Some("start"), Span::mixed_site()),
            length: context.names.local(Some("length"), Span::mixed_site()),
            counter,
            slices: TokenStream::new(),
            known: Vec::new(),
            before: TokenStream::new(),
            stores: TokenStream::new(),
            terms: HashMap::new(),
        };
        let inputs = self.bound(node, repeated, &blocks.counter.clone(), ends, &mut |array| {
            blocks.element(array, context)
        });
        // What is subtracted is negated by no one.
        let mut body = repeated.body.clone();
        let negative: Vec<bool> = ends
            .iter()
            .zip(&mut body.outputs)
            .map(|(end, output)| {
                let term = repeated.body.node(*output);
                let added = matches!(end, End::Array(destination, _) if destination.add);
                let negated = added && term.operation == Operation::Elementwise(Elementwise::Neg);
                if negated {
                    *output = term.arguments[0];
                }
                negated
            })
            .collect();
        let emitted = emit_body(&body, &inputs, &vec![Target::Number; ends.len()], context);

        let (mut added, mut after) = (TokenStream::new(), TokenStream::new());
        for (place, (end, value)) in ends.iter().zip(&emitted.values).enumerate() {
            let Some(value) = value else { continue };
            match end {
                End::Sum(sum) => {
                    let terms = blocks.terms(body.outputs[place], value, context);
                    blocks.before.extend(quote!(let mut #sum = rt::Sum::<L>::new();));
                    added.extend(quote!(#sum.add(#terms);));
                    after.extend(quote!(let #sum = #sum.total();));
                }
                End::Array(destination, _) if destination.add => {
                    let terms = blocks.terms(body.outputs[place], value, context);
                    added.extend(blocks.adds(destination, &terms, negative[place]));
                }
                End::Array(destination, _) => {
                    let element = destination.place.at(&blocks.counter, repeated.first);
                    let store = Destination { place: element, add: false }.store(value.tokens());
                    blocks.stores.extend(store);
                }
                End::Carried(_) | End::Dead => {}
            }
        }
        let (first, end) = (
            Literal::usize_unsuffixed(repeated.first),
            Literal::usize_unsuffixed(repeated.first + repeated.count),
        );
        let block = context.names.local(Some("block"), Span::mixed_site());
        let Blocks { counter, place, start, length, slices, before, stores, .. } = &blocks;
        let statements = &emitted.statements;
        let of_iterations = (!statements.is_empty() || !stores.is_empty()).then(|| {
            let step = quote!(#statements #stores);
            let number = mentions(step.clone(), counter).then(|| quote!(let #counter = #start + #place;));
            quote!(for #place in 0..#length { #number #step })
        });
        self.statements.extend(quote! {
            #before
            for #block in rt::blocks(#first, #end) {
                let (#start, #length) = (#block.start, #block.len());
                #slices
                #of_iterations
                #added
            }
            #after
        });
    }
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == *name,
        _ => false,
    })
}

/// A loop in blocks while it is written.
struct Blocks<'a> {
    repeated: &'a Loop,
    counter: Ident,
    /// The number of the iteration in the block.
    place: Ident,
    /// The number of the block's first iteration.
    start: Ident,
    length: Ident,
    /// What is read or written element by element, as long as the block.
    slices: TokenStream,
    known: Vec<(String, Ident)>,
    /// What is done before the first block.
    before: TokenStream,
    /// What an iteration writes.
    stores: TokenStream,
    /// The slices of terms, by their nodes in the body.
    terms: HashMap<NodeId, Ident>,
}

impl Blocks<'_> {
    /// An element of an array whose elements lie next to each other.
    fn element(&mut self, array: &Array, context: &mut Context) -> Option<Code> {
        let Array::Placed(source) = array else { return None };
        if source.axes.len() != 1 || source.axes[0].stride != 1 {
            return None;
        }
        let (buffer, index) = (&source.buffer, source.at(&self.start, self.repeated.first).start.tokens());
        let key = format!("{buffer} {index}");
        let slice = match self.known.iter().find(|(of, _)| *of == key) {
            Some((_, slice)) => slice.clone(),
            None => {
                let slice = context.names.local(Some(&buffer.to_string()), Span::mixed_site());
                let length = &self.length;
                self.slices.extend(quote!(let #slice = &#buffer[#index..][..#length];));
                self.known.push((key, slice.clone()));
                slice
            }
        };
        let place = &self.place;
        Some(Code::atom(quote!(#slice[#place])))
    }

    /// The slice of the terms of a block that a node of the body gives.
    fn terms(&mut self, term: NodeId, value: &Code, context: &mut Context) -> Ident {
        if let Some(terms) = self.terms.get(&term) {
            return terms.clone();
        }
        let (place, length, value) = (&self.place, &self.length, value.tokens());
        let text = value.to_string();
        let read = self.known.iter().find(|(_, slice)| text == quote!(#slice[#place]).to_string());
        let terms = match read {
            Some((_, slice)) => slice.clone(),
            None => {
                let terms = context.names.local(Some("terms"), Span::mixed_site());
                self.before.extend(quote!(let mut #terms = rt::terms::<L>();));
                self.slices.extend(quote!(let #terms = &mut #terms[..#length];));
                self.stores.extend(quote!(#terms[#place] = #value;));
                terms
            }
        };
        self.terms.insert(term, terms.clone());
        terms
    }

    /// Adds the terms of a block to their places.
    fn adds(&self, destination: &Destination, terms: &Ident, negative: bool) -> TokenStream {
        let Self { counter, place, start, length, .. } = self;
        let to = destination.place.at(start, self.repeated.first);
        let (buffer, index) = (&to.buffer, to.start.tokens());
        if destination.place.axes[0].stride == 1 {
            let function = if negative { quote!(rt::subtract_from) } else { quote!(rt::add_to) };
            return quote!(#function(&mut #buffer[#index..][..#length], #terms););
        }
        let element = destination.place.at(counter, self.repeated.first);
        let term = if negative { quote!(-#terms[#place]) } else { quote!(#terms[#place]) };
        let store = Destination { place: element, add: true }.store(&term);
        quote! {
            for #place in 0..#length {
                let #counter = #start + #place;
                #store
            }
        }
    }
}
