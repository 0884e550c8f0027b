//! Operators and functions of each element, with broadcasting.

use proc_macro2::Span;

use super::super::Lower;
use super::super::expression::{elementwise, symbol};
use super::super::region::Number;
use super::super::value::Value;
use super::shaped;
use crate::diagnostic::refusal as say;
use crate::graph::{Dim, Operation, written};
use crate::operation::{Comparison, Elementwise, Logic, Tensor};
use crate::parse::{Arithmetic, BinaryOperator, Expression};

impl<'a> Lower<'a> {
    /// An operator of which a side is a tensor, a mask or a length.
    pub(in super::super) fn tensor_binary(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
        span: Span,
        integer: Option<&Expression>,
    ) -> Value {
        if let (Some(a), Some(b)) = (left.length(), right.length()) {
            return match operator {
                BinaryOperator::Arithmetic(Arithmetic::Add) => Value::Length(a.plus(&b)),
                BinaryOperator::Arithmetic(Arithmetic::Mul) => Value::Length(a.times(&b)),
                _ => self.refuse(span, say::LENGTH_ARITHMETIC),
            };
        }
        let name = symbol(operator);
        match (left, right) {
            (Value::Tensor(..), Value::Integer(_)) | (Value::Integer(_), Value::Tensor(..)) => {
                return self.refuse(span, say::integer_operand(name, &self.as_number(integer)));
            }
            (Value::Length(_), _) | (_, Value::Length(_)) => {
                return self.refuse(span, say::length_operand(name, &self.real.to_string()));
            }
            _ => {}
        }
        let operation = match operator {
            BinaryOperator::Arithmetic(operator) => Operation::Elementwise(elementwise(operator)),
            BinaryOperator::Compare(comparison) => Operation::Compare(comparison),
            BinaryOperator::Logic(logic) => Operation::Logic(logic),
        };
        self.each(&operation, name, &[left.clone(), right.clone()], span)
    }

    /// The operation on each element of tensors that are broadcast to each other; `name` is what the user called it.
    pub(in super::super) fn each(
        &mut self,
        operation: &Operation,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Value {
        if arguments.iter().any(Value::is_poisoned) {
            return Value::Poison;
        }
        let of_truths = matches!(operation, Operation::Logic(_));
        let choice = matches!(operation, Operation::Select);
        for (place, argument) in arguments.iter().enumerate() {
            let truth = matches!(argument, Value::Mask(..) | Value::Condition(_) | Value::Truth(_));
            let number = matches!(argument, Value::Tensor(..) | Value::Number(_));
            let wants_truth = of_truths || (choice && place == 0);
            if if wants_truth { !truth } else { !number } {
                let texts: Vec<String> = arguments.iter().map(|value| value.describe(self.real)).collect();
                return self.refuse(span, say::tensor_operands(name, &texts));
            }
        }
        let shapes: Vec<Vec<Dim>> = arguments.iter().map(Value::axes).collect();
        let mut dims: Vec<Dim> = Vec::new();
        for shape in &shapes {
            match self.broadcast(&dims, shape, name, span) {
                Some(together) => dims = together,
                None => return Value::Poison,
            }
        }
        let mut numbers = Vec::new();
        for (argument, shape) in arguments.iter().zip(&shapes) {
            let number = match argument {
                Value::Truth(known) => {
                    self.regions.push(Operation::Logic(Logic::Constant(*known)), &[], span)
                }
                other => other.numbers()[0],
            };
            numbers.push(match argument {
                _ if shape.is_empty() || *shape == dims => number,
                Value::Mask(..) => self.expanded_mask(number, shape, &dims, span),
                _ => self.expanded(number, shape, &dims, span),
            });
        }
        let number = self.regions.push(operation.clone(), &numbers, span);
        match operation {
            Operation::Compare(_) | Operation::Logic(_) if dims.is_empty() => Value::Condition(number),
            Operation::Compare(_) | Operation::Logic(_) => Value::Mask(number, dims),
            _ => shaped(number, dims),
        }
    }

    /// The function of the table on each element.
    pub(in super::super) fn each_function(
        &mut self,
        function: Elementwise,
        arguments: &[Value],
        span: Span,
    ) -> Value {
        self.each(&Operation::Elementwise(function), function.spelling(), arguments, span)
    }

    /// The axes of what is made of both: axes are matched from the last on, and one of length 1 fits any.
    fn broadcast(&mut self, a: &[Dim], b: &[Dim], name: &str, span: Span) -> Option<Vec<Dim>> {
        let count = a.len().max(b.len());
        let text = say::broadcast(name, &written(a), &written(b));
        let axis =
            |dims: &[Dim], from_end: usize| dims.len().checked_sub(from_end).map(|at| dims[at].clone());
        let mut dims = Vec::with_capacity(count);
        for from_end in (1..=count).rev() {
            dims.push(match (axis(a, from_end), axis(b, from_end)) {
                (Some(a), Some(b)) if b.is(1) => a,
                (Some(a), Some(b)) if a.is(1) => b,
                (Some(a), Some(b)) => {
                    if !self.equal(&a, &b, &text, span) {
                        self.errors.at(span, text);
                        return None;
                    }
                    a
                }
                (Some(dim), None) | (None, Some(dim)) => dim,
                (None, None) => unreachable!("one of both has this axis"),
            });
        }
        Some(dims)
    }

    /// Truth values go along new axes as the numbers 1 and 0.
    fn expanded_mask(&mut self, mask: Number, from: &[Dim], to: &[Dim], span: Span) -> Number {
        let (one, zero) = (self.regions.constant(1.0, span), self.regions.constant(0.0, span));
        let numbers = self.regions.push(Operation::Select, &[mask, one, zero], span);
        let numbers = self.expanded(numbers, from, to, span);
        self.regions.push(Operation::Compare(Comparison::NotEqual), &[numbers, zero], span)
    }

    /// The tensor with the axes that it lacks, or that have length 1, as long as those of `to`.
    fn expanded(&mut self, number: Number, from: &[Dim], to: &[Dim], span: Span) -> Number {
        let leading = to.len() - from.len();
        let (mut kept, mut new) = (Vec::new(), Vec::new());
        for (place, dim) in to.iter().enumerate() {
            match place.checked_sub(leading).map(|place| &from[place]) {
                Some(own) if !own.is(1) || dim.is(1) => kept.push(dim.clone()),
                _ => new.push((place, dim.clone())),
            }
        }
        let number = self.reshaped(number, from, &kept, span);
        if new.is_empty() {
            return number;
        }
        self.regions.push(Operation::Tensor(Tensor::Expand(new)), &[number], span)
    }
}

impl Value {
    /// The axes of a tensor, a mask or a single value.
    fn axes(&self) -> Vec<Dim> {
        match self {
            Self::Tensor(_, dims) | Self::Mask(_, dims) => dims.clone(),
            _ => Vec::new(),
        }
    }

    /// A length, known or not.
    pub(super) fn length(&self) -> Option<Dim> {
        match self {
            Self::Length(dim) => Some(dim.clone()),
            Self::Integer(length) => usize::try_from(*length).ok().map(Dim::literal),
            _ => None,
        }
    }
}
