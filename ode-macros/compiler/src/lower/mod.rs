//! The subset to a graph: scopes, expressions, calls inlined, short loops and arrays unrolled, long ones kept.

mod affine;
mod array;
mod assign;
mod assigned;
mod bind;
mod branch;
mod call;
mod compact;
mod expression;
mod integer;
mod iterate;
mod region;
mod repeat;
mod scope;
mod sequence;
mod tensor;
mod value;

#[cfg(test)]
mod tests;

use proc_macro2::Span;

use crate::diagnostic::{Errors, refusal as say};
use crate::graph::{Graph, NodeId, Operation, Scatter, Shape, View};
use crate::parse::{Block, Function, Real, System, Type};
use affine::Affine;
use compact::Slice;
use region::{Number, Regions};
use repeat::{Frame, Obstacle};
use scope::{Kind, Scopes};
use value::Value;

pub use repeat::Unrolling;
pub use tensor::{LengthCheck, LoweredTensors, TensorInput, tensor_graph};

/// More operations than this are not unrolled.
const UNROLLING_BUDGET: usize = 200_000;

/// A system as a graph of the inputs time, state, parameters and outside constants to the result.
///
/// State, parameters and result are flat: arrays of one dimension that hold the user's arrays and tuples in order.
#[derive(Debug)]
pub struct Lowered {
    /// Inputs: time, state, parameters, then `outside`. One output: the result.
    pub graph: Graph,
    /// The paths of the constants that the user takes from outside of the function.
    pub outside: Vec<syn::Path>,
}

/// The input of the graph that is the time.
pub const TIME: usize = 0;
/// The input of the graph that is the state.
pub const STATE: usize = 1;
/// The input of the graph that is the parameters.
pub const PARAMETERS: usize = 2;

/// Lowers a system. Errors are noted; the graph counts only where there is none.
#[must_use]
pub fn graph(system: &System, errors: &Errors) -> Lowered {
    graph_by(system, Unrolling::default(), errors)
}

/// Lowers a system; other loops than usual may stay loops.
#[must_use]
pub fn graph_by(system: &System, unrolling: Unrolling, errors: &Errors) -> Lowered {
    let span = system.item.sig.ident.span();
    let mut graph = Graph::new();
    let time = graph.input(Shape::NUMBER, span);
    let state = graph.input(Shape::Numbers(vec![system.state_type.len()]), span);
    let parameters = graph.input(Shape::Numbers(vec![system.parameter_count()]), span);

    let mut lower = Lower { unrolling, ..Lower::new(system, graph, errors) };
    let time = Value::Number(lower.regions.number(time));
    lower.bind(&system.time, time);
    let state = lower.unpack(&system.state_type, state, &mut 0);
    lower.bind(&system.state, state);
    let mut offset = 0;
    for parameter in &system.parameters {
        let value = lower.unpack(&parameter.ty, parameters, &mut offset);
        let kind = if parameter.mutable { Kind::Mutable } else { Kind::Fixed };
        lower.scopes.declare(&parameter.name.to_string(), value, kind);
    }

    let value = lower.block(&system.body, &system.result_type.dimensions());
    let span = system.body.result.as_ref().map_or(system.body.span, |result| result.span);
    let result = lower.result(value, &system.result_type, span);
    let (mut graph, outside) = (lower.regions.into_graph(), lower.outside);
    graph.outputs.extend(result);
    Lowered { graph, outside }
}

/// The state of lowering.
struct Lower<'a> {
    errors: &'a Errors,
    real: Real,
    regions: Regions,
    scopes: Scopes<'a>,
    /// The inner functions that are being inlined, outermost first.
    calls: Vec<&'a Function>,
    outside: Vec<syn::Path>,
    /// The inputs before those of outside constants.
    own_inputs: usize,
    of_tensors: bool,
    /// The const generics of a system of tensors.
    generics: &'a [String],
    /// What is left to rustc, or to the start of a solve, of the lengths that must be equal.
    checks: Vec<LengthCheck>,
    /// How many bodies of loops, closures and inner functions have been gone through.
    rounds: usize,
    too_large: bool,
    /// Which loops stay loops.
    unrolling: Unrolling,
    /// The loops that are being kept, outermost first.
    frames: Vec<Frame>,
    /// In how many loops lowering is that are small enough to be unrolled with all inside.
    unrolled: usize,
    /// Why a loop could not be kept.
    obstacle: Option<Obstacle>,
    /// How many long arrays have been made.
    stores: usize,
}

impl<'a> Lower<'a> {
    fn new(system: &'a System, graph: Graph, errors: &'a Errors) -> Self {
        Self {
            errors,
            real: system.real,
            own_inputs: graph.inputs().len(),
            regions: Regions::new(graph),
            scopes: Scopes::new(),
            calls: Vec::new(),
            outside: Vec::new(),
            of_tensors: system.of_tensors,
            generics: &system.generics,
            checks: Vec::new(),
            rounds: 0,
            too_large: false,
            unrolling: Unrolling::default(),
            frames: Vec::new(),
            unrolled: 0,
            obstacle: None,
            stores: 0,
        }
    }

    /// Notes an error; the value that it concerns is poison and makes no further one.
    fn refuse(&self, span: Span, text: impl std::fmt::Display) -> Value {
        self.errors.at(span, text);
        Value::Poison
    }

    /// The value of this type whose numbers are the elements of `input`, from `offset` on.
    fn unpack(&mut self, ty: &Type, input: NodeId, offset: &mut usize) -> Value {
        match ty {
            Type::Array(..) if self.is_compact(ty) => {
                let (array, start) = (self.regions.number(input), Affine::constant(*offset as i128));
                *offset += ty.len();
                Value::Slice(Box::new(Slice { array, start, ty: ty.clone() }))
            }
            Type::Array(element, count) => {
                Value::Array((0..*count).map(|_| self.unpack(element, input, offset)).collect())
            }
            Type::Tuple(elements) => {
                Value::Tuple(elements.iter().map(|element| self.unpack(element, input, offset)).collect())
            }
            _ => {
                let array = self.regions.number(input);
                let number = self.regions.push(Operation::Index(*offset), &[array], Span::call_site());
                *offset += 1;
                Value::Number(number)
            }
        }
    }

    /// The value of a block; `lengths` as in [`Lower::expression_of`].
    fn block(&mut self, block: &'a Block, lengths: &[usize]) -> Value {
        self.scopes.enter();
        self.scopes.declare_items(block);
        while let Some(constant) = self.scopes.next_pending() {
            self.pending_constant(&constant.name.to_string());
        }
        let mut refused = false;
        for statement in &block.statements {
            refused |= self.statement(statement).is_poisoned();
        }
        let value = match &block.result {
            Some(result) => self.expression_of(result, lengths),
            // A `return` that has been refused, say, would have been the result.
            None if refused => Value::Poison,
            None => Value::UNIT,
        };
        self.scopes.leave();
        value
    }

    /// Gives a value to the constant of this name, where it has none yet: constants of a block may stand in any order.
    fn pending_constant(&mut self, name: &str) {
        let Some((block, constant)) = self.scopes.take_pending(name) else { return };
        let hidden = self.scopes.hide_inside(block);
        let lengths = self.lengths(&constant.dimensions);
        let value = self.expression_of(&constant.value, &lengths);
        self.scopes.declare(name, value, Kind::Constant);
        self.scopes.show(hidden);
    }

    /// The result as a flat array, checked against its type.
    fn result(&mut self, value: Value, ty: &Type, span: Span) -> Option<NodeId> {
        if value.is_poisoned() {
            return None;
        }
        if !value.has_type(ty) {
            let text = if value.is_unit() {
                say::UNIT_VALUE.to_owned()
            } else {
                say::result_shape(&value.describe(self.real), &ty.to_string(), "the declared result")
            };
            self.errors.at(span, text);
            return None;
        }
        let mut parts = Vec::new();
        self.flat_parts(&value, span, &mut parts);
        if parts.is_empty() {
            return None;
        }
        let arguments = parts.iter().map(|&(number, _)| self.regions.import(number)).collect();
        let operation = if parts.iter().all(|(_, length)| length.is_none()) {
            Operation::Stack
        } else {
            let mut offset = 0;
            let views = parts.iter().map(|(_, length)| {
                let start = offset;
                offset += length.unwrap_or(1);
                length.map_or_else(|| View::one(start), |length| View::rows(start, &[length]))
            });
            let views = views.collect();
            Operation::Scatter(Scatter::among_zeros(vec![offset], views))
        };
        Some(self.regions.graph().push(operation, arguments, span))
    }

    /// The numbers and flat arrays that a value is made of, in order; of arrays with their lengths.
    fn flat_parts(&mut self, value: &Value, span: Span, parts: &mut Vec<(Number, Option<usize>)>) {
        match value {
            Value::Number(number) => parts.push((*number, None)),
            Value::Array(elements) | Value::Tuple(elements) => {
                elements.iter().for_each(|element| self.flat_parts(element, span, parts));
            }
            Value::Slice(slice) => {
                let length = slice.ty.len();
                let axes = View::rows(0, &[length]).axes;
                if let Some(array) = self.read(slice.array, &slice.start, &axes, span) {
                    parts.push((array, Some(length)));
                }
            }
            Value::Store(store) if store.pieces.is_empty() => {
                for place in 0..store.length() as i128 {
                    let number = store.ones.get(&place).copied();
                    let number = number.unwrap_or_else(|| self.regions.constant(store.fill, span));
                    parts.push((number, None));
                }
            }
            Value::Store(store) => {
                let array = self.whole(store, span);
                parts.push((array, Some(store.length())));
            }
            _ => {}
        }
    }

    /// Whether unrolling may go on.
    fn within_budget(&mut self, span: Span) -> bool {
        self.rounds += 1;
        if !self.too_large && self.regions.size().max(self.rounds) > UNROLLING_BUDGET {
            self.too_large = true;
            match self.obstacle.take() {
                Some(Obstacle { span, text }) => self.errors.at(span, say::too_large(&text)),
                None => self.errors.at(span, say::TOO_LARGE),
            }
        }
        !self.too_large
    }
}
