//! Functions of elements, copies and reductions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::fusion::Root;
use super::nest::{Axis, Nest, Reads, axes};
use super::view::{View, strides};
use super::writer::{Held, Target, Writer};
use crate::graph::{Dim, NodeId, Operation};
use crate::operation::Tensor;

impl Writer<'_, '_> {
    /// The tensors that the loop of this node reads, and the nodes computed in it, in order.
    fn gathered(&self, root: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
        let (mut leaves, mut inner) = (Vec::new(), Vec::new());
        for &argument in &self.graph.node(root).arguments {
            self.gather(root, argument, &mut leaves, &mut inner);
        }
        (leaves, inner)
    }

    fn gather(&self, root: NodeId, id: NodeId, leaves: &mut Vec<NodeId>, inner: &mut Vec<NodeId>) {
        if leaves.contains(&id) || inner.contains(&id) {
            return;
        }
        if self.roots[id.0] != Root::Everywhere && self.roots[id.0] != Root::In(root) {
            if self.graph.shape(id).is_tensor() {
                leaves.push(id);
            }
            return;
        }
        for &argument in &self.graph.node(id).arguments {
            self.gather(root, argument, leaves, inner);
        }
        inner.push(id);
    }

    pub(super) fn views(&self, leaves: &[NodeId]) -> Vec<View> {
        leaves
            .iter()
            .map(|leaf| match &self.held[leaf] {
                Held::View(view) => view.clone(),
                Held::Scalar(_) => unreachable!("leaves are tensors"),
            })
            .collect()
    }

    /// The loop that computes a function of elements.
    pub(super) fn elements(&mut self, id: NodeId, place: &View, adds: bool) {
        let (leaves, inner) = self.gathered(id);
        let views = self.views(&leaves);
        let axes = axes(&place.dims, &views, &place.strides);
        let code = Nest::new(self, &leaves, &views).over(&axes, place, &|reads, out| {
            let (lets, values) = self.body(&inner, reads);
            let value = self.value(id, &values, reads);
            if adds { quote!(#lets #out += #value;) } else { quote!(#lets #out = #value;) }
        });
        self.code.extend(code);
    }

    /// The loop that copies a tensor to a place, or adds it.
    pub(super) fn copied(&mut self, id: NodeId, place: &View, adds: bool) {
        let (views, scalar) = match &self.held[&id] {
            Held::View(view) => (vec![view.clone()], None),
            Held::Scalar(code) => (Vec::new(), Some(code.clone())),
        };
        let axes = axes(&place.dims, &views, &place.strides);
        let code = Nest::new(self, &[id], &views).over(&axes, place, &|reads, out| {
            let value = scalar.clone().unwrap_or_else(|| reads[&id].clone());
            if adds { quote!(#out += #value;) } else { quote!(#out = #value;) }
        });
        self.code.extend(code);
    }

    /// The statements of the nodes computed in a loop, and their names.
    fn body(&self, inner: &[NodeId], reads: &Reads) -> (TokenStream, Reads) {
        let mut values = Reads::new();
        let mut lets = TokenStream::new();
        for &id in inner {
            let value = self.value(id, &values, reads);
            let name = format_ident!("_x{}", id.0, span = Span::mixed_site());
            lets.extend(quote!(let #name = #value;));
            values.insert(id, quote!(#name));
        }
        (lets, values)
    }

    fn value(&self, id: NodeId, values: &Reads, reads: &Reads) -> TokenStream {
        self.function(id, |writer, argument| {
            let known = values.get(&argument).or_else(|| reads.get(&argument));
            known.cloned().unwrap_or_else(|| writer.scalar(argument))
        })
    }

    /// A sum or maximum over axes.
    pub(super) fn reduction(&mut self, id: NodeId, over: &[usize], target: Option<&Target>) -> Held {
        let node = self.graph.node(id);
        let (argument, name, span) = (node.arguments[0], node.name.clone(), node.span);
        let largest = matches!(node.operation, Operation::Tensor(Tensor::Max(_)));
        let dims = self.graph.shape(argument).dims();
        let kept: Vec<Dim> =
            (0..dims.len()).filter(|axis| !over.contains(axis)).map(|axis| dims[axis].clone()).collect();
        let mut of_kept = strides(&kept).into_iter();
        let result: Vec<Dim> = (0..dims.len())
            .map(
                |axis| if over.contains(&axis) { Dim::default() } else { of_kept.next().unwrap_or_default() },
            )
            .collect();
        let (leaves, inner) = match self.held.get(&argument) {
            Some(_) => (vec![argument], Vec::new()),
            None => self.gathered(id),
        };
        let views = self.views(&leaves);
        let all = axes(&dims, &views, &result);
        let last_is_kept = all.last().is_some_and(|axis| !axis.result.is(0));
        let (reduced, loops): (Vec<Axis>, Vec<Axis>) = all.into_iter().partition(|axis| axis.result.is(0));
        let start = if largest { quote!(L::constant(f64::NEG_INFINITY)) } else { quote!(L::constant(0.0)) };

        let (place, adds, total) = if kept.is_empty() {
            let total = self.names.local(name.as_deref(), span);
            (None, false, total)
        } else {
            let (place, adds) = self.place(id, target);
            (Some(place), adds, Ident::new("total", Span::mixed_site()))
        };
        let value = |reads: &Reads| {
            if inner.is_empty() {
                return (TokenStream::new(), reads[&argument].clone());
            }
            let (lets, values) = self.body(&inner, reads);
            (lets, values[&argument].clone())
        };
        let mut nest = Nest::new(self, &leaves, &views);
        let code = match &place {
            None => {
                let gather = nest.gather(&reduced, largest, &value, &total);
                quote!(let mut #total = #start; #gather)
            }
            Some(place) if last_is_kept => {
                let buffer = &place.buffer;
                let fill = if adds { TokenStream::new() } else { quote!(rt::fill(#buffer, #start);) };
                let (innermost, outer) = loops.split_last().expect("an axis is kept");
                let order: Vec<Axis> = outer.iter().chain(&reduced).chain([innermost]).cloned().collect();
                let code = nest.over(&order, place, &|reads, out| {
                    let (lets, value) = value(reads);
                    match largest {
                        true => quote!(#lets #out = rt::larger(#out, #value);),
                        false => quote!(#lets #out += #value;),
                    }
                });
                quote!(#fill #code)
            }
            Some(place) => nest.loops(&loops, &mut |nest| {
                let gather = nest.gather(&reduced, largest, &value, &total);
                let (buffer, at) = (&place.buffer, nest.place(&place.offset, |axis| &axis.result));
                let store =
                    if adds { quote!(#buffer[#at] += #total;) } else { quote!(#buffer[#at] = #total;) };
                quote!(let mut #total = #start; #gather #store)
            }),
        };
        self.code.extend(code);
        match place {
            Some(place) => Held::View(place),
            None => Held::Scalar(quote!(#total)),
        }
    }
}
