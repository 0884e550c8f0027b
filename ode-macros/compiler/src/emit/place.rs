//! Where the elements of arrays lie in the buffers of generated code.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::scalar::Code;
use crate::graph::{Axis, View};

/// An index: a constant, and multiples of counters.
#[derive(Debug, Clone, Default)]
pub(super) struct Offset {
    constant: isize,
    terms: Vec<(Ident, isize)>,
}

/// An array: element (i, j, ..) lies in `buffer` at `start` plus the indices times the strides.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) buffer: Ident,
    pub(super) start: Offset,
    pub(super) axes: Vec<Axis>,
}

/// An array in generated code.
#[derive(Debug, Clone)]
pub(super) enum Array {
    /// Its elements lie in a buffer.
    Placed(Place),
    /// All elements are the same.
    Filled(Code),
}

/// Where the elements of an array go.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    pub(super) place: Place,
    /// Whether they are added to what is there.
    pub(super) add: bool,
}

impl Offset {
    /// This many places further on.
    fn plus(&self, constant: isize) -> Self {
        Self { constant: self.constant + constant, terms: self.terms.clone() }
    }

    /// Further on by a multiple of a counter.
    fn with(&self, counter: &Ident, stride: isize) -> Self {
        let mut terms = self.terms.clone();
        terms.push((counter.clone(), stride));
        Self { constant: self.constant, terms }
    }

    /// The index as code: what is added first, so that no part of it is negative.
    pub(super) fn tokens(&self) -> TokenStream {
        let literal = |value: usize| Literal::usize_unsuffixed(value);
        let mut tokens = TokenStream::new();
        let mut push = |negative: bool, part: TokenStream| {
            if tokens.is_empty() && !negative {
                tokens = part;
            } else if negative {
                tokens.extend(quote!(- #part));
            } else {
                tokens.extend(quote!(+ #part));
            }
        };
        for negative in [false, true] {
            for (counter, stride) in self.terms.iter().filter(|(_, stride)| (*stride < 0) == negative) {
                match stride.unsigned_abs() {
                    0 => {}
                    1 => push(negative, quote!(#counter)),
                    stride => {
                        let stride = literal(stride);
                        push(negative, quote!(#stride * #counter));
                    }
                }
            }
            if (self.constant < 0) == negative && self.constant != 0 {
                let constant = literal(self.constant.unsigned_abs());
                push(negative, quote!(#constant));
            }
        }
        if tokens.is_empty() { quote!(0) } else { tokens }
    }
}

impl Place {
    /// All of a buffer.
    pub(super) fn whole(buffer: Ident, dims: &[usize]) -> Self {
        Self { buffer, start: Offset::default(), axes: View::rows(0, dims).axes }
    }

    /// The part that a view shows, where that is a place too.
    pub(super) fn part(&self, view: &View) -> Option<Self> {
        let line = View { start: 0, axes: self.axes.clone() }.line()?;
        let start = self.start.plus(view.start.cast_signed() * line.stride);
        let axes = view.axes.iter().map(|axis| Axis { stride: axis.stride * line.stride, ..*axis }).collect();
        Some(Self { buffer: self.buffer.clone(), start, axes })
    }

    /// Element `index` along the first axis.
    pub(super) fn element(&self, index: usize) -> Self {
        let start = self.start.plus(index.cast_signed() * self.axes[0].stride);
        Self { buffer: self.buffer.clone(), start, axes: self.axes[1..].to_vec() }
    }

    /// The element of the iteration that a counter has reached, which begins at `first`.
    pub(super) fn at(&self, counter: &Ident, first: usize) -> Self {
        let stride = self.axes[0].stride;
        let start = self.start.plus(-first.cast_signed() * stride).with(counter, stride);
        Self { buffer: self.buffer.clone(), start, axes: self.axes[1..].to_vec() }
    }

    /// The number that this is, read or written.
    pub(super) fn tokens(&self) -> TokenStream {
        let (buffer, index) = (&self.buffer, self.start.tokens());
        quote!(#buffer[#index])
    }
}

impl Array {
    /// The part that a view shows, where that is a place too.
    pub(super) fn part(&self, view: &View) -> Option<Self> {
        match self {
            Self::Placed(place) => place.part(view).map(Self::Placed),
            Self::Filled(code) => Some(Self::Filled(code.clone())),
        }
    }
}

impl Destination {
    /// Where the elements of a part go.
    pub(super) fn part(&self, view: &View, add: bool) -> Option<Self> {
        Some(Self { place: self.place.part(view)?, add })
    }

    /// The statement that brings a number there.
    pub(super) fn store(&self, value: &TokenStream) -> TokenStream {
        let place = self.place.tokens();
        if self.add { quote!(#place += #value;) } else { quote!(#place = #value;) }
    }
}
