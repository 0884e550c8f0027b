//! `if`: decided while compiling where the condition is known, else a branch whose bodies are regions.

use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::Span;

use super::Lower;
use super::affine::Affine;
use super::compact::Piece;
use super::region::{Body, Number, Suspended};
use super::scope::{Scopes, Slot};
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::graph::Operation;
use crate::operation::Comparison;
use crate::parse::{Block, Expression};

/// A lowered arm. Its body waits for its results: which variables change is known only when both arms are.
struct Arm<'a> {
    value: Value,
    scopes: Scopes<'a>,
    body: Suspended,
}

impl<'a> Lower<'a> {
    pub(super) fn if_else(
        &mut self,
        condition: &'a Expression,
        then: &'a Block,
        otherwise: Option<&'a Expression>,
        span: Span,
        lengths: &[usize],
    ) -> Value {
        match self.expression(condition) {
            Value::Poison => Value::Poison,
            Value::Truth(true) => self.block(then, lengths),
            Value::Truth(false) => {
                otherwise.map_or(Value::UNIT, |otherwise| self.expression_of(otherwise, lengths))
            }
            Value::Condition(condition) => self.branch(condition, then, otherwise, span, lengths),
            Value::Mask(..) => self.refuse(condition.span, say::MASK_CONDITION),
            _ => self.refuse(condition.span, say::CONDITION),
        }
    }

    fn branch(
        &mut self,
        condition: Number,
        then: &'a Block,
        otherwise: Option<&'a Expression>,
        span: Span,
        lengths: &[usize],
    ) -> Value {
        let before = self.scopes.clone();
        let then_arm = self.arm(&before, |lower| lower.block(then, lengths));
        let other_arm = self.arm(&before, |lower| {
            otherwise.map_or(Value::UNIT, |otherwise| lower.expression_of(otherwise, lengths))
        });
        self.scopes = before.clone();
        let (mut then_arm, mut other_arm) = (then_arm, other_arm);
        if then_arm.value.is_poisoned() || other_arm.value.is_poisoned() {
            return Value::Poison;
        }
        if !then_arm.value.can_join(&other_arm.value) {
            let (then, otherwise) = (then_arm.value.describe(self.real), other_arm.value.describe(self.real));
            return self.refuse(span, say::branch_shapes(&then, &otherwise));
        }
        let mut slots = then_arm.scopes.changed_since(&before);
        slots.extend(other_arm.scopes.changed_since(&before));
        slots.sort_unstable();
        slots.dedup();
        let stores = self.join_stores(&before, &slots, &mut then_arm, &mut other_arm, span);
        for &slot in &slots {
            let (a, b) = (&then_arm.scopes.variable(slot).value, &other_arm.scopes.variable(slot).value);
            if a.is_poisoned() || b.is_poisoned() {
                return Value::Poison;
            }
            if !a.can_join(b) {
                let (a, b) = (a.describe(self.real), b.describe(self.real));
                return self.refuse(span, say::branch_shapes(&a, &b));
            }
        }
        let results = |arm: &Arm<'a>| {
            let variables = slots.iter().map(|&slot| arm.scopes.variable(slot).value.clone());
            Value::Tuple(std::iter::once(arm.value.clone()).chain(variables).collect())
        };
        let (then_results, other_results) = (results(&then_arm), results(&other_arm));
        let then_body = self.close(then_arm.body, &then_results, span);
        let other_body = self.close(other_arm.body, &other_results, span);
        let mut numbers = self.push_branch(condition, then_body, other_body, span).into_iter();
        let Value::Tuple(values) = self.restored(&then_results, &mut numbers, span) else {
            unreachable!("the results are a tuple")
        };
        let mut values = values.into_iter();
        let value = values.next().unwrap_or(Value::UNIT);
        for (slot, value) in slots.into_iter().zip(values) {
            match stores.get(&slot) {
                Some(writes) => self.write_joined(slot, writes, &value, span),
                None => self.scopes.assign(slot, value),
            }
        }
        value
    }

    /// The places of long arrays that the arms write to. In the arms the arrays become tuples of what is there then.
    fn join_stores(
        &mut self,
        before: &Scopes<'a>,
        slots: &[Slot],
        then: &mut Arm<'a>,
        otherwise: &mut Arm<'a>,
        span: Span,
    ) -> BTreeMap<Slot, Vec<(Affine, bool)>> {
        let mut joined = BTreeMap::new();
        for &slot in slots {
            let store = |scopes: &Scopes<'a>| match &scopes.variable(slot).value {
                Value::Store(store) => Some(Rc::clone(store)),
                _ => None,
            };
            let (Some(old), Some(a), Some(b)) =
                (store(before), store(&then.scopes), store(&otherwise.scopes))
            else {
                continue;
            };
            if old.id != a.id || old.id != b.id {
                // Another array altogether.
                for arm in [&mut *then, &mut *otherwise] {
                    let value = arm.scopes.variable(slot).value.clone();
                    let value = self.inside(arm, |lower| lower.dissolved(value, span));
                    arm.scopes.assign(slot, value);
                }
                continue;
            }
            let mut writes: Vec<(Affine, bool)> = Vec::new();
            for new in [&a, &b] {
                for (place, add) in new.written_since(&old) {
                    match writes.iter_mut().find(|(known, _)| *known == place) {
                        Some((_, both_add)) => *both_add &= add,
                        None => writes.push((place, add)),
                    }
                }
            }
            for (arm, store) in [(&mut *then, a), (&mut *otherwise, b)] {
                let numbers = self.inside(arm, |lower| {
                    let number = |(place, add): &(Affine, bool)| match add {
                        true => lower.added_since(&store, &old, place, span),
                        false => lower.read_store(&store, place, span).map_or(Value::Poison, Value::Number),
                    };
                    Value::Tuple(writes.iter().map(number).collect())
                });
                arm.scopes.assign(slot, numbers);
            }
            joined.insert(slot, writes);
        }
        joined
    }

    /// Lowers something more at the end of an arm.
    fn inside<T>(&mut self, arm: &mut Arm<'a>, lower: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.scopes, arm.scopes.clone());
        self.regions.resume(std::mem::take(&mut arm.body));
        let result = lower(self);
        arm.body = self.regions.suspend();
        self.scopes = around;
        result
    }

    fn write_joined(&mut self, slot: Slot, writes: &[(Affine, bool)], values: &Value, span: Span) {
        for ((place, add), value) in writes.iter().zip(values.numbers()) {
            let (start, axes, level) = (place.clone(), Vec::new(), self.frames.len());
            self.write_piece(slot, Piece { start, axes, value, add: *add, level }, span);
        }
    }

    fn arm(&mut self, before: &Scopes<'a>, lower: impl FnOnce(&mut Self) -> Value) -> Arm<'a> {
        self.scopes = before.clone();
        self.regions.enter();
        let value = lower(self);
        // Results of a branch are numbers.
        let value = if value.has_compact() { self.dissolved(value, Span::call_site()) } else { value };
        Arm { value, scopes: self.scopes.clone(), body: self.regions.suspend() }
    }

    /// Ends a body. Its results are numbers: a truth value leaves it as 1 or 0.
    fn close(&mut self, body: Suspended, results: &Value, span: Span) -> Body {
        self.regions.resume(body);
        let mut numbers = Vec::new();
        self.as_results(results, &mut numbers, span);
        self.regions.leave(&numbers)
    }

    fn as_results(&mut self, value: &Value, numbers: &mut Vec<Number>, span: Span) {
        match value {
            Value::Number(number) | Value::Tensor(number, _) => numbers.push(*number),
            Value::Mask(mask, _) => {
                let (one, zero) = (self.regions.constant(1.0, span), self.regions.constant(0.0, span));
                numbers.push(self.regions.push(Operation::Select, &[*mask, one, zero], span));
            }
            Value::Truth(known) => numbers.push(self.regions.constant(f64::from(u8::from(*known)), span)),
            Value::Condition(condition) => {
                let (one, zero) = (self.regions.constant(1.0, span), self.regions.constant(0.0, span));
                numbers.push(self.regions.push(Operation::Select, &[*condition, one, zero], span));
            }
            Value::Array(elements) | Value::Tuple(elements) => {
                elements.iter().for_each(|element| self.as_results(element, numbers, span));
            }
            _ => {}
        }
    }

    /// The value built like `value` from the results of the branch.
    fn restored(&mut self, value: &Value, numbers: &mut impl Iterator<Item = Number>, span: Span) -> Value {
        let mut all = |elements: &[Value]| -> Vec<Value> {
            elements.iter().map(|element| self.restored(element, numbers, span)).collect()
        };
        match value {
            Value::Array(elements) => Value::Array(all(elements)),
            Value::Tuple(elements) => Value::Tuple(all(elements)),
            Value::Number(_) => numbers.next().map_or(Value::Poison, Value::Number),
            Value::Tensor(_, dims) => {
                numbers.next().map_or(Value::Poison, |number| Value::Tensor(number, dims.clone()))
            }
            Value::Mask(_, dims) => numbers.next().map_or(Value::Poison, |number| {
                let zero = self.regions.constant(0.0, span);
                let comparison = Operation::Compare(Comparison::NotEqual);
                Value::Mask(self.regions.push(comparison, &[number, zero], span), dims.clone())
            }),
            Value::Truth(_) | Value::Condition(_) => numbers.next().map_or(Value::Poison, |number| {
                let zero = self.regions.constant(0.0, span);
                let comparison = Operation::Compare(Comparison::NotEqual);
                Value::Condition(self.regions.push(comparison, &[number, zero], span))
            }),
            other => other.clone(),
        }
    }

    fn push_branch(&mut self, condition: Number, then: Body, otherwise: Body, span: Span) -> Vec<Number> {
        let count = then.graph.outputs.len();
        let mut arguments = vec![self.regions.import(condition)];
        arguments.extend(then.captured);
        arguments.extend(otherwise.captured);
        let operation =
            Operation::Branch { then: Box::new(then.graph), otherwise: Box::new(otherwise.graph) };
        let branch = self.regions.graph().push(operation, arguments, span);
        (0..count)
            .map(|index| {
                let result = self.regions.graph().push(Operation::Result(index), vec![branch], span);
                self.regions.number(result)
            })
            .collect()
    }
}
