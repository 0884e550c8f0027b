//! The text of every refusal of a tableau: what was found, what it should be, what to write.

use super::read::Order;
use std::fmt::Display;

// Coefficients

pub(super) const DIVISION_BY_ZERO: &str = "this divisor is zero";
pub(super) const NEGATIVE_ROOT: &str = "this number is negative and has no square root";
pub(super) const EXPONENT: &str = "exponents go from -999 to 999";
pub(super) const TOO_LARGE: &str = "no coefficient is larger than 1e100: is a digit or a sign missing?";
pub(super) const NUMBER_EXPECTED: &str = "a number was expected here, such as 3, 0.25, 1/4 or sqrt(2)/4";

pub(super) fn not_a_coefficient(found: &str) -> String {
    format!(
        "`{found}` is no coefficient: write an integer, a decimal, a fraction such as 1/3, or sqrt(..); anything longer \
         goes into parentheses, as in (1/2 - sqrt(3)/6)"
    )
}

pub(super) fn suffix(found: &str, suffix: &str) -> String {
    format!("write `{found}` without `{suffix}`: coefficients are exact and have no type")
}

// Header

pub(super) const AFTER_TABLEAU: &str =
    "one `tableau!` holds one tableau: remove this, or give it a `tableau!` of its own";
pub(super) const ORDER_EXPECTED: &str = "an order was expected here, such as 4";
pub(super) const TOLERANCE_TOO_LARGE: &str =
    "a residual is what cut-off digits leave, at most 1e-9: above it, a condition is missed by mistake";
pub(super) const TOLERANCE_EXPECTED: &str = "a small positive number was expected here, such as 1e-16";

pub(super) fn order_missing(name: &impl Display) -> String {
    format!("the order of this method is missing: write `{name}, order 4 {{ .. }}`; it is checked")
}

pub(super) fn header(name: &impl Display) -> String {
    format!("expected a comma or the tableau in braces: `{name}, order 3, embedded 2 {{ .. }}`")
}

pub(super) fn unknown_key(key: &impl Display) -> String {
    format!(
        "`{key}` is not known here: after the name come `order N`, `embedded N`, `embedded N and M`, `dense N`, \
         `dense N within 1e-12` and `residual 1e-16`"
    )
}

pub(super) fn stated_twice(key: &impl Display) -> String {
    format!("`{key}` is stated twice: remove one")
}

pub(super) fn order_out_of_range(found: &str) -> String {
    format!("{found} is no order that can be checked: orders go from 1 to {}", Order::HIGHEST)
}

// Layout

pub(super) const NO_ROWS: &str = "this tableau has no stages: its first row is `0 |`";
pub(super) const NODE_MISSING: &str = "the node of this row is missing: write it before the `|`";
pub(super) const BAR_MISSING: &str = "a row begins with its node and a `|`: the first row is `0 |`";
pub(super) const NO_RULE: &str =
    "the weights are missing: under the rows go a rule of dashes and `| b1 b2 ..`";
pub(super) const WEIGHTS_BAR: &str = "the weights begin with `|`: they have no node";
pub(super) const TOO_MANY_WEIGHTS: &str = "\
    a fourth row of weights: there are the weights, one or two rows of embedded weights and, under a second \
    rule, dense output";
pub(super) const NO_THIRD_RULE: &str = "\
    the rows of theta are missing a rule: under the stages that dense output alone needs go a third rule of \
    dashes and `theta | ..`";
pub(super) const THETA_WITHOUT_RULE: &str =
    "dense output goes under a second rule of dashes, below the weights";

pub(super) fn count(what: &str, found: usize, needed: usize) -> String {
    let s = if found == 1 { "" } else { "s" };
    format!("{what} {found} coefficient{s}, but should have {needed}")
}

pub(super) fn row_count(row: usize, found: usize, needed: usize) -> String {
    let why = "one for each stage before it, zeros included";
    format!("{}: {why}", count(&format!("row {row} has"), found, needed))
}

pub(super) fn extra_count(row: usize, found: usize, needed: usize, first_same_as_last: bool) -> String {
    format!(
        "{}: one for each row above, {}, and one for each extra stage before it",
        count(&format!("extra stage {row} has"), found, needed),
        end_of_step(first_same_as_last)
    )
}

pub(super) fn extra_unused(row: usize) -> String {
    format!(
        "extra stage {row} is used by no row of theta and no later stage: remove it, and its coefficients"
    )
}

/// How the right-hand side at the end of the step comes among the stages.
fn end_of_step(first_same_as_last: bool) -> &'static str {
    if first_same_as_last {
        "the last of which is the right-hand side at the end of the step"
    } else {
        "one for the right-hand side at the end of the step"
    }
}

pub(super) fn weights_count(embedded: bool, found: usize, needed: usize) -> String {
    let what = if embedded { "the embedded weights have" } else { "the weights have" };
    format!("{}: one for each of the {needed} rows, zeros included", count(what, found, needed))
}

pub(super) fn power_count(
    label: &str,
    found: usize,
    needed: usize,
    first_same_as_last: bool,
    extra: bool,
) -> String {
    format!(
        "{}: one for each row, {}{}",
        count(&format!("the row of {label} has"), found, needed),
        end_of_step(first_same_as_last),
        if extra { ", and one for each extra stage" } else { "" }
    )
}

pub(super) const EMBEDDED_WITHOUT_ROW: &str = "\
    an embedded order is stated, but there is no row of weights for it: add `| ..` with the embedded weights, \
    or remove it";
pub(super) const ROW_WITHOUT_EMBEDDED: &str = "\
    embedded weights need their order in the header: add `, embedded N`, or remove this row (the orders of two \
    rows are `embedded N and M`)";
pub(super) const DENSE_WITHOUT_ROWS: &str = "\
    an order of dense output is stated, but there are no rows `theta | ..`: add them under a second rule, \
    or remove it (a cubic Hermite interpolant is then made)";
pub(super) const ROWS_WITHOUT_DENSE: &str =
    "dense output needs its order in the header: add `, dense N`, or remove these rows";

pub(super) const EXTRA_WITHOUT_ROWS: &str = "\
    a stage under the weights serves dense output alone, but there are no rows `theta | ..`: add them under a \
    third rule, or remove this stage";

pub(super) fn second_order(second: usize, first: usize) -> String {
    format!(
        "a second estimate tempers the first by one of a lower order, but {second} is not below {first}: write the \
         higher order first, and its row of weights"
    )
}

pub(super) fn too_few_powers(order: usize, found: usize) -> String {
    format!(
        "dense output of order {order} needs the powers of theta up to {order}, but the last row is that of {found}"
    )
}

pub(super) fn theta_expected(power: usize) -> String {
    let label = if power == 1 { "theta".to_owned() } else { format!("theta^{power}") };
    format!("expected `{label} | ..`: dense output has a row for each power of theta, in their order")
}

// Conditions

/// A number with what the message needs to say about it: how it reads, and how far it is from what it should
/// be.
pub(super) struct Off {
    /// The number found.
    pub(super) found: String,
    /// What it should be.
    pub(super) needed: String,
    /// `found - needed`
    pub(super) by: f64,
}

impl Off {
    /// Misses below this come from digits that a publication cut off; larger ones are mistakes.
    const CUT_OFF: f64 = 1e-9;

    /// Whether so little is missing that it may not be a mistake.
    pub(super) fn is_cut_off(&self) -> bool {
        self.by.abs() < Off::CUT_OFF
    }

    fn advice(&self, key: &str) -> String {
        if self.is_cut_off() {
            // Away from an exact power of ten, the next one up is a limit that the number is within.
            let exponent = self.by.abs().log10().floor() as i32 + 1;
            format!("; if the published digits end there, state `{key} 1e{exponent}` in the header")
        } else {
            String::new()
        }
    }

    fn by(&self) -> String {
        if self.by.abs() < 1e-3 { format!(" (off by {:.1e})", self.by) } else { String::new() }
    }
}

pub(super) fn node_outside(node: &str) -> String {
    format!(
        "this node is {node}: nodes lie from 0 to 1, since the right-hand side is not evaluated outside of the step"
    )
}

pub(super) fn row_sum(row: &str, off: &Off, key: &str) -> String {
    format!(
        "{row} sums to {}, but its node is {}{}: the coefficients of a row must add up to its node{}",
        off.found,
        off.needed,
        off.by(),
        off.advice(key)
    )
}

pub(super) fn weights_sum(what: &str, off: &Off) -> String {
    format!("{what} sum to {}{}, but must sum to 1{}", off.found, off.by(), off.advice("residual"))
}

pub(super) fn order_missed(what: &str, stated: usize, tree: &str, reached: usize, off: &Off) -> String {
    let s = if reached == 1 { "" } else { "s" };
    format!(
        "{what} do not have order {stated}: for the tree {tree} they give {} where {} is needed{}. The conditions of \
         {reached} order{s} hold: correct a coefficient, or state order {reached}{}",
        off.found,
        off.needed,
        off.by(),
        off.advice("residual")
    )
}

pub(super) fn culprit(what: &str, stated: usize, written: &str, should: &str) -> String {
    format!(
        "this coefficient is {written}, but should be {should}: it alone keeps {what} from order {stated}"
    )
}

pub(super) fn dense_missed(label: &str, stated: usize, tree: &str, off: &Off) -> String {
    format!(
        "the dense output does not have order {stated}: for the tree {tree} the row of {label} gives {} where {} is \
         needed{}{}",
        off.found,
        off.needed,
        off.by(),
        off.advice("dense N within")
    )
}

pub(super) fn dense_end(stage: usize, extra: bool, off: &Off) -> String {
    let weight = if extra { "the weight of an extra stage".to_owned() } else { format!("weight {stage}") };
    format!(
        "column {stage} of the dense output sums to {}, but {weight} is {}{}: at theta = 1 the interpolant must meet \
         the step{}",
        off.found,
        off.needed,
        off.by(),
        off.advice("dense N within")
    )
}
