//! What loops that can stay loops run over: ranges, long arrays, and iterators over them, position by position.

use proc_macro2::Span;

use super::Lower;
use super::affine::Affine;
use super::repeat::{Iteration, Made, Range};
use super::scope::Kind as VariableKind;
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::parse::{Arithmetic, BinaryOperator, Expression, Kind};

/// No loop is longer than this before the budget looks at what it made.
pub(super) const LONGEST: i128 = 1_000_000;

/// Values with positions; the first has position 0.
#[derive(Debug, Clone)]
pub(super) enum Sequence<'a> {
    /// Integers at equal distances.
    Progression { first: i128, step: i128, count: usize },
    /// The elements of an array.
    Elements(Value, usize),
    /// With the position of each.
    Enumerated(Box<Sequence<'a>>),
    /// Two side by side.
    Zipped(Box<Sequence<'a>>, Box<Sequence<'a>>),
    /// A closure of each.
    Mapped(Box<Sequence<'a>>, &'a Expression),
    /// The other way round.
    Reversed(Box<Sequence<'a>>),
    /// Without the first.
    Skipped(Box<Sequence<'a>>, usize),
    /// The first alone.
    Taken(Box<Sequence<'a>>, usize),
    /// Neighbours, so many at a time.
    Windows(Box<Sequence<'a>>, usize),
}

impl Sequence<'_> {
    /// The first number of a range that its loop can run over itself, and whether backwards.
    pub(super) fn own_range(&self) -> Option<(i128, bool)> {
        match self {
            Self::Progression { first, step: 1, .. } if *first >= 0 => Some((*first, false)),
            Self::Reversed(inner) => {
                inner.own_range().filter(|(_, backwards)| !backwards).map(|(first, _)| (first, true))
            }
            _ => None,
        }
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Progression { count, .. } | Self::Elements(_, count) => *count,
            Self::Enumerated(inner) | Self::Mapped(inner, _) | Self::Reversed(inner) => inner.count(),
            Self::Zipped(a, b) => a.count().min(b.count()),
            Self::Skipped(inner, skipped) => inner.count().saturating_sub(*skipped),
            Self::Taken(inner, count) => inner.count().min(*count),
            Self::Windows(inner, length) => (inner.count() + 1).saturating_sub(*length),
        }
    }
}

impl<'a> Lower<'a> {
    /// The sequence that an expression yields, where it is one over a range or a long array.
    pub(super) fn sequence(&mut self, expression: &'a Expression) -> Option<Sequence<'a>> {
        if self.of_tensors {
            return None;
        }
        match &expression.kind {
            Kind::Range { start, end, inclusive } => {
                let (first, last) = (self.expression(start), self.expression(end));
                if matches!(first, Value::Index(_)) || matches!(last, Value::Index(_)) {
                    self.cannot_keep(expression.span, say::LOOP_BOUNDS);
                }
                let (Value::Integer(first), Value::Integer(last)) = (first, last) else { return None };
                let count = last.saturating_add(i128::from(*inclusive)).saturating_sub(first).max(0);
                let count = usize::try_from(count).ok().filter(|&count| count as i128 <= LONGEST)?;
                Some(Sequence::Progression { first, step: 1, count })
            }
            Kind::Name(_) | Kind::Index(..) | Kind::Field(..) => {
                let value = self.expression(expression);
                let count = value.compact_type()?.dimensions()[0];
                Some(Sequence::Elements(value, count))
            }
            Kind::Method(receiver, name, arguments) => {
                self.sequence_of_method(receiver, &name.to_string(), arguments)
            }
            _ => None,
        }
    }

    fn sequence_of_method(
        &mut self,
        receiver: &'a Expression,
        name: &str,
        arguments: &'a [Expression],
    ) -> Option<Sequence<'a>> {
        let takes = match name {
            "iter" | "into_iter" | "copied" | "cloned" | "enumerate" | "rev" => 0,
            "zip" | "map" | "skip" | "take" | "windows" | "step_by" => 1,
            _ => return None,
        };
        if arguments.len() != takes {
            return None;
        }
        let inner = self.sequence(receiver)?;
        let count = match (name, arguments) {
            ("skip" | "take" | "windows" | "step_by", [count]) => match self.expression(count) {
                Value::Integer(count) => usize::try_from(count).ok(),
                _ => None,
            },
            _ => Some(0),
        }?;
        let boxed = Box::new(inner);
        Some(match (name, arguments) {
            ("enumerate", _) => Sequence::Enumerated(boxed),
            ("zip", [other]) => Sequence::Zipped(boxed, Box::new(self.sequence(other)?)),
            ("map", [closure]) => Sequence::Mapped(boxed, closure),
            ("rev", _) => Sequence::Reversed(boxed),
            ("skip", _) => Sequence::Skipped(boxed, count),
            ("take", _) => Sequence::Taken(boxed, count),
            ("windows", _) if count > 0 => Sequence::Windows(boxed, count),
            ("step_by", _) if count > 0 => {
                let steps = boxed.count().div_ceil(count);
                let (first, step) = match &*boxed {
                    Sequence::Progression { first, step, .. } => (*first, *step),
                    Sequence::Reversed(inner) => match &**inner {
                        Sequence::Progression { first, step, count } => {
                            (first + step * (*count as i128 - 1), -step)
                        }
                        _ => return None,
                    },
                    _ => return None,
                };
                Sequence::Progression { first, step: step * count as i128, count: steps }
            }
            ("windows" | "step_by", _) => return None,
            _ => *boxed,
        })
    }

    /// The value at a position.
    pub(super) fn at(&mut self, sequence: &Sequence<'a>, position: &Affine, span: Span) -> Value {
        let moved = |by: i128| position.plus(&Affine::constant(by));
        match sequence {
            Sequence::Progression { first, step, .. } => {
                let value = position.times(*step).and_then(|place| place.plus(&Affine::constant(*first)));
                value.map_or(Value::Poison, Self::integer_value)
            }
            Sequence::Elements(array, _) => self.element_at(array, position, span),
            Sequence::Enumerated(inner) => {
                let value = self.at(inner, position, span);
                Value::Tuple(vec![Self::integer_value(position.clone()), value])
            }
            Sequence::Zipped(a, b) => {
                Value::Tuple(vec![self.at(a, position, span), self.at(b, position, span)])
            }
            Sequence::Mapped(inner, closure) => {
                let value = self.at(inner, position, span);
                self.apply_closure(closure, vec![value], &[])
            }
            Sequence::Reversed(inner) => {
                let last = Affine::constant(inner.count() as i128 - 1);
                match last.minus(position) {
                    Some(position) => self.at(inner, &position, span),
                    None => Value::Poison,
                }
            }
            Sequence::Skipped(inner, count) => match moved(*count as i128) {
                Some(position) => self.at(inner, &position, span),
                None => Value::Poison,
            },
            Sequence::Taken(inner, _) => self.at(inner, position, span),
            Sequence::Windows(inner, length) => Value::Array(
                (0..*length as i128)
                    .map(|by| match moved(by) {
                        Some(position) => self.at(inner, &position, span),
                        None => Value::Poison,
                    })
                    .collect(),
            ),
        }
    }

    /// The sum over a sequence.
    pub(super) fn sum_of(&mut self, sequence: &Sequence<'a>, span: Span) -> Value {
        let zero = self.regions.constant(0.0, span);
        self.scopes.enter();
        let slot = self.scopes.declare("", Value::Number(zero), VariableKind::Mutable);
        let lower = |lower: &mut Self, position: Value| {
            let position = position.affine().expect("an integer");
            let term = lower.at(sequence, &position, span);
            let before = lower.scopes.variable(slot).value.clone();
            let sum = lower.binary(BinaryOperator::Arithmetic(Arithmetic::Add), before, term, span);
            lower.scopes.assign(slot, sum);
        };
        let range = Range { first: 0, count: sequence.count(), backwards: false, name: "i", span };
        self.repeat(range, Iteration { body: None, made: Some(Made::Sum(slot, zero)), lower: &lower });
        let sum = self.scopes.variable(slot).value.clone();
        self.scopes.leave();
        sum
    }
}
