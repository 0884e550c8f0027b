//! Tokens -> the parts of a tableau, each with the tokens that a message may point at.

use super::{
    coefficient::{self, Coefficient},
    number::Constant,
    refusal,
};
use proc_macro2::{Punct, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Error, Ident, LitInt, Result, Token, Visibility, braced,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

/// A tableau as written.
pub(super) struct Source {
    /// The path of the runtime crate.
    pub(super) runtime: TokenStream,
    /// Documentation and other attributes of the type.
    pub(super) attributes: Vec<Attribute>,
    /// Who sees the type.
    pub(super) visibility: Visibility,
    /// The type.
    pub(super) name: Ident,
    /// The order of the weights.
    pub(super) order: Order,
    /// The orders of the embedded weights.
    pub(super) embedded: Vec<Order>,
    /// The order of the dense output.
    pub(super) dense: Option<Order>,
    /// How far the dense output may miss a condition.
    pub(super) within: Option<Constant>,
    /// How far everything else may miss a condition.
    pub(super) residual: Option<Constant>,
    /// The stages.
    pub(super) rows: Vec<Row>,
    /// What advances the state.
    pub(super) weights: Weights,
    /// What the error estimates compare it with.
    pub(super) embedded_weights: Vec<Weights>,
    /// The stages that dense output alone needs.
    pub(super) extra: Vec<Row>,
    /// Dense output, one row for each power of theta.
    pub(super) powers: Vec<Power>,
}

/// An order as stated in the header.
pub(super) struct Order {
    /// From 1 to [`Order::HIGHEST`].
    pub(super) value: usize,
    /// Where it is stated.
    pub(super) token: LitInt,
}

/// A stage: its node and the coefficients of the stages before it.
pub(super) struct Row {
    /// Left of the bar.
    pub(super) node: Coefficient,
    /// Right of the bar.
    pub(super) coefficients: Vec<Coefficient>,
}

/// A row under the rule.
pub(super) struct Weights {
    /// The bar that begins the row.
    pub(super) bar: Token![|],
    /// One for each stage.
    pub(super) coefficients: Vec<Coefficient>,
}

/// `theta^n | ..`
pub(super) struct Power {
    /// `theta^n`
    pub(super) label: TokenStream,
    /// One for each stage, the completion and the extra ones included.
    pub(super) coefficients: Vec<Coefficient>,
}

impl Source {
    /// Whether no coefficient holds an irrational root.
    pub(super) fn is_rational(&self) -> bool {
        let rows = self.rows.iter().chain(&self.extra);
        let stages = rows.flat_map(|row| row.coefficients.iter().chain([&row.node]));
        let weights = [&self.weights].into_iter().chain(&self.embedded_weights);
        let weights = weights.flat_map(|row| &row.coefficients);
        let dense = self.powers.iter().flat_map(|row| &row.coefficients);
        stages.chain(weights).chain(dense).all(|coefficient| coefficient.value.is_rational())
    }

    /// The highest order that anything here is checked to.
    pub(super) fn highest_order(&self) -> usize {
        let optional = self.embedded.iter().chain(&self.dense);
        optional.map(|order| order.value).fold(self.order.value, usize::max)
    }
}

impl Order {
    /// Above it, the rooted trees number thousands, and no such method is in use.
    pub(super) const HIGHEST: usize = 10;
}

impl Row {
    /// What a message about the whole row points at.
    pub(super) fn tokens(&self) -> TokenStream {
        if self.coefficients.is_empty() { self.node.to_token_stream() } else { joined(&self.coefficients) }
    }
}

impl Weights {
    /// What a message about the whole row points at.
    pub(super) fn tokens(&self) -> TokenStream {
        if self.coefficients.is_empty() { self.bar.to_token_stream() } else { joined(&self.coefficients) }
    }
}

impl Power {
    /// `theta` or `theta^2`
    pub(super) fn label_text(&self) -> String {
        self.label.to_string().replace(' ', "")
    }

    /// What a message about the whole row points at.
    pub(super) fn tokens(&self) -> TokenStream {
        if self.coefficients.is_empty() { self.label.clone() } else { joined(&self.coefficients) }
    }
}

fn joined(coefficients: &[Coefficient]) -> TokenStream {
    coefficients.iter().map(ToTokens::to_token_stream).collect()
}

impl Parse for Source {
    fn parse(input: ParseStream) -> Result<Self> {
        let runtime = runtime(input)?;
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let name = input.parse()?;
        let header = header(input, &name)?;
        let order = header.order.ok_or_else(|| Error::new_spanned(&name, refusal::order_missing(&name)))?;

        let body;
        let brace = braced!(body in input);
        if !input.is_empty() {
            return Err(input.error(refusal::AFTER_TABLEAU));
        }
        let rows = rows(&body, refusal::NO_RULE)?;
        if rows.is_empty() {
            return Err(Error::new(brace.span.join(), refusal::NO_ROWS));
        }
        rule(&body);
        let weights = weights(&body)?;
        let mut embedded_weights = Vec::new();
        while body.peek(Token![|]) {
            if embedded_weights.len() == MOST_ESTIMATES {
                return Err(body.error(refusal::TOO_MANY_WEIGHTS));
            }
            embedded_weights.push(self::weights(&body)?);
        }
        let (extra, powers) = if at_rule(&body) { dense(&body)? } else { (Vec::new(), Vec::new()) };
        if !body.is_empty() {
            return Err(body.error(refusal::THETA_WITHOUT_RULE));
        }
        Ok(Source {
            runtime,
            attributes,
            visibility,
            name,
            order,
            embedded: header.embedded,
            dense: header.dense,
            within: header.within,
            residual: header.residual,
            rows,
            weights,
            embedded_weights,
            extra,
            powers,
        })
    }
}

/// Everything before the first `;`: `$crate` is no path that syn could parse.
fn runtime(input: ParseStream) -> Result<TokenStream> {
    let mut path = TokenStream::new();
    while !input.peek(Token![;]) {
        path.extend([input.parse::<TokenTree>()?]);
    }
    input.parse::<Token![;]>()?;
    Ok(path)
}

#[derive(Default)]
struct Header {
    order: Option<Order>,
    embedded: Vec<Order>,
    dense: Option<Order>,
    within: Option<Constant>,
    residual: Option<Constant>,
}

/// The most estimates of the error that there is a rule for.
const MOST_ESTIMATES: usize = 2;

/// `, order N, embedded M and L, dense D within x, residual x`, in any sequence.
fn header(input: ParseStream, name: &Ident) -> Result<Header> {
    let mut header = Header::default();
    while input.parse::<Option<Token![,]>>()?.is_some() {
        let key: Ident = input.call(Ident::parse_any)?;
        let repeated = match key.to_string().as_str() {
            "order" => header.order.replace(input.parse()?).is_some(),
            "embedded" => {
                let repeated = !header.embedded.is_empty();
                header.embedded = embedded(input)?;
                repeated
            }
            "residual" => header.residual.replace(tolerance(input)?).is_some(),
            "dense" => {
                let repeated = header.dense.replace(input.parse()?).is_some();
                if at_word(input, "within") {
                    input.parse::<Ident>()?;
                    header.within = Some(tolerance(input)?);
                }
                repeated
            }
            _ => return Err(Error::new_spanned(&key, refusal::unknown_key(&key))),
        };
        if repeated {
            return Err(Error::new_spanned(&key, refusal::stated_twice(&key)));
        }
    }
    if input.peek(syn::token::Brace) { Ok(header) } else { Err(input.error(refusal::header(name))) }
}

/// `M`, or `M and L` with a lower order.
fn embedded(input: ParseStream) -> Result<Vec<Order>> {
    let first: Order = input.parse()?;
    if !at_word(input, "and") {
        return Ok(vec![first]);
    }
    input.parse::<Ident>()?;
    let second: Order = input.parse()?;
    if second.value >= first.value {
        return Err(Error::new_spanned(&second.token, refusal::second_order(second.value, first.value)));
    }
    Ok(vec![first, second])
}

impl Parse for Order {
    fn parse(input: ParseStream) -> Result<Self> {
        let token: LitInt =
            input.parse().map_err(|error| Error::new(error.span(), refusal::ORDER_EXPECTED))?;
        match token.base10_parse() {
            Ok(value) if (1..=Order::HIGHEST).contains(&value) => Ok(Order { value, token }),
            _ => Err(Error::new_spanned(&token, refusal::order_out_of_range(&token.to_string()))),
        }
    }
}

/// Residuals are at most ten to this power, so that none hides a mistake.
const HIGHEST_POWER_OF_RESIDUALS: i32 = -9;

fn tolerance(input: ParseStream) -> Result<Constant> {
    let Some((token, _)) = input.cursor().literal() else {
        return Err(input.error(refusal::TOLERANCE_EXPECTED));
    };
    let value = coefficient::literal(input)?;
    if value.is_within_power(HIGHEST_POWER_OF_RESIDUALS) {
        Ok(value)
    } else {
        Err(Error::new_spanned(token, refusal::TOLERANCE_TOO_LARGE))
    }
}

/// The rows above a rule, which `no_rule` says is missing. A coefficient before a bar is the node of the next row, so that
/// rows need no separator.
fn rows(input: ParseStream, no_rule: &str) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    while !at_rule(input) {
        if input.is_empty() || at_theta(input) {
            return Err(input.error(no_rule));
        }
        if input.peek(Token![|]) {
            return Err(input.error(refusal::NODE_MISSING));
        }
        let coefficient: Coefficient = input.parse()?;
        if input.parse::<Option<Token![|]>>()?.is_some() {
            rows.push(Row { node: coefficient, coefficients: Vec::new() });
        } else if let Some(row) = rows.last_mut() {
            row.coefficients.push(coefficient);
        } else {
            return Err(Error::new_spanned(&coefficient, refusal::BAR_MISSING));
        }
    }
    Ok(rows)
}

fn weights(input: ParseStream) -> Result<Weights> {
    if !input.peek(Token![|]) {
        return Err(input.error(refusal::WEIGHTS_BAR));
    }
    let bar = input.parse()?;
    let mut coefficients: Vec<Coefficient> = Vec::new();
    while !input.is_empty() && !input.peek(Token![|]) && !at_rule(input) && !at_theta(input) {
        coefficients.push(input.parse()?);
    }
    Ok(Weights { bar, coefficients })
}

/// Under the second rule: the extra stages and a third rule, if there are any, then the powers.
fn dense(input: ParseStream) -> Result<(Vec<Row>, Vec<Power>)> {
    rule(input);
    let at_label = input.cursor().ident().is_some_and(|(ident, _)| ident != "sqrt");
    if input.is_empty() || at_label {
        return Ok((Vec::new(), powers(input)?));
    }
    let extra = rows(input, refusal::NO_THIRD_RULE)?;
    rule(input);
    Ok((extra, powers(input)?))
}

/// `theta | ..  theta^2 | ..`, under their rule.
fn powers(input: ParseStream) -> Result<Vec<Power>> {
    let mut powers = Vec::new();
    while !input.is_empty() {
        let label = label(input, powers.len() + 1)?;
        let mut coefficients = Vec::new();
        while !input.is_empty() && !at_theta(input) {
            coefficients.push(input.parse()?);
        }
        powers.push(Power { label, coefficients });
    }
    Ok(powers)
}

/// `theta |` or `theta^n |`, where `n` must be the next power.
fn label(input: ParseStream, expected: usize) -> Result<TokenStream> {
    if !at_theta(input) {
        return Err(input.error(refusal::theta_expected(expected)));
    }
    let theta: Ident = input.parse()?;
    let mut label = theta.to_token_stream();
    let mut power = 1;
    if input.peek(Token![^]) {
        let caret: Token![^] = input.parse()?;
        let exponent: LitInt = input.parse()?;
        power = exponent.base10_parse()?;
        label.extend([caret.to_token_stream(), exponent.to_token_stream()]);
    }
    if power != expected {
        return Err(Error::new_spanned(label, refusal::theta_expected(expected)));
    }
    if input.parse::<Option<Token![|]>>()?.is_none() {
        return Err(input.error(refusal::theta_expected(expected)));
    }
    Ok(label)
}

fn at_theta(input: ParseStream) -> bool {
    at_word(input, "theta")
}

fn at_word(input: ParseStream, word: &str) -> bool {
    input.cursor().ident().is_some_and(|(ident, _)| ident == word)
}

fn is_dash(punct: &Punct) -> bool {
    matches!(punct.as_char(), '-' | '+')
}

/// Two dashes or crosses in a row; one alone is the sign of a coefficient.
fn at_rule(input: ParseStream) -> bool {
    let first = input.cursor().punct().filter(|(punct, _)| is_dash(punct));
    first.and_then(|(_, rest)| rest.punct()).is_some_and(|(punct, _)| is_dash(&punct))
}

fn rule(input: ParseStream) {
    while input.cursor().punct().is_some_and(|(punct, _)| is_dash(&punct)) {
        // Cannot fail: a punctuation is next.
        let _ = input.parse::<Punct>();
    }
}
