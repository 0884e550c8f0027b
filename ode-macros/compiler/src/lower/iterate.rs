//! What loops run over, and the methods of arrays and iterators, which are unrolled.

use proc_macro2::{Ident, Span};

use super::repeat::{Iteration, Made, Range};
use super::sequence::LONGEST;
use super::value::Value;
use super::{Lower, scope};
use crate::diagnostic::{did_you_mean, refusal as say};
use crate::parse::{Arithmetic, BinaryOperator, Expression, Kind, Type};

/// The methods that are known, for suggestions.
const METHODS: [&str; 18] = [
    "map",
    "iter",
    "into_iter",
    "len",
    "sum",
    "product",
    "fold",
    "enumerate",
    "zip",
    "rev",
    "take",
    "skip",
    "step_by",
    "copied",
    "cloned",
    "clone",
    "windows",
    "chain",
];

impl<'a> Lower<'a> {
    /// The array of what `step` gives for each index, where it is a long one of numbers.
    pub(super) fn collected(
        &mut self,
        count: usize,
        span: Span,
        step: &dyn Fn(&mut Self, Value) -> Value,
    ) -> Option<Value> {
        if self.of_tensors || self.unrolled > 0 || count < 2 {
            return None;
        }
        // The first element says what they all are.
        let first = step(self, Value::Integer(0));
        let first = self.dissolved(first, span);
        let element = first.type_of(self.real)?;
        let ty = Type::Array(Box::new(element.clone()), count);
        if !self.is_compact(&ty) {
            return None;
        }
        let store = self.store(ty, 0.0);
        self.scopes.enter();
        let slot = self.scopes.declare("", store, scope::Kind::Mutable);
        let lower = |lower: &mut Self, index: Value| {
            let value = step(lower, index.clone());
            let value = lower.dissolved(value, span);
            if value.is_poisoned() {
                return;
            }
            if !value.has_type(&element) {
                lower.refuse(span, say::element_shapes(&element.to_string(), &value.describe(lower.real)));
                return;
            }
            let start = index.affine().and_then(|index| index.times(element.len() as i128));
            if let Some(start) = start {
                lower.write(slot, &start, &value, None, span);
            }
        };
        let range = Range { first: 0, count, backwards: false, name: "i", span };
        self.repeat(range, Iteration { body: None, made: Some(Made::Store(slot)), lower: &lower });
        let value = self.scopes.variable(slot).value.clone();
        self.scopes.leave();
        Some(value)
    }

    /// The values that a loop over this expression meets.
    pub(super) fn iterated(&mut self, expression: &'a Expression) -> Option<Vec<Value>> {
        if let Kind::Range { start, end, inclusive } = &expression.kind {
            let (first, last) = (self.expression(start), self.expression(end));
            return match (first, last) {
                (Value::Integer(first), Value::Integer(last)) => {
                    let last = last.saturating_add(i128::from(*inclusive));
                    if last.saturating_sub(first) > LONGEST {
                        self.errors.at(expression.span, say::TOO_LARGE);
                        return None;
                    }
                    Some((first..last).map(Value::Integer).collect())
                }
                (Value::Poison, _) | (_, Value::Poison) => None,
                (Value::Index(_), _) | (_, Value::Index(_)) => {
                    self.cannot_keep(expression.span, say::LOOP_BOUNDS);
                    None
                }
                (Value::Integer(_), _) => {
                    self.errors.at(end.span, say::UNKNOWN_BOUNDS);
                    None
                }
                _ => {
                    self.errors.at(start.span, say::UNKNOWN_BOUNDS);
                    None
                }
            };
        }
        match self.expression(expression) {
            Value::Array(elements) => Some(elements),
            Value::Poison => None,
            value if value.compact_type().is_some() => Some(self.elements(&value, expression.span)),
            _ => {
                self.errors.at(expression.span, say::ITERATION);
                None
            }
        }
    }

    pub(super) fn array_method(
        &mut self,
        elements: Vec<Value>,
        name: &Ident,
        arguments: &'a [Expression],
    ) -> Value {
        let span = name.span();
        let method = name.to_string();
        let known = METHODS.iter().copied();
        if !METHODS.contains(&method.as_str()) {
            return self
                .refuse(span, say::unknown_method(&method, "an array", &did_you_mean(&method, known)));
        }
        let wanted = match method.as_str() {
            "map" | "zip" | "take" | "skip" | "step_by" | "windows" | "chain" => 1,
            "fold" => 2,
            _ => 0,
        };
        if arguments.len() != wanted {
            return self.refuse(span, say::arity(&method, wanted, arguments.len()));
        }
        match method.as_str() {
            "len" => Value::Integer(elements.len() as i128),
            "map" => Value::Array(
                elements
                    .into_iter()
                    .map(|element| self.apply_closure(&arguments[0], vec![element], &[]))
                    .collect(),
            ),
            "sum" => self.reduce(elements, Arithmetic::Add, name),
            "product" => self.reduce(elements, Arithmetic::Mul, name),
            "fold" => {
                let mut value = self.expression(&arguments[0]);
                for element in elements {
                    value = self.apply_closure(&arguments[1], vec![value, element], &[]);
                }
                value
            }
            "enumerate" => Value::Array(
                elements
                    .into_iter()
                    .enumerate()
                    .map(|(index, element)| Value::Tuple(vec![Value::Integer(index as i128), element]))
                    .collect(),
            ),
            "zip" => match self.iterated(&arguments[0]) {
                Some(others) => Value::Array(
                    elements.into_iter().zip(others).map(|(a, b)| Value::Tuple(vec![a, b])).collect(),
                ),
                None => Value::Poison,
            },
            "chain" => match self.iterated(&arguments[0]) {
                Some(others) => Value::Array(elements.into_iter().chain(others).collect()),
                None => Value::Poison,
            },
            "rev" => Value::Array(elements.into_iter().rev().collect()),
            "take" | "skip" | "step_by" | "windows" => self.part(elements, &method, &arguments[0]),
            // Numbers are copied, so these change nothing.
            _ => Value::Array(elements),
        }
    }

    fn part(&mut self, elements: Vec<Value>, method: &str, argument: &'a Expression) -> Value {
        let count = match self.expression(argument) {
            Value::Integer(count) => usize::try_from(count).ok(),
            Value::Poison => return Value::Poison,
            _ => None,
        };
        let Some(count) = count.filter(|&count| count > 0 || matches!(method, "take" | "skip")) else {
            return self.refuse(argument.span, say::UNKNOWN_BOUNDS);
        };
        Value::Array(match method {
            "take" => elements.into_iter().take(count).collect(),
            "skip" => elements.into_iter().skip(count).collect(),
            "step_by" => elements.into_iter().step_by(count).collect(),
            _ => elements.windows(count).map(|window| Value::Array(window.to_vec())).collect(),
        })
    }

    fn reduce(&mut self, elements: Vec<Value>, operator: Arithmetic, name: &Ident) -> Value {
        let mut elements = elements.into_iter();
        let Some(mut value) = elements.next() else {
            let neutral = if operator == Arithmetic::Add { 0.0 } else { 1.0 };
            return self.float(neutral, None, name.span());
        };
        for element in elements {
            value = self.binary(BinaryOperator::Arithmetic(operator), value, element, name.span());
        }
        value
    }
}
