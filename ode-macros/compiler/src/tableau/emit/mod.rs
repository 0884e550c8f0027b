//! A rounded method -> Rust: the type, its data, the unrolled step and its transpose, and both for the extra stages.

mod extra;

use super::{form::Rounded, read::Source};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

/// All items of one tableau. The bodies are hygienic: no local of ours meets a name of the user's.
pub(super) fn items(source: &Source, method: &Rounded) -> TokenStream {
    let Source { runtime, attributes, visibility, name, .. } = source;
    let data = data(source, method);
    let (stages, extra) = (method.c.len(), method.extra.len());
    let advance = advance(method);
    let errors = method
        .errors
        .iter()
        .zip(["error", "second_error"])
        .map(|(weights, name)| error(stages, weights, &Ident::new(name, Span::mixed_site())));
    let transpose = transpose(method);
    let extra_stages = (extra > 0).then(|| {
        let (evaluate, transpose) = (extra::evaluate(method), extra::transpose(method));
        quote!(#evaluate #transpose)
    });
    quote_spanned! {Span::mixed_site()=>
        #(#attributes)*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #visibility struct #name;

        // A coefficient such as 0.7071 is no mistyped constant of the standard library.
        #[allow(clippy::approx_constant)]
        const _: () = {
            use #runtime::__private as rt;

            #data

            impl rt::Stepper for #name {
                type Stages<V> = [V; #stages];
                type ExtraStages<V> = [V; #extra];

                #[inline(always)]
                fn tableau(&self) -> &'static rt::Tableau {
                    &TABLEAU
                }

                #[inline(always)]
                fn stages<V: Clone>(&self, zero: &V) -> [V; #stages] {
                    ::core::array::from_fn(|_| zero.clone())
                }

                #[inline(always)]
                fn extra_stages<V: Clone>(&self, _zero: &V) -> [V; #extra] {
                    ::core::array::from_fn(|_| _zero.clone())
                }

                #advance

                #(#errors)*

                #transpose

                #extra_stages
            }
        };
    }
}

fn data(source: &Source, method: &Rounded) -> TokenStream {
    let name = snake_case(&source.name.to_string());
    let order = Literal::usize_unsuffixed(source.order.value);
    let dense_order = Literal::usize_unsuffixed(method.dense_order);
    let estimates = source.embedded.iter().zip(&method.errors).map(|(order, weights)| {
        let (order, weights) = (Literal::usize_unsuffixed(order.value), slice(weights));
        quote!(rt::Estimate { order: #order, weights: #weights })
    });
    let extra = method.extra.iter().map(|stage| {
        let (c, a) = (float(stage.c), slice(&stage.a));
        quote!(rt::ExtraStage { c: #c, a: #a })
    });
    let (c, b) = (slice(&method.c), slice(&method.b));
    let a = method.a.iter().map(|row| slice(row));
    let dense = method.dense.iter().map(|row| slice(row));
    quote! {
        const TABLEAU: rt::Tableau = rt::Tableau {
            name: #name,
            order: #order,
            dense_order: #dense_order,
            c: #c,
            a: &[#(#a),*],
            b: #b,
            estimates: &[#(#estimates),*],
            extra: &[#(#extra),*],
            dense: &[#(#dense),*],
        };
    }
}

/// `k[0]` is given; every other working stage is evaluated at the sum of those before it, then the sum of all
/// is `y1`.
fn advance(method: &Rounded) -> TokenStream {
    let stages = method.c.len();
    let at = Span::mixed_site();
    let working = (1..method.a.len()).map(|i| {
        let terms = method.a[i].iter().enumerate().map(|(j, &a)| (a, k(j)));
        let point = argument(&quote_spanned!(at=> y1), terms);
        let (node, i) = (float(method.c[i]), Literal::usize_unsuffixed(i));
        quote_spanned! {at=>
            #point
            rt::AtStage::fill(&mut rhs, #node, &*y1, &mut k[#i]);
        }
    });
    let end = end(&method.b);
    // With one working stage nothing is left to evaluate.
    let rhs = if method.a.len() > 1 { quote_spanned!(at=> mut rhs) } else { quote_spanned!(at=> _rhs) };
    quote_spanned! {at=>
        #[inline(always)]
        fn advance<L: rt::Lane, V: rt::Space<L>>(
            &self,
            #rhs: impl rt::AtStage<f64, V>,
            h: L,
            y: &V,
            k: &mut [V; #stages],
            y1: &mut V,
        ) {
            #(#working)*
            #end
        }
    }
}

/// A term of a sum over the stages: its coefficient, and the element of the stage.
type Term = (f64, TokenStream);

/// `to = y + h Σ a_j k_j` for the argument of a stage. The stage that was evaluated last is added last, by a product of its
/// own, so that little is left to do when it is known.
fn argument(to: &TokenStream, terms: impl Iterator<Item = Term>) -> TokenStream {
    let at = Span::mixed_site();
    let mut terms: Vec<Term> = terms.filter(|(a, _)| *a != 0.0).collect();
    let Some((a, newest)) = terms.pop() else {
        return quote_spanned! {at=> for n in 0..y.len() { #to[n] = y[n]; } };
    };
    let factor = float(a);
    let earlier = sum(None, terms);
    let start = match earlier {
        None => quote_spanned!(at=> y[n]),
        Some(_) => quote_spanned!(at=> sum.mul_add_fast(h, y[n])),
    };
    quote_spanned! {at=>
        {
            let last = h * rt::constant::<L>(#factor);
            for n in 0..y.len() {
                #earlier
                #to[n] = #newest.mul_add_fast(last, #start);
            }
        }
    }
}

/// `y1 = y + h Σ b_j k_j` for the end of the step, rounded to the precision of `y` once.
fn end(weights: &[f64]) -> TokenStream {
    let at = Span::mixed_site();
    let sum = sum(None, weights.iter().enumerate().map(|(j, &b)| (b, k(j))));
    quote_spanned! {at=>
        for n in 0..y.len() {
            #sum
            y1[n] = sum.mul_add_fast(h, y[n]);
        }
    }
}

/// An estimate: the step less the embedded step.
fn error(stages: usize, weights: &[f64], name: &Ident) -> TokenStream {
    let at = Span::mixed_site();
    let terms = weights.iter().enumerate().map(|(i, &weight)| (weight, k(i)));
    // Weights that are the embedded ones estimate nothing.
    let sum = sum(None, terms).unwrap_or_else(|| quote_spanned!(at=> let sum = rt::constant::<L>(0.0);));
    quote_spanned! {at=>
        #[inline(always)]
        fn #name<L: rt::Lane, V: rt::Space<L>>(&self, k: &[V; #stages], error: &mut V) {
            for n in 0..error.len() {
                #sum
                error[n] = sum;
            }
        }
    }
}

/// The statements of [`advance`] backwards, each transposed: stage `i` entered `y1` by `h b_i` and the
/// argument of each later stage `j` by `h a_ji`; every argument contains `y`.
fn transpose(method: &Rounded) -> TokenStream {
    let stages = method.c.len();
    let at = Span::mixed_site();
    let y_bar = |j: usize| stage(quote_spanned!(at=> y_bar), j);
    let working = (0..method.a.len()).rev().map(|i| {
        let later = (i + 1..method.a.len()).map(|j| (method.a[j][i], y_bar(j)));
        let terms = [(method.b[i], quote_spanned!(at=> lambda[n]))].into_iter().chain(later);
        let stage = Literal::usize_unsuffixed(i);
        let gather = sum(None, terms).map(|sum| {
            quote_spanned! {at=>
                for n in 0..lambda.len() {
                    #sum
                    k_bar[#stage][n] = h.mul_add_fast(sum, k_bar[#stage][n]);
                }
            }
        });
        quote_spanned! {at=>
            #gather
            rt::AtStage::fill(&mut vjp, #stage, &k_bar[#stage], &mut y_bar[#stage]);
        }
    });
    let all = sum(Some(quote_spanned!(at=> lambda[n])), (0..method.a.len()).map(|i| (1.0, y_bar(i))));
    quote_spanned! {at=>
        #[inline(always)]
        fn transpose<L: rt::Lane, V: rt::Space<L>>(
            &self,
            mut vjp: impl rt::AtStage<usize, V>,
            h: L,
            lambda: &mut V,
            k_bar: &mut [V; #stages],
            y_bar: &mut [V; #stages],
        ) {
            #(#working)*
            for n in 0..lambda.len() {
                #all
                lambda[n] = sum;
            }
        }
    }
}

/// `let sum = ..;` for each term that is not zero, left to right; nothing if there is none.
fn sum(
    start: Option<TokenStream>,
    terms: impl IntoIterator<Item = (f64, TokenStream)>,
) -> Option<TokenStream> {
    let at = Span::mixed_site();
    let mut statements: Option<TokenStream> = None;
    let mut before = start;
    for (coefficient, term) in terms.into_iter().filter(|(coefficient, _)| *coefficient != 0.0) {
        let factor = float(coefficient);
        let value = match (&before, coefficient) {
            (None, 1.0) => term,
            (None, -1.0) => quote_spanned!(at=> -#term),
            (None, _) => quote_spanned!(at=> #term * rt::constant::<L>(#factor)),
            (Some(before), 1.0) => quote_spanned!(at=> #before + #term),
            (Some(before), -1.0) => quote_spanned!(at=> #before - #term),
            (Some(before), _) => quote_spanned!(at=> #term.mul_add_fast(rt::constant::<L>(#factor), #before)),
        };
        statements.get_or_insert_default().extend(quote_spanned!(at=> let sum = #value;));
        before = Some(quote_spanned!(at=> sum));
    }
    statements
}

/// `k[i][n]`
fn k(i: usize) -> TokenStream {
    stage(quote_spanned!(Span::mixed_site()=> k), i)
}

/// `of[i][n]`
fn stage(of: TokenStream, i: usize) -> TokenStream {
    let i = Literal::usize_unsuffixed(i);
    quote_spanned!(Span::mixed_site()=> #of[#i][n])
}

fn slice(values: &[f64]) -> TokenStream {
    let values = values.iter().map(|&value| float(value));
    quote!(&[#(#values),*])
}

/// The shortest decimal that reads back as `value`. The sign is a token of its own, as in source text.
fn float(value: f64) -> TokenStream {
    let magnitude = Literal::f64_unsuffixed(value.abs());
    if value < 0.0 { quote!(-#magnitude) } else { quote!(#magnitude) }
}

/// `AdaptiveHeun` -> `adaptive_heun`, `Rk4Classic` -> `rk4_classic`, `RK4` -> `rk4`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, &letter) in letters.iter().enumerate() {
        let previous = i.checked_sub(1).map(|i| letters[i]);
        let word_before = previous.is_some_and(|p| p.is_lowercase() || p.is_ascii_digit());
        let word_after =
            previous.is_some_and(char::is_uppercase) && letters.get(i + 1).is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && (word_before || word_after) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_methods() {
        for (name, expected) in [
            ("AdaptiveHeun", "adaptive_heun"),
            ("Rk4Classic", "rk4_classic"),
            ("Dopri5", "dopri5"),
            ("RK4", "rk4"),
            ("SSPHeun", "ssp_heun"),
            ("Tsit5", "tsit5"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }

    #[test]
    fn literals_read_back_the_same() {
        for value in [1.0 / 3.0, 1e-300, 6.02e23, -0.1, 5e-324, 4.0] {
            assert_eq!(float(value).to_string().replace(' ', "").parse(), Ok(value));
        }
    }

    #[test]
    fn sums_drop_zeros_and_do_not_multiply_by_one() {
        let terms = |values: &[f64]| values.iter().map(|&v| (v, quote!(x))).collect::<Vec<_>>();
        let text = |values: &[f64]| sum(None, terms(values)).map(|sum| sum.to_string().replace(' ', ""));
        assert_eq!(text(&[0.0, 0.0]), None);
        assert_eq!(text(&[0.0, 1.0, -1.0]).unwrap(), "letsum=x;letsum=sum-x;");
        assert_eq!(text(&[-1.0, 1.0]).unwrap(), "letsum=-x;letsum=sum+x;");
        let long = "letsum=x*rt::constant::<L>(0.5);letsum=x.mul_add_fast(rt::constant::<L>(-0.25),sum);";
        assert_eq!(text(&[0.5, -0.25]).unwrap(), long);
    }
}
