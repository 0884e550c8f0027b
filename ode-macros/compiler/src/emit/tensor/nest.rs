//! Nested loops over the elements of views.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::view::{View, merges};
use super::writer::Writer;
use crate::graph::{Dim, NodeId};

/// An axis of a nest: how often it runs, and how far it goes in each view and in the result.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    length: Dim,
    strides: Vec<Dim>,
    pub(super) result: Dim,
}

/// The axes of a nest; those that are one to all views are one.
pub(super) fn axes(dims: &[Dim], views: &[View], result: &[Dim]) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for (place, length) in dims.iter().enumerate().filter(|(_, length)| !length.is(1)) {
        let strides = views.iter().map(|view| view.strides[place].clone()).collect();
        let axis = Axis { length: length.clone(), strides, result: result[place].clone() };
        let all = |axis: &Axis| axis.strides.iter().chain([&axis.result]).cloned().collect::<Vec<Dim>>();
        match axes.last_mut() {
            Some(outer) if merges(&all(outer), &all(&axis), length) => {
                *outer = Axis { length: outer.length.times(length), ..axis };
            }
            _ => axes.push(axis),
        }
    }
    axes
}

/// What the leaves are in the body of a loop.
pub(super) type Reads = BTreeMap<NodeId, TokenStream>;

/// The statements of a body, and the value that it computes.
pub(super) type Value<'a> = &'a dyn Fn(&Reads) -> (TokenStream, TokenStream);

/// A nest as it is written: the views that it reads, and the loops around.
pub(super) struct Nest<'a> {
    pub(super) writer: &'a Writer<'a, 'a>,
    leaves: &'a [NodeId],
    views: &'a [View],
    outer: Vec<(Ident, Axis)>,
}

impl<'a> Nest<'a> {
    pub(super) fn new(writer: &'a Writer<'a, 'a>, leaves: &'a [NodeId], views: &'a [View]) -> Self {
        Self { writer, leaves, views, outer: Vec::new() }
    }

    /// `_i0`, `_i1`, ..: the index of the next loop.
    fn index(&self) -> Ident {
        index(self.outer.len())
    }

    /// A loop over an axis around what `inside` writes.
    fn around(&mut self, axis: &Axis, inside: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        let (i, length) = (self.index(), self.writer.lengths.code(&axis.length));
        self.outer.push((i.clone(), axis.clone()));
        let code = inside(self);
        self.outer.pop();
        quote!(for #i in 0..#length { #code })
    }

    /// The loops of these axes around what `inside` writes.
    pub(super) fn loops(
        &mut self,
        axes: &[Axis],
        inside: &mut dyn FnMut(&mut Self) -> TokenStream,
    ) -> TokenStream {
        match axes {
            [] => inside(self),
            [axis, rest @ ..] => self.around(axis, |nest| nest.loops(rest, inside)),
        }
    }

    /// The loops of these axes over the elements of `place`: `body` gets what the leaves are in the innermost one, and
    /// the element.
    pub(super) fn over(
        &mut self,
        axes: &[Axis],
        place: &View,
        body: &dyn Fn(&Reads, TokenStream) -> TokenStream,
    ) -> TokenStream {
        let (innermost, outer) = match axes {
            [outer @ .., innermost] => (Some(innermost), outer),
            [] => (None, axes),
        };
        let code = self.loops(outer, &mut |nest| {
            let buffer = &place.buffer;
            let at = nest.place(&place.offset, |axis| &axis.result);
            let (lets, reads) = nest.readings(innermost);
            let Some(axis) = innermost else {
                let inside = body(&reads, quote!(#buffer[#at]));
                return quote!(#lets #inside);
            };
            let (i, length) = (nest.index(), nest.writer.lengths.code(&axis.length));
            if axis.result.is(1) {
                let out = Ident::new("out", Span::mixed_site());
                let inside = body(&reads, quote!(#out[#i]));
                return quote! {
                    #lets
                    let #out = rt::part_mut(#buffer, #at, #length);
                    for #i in 0..#length { #inside }
                };
            }
            let stride = nest.writer.lengths.code(&axis.result);
            let inside = body(&reads, quote!(#buffer[#at + #i * #stride]));
            quote!(#lets for #i in 0..#length { #inside })
        });
        if outer.is_empty() { quote!({ #code }) } else { code }
    }

    /// The place in a buffer at which the next loop begins.
    pub(super) fn place(&self, offset: &Dim, stride: impl Fn(&Axis) -> &Dim) -> TokenStream {
        let steps: Vec<(TokenStream, Dim)> =
            self.outer.iter().map(|(index, axis)| (quote!(#index), stride(axis).clone())).collect();
        self.writer.lengths.place(offset, &steps)
    }

    /// What comes before the innermost loop, and what each leaf is in it: a slice, a number, or an element by a stride.
    fn readings(&self, innermost: Option<&Axis>) -> (TokenStream, Reads) {
        let mut lets = TokenStream::new();
        let mut reads = BTreeMap::new();
        for (place, (view, leaf)) in self.views.iter().zip(self.leaves).enumerate() {
            let (buffer, i) = (&view.buffer, self.index());
            let at = self.place(&view.offset, |axis| &axis.strides[place]);
            let name = format_ident!("_a{}", place, span = Span::mixed_site());
            let read = match innermost.map(|axis| (&axis.strides[place], &axis.length)) {
                Some((stride, length)) if stride.is(1) => {
                    let length = self.writer.lengths.code(length);
                    lets.extend(quote!(let #name = rt::part(&*#buffer, #at, #length);));
                    quote!(#name[#i])
                }
                Some((stride, _)) if !stride.is(0) => {
                    let stride = self.writer.lengths.code(stride);
                    quote!(#buffer[#at + #i * #stride])
                }
                _ => {
                    lets.extend(quote!(let #name = #buffer[#at];));
                    quote!(#name)
                }
            };
            reads.insert(*leaf, read);
        }
        (lets, reads)
    }

    /// The loops over axes that are added up in `total`, or compared for the largest.
    pub(super) fn gather(
        &mut self,
        axes: &[Axis],
        largest: bool,
        value: Value<'_>,
        total: &Ident,
    ) -> TokenStream {
        let join = |part: TokenStream| match largest {
            true => quote!(#total = rt::larger(#total, #part);),
            false => quote!(#total += #part;),
        };
        let (innermost, outer) = match axes {
            [outer @ .., innermost] => (Some(innermost), outer),
            [] => (None, axes),
        };
        self.loops(outer, &mut |nest| {
            let (lets, reads) = nest.readings(innermost);
            let (inside, value) = value(&reads);
            let Some(axis) = innermost else {
                let part = join(value);
                return quote!({ #lets #inside #part });
            };
            let (i, length) = (nest.index(), nest.writer.lengths.code(&axis.length));
            let fold = if largest { quote!(rt::largest) } else { quote!(rt::total) };
            let part = join(quote!(#fold(#length, |#i| { #inside #value })));
            quote!({ #lets #part })
        })
    }
}

/// The index of a loop, by its depth. Names that begin with `_` are never those of the user's values.
pub(super) fn index(depth: usize) -> Ident {
    Ident::new(&format!("_i{depth}"), Span::mixed_site())
}
