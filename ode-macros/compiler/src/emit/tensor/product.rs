//! Products of matrices.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::nest::index;
use super::view::{View, merges};
use super::writer::{Held, Target, Writer};
use crate::graph::{Dim, NodeId};

impl Writer<'_, '_> {
    /// A product of matrices, or a loop of them over the axes before the last two.
    pub(super) fn product(&mut self, id: NodeId, target: Option<&Target>) -> Held {
        let views = self.views(&self.graph.node(id).arguments);
        let (place, adds) = self.place(id, target);
        let (mut left, right) = (views[0].clone(), &views[1]);
        let mut out = place.clone();
        // Axes before the matrices that are one with the rows, if the second factor is that of all.
        let mut batch = place.dims.len() - 2;
        while right.dims.len() == 2 && batch > 0 && rows_merge(&left, batch) && rows_merge(&out, batch) {
            for view in [&mut left, &mut out] {
                let length = view.dims.remove(batch);
                view.strides.remove(batch - 1);
                view.dims[batch - 1] = view.dims[batch - 1].times(&length);
            }
            batch -= 1;
        }
        let lengths = self.lengths;
        let indices: Vec<Ident> = (0..batch).map(index).collect();
        let part = |view: &View| {
            let leading = view.dims.len() - 2;
            let steps: Vec<(TokenStream, Dim)> = indices[..leading.min(batch)]
                .iter()
                .zip(&view.strides)
                .map(|(i, stride)| (quote!(#i), stride.clone()))
                .collect();
            let at = lengths.place(&view.offset, &steps);
            let (row, column) =
                (lengths.code(&view.strides[leading]), lengths.code(&view.strides[leading + 1]));
            let buffer = &view.buffer;
            (quote!(#buffer[#at..]), quote!((#row, #column)))
        };
        let ((a, of_a), (b, of_b), (c, of_c)) = (part(&left), part(right), part(&out));
        let (m, k) = (lengths.code(&left.dims[batch]), lengths.code(&left.dims[batch + 1]));
        let n = lengths.code(&out.dims[batch + 1]);
        let mut code =
            quote!(rt::product([#m, #k, #n], (&#a, #of_a), (&#b, #of_b), (&mut #c, #of_c), #adds););
        for (i, length) in indices.iter().zip(&out.dims).rev() {
            let length = lengths.code(length);
            code = quote!(for #i in 0..#length { #code });
        }
        self.code.extend(code);
        Held::View(place)
    }
}

/// Whether the axis before the rows is one with them.
fn rows_merge(view: &View, rows: usize) -> bool {
    merges(&view.strides[rows - 1..rows], &view.strides[rows..=rows], &view.dims[rows])
}
