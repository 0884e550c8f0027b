//! Nested loops over the elements of views: functions of elements, copies, reductions and products.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::fusion::Root;
use super::view::{View, merges, strides};
use super::writer::{Held, Target, Writer, index};
use crate::graph::{Dim, NodeId, Operation};
use crate::operation::Tensor;

/// An axis of a nest: how often it runs, and how far it goes in each view and in the result.
#[derive(Debug, Clone)]
struct Axis {
    length: Dim,
    strides: Vec<Dim>,
    result: Dim,
}

/// Axes that are one to all views are one.
fn axes(dims: &[Dim], views: &[View], result: &[Dim]) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for (place, length) in dims.iter().enumerate().filter(|(_, length)| !length.is(1)) {
        let axis = Axis {
            length: length.clone(),
            strides: views.iter().map(|view| view.strides[place].clone()).collect(),
            result: result[place].clone(),
        };
        match axes.last_mut() {
            Some(outer)
                if merges(
                    &outer.strides.iter().chain([&outer.result]).collect::<Vec<_>>(),
                    &axis.strides.iter().chain([&axis.result]).collect::<Vec<_>>(),
                    length,
                ) =>
            {
                *outer = Axis { length: outer.length.times(length), ..axis };
            }
            _ => axes.push(axis),
        }
    }
    axes
}

/// How the body of a loop reads a view.
enum Reading {
    /// One number for the whole loop.
    Fixed(Ident),
    /// A slice, by the index of the loop.
    Along(Ident),
    /// By a stride.
    Apart(TokenStream, TokenStream),
}

impl Writer<'_, '_> {
    /// The views that the loop of this node reads, and the nodes computed in it, in order.
    fn gathered(&self, root: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
        fn visit(writer: &Writer<'_, '_>, root: NodeId, id: NodeId, leaves: &mut Vec<NodeId>, inner: &mut Vec<NodeId>) {
            if leaves.contains(&id) || inner.contains(&id) {
                return;
            }
            let here = matches!(writer.roots[id.0], Root::Everywhere) || writer.roots[id.0] == Root::In(root);
            if !here {
                if matches!(writer.held.get(&id), Some(Held::View(_))) && writer.graph.shape(id).is_tensor() {
                    leaves.push(id);
                }
                return;
            }
            for &argument in &writer.graph.node(id).arguments {
                visit(writer, root, argument, leaves, inner);
            }
            inner.push(id);
        }
        let (mut leaves, mut inner) = (Vec::new(), Vec::new());
        for &argument in &self.graph.node(root).arguments {
            visit(self, root, argument, &mut leaves, &mut inner);
        }
        (leaves, inner)
    }

    fn views(&self, leaves: &[NodeId]) -> Vec<View> {
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
        let axes = axes(&place.dims.clone(), &views, &place.strides.clone());
        let code = self.nest(&axes, place, &leaves, &views, 0, &mut Vec::new(), &|writer, reads, out| {
            let (lets, mut values) = writer.body(&inner, reads);
            let value = writer.value(id, &mut values, reads);
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
        let axes = axes(&place.dims.clone(), &views, &place.strides.clone());
        let code = self.nest(&axes, place, &[id], &views, 0, &mut Vec::new(), &|_, reads, out| {
            let value = scalar.clone().unwrap_or_else(|| reads[&id].clone());
            if adds { quote!(#out += #value;) } else { quote!(#out = #value;) }
        });
        self.code.extend(code);
    }

    /// The statements of the nodes computed in a loop, and their names.
    fn body(
        &self,
        inner: &[NodeId],
        reads: &BTreeMap<NodeId, TokenStream>,
    ) -> (TokenStream, BTreeMap<NodeId, TokenStream>) {
        let mut values: BTreeMap<NodeId, TokenStream> = BTreeMap::new();
        let mut lets = TokenStream::new();
        for &id in inner {
            let value = self.value(id, &mut values, reads);
            let name = format_ident!("x{}", id.0, span = proc_macro2::Span::mixed_site());
            lets.extend(quote!(let #name = #value;));
            values.insert(id, quote!(#name));
        }
        (lets, values)
    }

    fn value(
        &self,
        id: NodeId,
        values: &mut BTreeMap<NodeId, TokenStream>,
        reads: &BTreeMap<NodeId, TokenStream>,
    ) -> TokenStream {
        self.function(id, |writer, argument| {
            let known = values.get(&argument).or_else(|| reads.get(&argument));
            known.cloned().unwrap_or_else(|| writer.scalar(argument))
        })
    }

    /// The loops of these axes. `body` gets what the leaves are in the innermost one, and the element of the result.
    #[allow(clippy::too_many_arguments)]
    fn nest(
        &self,
        axes: &[Axis],
        place: &View,
        leaves: &[NodeId],
        views: &[View],
        depth: usize,
        outer: &mut Vec<(Ident, Axis)>,
        body: &dyn Fn(&Self, &BTreeMap<NodeId, TokenStream>, TokenStream) -> TokenStream,
    ) -> TokenStream {
        let buffer = &place.buffer;
        if let [axis, rest @ ..] = axes
            && !rest.is_empty()
        {
            let (i, length) = (index(depth), self.lengths.code(&axis.length));
            outer.push((i.clone(), axis.clone()));
            let inside = self.nest(rest, place, leaves, views, depth + 1, outer, body);
            outer.pop();
            return quote!(for #i in 0..#length { #inside });
        }
        let at = self.base(&place.offset, outer, |axis| axis.result.clone());
        let (lets, reads) = self.readings(axes.last(), leaves, views, outer, depth);
        let Some(axis) = axes.last() else {
            let inside = body(self, &reads, quote!(#buffer[#at]));
            return quote!({ #lets #inside });
        };
        let (i, length) = (index(depth), self.lengths.code(&axis.length));
        if axis.result.is(1) {
            let out = Ident::new("out", proc_macro2::Span::mixed_site());
            let inside = body(self, &reads, quote!(#out[#i]));
            let code = quote! {
                #lets
                let #out = rt::part_mut(#buffer, #at, #length);
                for #i in 0..#length { #inside }
            };
            return if outer.is_empty() { quote!({ #code }) } else { code };
        }
        let stride = self.lengths.code(&axis.result);
        let inside = body(self, &reads, quote!(#buffer[#at + #i * #stride]));
        let code = quote!(#lets for #i in 0..#length { #inside });
        if outer.is_empty() { quote!({ #code }) } else { code }
    }

    /// The place at which the innermost loop begins.
    fn base(&self, offset: &Dim, outer: &[(Ident, Axis)], stride: impl Fn(&Axis) -> Dim) -> TokenStream {
        let steps: Vec<(TokenStream, Dim)> =
            outer.iter().map(|(index, axis)| (quote!(#index), stride(axis))).collect();
        self.lengths.place(offset, &steps)
    }

    /// What comes before the innermost loop, and what each leaf is in it.
    fn readings(
        &self,
        innermost: Option<&Axis>,
        leaves: &[NodeId],
        views: &[View],
        outer: &[(Ident, Axis)],
        depth: usize,
    ) -> (TokenStream, BTreeMap<NodeId, TokenStream>) {
        let mut lets = TokenStream::new();
        let mut reads = BTreeMap::new();
        for (place, (view, leaf)) in views.iter().zip(leaves).enumerate() {
            let (buffer, i) = (&view.buffer, index(depth));
            let at = self.base(&view.offset, outer, |axis| axis.strides[place].clone());
            let name = format_ident!("a{}", place, span = proc_macro2::Span::mixed_site());
            let stride = innermost.map(|axis| &axis.strides[place]);
            let reading = match (stride, innermost) {
                (Some(stride), Some(axis)) if stride.is(1) => {
                    let length = self.lengths.code(&axis.length);
                    lets.extend(quote!(let #name = rt::part(&*#buffer, #at, #length);));
                    Reading::Along(name)
                }
                (Some(stride), _) if !stride.is(0) => {
                    let stride = self.lengths.code(stride);
                    Reading::Apart(at, stride)
                }
                _ => {
                    lets.extend(quote!(let #name = #buffer[#at];));
                    Reading::Fixed(name)
                }
            };
            reads.insert(
                *leaf,
                match reading {
                    Reading::Fixed(name) => quote!(#name),
                    Reading::Along(name) => quote!(#name[#i]),
                    Reading::Apart(at, stride) => quote!(#buffer[#at + #i * #stride]),
                },
            );
        }
        (lets, reads)
    }

    /// A sum or maximum over axes.
    pub(super) fn reduction(&mut self, id: NodeId, over: &[usize], target: Option<&Target>) -> Held {
        let argument = self.graph.node(id).arguments[0];
        let dims = self.graph.shape(argument).dims();
        let kept: Vec<Dim> =
            dims.iter().enumerate().filter(|(axis, _)| !over.contains(axis)).map(|(_, dim)| dim.clone()).collect();
        let mut of_kept = strides(&kept).into_iter();
        let result: Vec<Dim> = (0..dims.len())
            .map(|axis| if over.contains(&axis) { Dim::default() } else { of_kept.next().unwrap_or_default() })
            .collect();
        let (leaves, inner) = match self.held.get(&argument) {
            Some(_) => (vec![argument], Vec::new()),
            None => self.gathered(id),
        };
        let views = match self.held.get(&argument) {
            Some(Held::Scalar(_)) => Vec::new(),
            _ => self.views(&leaves),
        };
        let largest = matches!(self.graph.node(id).operation, Operation::Tensor(Tensor::Max(_)));
        let all = axes(&dims, &views, &result);
        let (mut loops, mut reduced): (Vec<Axis>, Vec<Axis>) = (Vec::new(), Vec::new());
        let last_is_kept = all.last().is_some_and(|axis| !axis.result.is(0));
        for axis in all {
            if axis.result.is(0) { reduced.push(axis) } else { loops.push(axis) }
        }
        let value = |writer: &Self, reads: &BTreeMap<NodeId, TokenStream>| {
            if inner.is_empty() {
                return (TokenStream::new(), reads[&argument].clone());
            }
            let (lets, values) = writer.body(&inner, reads);
            (lets, values[&argument].clone())
        };
        let start = if largest { quote!(L::constant(f64::NEG_INFINITY)) } else { quote!(L::constant(0.0)) };
        if kept.is_empty() {
            let name = self.names.local(self.graph.node(id).name.as_deref(), self.graph.node(id).span);
            let code = self.folded(&reduced, &leaves, &views, &mut Vec::new(), 0, largest, &value, &quote!(#name));
            self.code.extend(quote!(let mut #name = #start; #code));
            return Held::Scalar(quote!(#name));
        }
        let (place, adds) = self.place(id, target);
        let buffer = place.buffer.clone();
        if last_is_kept {
            if !adds {
                self.code.extend(quote!(rt::fill(#buffer, #start);));
            }
            let innermost = loops.pop().expect("the last axis is kept");
            loops.extend(reduced);
            loops.push(innermost);
            let code = self.nest(&loops, &place, &leaves, &views, 0, &mut Vec::new(), &|writer, reads, out| {
                let (lets, value) = value(writer, reads);
                if largest {
                    quote!(#lets #out = rt::larger(#out, #value);)
                } else {
                    quote!(#lets #out += #value;)
                }
            });
            self.code.extend(code);
        } else {
            let code = self.rows(&loops, &reduced, &place, &leaves, &views, &mut Vec::new(), 0, &|writer, outer, depth| {
                let folded =
                    writer.folded(&reduced, &leaves, &views, outer, depth, largest, &value, &quote!(total));
                let at = writer.base(&place.offset, outer, |axis| axis.result.clone());
                let store = if adds { quote!(#buffer[#at] += total;) } else { quote!(#buffer[#at] = total;) };
                quote!(let mut total = #start; #folded #store)
            });
            self.code.extend(code);
        }
        Held::View(place)
    }

    /// The outer loops of a reduction whose innermost axis is reduced.
    #[allow(clippy::too_many_arguments)]
    fn rows(
        &self,
        loops: &[Axis],
        reduced: &[Axis],
        place: &View,
        leaves: &[NodeId],
        views: &[View],
        outer: &mut Vec<(Ident, Axis)>,
        depth: usize,
        body: &dyn Fn(&Self, &mut Vec<(Ident, Axis)>, usize) -> TokenStream,
    ) -> TokenStream {
        let [axis, rest @ ..] = loops else { return body(self, outer, depth) };
        let (i, length) = (index(depth), self.lengths.code(&axis.length));
        outer.push((i.clone(), axis.clone()));
        let inside = self.rows(rest, reduced, place, leaves, views, outer, depth + 1, body);
        outer.pop();
        quote!(for #i in 0..#length { #inside })
    }

    /// The loops over reduced axes, which gather in the local `total`.
    #[allow(clippy::too_many_arguments, clippy::type_complexity)]
    fn folded(
        &self,
        reduced: &[Axis],
        leaves: &[NodeId],
        views: &[View],
        outer: &mut Vec<(Ident, Axis)>,
        depth: usize,
        largest: bool,
        value: &dyn Fn(&Self, &BTreeMap<NodeId, TokenStream>) -> (TokenStream, TokenStream),
        total: &TokenStream,
    ) -> TokenStream {
        let gather = |part: TokenStream| match largest {
            true => quote!(#total = rt::larger(#total, #part);),
            false => quote!(#total += #part;),
        };
        match reduced {
            [] | [_] => {
                let (lets, reads) = self.readings(reduced.first(), leaves, views, outer, depth);
                let (inside, value) = value(self, &reads);
                let Some(axis) = reduced.first() else {
                    let part = gather(value);
                    return quote!({ #lets #inside #part });
                };
                let (i, length) = (index(depth), self.lengths.code(&axis.length));
                let fold = if largest { quote!(rt::largest) } else { quote!(rt::total) };
                let part = gather(quote!(#fold(#length, |#i| { #inside #value })));
                quote!({ #lets #part })
            }
            [axis, rest @ ..] => {
                let (i, length) = (index(depth), self.lengths.code(&axis.length));
                outer.push((i.clone(), axis.clone()));
                let inside = self.folded(rest, leaves, views, outer, depth + 1, largest, value, total);
                outer.pop();
                quote!(for #i in 0..#length { #inside })
            }
        }
    }

    /// Products of matrices.
    pub(super) fn product(&mut self, id: NodeId, target: Option<&Target>) -> Held {
        let node = self.graph.node(id);
        let views = self.views(&node.arguments);
        let (place, adds) = self.place(id, target);
        let (a, b) = (&views[0], &views[1]);
        let leading = place.dims.len() - 2;
        // Axes before the matrices: those that are one with the rows, if the second factor is that of all.
        let mut whole = place.clone();
        let mut left = a.clone();
        let mut batch = leading;
        if b.dims.len() == 2 {
            while batch > 0 {
                let rows = left.dims[batch].clone();
                let one = |view: &View| merges(&[&view.strides[batch - 1]], &[&view.strides[batch]], &rows);
                if !one(&left) || !one(&whole) {
                    break;
                }
                for view in [&mut left, &mut whole] {
                    let length = view.dims.remove(batch);
                    view.strides.remove(batch - 1);
                    view.dims[batch - 1] = view.dims[batch - 1].times(&length);
                }
                batch -= 1;
            }
        }
        let (m, k, n) = (&left.dims[batch], &left.dims[batch + 1], &whole.dims[batch + 1]);
        let indices: Vec<Ident> = (0..batch).map(index).collect();
        let at = |view: &View| {
            let steps: Vec<(TokenStream, Dim)> =
                indices.iter().zip(&view.strides).map(|(i, stride)| (quote!(#i), stride.clone())).collect();
            let steps = if view.dims.len() == 2 { Vec::new() } else { steps };
            self.lengths.place(&view.offset, &steps)
        };
        let (a_at, b_at, out_at) = (at(&left), at(b), at(&whole));
        let pair = |view: &View| {
            let count = view.strides.len();
            let codes = view.strides[count - 2..].iter().map(|stride| self.lengths.code(stride));
            quote!((#(#codes),*))
        };
        let (of_a, of_b, of_out) = (pair(&left), pair(b), pair(&whole));
        let (a, b_buffer, out) = (&left.buffer, &b.buffer, &whole.buffer);
        let [m, k, n] = [m, k, n].map(|length| self.lengths.code(length));
        let mut code = quote! {
            rt::product(
                [#m, #k, #n],
                (&#a[#a_at..], #of_a),
                (&#b_buffer[#b_at..], #of_b),
                (&mut #out[#out_at..], #of_out),
                #adds,
            );
        };
        for (i, length) in indices.iter().zip(&whole.dims).rev() {
            let length = self.lengths.code(length);
            code = quote!(for #i in 0..#length { #code });
        }
        self.code.extend(code);
        Held::View(place)
    }
}
