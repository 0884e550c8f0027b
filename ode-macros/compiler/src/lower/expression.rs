//! Expressions: literals, names, operators, arrays.

use proc_macro2::Span;

use super::Lower;
use super::region::{Number, Regions};
use super::value::Value;
use crate::diagnostic::{did_you_mean, refusal as say};
use crate::graph::{Dim, Operation, Shape, Symbol};
use crate::operation::{Elementwise, Logic, Tensor};
use crate::parse::{Arithmetic, BinaryOperator, Expression, Kind, Real, Type};

impl<'a> Lower<'a> {
    pub(super) fn expression(&mut self, expression: &'a Expression) -> Value {
        let span = expression.span;
        match &expression.kind {
            Kind::Poison => Value::Poison,
            Kind::Float(value, real) => self.float(*value, *real, span),
            Kind::Integer(value) => Value::Integer(*value),
            Kind::Truth(value) => Value::Truth(*value),
            Kind::Name(name) => self.name(name, span),
            Kind::Path(path) => self.path(path, span),
            Kind::Negate(operand) => match self.expression(operand) {
                Value::Number(x) => self.apply(Elementwise::Neg, &[x], span),
                Value::Integer(x) => self.integer(x.checked_neg(), span),
                Value::Index(x) => match x.times(-1) {
                    Some(negative) => Value::Index(negative),
                    None => self.refuse(span, say::INTEGER_RANGE),
                },
                tensor @ Value::Tensor(..) => self.each_function(Elementwise::Neg, &[tensor], span),
                Value::Poison => Value::Poison,
                _ => self.refuse(span, say::NUMBER_EXPECTED),
            },
            Kind::Not(operand) => match self.expression(operand) {
                Value::Condition(x) => {
                    Value::Condition(self.regions.push(Operation::Logic(Logic::Not), &[x], span))
                }
                Value::Truth(x) => Value::Truth(!x),
                mask @ Value::Mask(..) => self.each(&Operation::Logic(Logic::Not), "!", &[mask], span),
                Value::Poison => Value::Poison,
                _ => self.refuse(span, say::CONDITION),
            },
            Kind::Binary(operator, left_source, right) => {
                let left = self.expression(left_source);
                match (operator, &left) {
                    // As in Rust the other side is not looked at: it may not even make sense, as `x[i - 1]` for i = 0.
                    (BinaryOperator::Logic(Logic::And), Value::Truth(false)) => return left,
                    (BinaryOperator::Logic(Logic::Or), Value::Truth(true)) => return left,
                    _ => {}
                }
                let value = self.expression(right);
                let integer = match (&left, &value) {
                    (Value::Integer(_) | Value::Index(_), _) => &**left_source,
                    _ => &**right,
                };
                self.binary_of(*operator, left, value, span, Some(integer))
            }
            Kind::Index(array, index) => {
                let (array, index) = (self.expression(array), self.expression(index));
                if let Value::Tensor(..) = array {
                    return self.selected(array, 0, &index, span);
                }
                let compact = array.compact_type().is_some();
                if let Some(position) =
                    index.affine().filter(|position| compact || position.known().is_none())
                    && !array.is_poisoned()
                {
                    return self.element_at(&array, &position, span);
                }
                if compact && !index.is_poisoned() {
                    return self.refuse(span, say::NUMBER_AS_INDEX);
                }
                self.element(&array, &index, span).map_or(Value::Poison, |(element, _)| element)
            }
            Kind::Field(tuple, field) => {
                let tuple = self.expression(tuple);
                self.field(&tuple, *field, span)
            }
            Kind::Array(elements) => {
                Value::Array(elements.iter().map(|element| self.expression(element)).collect())
            }
            Kind::Repeat(element, count) => {
                let element = self.expression(element);
                let element = self.repeated_element(element, span);
                match self.expression(count) {
                    Value::Integer(count) if (0..=1_000_000).contains(&count) => {
                        let count = usize::try_from(count).unwrap_or(0);
                        if element.count().saturating_mul(count) > 1_000_000 {
                            return self.refuse(span, say::TOO_LARGE);
                        }
                        if let Some(store) = self.uniform(&element, count) {
                            return store;
                        }
                        Value::Array(vec![element; count])
                    }
                    Value::Poison => Value::Poison,
                    _ => self.refuse(count.span, say::UNKNOWN_BOUNDS),
                }
            }
            Kind::Tuple(elements) => {
                Value::Tuple(elements.iter().map(|element| self.expression(element)).collect())
            }
            Kind::Call(name, arguments) => self.call(name, arguments, span),
            Kind::Method(receiver, name, arguments) => self.method(receiver, name, arguments),
            Kind::FromFn(..) => self.expression_of(expression, &[]),
            Kind::Closure(_) => self.refuse(span, say::CLOSURE_VALUE),
            Kind::If(condition, then, otherwise) => {
                self.if_else(condition, then, otherwise.as_deref(), span, &[])
            }
            Kind::Block(block) => self.block(block, &[]),
            Kind::Cast(operand, ty) => {
                let operand = self.expression(operand);
                self.cast(operand, ty, span)
            }
            Kind::Range { .. } => self.iterated(expression).map_or(Value::Poison, Value::Array),
        }
    }

    /// An array of equal rows is made of the elements of a row.
    fn repeated_element(&mut self, element: Value, span: Span) -> Value {
        match element {
            Value::Store(store) if !store.ones.is_empty() || !store.pieces.is_empty() => {
                self.dissolved(Value::Store(store), span)
            }
            Value::Slice(_) => self.dissolved(element, span),
            other => other,
        }
    }

    /// An array of equal elements as one that does not dissolve, where it is long and of one constant.
    fn uniform(&mut self, element: &Value, count: usize) -> Option<Value> {
        let ty = Type::Array(Box::new(element.type_of(self.real)?), count);
        if !self.is_compact(&ty) {
            return None;
        }
        let fill = match element {
            Value::Store(store) => store.fill,
            element => {
                let numbers = element.numbers();
                let mut constants = numbers.iter().map(|&number| self.regions.constant_value(number));
                let first = constants.next()??;
                let equal = |constant: Option<f64>| constant.map(f64::to_bits) == Some(first.to_bits());
                constants.all(equal).then_some(first)?
            }
        };
        Some(self.store(ty, fill))
    }

    /// The value of an expression whose type is an array of these lengths, outermost first, as far as that is known.
    pub(super) fn expression_of(&mut self, expression: &'a Expression, lengths: &[usize]) -> Value {
        match &expression.kind {
            Kind::FromFn(length, closure) => {
                let length = length.as_deref().map(|length| self.lengths(std::slice::from_ref(length)));
                let (Some(&count), inner) = (match &length {
                    Some(length) => (length.first(), [].as_slice()),
                    None => (lengths.first(), lengths.get(1..).unwrap_or_default()),
                }) else {
                    return self.refuse(expression.span, say::FROM_FN_LENGTH);
                };
                let index = |index| Value::Integer(i128::try_from(index).unwrap_or(0));
                let step = |lower: &mut Self, index: Value| lower.apply_closure(closure, vec![index], inner);
                if let Some(array) = self.collected(count, expression.span, &step) {
                    return array;
                }
                Value::Array((0..count).map(|i| self.apply_closure(closure, vec![index(i)], inner)).collect())
            }
            Kind::Array(elements) => {
                let inner = lengths.get(1..).unwrap_or_default();
                Value::Array(elements.iter().map(|element| self.expression_of(element, inner)).collect())
            }
            Kind::Block(block) => self.block(block, lengths),
            Kind::If(condition, then, otherwise) => {
                self.if_else(condition, then, otherwise.as_deref(), expression.span, lengths)
            }
            _ => self.expression(expression),
        }
    }

    /// The lengths that a type states, as far as they are known.
    pub(super) fn lengths(&mut self, dimensions: &'a [Expression]) -> Vec<usize> {
        let mut lengths = Vec::new();
        for dimension in dimensions {
            match self.expression(dimension) {
                Value::Integer(length) => match usize::try_from(length) {
                    Ok(length) if length <= 1_000_000 => lengths.push(length),
                    _ => break,
                },
                _ => break,
            }
        }
        lengths
    }

    pub(super) fn float(&mut self, value: f64, real: Option<Real>, span: Span) -> Value {
        match real {
            Some(real) if real != self.real => {
                self.refuse(span, say::mixed_reals(&real.to_string(), &self.real.to_string()))
            }
            _ => Value::Number(self.regions.constant(value, span)),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Value {
        self.pending_constant(name);
        if let Some(value) = self.scopes.find(name) {
            return value.clone();
        }
        if self.generics.iter().any(|generic| generic == name) {
            return Value::Length(Dim::symbol(Symbol::Generic(name.to_owned())));
        }
        if let Some(path) = self.scopes.import(name) {
            return self.path(path, span);
        }
        if let Some(value) = mathematical_constant(name).filter(|_| self.scopes.globs().any(is_consts)) {
            return self.float(value, None, span);
        }
        if is_constant_name(name) {
            return self.outside_constant(&syn::Path::from(syn::Ident::new(name, span)), span);
        }
        if self.scopes.hides(name) {
            return self.refuse(span, say::hidden_name(name));
        }
        let names = self.scopes.names();
        self.refuse(span, say::unknown_name(name, &did_you_mean(name, names.iter().map(String::as_str))))
    }

    fn path(&mut self, path: &syn::Path, span: Span) -> Value {
        let mut path = path.clone();
        let first = path.segments[0].ident.to_string();
        if let Some(import) = self.scopes.import(&first).filter(|_| path.segments.len() > 1) {
            let mut whole = import.clone();
            whole.segments.extend(path.segments.into_iter().skip(1));
            path = whole;
        }
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let last = segments.last().map(String::as_str).unwrap_or_default();
        let mut module = path.clone();
        module.segments.pop();
        module.segments.pop_punct();
        if let Some(value) = mathematical_constant(last).filter(|_| is_consts(&module)) {
            return self.float(value, None, span);
        }
        if is_constant_name(last) {
            return self.outside_constant(&path, span);
        }
        self.refuse(span, say::unknown_name(&segments.join("::"), ""))
    }

    /// A constant whose value only rustc sees: an input of the graph.
    fn outside_constant(&mut self, path: &syn::Path, span: Span) -> Value {
        let place = self.outside.iter().position(|known| known == path).unwrap_or_else(|| {
            self.outside.push(path.clone());
            self.regions.outermost().input(Shape::NUMBER, span);
            self.outside.len() - 1
        });
        let input = self.regions.outermost().inputs()[self.own_inputs + place];
        Value::Number(Regions::outermost_number(input))
    }

    pub(super) fn apply(&mut self, function: Elementwise, arguments: &[Number], span: Span) -> Value {
        Value::Number(self.regions.push(Operation::Elementwise(function), arguments, span))
    }

    pub(super) fn integer(&mut self, value: Option<i128>, span: Span) -> Value {
        match value {
            Some(value) => Value::Integer(value),
            None => self.refuse(span, say::INTEGER_RANGE),
        }
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Value,
        right: Value,
        span: Span,
    ) -> Value {
        self.binary_of(operator, left, right, span, None)
    }

    /// The operator applied; `integer` is how the user wrote the integer where one operand is that.
    pub(super) fn binary_of(
        &mut self,
        operator: BinaryOperator,
        left: Value,
        right: Value,
        span: Span,
        integer: Option<&Expression>,
    ) -> Value {
        if left.is_poisoned() || right.is_poisoned() {
            return Value::Poison;
        }
        if left.is_shaped() || right.is_shaped() {
            return self.tensor_binary(operator, &left, &right, span, integer);
        }
        match (operator, &left, &right) {
            (BinaryOperator::Arithmetic(operator), Value::Number(a), Value::Number(b)) => {
                self.apply(elementwise(operator), &[*a, *b], span)
            }
            (BinaryOperator::Arithmetic(operator), Value::Integer(a), Value::Integer(b)) => {
                self.integer_arithmetic(operator, *a, *b, span)
            }
            (BinaryOperator::Compare(comparison), Value::Number(a), Value::Number(b)) => {
                Value::Condition(self.regions.push(Operation::Compare(comparison), &[*a, *b], span))
            }
            (BinaryOperator::Compare(comparison), Value::Integer(a), Value::Integer(b)) => {
                Value::Truth(comparison.evaluate(a, b))
            }
            (
                BinaryOperator::Arithmetic(_) | BinaryOperator::Compare(_),
                Value::Integer(_) | Value::Index(_),
                Value::Integer(_) | Value::Index(_),
            ) => {
                let (a, b) = (left.affine().expect("an integer"), right.affine().expect("an integer"));
                match operator {
                    BinaryOperator::Arithmetic(operator) => self.affine_arithmetic(operator, &a, &b, span),
                    BinaryOperator::Compare(comparison) => self.affine_comparison(comparison, &a, &b, span),
                    BinaryOperator::Logic(_) => unreachable!("logic is no arithmetic"),
                }
            }
            (BinaryOperator::Logic(logic), Value::Truth(a), Value::Truth(b)) => {
                Value::Truth(logic.evaluate(&[*a, *b]))
            }
            (
                BinaryOperator::Logic(logic),
                Value::Truth(_) | Value::Condition(_),
                Value::Truth(_) | Value::Condition(_),
            ) => {
                let arguments = [self.condition(&left, span), self.condition(&right, span)];
                Value::Condition(self.regions.push(Operation::Logic(logic), &arguments, span))
            }
            (BinaryOperator::Logic(_), ..) => self.refuse(span, say::CONDITION),
            (_, Value::Number(_), Value::Integer(_) | Value::Index(_))
            | (_, Value::Integer(_) | Value::Index(_), Value::Number(_)) => {
                self.refuse(span, say::integer_operand(symbol(operator), &self.as_number(integer)))
            }
            _ => {
                let (left, right) = (left.describe(self.real), right.describe(self.real));
                self.refuse(span, say::operands(symbol(operator), &left, &right))
            }
        }
    }

    /// How this integer is written as a number.
    pub(super) fn as_number(&self, integer: Option<&Expression>) -> String {
        match integer.map(|integer| &integer.kind) {
            Some(Kind::Integer(value)) => format!("{value}.0"),
            Some(Kind::Name(name)) => format!("{name} as {}", self.real),
            _ => format!("(…) as {}", self.real),
        }
    }

    /// The node of a truth value, also of one known while compiling.
    fn condition(&mut self, value: &Value, span: Span) -> Number {
        match value {
            Value::Condition(number) => *number,
            other => {
                let known = matches!(other, Value::Truth(true));
                self.regions.push(Operation::Logic(Logic::Constant(known)), &[], span)
            }
        }
    }

    fn integer_arithmetic(&mut self, operator: Arithmetic, a: i128, b: i128, span: Span) -> Value {
        if b == 0 && matches!(operator, Arithmetic::Div | Arithmetic::Rem) {
            return self.refuse(span, say::DIVISION_BY_ZERO);
        }
        let result = match operator {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Sub => a.checked_sub(b),
            Arithmetic::Mul => a.checked_mul(b),
            Arithmetic::Div => a.checked_div(b),
            Arithmetic::Rem => a.checked_rem(b),
        };
        self.integer(result, span)
    }

    #[allow(clippy::cast_precision_loss)]
    fn cast(&mut self, operand: Value, ty: &Type, span: Span) -> Value {
        match (operand, ty) {
            (Value::Integer(value), Type::Number(real)) => self.float(value as f64, Some(*real), span),
            (Value::Number(number), Type::Number(real)) if *real == self.real => Value::Number(number),
            (Value::Number(_), Type::Number(real)) => {
                self.refuse(span, say::mixed_reals(&real.to_string(), &self.real.to_string()))
            }
            (Value::Length(dim), Type::Number(real)) if *real == self.real => {
                let length = Operation::Tensor(Tensor::Length(dim));
                Value::Number(self.regions.push(length, &[], span))
            }
            (Value::Length(dim), Type::Integer) => Value::Length(dim),
            (Value::Index(index), Type::Number(real)) if *real == self.real => {
                Value::Number(self.as_running(&index, span))
            }
            (Value::Index(_), Type::Number(real)) => {
                self.refuse(span, say::mixed_reals(&real.to_string(), &self.real.to_string()))
            }
            (operand @ (Value::Integer(_) | Value::Index(_)), Type::Integer) => operand,
            (Value::Truth(value), Type::Integer) => Value::Integer(i128::from(value)),
            (operand, Type::Unknown) => operand,
            (Value::Poison, _) => Value::Poison,
            (Value::Number(_) | Value::Condition(_), _) => self.refuse(span, say::CAST),
            _ => self.refuse(span, say::NUMBER_EXPECTED),
        }
    }
}

pub(super) fn elementwise(operator: Arithmetic) -> Elementwise {
    match operator {
        Arithmetic::Add => Elementwise::Add,
        Arithmetic::Sub => Elementwise::Sub,
        Arithmetic::Mul => Elementwise::Mul,
        Arithmetic::Div => Elementwise::Div,
        Arithmetic::Rem => Elementwise::Rem,
    }
}

pub(super) fn symbol(operator: BinaryOperator) -> &'static str {
    use crate::operation::Comparison;
    match operator {
        BinaryOperator::Arithmetic(operator) => operator.symbol(),
        BinaryOperator::Compare(comparison) => match comparison {
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
        },
        BinaryOperator::Logic(Logic::And) => "&&",
        BinaryOperator::Logic(_) => "||",
    }
}

/// Whether a name is written as constants are.
fn is_constant_name(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// Whether a path is that of the mathematical constants. Others that end in `consts` may be the user's own.
fn is_consts(path: &syn::Path) -> bool {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [krate, real, "consts"] => matches!(*krate, "std" | "core") && matches!(*real, "f64" | "f32"),
        _ => false,
    }
}

/// The constants of `std::f64::consts`.
fn mathematical_constant(name: &str) -> Option<f64> {
    use std::f64::consts;
    Some(match name {
        "PI" => consts::PI,
        "TAU" => consts::TAU,
        "E" => consts::E,
        "SQRT_2" => consts::SQRT_2,
        "LN_2" => consts::LN_2,
        "LN_10" => consts::LN_10,
        "LOG2_E" => consts::LOG2_E,
        "LOG10_E" => consts::LOG10_E,
        "LOG2_10" => consts::LOG2_10,
        "LOG10_2" => consts::LOG10_2,
        "FRAC_PI_2" => consts::FRAC_PI_2,
        "FRAC_PI_3" => consts::FRAC_PI_3,
        "FRAC_PI_4" => consts::FRAC_PI_4,
        "FRAC_PI_6" => consts::FRAC_PI_6,
        "FRAC_PI_8" => consts::FRAC_PI_8,
        "FRAC_1_PI" => consts::FRAC_1_PI,
        "FRAC_2_PI" => consts::FRAC_2_PI,
        "FRAC_2_SQRT_PI" => consts::FRAC_2_SQRT_PI,
        "FRAC_1_SQRT_2" => consts::FRAC_1_SQRT_2,
        _ => return None,
    })
}
