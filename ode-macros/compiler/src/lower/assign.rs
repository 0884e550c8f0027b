//! Statements: `let`, assignment, loops.

use proc_macro2::Span;

use super::Lower;
use super::affine::Affine;
use super::repeat::{Iteration, Range};
use super::scope::{Assignable, Kind, Slot};
use super::value::Value;
use crate::diagnostic::{did_you_mean, refusal as say};
use crate::parse::{Assignment, BinaryOperator, ForLoop, Pattern, PlaceStep, Statement, Type};

/// A step into a value, its index known.
enum Step {
    Index(usize),
    Field(usize),
}

impl<'a> Lower<'a> {
    /// Does it; returns the value that is dropped.
    pub(super) fn statement(&mut self, statement: &'a Statement) -> Value {
        match statement {
            Statement::Let(declaration) => {
                let lengths = self.lengths(&declaration.dimensions);
                let value = self.expression_of(&declaration.value, &lengths);
                self.bind(&declaration.pattern, value);
            }
            Statement::Assign(assignment) => self.assignment(assignment),
            Statement::For(for_loop) => self.for_loop(for_loop),
            Statement::Expression(expression) => return self.expression(expression),
        }
        Value::UNIT
    }

    fn for_loop(&mut self, for_loop: &'a ForLoop) {
        let span = for_loop.iterated.span;
        if let Some(sequence) = self.sequence(&for_loop.iterated) {
            let name = match &for_loop.pattern {
                Pattern::Name { name, .. } => name.to_string(),
                _ => "i".to_owned(),
            };
            let own = sequence.own_range();
            let (first, backwards) = own.unwrap_or((0, false));
            let count = sequence.count();
            let lower = |lower: &mut Self, position: Value| {
                lower.scopes.enter();
                let value = match (own, position.affine()) {
                    (None, Some(position)) => lower.at(&sequence, &position, span),
                    _ => position,
                };
                lower.bind(&for_loop.pattern, value);
                lower.block(&for_loop.body, &[]);
                lower.scopes.leave();
            };
            let step = Iteration { body: Some(&for_loop.body), made: None, lower: &lower };
            return self.repeat(Range { first, count, backwards, name: &name, span }, step);
        }
        let Some(elements) = self.iterated(&for_loop.iterated) else { return };
        for element in elements {
            if !self.within_budget(for_loop.iterated.span) {
                return;
            }
            self.scopes.enter();
            self.bind(&for_loop.pattern, element);
            self.block(&for_loop.body, &[]);
            self.scopes.leave();
        }
    }

    fn assignment(&mut self, assignment: &'a Assignment) {
        let value = self.expression(&assignment.value);
        let name = assignment.place.name.to_string();
        let span = assignment.place.name.span();
        let slot = match self.scopes.assignable(&name) {
            Assignable::Found(slot) => slot,
            Assignable::Captured => return self.errors.at(span, say::captured_mutation(&name)),
            Assignable::Missing => {
                let names = self.scopes.names();
                let hint = did_you_mean(&name, names.iter().map(String::as_str));
                return self.errors.at(span, say::unknown_name(&name, &hint));
            }
        };
        let variable = self.scopes.variable(slot);
        if variable.kind != Kind::Mutable {
            // One without a value has been reported already.
            if !matches!(variable.value, Value::Poison) {
                self.errors.at(span, say::not_mutable(&name));
            }
            return;
        }
        if value.is_unit() {
            return self.errors.at(assignment.value.span, say::UNIT_VALUE);
        }
        self.assign_part(assignment, slot, value);
    }

    fn assign_part(&mut self, assignment: &'a Assignment, slot: Slot, value: Value) {
        let before = self.scopes.variable(slot).value.clone();
        if before.is_poisoned() || value.is_poisoned() {
            return;
        }
        if before.compact_type().is_some() && !assignment.place.steps.is_empty() {
            return self.assign_element(assignment, slot, &value);
        }
        // A long array inside of a tuple is dissolved.
        let (before, value) = match assignment.place.steps.as_slice() {
            [] => (before, value),
            _ => (self.dissolved(before, assignment.span), self.dissolved(value, assignment.span)),
        };
        let mut steps = Vec::new();
        let mut part = before.clone();
        for step in &assignment.place.steps {
            let (next, step) = match step {
                PlaceStep::Index(index) => {
                    let position = self.expression(index);
                    let Some((element, position)) = self.element(&part, &position, index.span) else {
                        return;
                    };
                    (element, Step::Index(position))
                }
                PlaceStep::Field(field, span) => {
                    let element = self.field(&part, *field, *span);
                    if matches!(element, Value::Poison) {
                        return;
                    }
                    (element, Step::Field(*field))
                }
            };
            part = next;
            steps.push(step);
        }
        let value = match assignment.operator {
            Some(operator) => {
                let source = Some(&assignment.value);
                self.binary_of(
                    BinaryOperator::Arithmetic(operator),
                    part.clone(),
                    value,
                    assignment.span,
                    source,
                )
            }
            None => value,
        };
        if value.is_poisoned() {
            return;
        }
        if !part.is_like(&value) {
            let (before, after) = (part.describe(self.real), value.describe(self.real));
            let name = assignment.place.name.to_string();
            return self.errors.at(assignment.span, say::assigned_shape(&name, &before, &after));
        }
        if let (Value::Number(number), []) = (&value, steps.as_slice()) {
            self.regions.name(*number, &assignment.place.name.to_string());
        }
        let whole = replaced(before, &steps, value);
        self.scopes.assign(slot, whole);
    }

    /// Assigns to an element of a long array.
    fn assign_element(&mut self, assignment: &'a Assignment, slot: Slot, value: &Value) {
        if let Value::Slice(slice) = self.scopes.variable(slot).value.clone() {
            let store = self.copied(&slice, assignment.span);
            self.scopes.assign(slot, store);
        }
        let Some(ty) = self.scopes.variable(slot).value.compact_type().cloned() else { return };
        let mut place = Some((Affine::constant(0), ty));
        for step in &assignment.place.steps {
            let Some((start, ty)) = place.take() else { return };
            place = match step {
                PlaceStep::Index(index) => match self.expression(index) {
                    Value::Poison => return,
                    position => match position.affine() {
                        Some(position) => self.step(&start, &ty, &position, index.span),
                        None => return self.errors.at(index.span, say::NUMBER_AS_INDEX),
                    },
                },
                PlaceStep::Field(field, span) => match &ty {
                    Type::Tuple(types) if *field < types.len() => {
                        let offset: usize = types[..*field].iter().map(Type::len).sum();
                        let start = start.plus(&Affine::constant(offset as i128));
                        start.map(|start| (start, types[*field].clone()))
                    }
                    _ => return self.errors.at(*span, say::NOT_A_TUPLE),
                },
            };
        }
        let Some((start, ty)) = place else { return };
        let value = match (value, assignment.operator) {
            (Value::Number(_), _) => value.clone(),
            (_, None) => self.dissolved(value.clone(), assignment.span),
            (value, Some(operator)) => {
                // Said as of any operator.
                let operator = BinaryOperator::Arithmetic(operator);
                let number = Value::Number(self.regions.constant(0.0, assignment.span));
                let source = Some(&assignment.value);
                self.binary_of(operator, number, value.clone(), assignment.span, source)
            }
        };
        if value.is_poisoned() {
            return;
        }
        if !value.has_type(&ty) {
            let (before, after) = (ty.to_string(), value.describe(self.real));
            let name = assignment.place.name.to_string();
            return self.errors.at(assignment.span, say::assigned_shape(&name, &before, &after));
        }
        self.write(slot, &start, &value, assignment.operator, assignment.span);
    }

    /// The element of an array at a known index, and that index.
    pub(super) fn element(&mut self, array: &Value, index: &Value, span: Span) -> Option<(Value, usize)> {
        match (array, index) {
            (Value::Poison, _) | (_, Value::Poison) => None,
            (Value::Array(_), Value::Index(_)) => {
                self.cannot_keep(span, say::LOOP_INDEX);
                None
            }
            (Value::Array(elements), Value::Integer(index)) => {
                let position = usize::try_from(*index).ok().filter(|&position| position < elements.len());
                if position.is_none() {
                    self.errors.at(span, say::index_range(*index, elements.len()));
                }
                position.map(|position| (elements[position].clone(), position))
            }
            (Value::Array(_), _) => {
                self.errors.at(span, say::NUMBER_AS_INDEX);
                None
            }
            _ => {
                self.errors.at(span, say::NOT_AN_ARRAY);
                None
            }
        }
    }

    pub(super) fn field(&mut self, tuple: &Value, field: usize, span: Span) -> Value {
        match tuple {
            Value::Poison => Value::Poison,
            Value::Tuple(elements) if field < elements.len() => elements[field].clone(),
            _ => self.refuse(span, say::NOT_A_TUPLE),
        }
    }
}

/// The value with the part at the end of these steps replaced.
fn replaced(whole: Value, steps: &[Step], part: Value) -> Value {
    match (whole, steps) {
        (Value::Array(mut elements), [Step::Index(index), rest @ ..]) => {
            let element = std::mem::replace(&mut elements[*index], Value::Poison);
            elements[*index] = replaced(element, rest, part);
            Value::Array(elements)
        }
        (Value::Tuple(mut elements), [Step::Field(index), rest @ ..]) => {
            let element = std::mem::replace(&mut elements[*index], Value::Poison);
            elements[*index] = replaced(element, rest, part);
            Value::Tuple(elements)
        }
        _ => part,
    }
}
