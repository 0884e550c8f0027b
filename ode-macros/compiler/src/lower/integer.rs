//! Integers: known while compiling, or affine in the variables of loops that stay loops.
//!
//! What such an integer decides is decided for all iterations at once. Where that cannot be, the range of the loop is
//! split, or the decision left to the running code.

use proc_macro2::Span;

use super::Lower;
use super::affine::Affine;
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::graph::Operation;
use crate::operation::Comparison;
use crate::parse::Arithmetic;

/// A range is not searched for more changes of a quotient than this.
const MOST_CHANGES: i128 = 8;

impl Lower<'_> {
    /// The value of an integer.
    pub(super) fn integer_value(integer: Affine) -> Value {
        integer.known().map_or(Value::Index(integer), Value::Integer)
    }

    pub(super) fn affine_arithmetic(
        &mut self,
        operator: Arithmetic,
        a: &Affine,
        b: &Affine,
        span: Span,
    ) -> Value {
        let result = match (operator, a.known(), b.known()) {
            (Arithmetic::Add, ..) => a.plus(b),
            (Arithmetic::Sub, ..) => a.minus(b),
            (Arithmetic::Mul, Some(factor), _) => b.times(factor),
            (Arithmetic::Mul, _, Some(factor)) => a.times(factor),
            (Arithmetic::Div | Arithmetic::Rem, _, Some(0)) => {
                return self.refuse(span, say::DIVISION_BY_ZERO);
            }
            (Arithmetic::Div | Arithmetic::Rem, _, Some(by)) => return self.division(operator, a, by, span),
            _ => {
                self.cannot_keep(span, say::LOOP_INTEGER);
                return Value::Poison;
            }
        };
        match result {
            Some(result) => Self::integer_value(result),
            None => self.refuse(span, say::INTEGER_RANGE),
        }
    }

    fn division(&mut self, operator: Arithmetic, a: &Affine, by: i128, span: Span) -> Value {
        let (low, high) = a.range(|variable| self.bounds(variable));
        if low < 0 || by < 0 {
            self.cannot_keep(span, say::LOOP_INTEGER);
            return Value::Poison;
        }
        if let Some((quotient, rest)) = a.divided(by) {
            let result = if operator == Arithmetic::Div { quotient } else { Affine::constant(rest) };
            return Self::integer_value(result);
        }
        if low / by == high / by {
            let whole = Affine::constant(low / by);
            let rest = whole.times(by).and_then(|whole| a.minus(&whole));
            return match (operator, rest) {
                (Arithmetic::Div, _) => Self::integer_value(whole),
                (_, Some(rest)) => Self::integer_value(rest),
                (_, None) => self.refuse(span, say::INTEGER_RANGE),
            };
        }
        if let Some(variable) = a.single().filter(|_| high / by - low / by <= MOST_CHANGES) {
            let points = self.changes(variable, |value| a.at(variable, value).constant / by);
            if self.split(variable, points) {
                return Value::Poison;
            }
        }
        self.cannot_keep(span, say::LOOP_INTEGER);
        Value::Poison
    }

    /// Where what a loop variable decides changes.
    fn changes<T: PartialEq>(&self, variable: usize, decided: impl Fn(i128) -> T) -> Vec<i128> {
        let (first, last) = self.bounds(variable);
        (first + 1..=last).filter(|&value| decided(value) != decided(value - 1)).collect()
    }

    pub(super) fn affine_comparison(
        &mut self,
        comparison: Comparison,
        a: &Affine,
        b: &Affine,
        span: Span,
    ) -> Value {
        let Some(distance) = a.minus(b) else { return self.refuse(span, say::INTEGER_RANGE) };
        let (low, high) = distance.range(|variable| self.bounds(variable));
        let holds = |distance: i128| comparison.evaluate(distance, 0);
        // Zero is between the ends or not, and the sign is that of both ends or not.
        let zero_inside = low <= 0 && high >= 0;
        if holds(low) == holds(high) && (!zero_inside || low == high) {
            return Value::Truth(holds(low));
        }
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) && holds(low) == holds(high) {
            return Value::Truth(holds(low));
        }
        if let Some(variable) = distance.single() {
            let points = self.changes(variable, |value| holds(distance.at(variable, value).constant));
            if points.is_empty() {
                let first = self.bounds(variable).0;
                return Value::Truth(holds(distance.at(variable, first).constant));
            }
            if self.split(variable, points) {
                return Value::Poison;
            }
        }
        let (a, b) = (self.as_running(a, span), self.as_running(b, span));
        Value::Condition(self.regions.push(Operation::Compare(comparison), &[a, b], span))
    }

    /// The smaller or larger of two integers.
    pub(super) fn affine_extreme(&mut self, largest: bool, a: &Affine, b: &Affine, span: Span) -> Value {
        let comparison = if largest { Comparison::GreaterEqual } else { Comparison::LessEqual };
        match self.affine_comparison(comparison, a, b, span) {
            Value::Truth(true) => Self::integer_value(a.clone()),
            Value::Truth(false) => Self::integer_value(b.clone()),
            Value::Poison => Value::Poison,
            _ => {
                self.cannot_keep(span, say::LOOP_INTEGER);
                Value::Poison
            }
        }
    }
}
