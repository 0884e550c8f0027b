//! Tokens -> one coefficient, with the tokens kept for messages.

use super::{number::Constant, refusal};
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Error, Ident, Lit, Result, Token,
    buffer::Cursor,
    parse::{Parse, ParseStream},
    token,
};

/// Coefficients are at most ten to this power.
const HIGHEST_POWER: i32 = 100;

/// One number of a tableau, as written.
pub(super) struct Coefficient {
    /// What it is worth.
    pub(super) value: Constant,
    /// Where it stands.
    pub(super) tokens: TokenStream,
}

impl Coefficient {
    /// Whether it holds a number with a decimal point or exponent, so that its digits may have been cut off.
    pub(super) fn is_decimal(&self) -> bool {
        fn any_decimal(tokens: TokenStream) -> bool {
            tokens.into_iter().any(|token| match token {
                TokenTree::Literal(literal) => matches!(Lit::new(literal), Lit::Float(_)),
                TokenTree::Group(group) => any_decimal(group.stream()),
                _ => false,
            })
        }
        any_decimal(self.tokens.clone())
    }

    /// As the user wrote it, without spaces.
    pub(super) fn text(&self) -> String {
        self.tokens.to_string().replace(' ', "")
    }
}

impl ToTokens for Coefficient {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

/// `['-'] atom ['/' atom]`: the next coefficient begins where this one cannot go on. Longer expressions need
/// parentheses, since `1/2 -1/3` is two coefficients.
impl Parse for Coefficient {
    fn parse(input: ParseStream) -> Result<Self> {
        let start = input.cursor();
        let minus: Option<Token![-]> = input.parse()?;
        let mut value = atom(input)?;
        if input.parse::<Option<Token![/]>>()?.is_some() {
            value = quotient(&value, input, atom)?;
        }
        if minus.is_some() {
            value = value.negated();
        }
        let tokens = between(start, input.cursor());
        // Keeps every sum of the checks, and what is emitted, within `f64`.
        if value.is_within_power(HIGHEST_POWER) {
            Ok(Coefficient { value, tokens })
        } else {
            Err(Error::new_spanned(tokens, refusal::TOO_LARGE))
        }
    }
}

/// `product (('+' | '-') product)*`, to the end of the parentheses.
fn sum(input: ParseStream) -> Result<Constant> {
    let mut value = product(input)?;
    while !input.is_empty() {
        if input.parse::<Option<Token![+]>>()?.is_some() {
            value = value.plus(&product(input)?);
        } else if input.parse::<Option<Token![-]>>()?.is_some() {
            value = value.minus(&product(input)?);
        } else {
            return Err(unknown(input));
        }
    }
    Ok(value)
}

/// `signed (('*' | '/') signed)*`
fn product(input: ParseStream) -> Result<Constant> {
    let mut value = signed(input)?;
    loop {
        if input.parse::<Option<Token![*]>>()?.is_some() {
            value = value.times(&signed(input)?);
        } else if input.parse::<Option<Token![/]>>()?.is_some() {
            value = quotient(&value, input, signed)?;
        } else {
            return Ok(value);
        }
    }
}

fn signed(input: ParseStream) -> Result<Constant> {
    match input.parse::<Option<Token![-]>>()? {
        Some(_) => Ok(atom(input)?.negated()),
        None => atom(input),
    }
}

fn quotient(
    value: &Constant,
    input: ParseStream,
    divisor: fn(ParseStream) -> Result<Constant>,
) -> Result<Constant> {
    let start = input.cursor();
    let by = divisor(input)?;
    let tokens = between(start, input.cursor());
    value.over(&by).ok_or_else(|| Error::new_spanned(tokens, refusal::DIVISION_BY_ZERO))
}

/// A literal, `sqrt(..)` or `(..)`.
fn atom(input: ParseStream) -> Result<Constant> {
    if input.peek(token::Paren) {
        let inside;
        syn::parenthesized!(inside in input);
        sum(&inside)
    } else if input.cursor().ident().is_some_and(|(ident, _)| ident == "sqrt") && input.peek2(token::Paren) {
        input.parse::<Ident>()?;
        let inside;
        syn::parenthesized!(inside in input);
        let tokens: TokenStream = inside.fork().parse()?;
        sum(&inside)?.root().ok_or_else(|| Error::new_spanned(tokens, refusal::NEGATIVE_ROOT))
    } else if input.cursor().literal().is_some() {
        literal(input)
    } else {
        Err(unknown(input))
    }
}

/// A number of the header or of a tableau, taken by its decimal text.
pub(super) fn literal(input: ParseStream) -> Result<Constant> {
    let literal: Literal = input.parse()?;
    let (digits, suffix) = match Lit::new(literal.clone()) {
        Lit::Int(number) => (number.base10_digits().to_owned(), number.suffix().to_owned()),
        Lit::Float(number) => (number.base10_digits().to_owned(), number.suffix().to_owned()),
        _ => return Err(Error::new_spanned(&literal, refusal::not_a_coefficient(&literal.to_string()))),
    };
    if !suffix.is_empty() {
        return Err(Error::new_spanned(&literal, refusal::suffix(&literal.to_string(), &suffix)));
    }
    Constant::from_decimal(&digits).ok_or_else(|| Error::new_spanned(&literal, refusal::EXPONENT))
}

fn unknown(input: ParseStream) -> Error {
    match input.cursor().token_tree() {
        Some((TokenTree::Group(group), _)) if group.delimiter() != Delimiter::None => {
            Error::new(group.span_open(), refusal::not_a_coefficient(&group.to_string()))
        }
        Some((token, _)) => Error::new_spanned(&token, refusal::not_a_coefficient(&token.to_string())),
        None => input.error(refusal::NUMBER_EXPECTED),
    }
}

fn between(mut start: Cursor<'_>, end: Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while start < end
        && let Some((token, next)) = start.token_tree()
    {
        tokens.extend([token]);
        start = next;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tableau::number::{Fixed, Number};

    fn value(text: &str) -> Result<f64> {
        syn::parse_str::<Coefficient>(text).map(|c| Fixed::of(&c.value).to_f64())
    }

    #[test]
    fn all_spellings() {
        for (text, expected) in [
            ("3", 3.0),
            ("-1/3", -1.0 / 3.0),
            ("0.1", 0.1),
            ("1_000/3", 1000.0 / 3.0),
            ("2.5e-3", 2.5e-3),
            ("sqrt(2)/4", 2f64.sqrt() / 4.0),
            ("1/sqrt(4)", 0.5),
            ("(1/2 - sqrt(3)/6)", 0.211_324_865_405_187_1),
            ("-(1 + 2*3 - -4)", -11.0),
            ("(2*(1/3 + 1/6))/4", 0.25),
        ] {
            assert_eq!(value(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_new_coefficient_begins_after_the_last() {
        let all = |input: ParseStream| {
            let mut found = Vec::new();
            while !input.is_empty() {
                found.push(input.parse::<Coefficient>()?.text());
            }
            Ok(found)
        };
        let found = syn::parse::Parser::parse_str(all, "1/2 -1/3 4 sqrt(2)/2 (1 - 2) 3").unwrap();
        assert_eq!(found, ["1/2", "-1/3", "4", "sqrt(2)/2", "(1-2)", "3"]);
    }

    #[test]
    fn what_is_no_number_is_refused_where_it_stands() {
        for (text, at, message) in [
            ("1/(2 - 2)", "(2 - 2)", "this divisor is zero"),
            ("sqrt(1 - 2)", "1 - 2", "this number is negative"),
            ("gamma", "gamma", "`gamma` is no coefficient"),
            ("(1 ^ 2)", "^", "`^` is no coefficient"),
            ("1.5f32", "1.5f32", "write `1.5f32` without `f32`"),
            ("1e-99999", "1e-99999", "exponents"),
            ("\"1\"", "\"1\"", "`\"1\"` is no coefficient"),
            ("-", "", "a number was expected"),
        ] {
            let error = value(text).unwrap_err();
            assert!(error.to_string().contains(message), "{text}: {error}");
            assert_eq!(error.span().source_text().unwrap_or_default(), at, "{text}");
        }
    }
}
