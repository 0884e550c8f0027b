//! The methods of tensors, and the functions that join them.

use proc_macro2::{Ident, Span};

use super::super::Lower;
use super::super::call::function_names;
use super::super::value::Value;
use super::shaped;
use crate::diagnostic::{did_you_mean, refusal as say};
use crate::graph::{Dim, Operation, written};
use crate::operation::{Comparison, Elementwise, Tensor};
use crate::parse::{Expression, Kind, Layer};

/// The methods of tensors that are no functions of each element.
const METHODS: [&str; 20] = [
    "matmul",
    "transpose",
    "permute",
    "reshape",
    "sum",
    "mean",
    "max",
    "min",
    "softmax",
    "slice",
    "select",
    "square",
    "maximum",
    "minimum",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
];

impl<'a> Lower<'a> {
    /// A method of a tensor.
    pub(in super::super) fn tensor_method(
        &mut self,
        value: Value,
        name: &Ident,
        arguments: &'a [Expression],
    ) -> Value {
        let (span, method) = (name.span(), name.to_string());
        match &value {
            Value::Modules(layers) => return self.modules(layers.clone(), &method, arguments, span),
            Value::Mask(..) | Value::Condition(_) | Value::Truth(_) => {
                return self.mask(&value, &method, arguments, span);
            }
            _ => {}
        }
        let Some(dims) = value.dims() else {
            let on = value.describe(self.real);
            return self.refuse(span, say::unknown_method(&method, &on, ""));
        };
        let number = value.numbers()[0];
        let single = |lower: &mut Self| match arguments {
            [argument] => Some(lower.expression(argument)),
            _ => {
                lower.errors.at(span, say::arity(&method, 1, arguments.len()));
                None
            }
        };
        match method.as_str() {
            "clone" => value,
            "square" => self.each_function(Elementwise::Mul, &[value.clone(), value], span),
            "maximum" | "minimum" | "lt" | "le" | "gt" | "ge" | "eq" | "ne" => {
                let Some(other) = single(self) else { return Value::Poison };
                self.each(&pairwise(&method), &method, &[value, other], span)
            }
            "max" | "min" if !arguments.is_empty() && !names_axes(&arguments[0]) => {
                let Some(other) = single(self) else { return Value::Poison };
                self.each(&pairwise(&method), &method, &[value, other], span)
            }
            "sum" | "mean" | "max" | "min" => {
                let Some(axes) = self.axes(arguments, &dims, span) else { return Value::Poison };
                self.reduced(&method, value, axes, span)
            }
            "softmax" => {
                let axes = if arguments.is_empty() {
                    Some(vec![dims.len() - 1])
                } else {
                    self.axes(arguments, &dims, span)
                };
                let Some(axes) = axes else { return Value::Poison };
                self.softmax(value, axes, span)
            }
            "matmul" => {
                let Some(other) = single(self) else { return Value::Poison };
                self.product(&value, &other, span)
            }
            "transpose" => {
                if dims.len() < 2 {
                    return self.refuse(span, say::transpose(&written(&dims)));
                }
                let mut order: Vec<usize> = (0..dims.len()).collect();
                order.swap(dims.len() - 2, dims.len() - 1);
                self.permuted(value, order, span)
            }
            "permute" => {
                let Some(order) = self.order(arguments, &dims, span) else { return Value::Poison };
                self.permuted(value, order, span)
            }
            "reshape" => {
                let [argument] = arguments else {
                    return self.refuse(span, say::arity(&method, 1, arguments.len()));
                };
                let Some(to) = self.shape(argument) else { return Value::Poison };
                let (before, after) = (Dim::product(&dims), Dim::product(&to));
                let text =
                    say::reshape(&written(&dims), &before.to_string(), &written(&to), &after.to_string());
                if !self.equal(&before, &after, &text, span) {
                    return self.refuse(span, text);
                }
                let number = self.reshaped(number, &dims, &to, span);
                shaped(number, to)
            }
            "slice" | "select" => {
                let [axis, place] = arguments else {
                    return self.refuse(span, say::arity(&method, 2, arguments.len()));
                };
                let at = self.expression(axis);
                let Some(at) = self.axis(&at, &dims, axis.span) else { return Value::Poison };
                if method == "slice" {
                    let Some((start, length)) = self.range_of(place, &dims[at]) else { return Value::Poison };
                    return self.sliced(value, at, start, length, span);
                }
                let index = self.expression(place);
                self.selected(value, at, &index, place.span)
            }
            _ => self.function_of_tensors(&method, value, arguments, span),
        }
    }

    /// A function of the table as a method.
    fn function_of_tensors(
        &mut self,
        method: &str,
        value: Value,
        arguments: &'a [Expression],
        span: Span,
    ) -> Value {
        let mut values = vec![value];
        values.extend(arguments.iter().map(|argument| self.expression(argument)));
        self.tensor_function(method, values, 1, span).unwrap_or_else(|| {
            let known = METHODS.into_iter().chain(function_names());
            let hint = did_you_mean(method, known);
            self.refuse(span, say::unknown_method(method, "a tensor", &hint))
        })
    }

    /// A function of the table on tensors; `None` where there is none of that name. The first `receivers` arguments
    /// are not written as arguments.
    pub(in super::super) fn tensor_function(
        &mut self,
        name: &str,
        mut values: Vec<Value>,
        receivers: usize,
        span: Span,
    ) -> Option<Value> {
        if values.iter().any(Value::is_poisoned) {
            return Some(Value::Poison);
        }
        let function =
            Elementwise::by_spelling(name).filter(|_| function_names().any(|known| known == name))?;
        if values.len() != function.arity() {
            let (wanted, found) = (function.arity() - receivers, values.len() - receivers);
            return Some(self.refuse(span, say::arity(name, wanted, found)));
        }
        if function == Elementwise::Powi {
            let Value::Integer(exponent) = values[1] else { return Some(self.refuse(span, say::POWI)) };
            let Ok(exponent) = i32::try_from(exponent) else {
                return Some(self.refuse(span, say::INTEGER_RANGE));
            };
            values[1] = Value::Number(self.regions.constant(f64::from(exponent), span));
        }
        Some(self.each_function(function, &values, span))
    }

    /// `choose` of a mask.
    fn mask(&mut self, mask: &Value, method: &str, arguments: &'a [Expression], span: Span) -> Value {
        match (method, arguments) {
            ("choose", [then, otherwise]) => {
                let values = [mask.clone(), self.expression(then), self.expression(otherwise)];
                self.each(&Operation::Select, method, &values, span)
            }
            ("choose", _) => self.refuse(span, say::arity(method, 2, arguments.len())),
            _ => self
                .refuse(span, say::unknown_method(method, "truth values", &did_you_mean(method, ["choose"]))),
        }
    }

    /// `forward` of modules.
    fn modules(
        &mut self,
        layers: Vec<(Layer, Vec<Value>)>,
        method: &str,
        arguments: &'a [Expression],
        span: Span,
    ) -> Value {
        let [argument] = arguments else { return self.refuse(span, say::arity(method, 1, arguments.len())) };
        if !matches!(method, "forward" | "forward_mut") {
            return self
                .refuse(span, say::unknown_method(method, "a module", &did_you_mean(method, ["forward"])));
        }
        let mut value = self.expression(argument);
        for (layer, tensors) in layers {
            value = match layer {
                Layer::Linear(..) => {
                    let weight = self.permuted(tensors[0].clone(), vec![1, 0], span);
                    let product = self.product(&value, &weight, span);
                    self.each_function(Elementwise::Add, &[product, tensors[1].clone()], span)
                }
                Layer::Function(_, "square") => {
                    self.each_function(Elementwise::Mul, &[value.clone(), value], span)
                }
                Layer::Function(_, name) => {
                    let function = Elementwise::by_spelling(name).expect("modules are rows of the table");
                    self.each_function(function, &[value], span)
                }
            };
        }
        value
    }

    /// A reduction over these axes.
    fn reduced(&mut self, method: &str, value: Value, axes: Vec<usize>, span: Span) -> Value {
        let dims = value.dims().unwrap_or_default();
        let kept: Vec<Dim> = dims
            .iter()
            .enumerate()
            .filter(|(axis, _)| !axes.contains(axis))
            .map(|(_, dim)| dim.clone())
            .collect();
        let push = |lower: &mut Self, operation: Tensor, value: &Value| {
            let number = lower.regions.push(Operation::Tensor(operation), &[value.numbers()[0]], span);
            shaped(number, kept.clone())
        };
        match method {
            "sum" => push(self, Tensor::Sum(axes), &value),
            "mean" => {
                let count = Dim::product(axes.iter().map(|&axis| &dims[axis]));
                let sum = push(self, Tensor::Sum(axes), &value);
                let count =
                    Value::Number(self.regions.push(Operation::Tensor(Tensor::Length(count)), &[], span));
                self.each_function(Elementwise::Div, &[sum, count], span)
            }
            "max" => push(self, Tensor::Max(axes), &value),
            _ => {
                let negative = self.each_function(Elementwise::Neg, &[value], span);
                let largest = push(self, Tensor::Max(axes), &negative);
                self.each_function(Elementwise::Neg, &[largest], span)
            }
        }
    }

    /// exp(x - max x) over its sum: the maximum keeps numbers small, and has no part in the derivative.
    fn softmax(&mut self, value: Value, axes: Vec<usize>, span: Span) -> Value {
        let dims = value.dims().unwrap_or_default();
        let over: Vec<(usize, Dim)> = axes.iter().map(|&axis| (axis, dims[axis].clone())).collect();
        let spread = |lower: &mut Self, operations: &[Tensor], value: &Value| {
            let number = operations.iter().fold(value.numbers()[0], |number, operation| {
                lower.regions.push(Operation::Tensor(operation.clone()), &[number], span)
            });
            shaped(number, dims.clone())
        };
        let expand = Tensor::Expand(over);
        let largest = spread(self, &[Tensor::Max(axes.clone()), expand.clone(), Tensor::Detach], &value);
        let small = self.each_function(Elementwise::Sub, &[value, largest], span);
        let powers = self.each_function(Elementwise::Exp, &[small], span);
        let sum = spread(self, &[Tensor::Sum(axes), expand], &powers);
        self.each_function(Elementwise::Div, &[powers, sum], span)
    }

    /// The product of matrices, vectors, and batches of matrices.
    fn product(&mut self, left: &Value, right: &Value, span: Span) -> Value {
        if left.is_poisoned() || right.is_poisoned() {
            return Value::Poison;
        }
        let (Some(a), Some(b)) = (left.dims(), right.dims()) else {
            let (left, right) = (left.describe(self.real), right.describe(self.real));
            return self.refuse(span, say::tensor_operands("matmul", &[left, right]));
        };
        let (from_a, from_b) = (written(&a), written(&b));
        if a.is_empty() || b.is_empty() || (a.len() == 1 && b.len() == 1) {
            return self.refuse(span, say::matmul_ranks(&from_a, &from_b));
        }
        // A vector is a matrix of one row, or one column.
        let mut rows = a.clone();
        if a.len() == 1 {
            rows.insert(0, Dim::literal(1));
        }
        let mut columns = b.clone();
        if b.len() == 1 {
            columns.push(Dim::literal(1));
        }
        let (batch, of_b) = (rows[..rows.len() - 2].to_vec(), columns[..columns.len() - 2].to_vec());
        let (k, inner) = (rows[rows.len() - 1].clone(), columns[columns.len() - 2].clone());
        let text = say::matmul(&from_a, &from_b, &k.to_string(), &inner.to_string());
        let mut fits = self.equal(&k, &inner, &text, span);
        if !of_b.is_empty() {
            fits &= batch.len() == of_b.len()
                && batch.iter().zip(&of_b).all(|(a, b)| self.equal(a, b, &text, span));
        }
        if !fits {
            return self.refuse(span, text);
        }
        let count = columns.len();
        let mut like = batch;
        if of_b.is_empty() {
            like.clear();
        }
        like.extend([k, columns[count - 1].clone()]);
        let left = self.reshaped(left.numbers()[0], &a, &rows, span);
        let right = self.reshaped(right.numbers()[0], &b, &like, span);
        let product = self.regions.push(Operation::Tensor(Tensor::Product), &[left, right], span);
        let mut dims = rows.clone();
        *dims.last_mut().expect("a matrix") = like[like.len() - 1].clone();
        let mut result = dims.clone();
        if b.len() == 1 {
            result.pop();
        }
        if a.len() == 1 {
            result.remove(result.len() - usize::from(b.len() > 1) - 1);
        }
        let number = self.reshaped(product, &dims, &result, span);
        shaped(number, result)
    }

    fn permuted(&mut self, value: Value, order: Vec<usize>, span: Span) -> Value {
        let dims = value.dims().unwrap_or_default();
        let permuted = order.iter().map(|&axis| dims[axis].clone()).collect();
        let number =
            self.regions.push(Operation::Tensor(Tensor::Permute(order)), &[value.numbers()[0]], span);
        shaped(number, permuted)
    }

    /// An order of all axes; without arguments the reverse.
    fn order(&mut self, arguments: &'a [Expression], dims: &[Dim], span: Span) -> Option<Vec<usize>> {
        let [argument] = arguments else {
            if arguments.is_empty() {
                return Some((0..dims.len()).rev().collect());
            }
            self.errors.at(span, say::permutation(&written(dims)));
            return None;
        };
        let Value::Array(numbers) = self.expression(argument) else {
            self.errors.at(argument.span, say::permutation(&written(dims)));
            return None;
        };
        let order: Vec<usize> =
            numbers.iter().map(|number| self.axis(number, dims, argument.span)).collect::<Option<_>>()?;
        let whole = (0..dims.len()).all(|axis| order.contains(&axis)) && order.len() == dims.len();
        if !whole {
            self.errors.at(argument.span, say::permutation(&written(dims)));
        }
        whole.then_some(order)
    }

    fn sliced(&mut self, value: Value, axis: usize, start: Dim, length: Dim, span: Span) -> Value {
        let mut dims = value.dims().unwrap_or_default();
        dims[axis] = length.clone();
        let part = Operation::Tensor(Tensor::Slice { axis, start, length });
        let number = self.regions.push(part, &[value.numbers()[0]], span);
        shaped(number, dims)
    }

    /// One place of an axis, which the result lacks.
    pub(in super::super) fn selected(
        &mut self,
        value: Value,
        axis: usize,
        index: &Value,
        span: Span,
    ) -> Value {
        let mut dims = value.dims().unwrap_or_default();
        let Value::Integer(index) = index else {
            return if index.is_poisoned() { Value::Poison } else { self.refuse(span, say::NUMBER_AS_INDEX) };
        };
        let place = usize::try_from(*index).ok().map(Dim::literal);
        let inside = place.filter(|place| dims[axis].minus(&place.plus(&Dim::literal(1))).is_some());
        let Some(place) = inside else {
            return self.refuse(span, say::tensor_index(*index, &dims[axis].to_string()));
        };
        let part = self.sliced(value, axis, place, Dim::literal(1), span);
        let number = part.numbers()[0];
        dims.remove(axis);
        let whole = part.dims().unwrap_or_default();
        let number = self.reshaped(number, &whole, &dims, span);
        shaped(number, dims)
    }

    /// `concat([a, b], axis)` and `stack([a, b], axis)`.
    pub(in super::super) fn joined(&mut self, name: &str, arguments: &'a [Expression], span: Span) -> Value {
        let [tensors, axis] = arguments else {
            return self.refuse(span, say::arity(name, 2, arguments.len()));
        };
        let (of, at) = (self.expression(tensors), self.expression(axis));
        if of.is_poisoned() {
            return Value::Poison;
        }
        let parts = match of {
            Value::Array(parts) | Value::Tuple(parts) if !parts.is_empty() => parts,
            other => return self.refuse(tensors.span, say::joined(name, &other.describe(self.real))),
        };
        let Some(shapes) = parts.iter().map(Value::dims).collect::<Option<Vec<_>>>() else {
            let texts: Vec<String> = parts.iter().map(|part| part.describe(self.real)).collect();
            return self.refuse(tensors.span, say::joined(name, &texts.join(" and ")));
        };
        let mut first = shapes[0].clone();
        let stacks = name == "stack";
        if stacks {
            first.push(Dim::literal(1));
        }
        let Some(at) = self.axis(&at, &first, axis.span) else { return Value::Poison };
        if stacks {
            first.pop();
        }
        let mut numbers = Vec::new();
        let mut length = Dim::default();
        for (part, dims) in parts.iter().zip(&shapes) {
            let text = say::joined_shapes(name, &written(&shapes[0]), &written(dims));
            let free = |axis: usize| !stacks && axis == at;
            let fits = dims.len() == first.len()
                && (0..dims.len())
                    .all(|axis| free(axis) || self.equal(&first[axis], &dims[axis], &text, span));
            if !fits {
                return self.refuse(span, text);
            }
            let mut number = part.numbers()[0];
            let mut like = first.clone();
            if stacks {
                number = self.reshaped(number, dims, &like, span);
                let expand = Tensor::Expand(vec![(at, Dim::literal(1))]);
                number = self.regions.push(Operation::Tensor(expand), &[number], span);
                length = length.plus(&Dim::literal(1));
            } else {
                like[at] = dims[at].clone();
                number = self.reshaped(number, dims, &like, span);
                length = length.plus(&dims[at]);
            }
            numbers.push(number);
        }
        let number = self.regions.push(Operation::Tensor(Tensor::Concat(at)), &numbers, span);
        if stacks {
            first.insert(at, length);
        } else {
            first[at] = length;
        }
        shaped(number, first)
    }
}

/// Whether an argument is an axis, or an array of axes, and no tensor.
fn names_axes(argument: &Expression) -> bool {
    match &argument.kind {
        Kind::Integer(_) => true,
        Kind::Array(elements) => elements.iter().all(names_axes),
        _ => false,
    }
}

fn pairwise(method: &str) -> Operation {
    match method {
        "maximum" | "max" => Operation::Elementwise(Elementwise::Max),
        "minimum" | "min" => Operation::Elementwise(Elementwise::Min),
        "lt" => Operation::Compare(Comparison::Less),
        "le" => Operation::Compare(Comparison::LessEqual),
        "gt" => Operation::Compare(Comparison::Greater),
        "ge" => Operation::Compare(Comparison::GreaterEqual),
        "eq" => Operation::Compare(Comparison::Equal),
        _ => Operation::Compare(Comparison::NotEqual),
    }
}
