//! The compile stage behind `tableau!`: an explicit Butcher tableau in, a stepper and its transpose out.
//!
//! ```text
//! tokens -> read::Source -> check::layout -> form::Exact<T> -> check::conditions -> form::Rounded -> emit
//! ```
//!
//! Coefficients stay exact until the checks are done and are rounded to `f64` once. A tableau whose rows do
//! not sum to their nodes, or that misses its stated order, is refused at the coefficient that the user
//! wrote.

mod check;
mod coefficient;
mod condition;
mod emit;
mod form;
mod number;
mod read;
mod refusal;
#[cfg(test)]
mod tests;

use self::{
    form::{Exact, Rounded},
    number::{Fixed, Number},
    read::Source,
};
use num_rational::BigRational;
use proc_macro2::TokenStream;

/// Above this order the products of fractions grow out of hand; fixed point stays at 384 bits.
const HIGHEST_ORDER_IN_RATIONALS: usize = 5;

/// Compiles one tableau to the type, its data and its stepper.
///
/// `input` is the path of the runtime crate, a `;`, and then what the user wrote:
///
/// ```text
/// $crate;
/// /// Heun's method.
/// pub Heun, order 2 [, embedded M [and L]] [, dense D [within x]] [, residual x] {
///     0 |
///     1 | 1
///     --+--------
///       | 1/2 1/2
///      [| embedded weights of order M]
///      [| embedded weights of order L]
///     [--+-------
///     [c | the extra stages: one coefficient per stage before, the completion included
///     --+-------]
///     theta   | one coefficient per stage, the completion and the extra ones included
///     theta^2 | ...]
/// }
/// ```
///
/// A coefficient is an integer, a decimal, a fraction, `sqrt(..)` or an expression of these in parentheses,
/// each with an optional `-`. `residual` says how far published digits may miss a condition, `within` the
/// same for dense output.
///
/// # Errors
/// At the token concerned: what was found, what it should be, and what to write instead.
pub fn tableau(input: TokenStream) -> syn::Result<TokenStream> {
    let source: Source = syn::parse2(input)?;
    check::layout(&source)?;
    let method =
        if is_exact(&source) { compile::<BigRational>(&source)? } else { compile::<Fixed>(&source)? };
    Ok(emit::items(&source, &method))
}

/// Whether to compute in rationals. Where conditions hold up to a residual only, exactness would gain
/// nothing.
fn is_exact(source: &Source) -> bool {
    source.is_rational() && source.residual.is_none() && source.highest_order() <= HIGHEST_ORDER_IN_RATIONALS
}

fn compile<T: Number>(source: &Source) -> syn::Result<Rounded> {
    let exact = Exact::<T>::new(source);
    check::conditions(source, &exact)?;
    Ok(exact.round(source.order.value))
}
