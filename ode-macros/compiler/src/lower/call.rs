//! Calls: functions of numbers, inner functions, methods.

use proc_macro2::{Ident, Span};

use super::Lower;
use super::region::Number;
use super::scope::Barrier;
use super::value::Value;
use crate::diagnostic::{did_you_mean, refusal as say};
use crate::operation::Elementwise;
use crate::parse::{Arithmetic, BinaryOperator, Closure, Expression, Function, Kind};

/// Methods of numbers that are made of rows of the table.
const COMPOSED: [&str; 5] = ["sin_cos", "log", "fract", "to_radians", "to_degrees"];

/// Rows that are operators, not functions.
const OPERATORS: [Elementwise; 6] = [
    Elementwise::Add,
    Elementwise::Sub,
    Elementwise::Mul,
    Elementwise::Div,
    Elementwise::Rem,
    Elementwise::Neg,
];

/// The functions of numbers by name.
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    let rows = Elementwise::ALL.iter().filter(|row| !OPERATORS.contains(row)).map(|row| row.spelling());
    rows.chain(COMPOSED)
}

impl<'a> Lower<'a> {
    pub(super) fn call(&mut self, name: &str, arguments: &'a [Expression], span: Span) -> Value {
        if let Some((block, function)) = self.scopes.find_function(name) {
            let values = arguments.iter().map(|argument| self.expression(argument)).collect();
            return self.inline(block, function, values, span);
        }
        if matches!(self.scopes.find(name), Some(Value::Poison)) {
            // A closure that has been refused, say.
            return Value::Poison;
        }
        let short = name.rsplit("::").next().unwrap_or(name);
        if matches!(short, "concat" | "stack") && self.of_tensors {
            return self.joined(short, arguments, span);
        }
        let of_numbers = function_names().any(|known| known == short);
        let path = &name[..name.len() - short.len()];
        if !of_numbers
            || !matches!(path, "" | "f64::" | "f32::" | "std::f64::" | "odec::functions::" | "functions::")
        {
            let own = self.scopes.function_names();
            let mut known: Vec<&str> = own.iter().map(String::as_str).collect();
            function_names().for_each(|name| known.push(name));
            return self.refuse(span, say::unknown_function(name, &did_you_mean(name, known)));
        }
        let values: Vec<Value> = arguments.iter().map(|argument| self.expression(argument)).collect();
        if values.iter().any(Value::is_poisoned) {
            return Value::Poison;
        }
        if values.iter().any(Value::is_shaped)
            && let Some(value) = self.tensor_function(short, values.clone(), 0, span)
        {
            return value;
        }
        self.function_of_numbers(short, &values, arguments, span)
    }

    /// The value of a function that stands in this block.
    fn inline(&mut self, block: usize, function: &'a Function, arguments: Vec<Value>, span: Span) -> Value {
        let name = function.name.to_string();
        if self.calls.iter().any(|&calling| std::ptr::eq(calling, function)) {
            return self.refuse(span, say::recursion(&name));
        }
        if arguments.len() != function.parameters.len() {
            return self.refuse(span, say::arity(&name, function.parameters.len(), arguments.len()));
        }
        if !self.within_budget(span) {
            return Value::Poison;
        }
        self.calls.push(function);
        let hidden = self.scopes.hide_inside(block);
        self.scopes.enter_behind(Barrier::Function);
        for (pattern, argument) in function.parameters.iter().zip(arguments) {
            self.bind(pattern, argument);
        }
        let lengths = self.lengths(&function.dimensions);
        let value = self.block(&function.body, &lengths);
        self.scopes.leave();
        self.scopes.show(hidden);
        self.calls.pop();
        value
    }

    /// The closure's result for these arguments; `lengths` as in [`Lower::expression_of`].
    pub(super) fn apply_closure(
        &mut self,
        closure: &'a Expression,
        arguments: Vec<Value>,
        lengths: &[usize],
    ) -> Value {
        let closure: &'a Closure = match &closure.kind {
            Kind::Closure(closure) => closure,
            Kind::Poison => return Value::Poison,
            Kind::Name(name) => {
                return match self.scopes.find_function(name) {
                    Some((block, function)) => self.inline(block, function, arguments, closure.span),
                    None => self.refuse(closure.span, say::CLOSURE_EXPECTED),
                };
            }
            _ => return self.refuse(closure.span, say::CLOSURE_EXPECTED),
        };
        if closure.parameters.len() != arguments.len() {
            let text = say::arity("this closure", arguments.len(), closure.parameters.len());
            return self.refuse(closure.body.span, text);
        }
        if !self.within_budget(closure.body.span) {
            return Value::Poison;
        }
        self.scopes.enter_behind(Barrier::Closure);
        for (pattern, argument) in closure.parameters.iter().zip(arguments) {
            self.bind(pattern, argument);
        }
        let value = self.expression_of(&closure.body, lengths);
        self.scopes.leave();
        value
    }

    pub(super) fn method(
        &mut self,
        receiver: &'a Expression,
        name: &Ident,
        arguments: &'a [Expression],
    ) -> Value {
        if name == "sum"
            && arguments.is_empty()
            && let Some(sequence) = self.sequence(receiver).filter(|sequence| sequence.count() > 0)
        {
            return self.sum_of(&sequence, name.span());
        }
        let value = match &receiver.kind {
            Kind::Range { .. } => self.iterated(receiver).map_or(Value::Poison, Value::Array),
            _ => self.expression(receiver),
        };
        let span = name.span();
        match value {
            Value::Poison => Value::Poison,
            Value::Array(elements) => self.array_method(elements, name, arguments),
            Value::Slice(_) | Value::Store(_) if name == "len" && arguments.is_empty() => {
                let count = value.compact_type().map_or(0, |ty| ty.dimensions()[0]);
                Value::Integer(count as i128)
            }
            Value::Slice(_) | Value::Store(_)
                if matches!(name.to_string().as_str(), "clone" | "to_owned") && arguments.is_empty() =>
            {
                value
            }
            Value::Slice(_) | Value::Store(_) => {
                if let ("map", [closure]) = (name.to_string().as_str(), arguments) {
                    let count = value.compact_type().map_or(0, |ty| ty.dimensions()[0]);
                    let step = |lower: &mut Self, index: Value| {
                        let index = index.affine().expect("an integer");
                        let element = lower.element_at(&value, &index, span);
                        lower.apply_closure(closure, vec![element], &[])
                    };
                    if let Some(array) = self.collected(count, span, &step) {
                        return array;
                    }
                }
                let elements = self.elements(&value, span);
                self.array_method(elements, name, arguments)
            }
            Value::Number(_) => {
                let mut values = vec![value];
                values.extend(arguments.iter().map(|argument| self.expression(argument)));
                if values.iter().any(Value::is_poisoned) {
                    return Value::Poison;
                }
                let name = name.to_string();
                if values[1..].iter().any(Value::is_shaped)
                    && let Some(value) = self.tensor_function(&name, values.clone(), 1, span)
                {
                    return value;
                }
                if function_names().any(|known| known == name) {
                    self.function_of_numbers(&name, &values, arguments, span)
                } else if matches!(name.as_str(), "clone" | "to_owned") {
                    values.swap_remove(0)
                } else {
                    let hint = did_you_mean(&name, function_names());
                    self.refuse(span, say::unknown_method(&name, &self.real.to_string(), &hint))
                }
            }
            Value::Integer(_) | Value::Index(_) => self.integer_method(&value, name, arguments),
            value if value.is_shaped() || (self.of_tensors && value.is_truth()) => {
                self.tensor_method(value, name, arguments)
            }
            other => {
                let on = other.describe(self.real);
                self.refuse(span, say::unknown_method(&name.to_string(), &on, ""))
            }
        }
    }

    fn integer_method(&mut self, value: &Value, name: &Ident, arguments: &'a [Expression]) -> Value {
        let values: Vec<Value> = arguments.iter().map(|argument| self.expression(argument)).collect();
        if values.iter().any(Value::is_poisoned) {
            return Value::Poison;
        }
        let other = values.first().and_then(Value::affine);
        let integer = match (value, name.to_string().as_str(), other) {
            (Value::Integer(integer), _, _) if !matches!(values.as_slice(), [Value::Index(_)]) => *integer,
            (_, "min" | "max", Some(other)) if values.len() == 1 => {
                let own = value.affine().expect("an integer");
                return self.affine_extreme(name == "max", &own, &other, name.span());
            }
            _ => {
                self.cannot_keep(name.span(), say::LOOP_INTEGER);
                return Value::Poison;
            }
        };
        match (name.to_string().as_str(), values.as_slice()) {
            ("pow", [Value::Integer(exponent)]) => {
                let power = u32::try_from(*exponent).ok().and_then(|exponent| integer.checked_pow(exponent));
                self.integer(power, name.span())
            }
            ("min", [Value::Integer(other)]) => Value::Integer(integer.min(*other)),
            ("max", [Value::Integer(other)]) => Value::Integer(integer.max(*other)),
            ("abs", []) => Value::Integer(integer.abs()),
            _ => self.refuse(name.span(), say::unknown_method(&name.to_string(), "an integer", "")),
        }
    }

    fn function_of_numbers(
        &mut self,
        name: &str,
        values: &[Value],
        sources: &[Expression],
        span: Span,
    ) -> Value {
        if name == "powi" {
            return self.powi(values, span);
        }
        let mut numbers: Vec<Number> = Vec::new();
        // The receiver of a method has no source here, so sources are counted from the end.
        for (place, value) in values.iter().enumerate() {
            let source = (sources.len() + place).checked_sub(values.len()).map(|source| &sources[source]);
            let at = source.map_or(span, |source| source.span);
            match value {
                Value::Number(number) => numbers.push(*number),
                Value::Integer(_) | Value::Index(_) => {
                    return self.refuse(at, say::integer_operand(name, &self.as_number(source)));
                }
                other => {
                    return self.refuse(at, say::number_argument(name, &other.describe(self.real)));
                }
            }
        }
        let wanted =
            Elementwise::by_spelling(name).map_or(if name == "log" { 2 } else { 1 }, Elementwise::arity);
        if numbers.len() != wanted {
            // Said as the user sees it: without the receiver of a method.
            let receiver = values.len() - sources.len();
            return self.refuse(span, say::arity(name, wanted - receiver, numbers.len() - receiver));
        }
        match Elementwise::by_spelling(name) {
            Some(function) => self.apply(function, &numbers, span),
            None => self.composed(name, &numbers, span),
        }
    }

    fn powi(&mut self, values: &[Value], span: Span) -> Value {
        match values {
            #[allow(clippy::cast_precision_loss)]
            [Value::Number(base), Value::Integer(exponent)] => match i32::try_from(*exponent) {
                Ok(exponent) => {
                    let exponent = self.regions.constant(f64::from(exponent), span);
                    self.apply(Elementwise::Powi, &[*base, exponent], span)
                }
                Err(_) => self.refuse(span, say::INTEGER_RANGE),
            },
            [Value::Number(_), Value::Index(_)] => {
                self.cannot_keep(span, say::LOOP_INTEGER);
                Value::Poison
            }
            [_, _] => self.refuse(span, say::POWI),
            _ => self.refuse(span, say::arity("powi", 1, values.len().saturating_sub(1))),
        }
    }

    fn composed(&mut self, name: &str, numbers: &[Number], span: Span) -> Value {
        let x = numbers[0];
        let arithmetic = |lower: &mut Self, operator, a: Value, b: Value| {
            lower.binary(BinaryOperator::Arithmetic(operator), a, b, span)
        };
        match name {
            "sin_cos" => Value::Tuple(vec![
                self.apply(Elementwise::Sin, &[x], span),
                self.apply(Elementwise::Cos, &[x], span),
            ]),
            "log" => {
                let (a, b) = (
                    self.apply(Elementwise::Ln, &[x], span),
                    self.apply(Elementwise::Ln, &[numbers[1]], span),
                );
                arithmetic(self, Arithmetic::Div, a, b)
            }
            "fract" => {
                let whole = self.apply(Elementwise::Trunc, &[x], span);
                arithmetic(self, Arithmetic::Sub, Value::Number(x), whole)
            }
            _ => {
                use std::f64::consts::PI;
                let factor = if name == "to_radians" { PI / 180.0 } else { 180.0 / PI };
                let factor = Value::Number(self.regions.constant(factor, span));
                arithmetic(self, Arithmetic::Mul, Value::Number(x), factor)
            }
        }
    }
}
