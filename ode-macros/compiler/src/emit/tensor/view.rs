//! Tensors as parts of flat buffers: where each element lies.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::emit::types::generic;
use crate::graph::{Dim, Symbol};
use crate::operation::Tensor;

/// A tensor in a buffer: element (i, j, ..) lies at offset + i stride_0 + j stride_1 + ...
#[derive(Debug, Clone)]
pub(super) struct View {
    /// The slice that it lies in.
    pub(super) buffer: Ident,
    pub(super) offset: Dim,
    pub(super) dims: Vec<Dim>,
    pub(super) strides: Vec<Dim>,
}

impl View {
    /// All elements in order.
    pub(super) fn contiguous(buffer: Ident, offset: Dim, dims: Vec<Dim>) -> Self {
        let strides = strides(&dims);
        Self { buffer, offset, dims, strides }
    }

    pub(super) fn is_contiguous(&self) -> bool {
        let natural = strides(&self.dims);
        self.strides
            .iter()
            .zip(&natural)
            .zip(&self.dims)
            .all(|((own, natural), dim)| own == natural || dim.is(1))
    }

    /// The same elements as the operation arranges them; `None` where they have to be moved for it.
    pub(super) fn arranged(&self, operation: &Tensor) -> Option<Self> {
        let mut view = self.clone();
        match operation {
            Tensor::Expand(axes) => {
                for (axis, dim) in axes {
                    view.dims.insert(*axis, dim.clone());
                    view.strides.insert(*axis, Dim::default());
                }
            }
            Tensor::Permute(order) => {
                view.dims = order.iter().map(|&axis| self.dims[axis].clone()).collect();
                view.strides = order.iter().map(|&axis| self.strides[axis].clone()).collect();
            }
            Tensor::Slice { axis, start, length } => {
                view.offset = view.offset.plus(&start.times(&self.strides[*axis]));
                view.dims[*axis] = length.clone();
            }
            Tensor::Reshape(dims) if self.is_contiguous() => {
                return Some(Self::contiguous(view.buffer, view.offset, dims.clone()));
            }
            Tensor::Detach => {}
            _ => return None,
        }
        Some(view)
    }
}

/// The strides of all elements in order.
pub(super) fn strides(dims: &[Dim]) -> Vec<Dim> {
    (0..dims.len()).map(|axis| Dim::product(&dims[axis + 1..])).collect()
}

/// Whether two axes are one to all of these strides.
pub(super) fn merges(outer: &[Dim], inner: &[Dim], inner_length: &Dim) -> bool {
    outer.iter().zip(inner).all(|(outer, inner)| *outer == inner.times(inner_length))
}

/// How lengths are written in the code of a kernel.
#[derive(Debug, Clone)]
pub(super) struct Lengths {
    /// The kernel.
    pub(super) of: TokenStream,
    /// The length that the kernel has as its number of rows.
    pub(super) rows: Option<Symbol>,
    /// The runtime symbols, by their places in the kernel's array.
    pub(super) runtime: Vec<(usize, usize)>,
    /// The paths of the outside constants.
    pub(super) outside: Vec<(String, syn::Path)>,
}

impl Lengths {
    /// The length as an expression.
    pub(super) fn code(&self, dim: &Dim) -> TokenStream {
        if let Some(length) = dim.known() {
            let length = Literal::usize_unsuffixed(length);
            return quote!(#length);
        }
        let terms: Vec<TokenStream> = dim
            .terms()
            .map(|(count, symbols)| {
                let mut factors: Vec<TokenStream> =
                    symbols.iter().map(|symbol| self.symbol(symbol)).collect();
                if count != 1 || factors.is_empty() {
                    let count = Literal::usize_unsuffixed(count);
                    factors.push(quote!(#count));
                }
                factors.into_iter().reduce(|product, factor| quote!(#product * #factor)).unwrap_or_default()
            })
            .collect();
        match terms.as_slice() {
            [one] => one.clone(),
            _ => quote!((#(#terms)+*)),
        }
    }

    fn symbol(&self, symbol: &Symbol) -> TokenStream {
        match symbol {
            _ if self.rows.as_ref() == Some(symbol) => {
                let kernel = &self.of;
                quote!(#kernel.rows)
            }
            Symbol::Generic(name) => {
                let name = generic(name, proc_macro2::Span::call_site());
                quote!(#name)
            }
            Symbol::Outside(name) => {
                let path =
                    &self.outside.iter().find(|(known, _)| known == name).expect("a path of a shape").1;
                quote!((#path))
            }
            Symbol::Runtime(tensor, axis) => {
                let place = self.runtime.iter().position(|known| known == &(*tensor, *axis)).unwrap_or(0);
                let place = Literal::usize_unsuffixed(place);
                let kernel = &self.of;
                quote!(#kernel.lengths[#place])
            }
        }
    }

    /// `offset + index * stride + ..`, without what is 0.
    pub(super) fn place(&self, offset: &Dim, steps: &[(TokenStream, Dim)]) -> TokenStream {
        let mut terms: Vec<TokenStream> = Vec::new();
        for (index, stride) in steps.iter().filter(|(_, stride)| !stride.is(0)) {
            let stride_code = self.code(stride);
            terms.push(if stride.is(1) { index.clone() } else { quote!(#index * #stride_code) });
        }
        if !offset.is(0) {
            terms.push(self.code(offset));
        }
        if terms.is_empty() { quote!(0) } else { quote!(#(#terms)+*) }
    }
}
