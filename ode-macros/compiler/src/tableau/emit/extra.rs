//! The extra stages -> Rust: their evaluation, and its transpose.

use super::{argument, float, k, stage as element, sum};
use crate::tableau::form::Rounded;
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;

/// The extra stages, each at the sum of all before it.
pub(super) fn evaluate(method: &Rounded) -> TokenStream {
    let (stages, extra) = (method.c.len(), method.extra.len());
    let at = Span::mixed_site();
    let each = method.extra.iter().enumerate().map(|(i, stage)| {
        let terms = stage.a.iter().copied().enumerate().map(|(j, a)| match j.checked_sub(stages) {
            None => (a, k(j)),
            Some(j) => (a, element(quote_spanned!(at=> extra), j)),
        });
        let point = argument(&quote_spanned!(at=> point), terms);
        let (node, i) = (float(stage.c), Literal::usize_unsuffixed(i));
        quote_spanned! {at=>
            #point
            rhs(#node, &*point, &mut extra[#i]);
        }
    });
    quote_spanned! {at=>
        #[inline(always)]
        fn evaluate_extra<L: rt::Lane, V: rt::Space<L>>(
            &self,
            mut rhs: impl FnMut(f64, &V, &mut V),
            h: L,
            y: &V,
            k: &[V; #stages],
            extra: &mut [V; #extra],
            point: &mut V,
        ) {
            #(#each)*
        }
    }
}

/// The statements of [`evaluate`] backwards, each transposed: extra stage `i` entered the argument of each later one
/// `j` by `h a_ji`, as did the stages of the step; every argument contains `y`.
pub(super) fn transpose(method: &Rounded) -> TokenStream {
    let (stages, extra) = (method.c.len(), method.extra.len());
    let at = Span::mixed_site();
    let y_bar = |j: usize| element(quote_spanned!(at=> y_bar), j);
    // `to[i] += h Σ a_ji y_bar[j]` over the extra stages `j` from `first` on, where `i` counts all stages.
    let gather = |to: TokenStream, i: usize, first: usize| {
        let later = (first..extra).map(|j| (method.extra[j].a[i], y_bar(j)));
        sum(None, later).map(|sum| {
            quote_spanned! {at=>
                for n in 0..y0_bar.len() {
                    #sum
                    #to[n] = h.mul_add_fast(sum, #to[n]);
                }
            }
        })
    };
    let each = (0..extra).rev().map(|i| {
        let stage = Literal::usize_unsuffixed(i);
        let gather = gather(quote_spanned!(at=> extra_bar[#stage]), stages + i, i + 1);
        quote_spanned! {at=>
            #gather
            vjp(#stage, &extra_bar[#stage], &mut y_bar[#stage]);
        }
    });
    let step = (0..stages).map(|i| {
        let stage = Literal::usize_unsuffixed(i);
        gather(quote_spanned!(at=> k_bar[#stage]), i, 0)
    });
    let all = sum(Some(quote_spanned!(at=> y0_bar[n])), (0..extra).map(|i| (1.0, y_bar(i))));
    quote_spanned! {at=>
        #[inline(always)]
        fn transpose_extra<L: rt::Lane, V: rt::Space<L>>(
            &self,
            mut vjp: impl FnMut(usize, &V, &mut V),
            h: L,
            y0_bar: &mut V,
            k_bar: &mut [V; #stages],
            extra_bar: &mut [V; #extra],
            y_bar: &mut [V; #extra],
        ) {
            #(#each)*
            #(#step)*
            for n in 0..y0_bar.len() {
                #all
                y0_bar[n] = sum;
            }
        }
    }
}
