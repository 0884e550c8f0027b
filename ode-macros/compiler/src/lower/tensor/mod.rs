//! Systems of tensors: their inputs, and what is known of the lengths of their axes.

mod axes;
mod binary;
mod method;

use proc_macro2::Span;

use super::Lower;
use super::scope::Kind;
use super::value::Value;
use crate::diagnostic::{Errors, refusal as say};
use crate::graph::{Dim, Graph, Operation, Shape, Symbol, written};
use crate::operation::Tensor;
use crate::parse::{Axis, Layer, System, Type, pattern_names};

/// A system of tensors, or a function of its states, as a graph of time, the tensors of state and parameters, and outside
/// constants to the tensors of the result.
#[derive(Debug)]
pub struct LoweredTensors {
    /// Inputs: time, then `tensors`, then `outside`. Outputs: one for each tensor of the result.
    pub graph: Graph,
    /// The tensors of state and parameters, in order.
    pub tensors: Vec<TensorInput>,
    /// How many of them are the state.
    pub states: usize,
    /// The tensors of the result.
    pub results: Vec<TensorInput>,
    /// The paths of the constants that the user takes from outside of the function.
    pub outside: Vec<syn::Path>,
    /// Lengths that must be equal, which the macro cannot see.
    pub checks: Vec<LengthCheck>,
}

/// A tensor of the state, of the parameters or of the result.
#[derive(Debug, Clone)]
pub struct TensorInput {
    /// As the user would call it: `w1`, `net.0.weight`.
    pub name: String,
    /// Its axes as they are written.
    pub axes: Vec<Axis>,
    /// The lengths of its axes.
    pub dims: Vec<Dim>,
}

/// Two lengths that an operation needs to be equal.
#[derive(Debug, Clone)]
pub struct LengthCheck {
    /// One.
    pub left: Dim,
    /// The other.
    pub right: Dim,
    /// What is said where they differ.
    pub text: String,
    /// The user's operation.
    pub span: Span,
}

impl LengthCheck {
    /// Whether rustc can do it: both lengths are known when it has compiled the function.
    #[must_use]
    pub fn is_static(&self) -> bool {
        let runtime = |dim: &Dim| dim.symbols().iter().any(|symbol| matches!(symbol, Symbol::Runtime(..)));
        !runtime(&self.left) && !runtime(&self.right)
    }
}

/// Lowers a system of tensors. Errors are noted; the graph counts only where there is none.
#[must_use]
pub fn tensor_graph(system: &System, errors: &Errors) -> LoweredTensors {
    let span = system.item.sig.ident.span();
    let mut inputs = Inputs { graph: Graph::new(), tensors: Vec::new(), span };
    let time = inputs.graph.input(Shape::NUMBER, span);
    let state = inputs.value("y", &system.state_type);
    let states = inputs.tensors.len();
    for (tensor, name) in inputs.tensors.iter_mut().zip(pattern_names(&system.state, &system.state_type)) {
        tensor.name = name;
    }
    let parameters: Vec<Raw> = system
        .parameters
        .iter()
        .map(|parameter| inputs.value(&parameter.name.to_string(), &parameter.ty))
        .collect();
    let Inputs { graph, tensors, .. } = inputs;

    let mut lower = Lower::new(system, graph, errors);
    let time = Value::Number(lower.regions.number(time));
    lower.bind(&system.time, time);
    let state = lower.received(state, &tensors);
    lower.bind(&system.state, state);
    for (parameter, raw) in system.parameters.iter().zip(parameters) {
        let kind = if parameter.mutable { Kind::Mutable } else { Kind::Fixed };
        let value = lower.received(raw, &tensors);
        lower.scopes.declare(&parameter.name.to_string(), value, kind);
    }
    let value = lower.block(&system.body, &[]);
    let span = system.body.result.as_ref().map_or(system.body.span, |result| result.span);
    let results = if system.is_tensor_event() {
        vec![TensorInput { name: "the event".to_owned(), axes: Vec::new(), dims: Vec::new() }]
    } else {
        tensors[..states].to_vec()
    };
    let outputs = lower.tensor_result(value, &results, system, span);
    let (mut graph, outside, checks) = (lower.regions.into_graph(), lower.outside, lower.checks);
    graph.outputs = outputs;
    LoweredTensors { graph, tensors, states, results, outside, checks }
}

/// The tensors of a value of the signature, by their places.
enum Raw {
    Tensor(usize),
    Tuple(Vec<Raw>),
    Modules(Vec<(Layer, Vec<usize>)>),
    Unknown,
}

/// The inputs as they are collected.
struct Inputs {
    graph: Graph,
    tensors: Vec<TensorInput>,
    span: Span,
}

impl Inputs {
    fn tensor(&mut self, name: String, axes: Vec<Axis>) -> usize {
        let place = self.tensors.len();
        let dims: Vec<Dim> =
            axes.iter().enumerate().map(|(axis, length)| dim(length, (place, axis))).collect();
        self.graph.input(Shape::tensor(dims.clone()), self.span);
        self.tensors.push(TensorInput { name, axes, dims });
        place
    }

    fn value(&mut self, name: &str, ty: &Type) -> Raw {
        match ty {
            Type::Tensor(axes) => Raw::Tensor(self.tensor(name.to_owned(), axes.clone())),
            Type::Tuple(elements) => Raw::Tuple(
                elements
                    .iter()
                    .enumerate()
                    .map(|(place, element)| self.value(&format!("{name}.{place}"), element))
                    .collect(),
            ),
            Type::Modules(layers, in_tuple) => Raw::Modules(
                layers
                    .iter()
                    .enumerate()
                    .map(|(place, layer)| {
                        let name = if *in_tuple { format!("{name}.{place}") } else { name.to_owned() };
                        let tensors = match layer {
                            Layer::Linear(from, to) => vec![
                                self.tensor(format!("{name}.weight"), vec![to.clone(), from.clone()]),
                                self.tensor(format!("{name}.bias"), vec![to.clone()]),
                            ],
                            Layer::Function(..) => Vec::new(),
                        };
                        (layer.clone(), tensors)
                    })
                    .collect(),
            ),
            _ => Raw::Unknown,
        }
    }
}

/// The length of an axis of an input.
fn dim(axis: &Axis, (tensor, place): (usize, usize)) -> Dim {
    match axis {
        Axis::Literal(length) => Dim::literal(*length),
        Axis::Generic(name) => Dim::symbol(Symbol::Generic(name.clone())),
        Axis::Outside(_) => Dim::symbol(Symbol::Outside(axis.to_string())),
        Axis::Runtime => Dim::symbol(Symbol::Runtime(tensor, place)),
    }
}

impl Lower<'_> {
    fn received(&mut self, raw: Raw, tensors: &[TensorInput]) -> Value {
        let mut tensor = |place: usize| {
            let input = self.regions.outermost().inputs()[1 + place];
            let number = self.regions.number(input);
            shaped(number, tensors[place].dims.clone())
        };
        match raw {
            Raw::Tensor(place) => tensor(place),
            Raw::Modules(layers) => Value::Modules(
                layers
                    .into_iter()
                    .map(|(layer, places)| (layer, places.into_iter().map(&mut tensor).collect()))
                    .collect(),
            ),
            Raw::Tuple(parts) => {
                Value::Tuple(parts.into_iter().map(|part| self.received(part, tensors)).collect())
            }
            Raw::Unknown => Value::Poison,
        }
    }

    /// The nodes of the result, whose tensors have these shapes.
    fn tensor_result(
        &mut self,
        value: Value,
        results: &[TensorInput],
        system: &System,
        span: Span,
    ) -> Vec<crate::graph::NodeId> {
        let ty = &system.result_type;
        let differs = |found: &str, wanted: &[Dim]| {
            if system.is_tensor_event() {
                say::tensor_event(found)
            } else if system.is_tensor_reset() {
                say::tensor_reset(found, &written(wanted))
            } else {
                say::tensor_result(found, &written(wanted))
            }
        };
        if value.is_poisoned() {
            return Vec::new();
        }
        let parts = match (value, ty) {
            (Value::Tuple(parts), Type::Tuple(_)) if parts.len() == results.len() => parts,
            (value, Type::Tensor(_)) if !matches!(value, Value::Tuple(_)) => vec![value],
            (_, Type::Unknown) => return Vec::new(),
            (value, _) => {
                let text = if value.is_unit() {
                    say::UNIT_VALUE.to_owned()
                } else {
                    say::result_shape(&value.describe(self.real), &ty.to_string(), "the declared result")
                };
                self.errors.at(span, text);
                return Vec::new();
            }
        };
        let parts: Vec<Option<_>> = parts
            .into_iter()
            .zip(results)
            .map(|(part, result)| {
                let Some(found) = part.dims() else {
                    self.errors.at(span, differs(&part.describe(self.real), &result.dims));
                    return None;
                };
                let text = differs(&written(&found), &result.dims);
                let number = part.numbers()[0];
                if found.len() != result.dims.len() {
                    self.errors.at(span, text);
                    return None;
                }
                let fits = found
                    .iter()
                    .zip(&result.dims)
                    .all(|(found, wanted)| self.equal(found, wanted, &text, span));
                if !fits {
                    self.errors.at(span, text);
                    return None;
                }
                let number = self.reshaped(number, &found, &result.dims, span);
                Some(self.regions.import(number))
            })
            .collect();
        parts.into_iter().flatten().collect()
    }

    /// Whether two lengths are equal, as far as can be seen here. What rustc or the start of a solve must compare is
    /// noted, to be said in these words.
    fn equal(&mut self, left: &Dim, right: &Dim, text: &str, span: Span) -> bool {
        if left == right {
            return true;
        }
        let symbols: Vec<_> = left.symbols().into_iter().chain(right.symbols()).collect();
        let open = symbols.iter().any(|symbol| !matches!(symbol, Symbol::Generic(_)));
        if open {
            let (left, right) = (left.clone(), right.clone());
            self.checks.push(LengthCheck { left, right, text: text.to_owned(), span });
        }
        open
    }

    /// The same elements with axes of these lengths, which are the same by what is checked.
    fn reshaped(
        &mut self,
        number: super::region::Number,
        from: &[Dim],
        to: &[Dim],
        span: Span,
    ) -> super::region::Number {
        if from == to {
            return number;
        }
        self.regions.push(Operation::Tensor(Tensor::Reshape(to.to_vec())), &[number], span)
    }
}

/// The value of a node with these axes.
fn shaped(number: super::region::Number, dims: Vec<Dim>) -> Value {
    if dims.is_empty() { Value::Number(number) } else { Value::Tensor(number, dims) }
}

impl Value {
    /// The axes of a tensor or number.
    pub(super) fn dims(&self) -> Option<Vec<Dim>> {
        match self {
            Self::Number(_) => Some(Vec::new()),
            Self::Tensor(_, dims) => Some(dims.clone()),
            _ => None,
        }
    }

    /// Whether it is one truth value.
    pub(super) fn is_truth(&self) -> bool {
        matches!(self, Self::Condition(_) | Self::Truth(_))
    }

    /// Whether only the rules of tensors apply to it.
    pub(super) fn is_shaped(&self) -> bool {
        matches!(self, Self::Tensor(..) | Self::Mask(..) | Self::Length(_) | Self::Modules(_))
    }
}
