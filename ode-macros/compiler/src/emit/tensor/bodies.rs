//! The graphs of a system of tensors or a function of its states, ready to be written.

use super::rows::rows;
use crate::derivative::{jvp, vjp};
use crate::graph::{Dim, Graph, NodeId, Operation, Shape, Symbol};
use crate::lower::{LengthCheck, LoweredTensors, TensorInput};
use crate::operation::Comparison;
use crate::parse::{Role, System};
use crate::simplify::simplify;

/// The value of a system of tensors, or of a function of its states, and its derivatives, simplified.
#[derive(Debug)]
pub struct TensorBodies {
    /// Time, the tensors of state and parameters, outside constants -> the tensors of the result.
    pub value: Graph,
    /// The same inputs, then the cotangents of the result -> those of time and of the tensors of state and parameters.
    pub vjp: Graph,
    /// Of an event, the same inputs, then the tangents of the tensors of the state -> the derivative by time along them.
    pub slope: Option<Graph>,
    /// The tensors of state and parameters.
    pub tensors: Vec<TensorInput>,
    /// How many of them are the state.
    pub states: usize,
    /// The tensors of the result.
    pub results: Vec<TensorInput>,
    /// The paths of the outside constants.
    pub outside: Vec<syn::Path>,
    /// Lengths that must be equal.
    pub checks: Vec<LengthCheck>,
    /// The length that counts the rows, where they are independent of each other.
    pub rows: Option<Symbol>,
}

impl TensorBodies {
    /// Differentiates and simplifies.
    #[must_use]
    pub fn new(system: &System, lowered: LoweredTensors) -> Self {
        let value = without_captured_masks(&simplify(&lowered.graph));
        let mut active = vec![true; 1 + lowered.tensors.len()];
        active.resize(value.inputs().len(), false);
        let vjp = without_captured_masks(&simplify(&vjp(&value, &active)));
        let LoweredTensors { tensors, states, results, outside, checks, .. } = lowered;
        let slope =
            system.is_tensor_event().then(|| without_captured_masks(&simplify(&slope(&value, states))));
        let rows = match system.role {
            Role::System => rows(&value, &tensors[..states], &checks),
            Role::Function => None,
        };
        Self { value, vjp, slope, tensors, states, results, outside, checks, rows }
    }

    /// The tensors of the state.
    #[must_use]
    pub fn state(&self) -> &[TensorInput] {
        &self.tensors[..self.states]
    }

    /// Whether the value depends on this tensor at all.
    #[must_use]
    pub fn uses(&self, tensor: usize) -> bool {
        let input = self.value.inputs()[1 + tensor];
        let live = self.value.live();
        let is_argument = |id: &NodeId| live[id.0] && self.value.node(*id).arguments.contains(&input);
        self.value.outputs.contains(&input) || self.value.ids().any(|id| is_argument(&id))
    }

    /// Whether its gradient is other than zero by structure.
    #[must_use]
    pub fn has_gradient(&self, tensor: usize) -> bool {
        let mut node = self.vjp.node(self.vjp.outputs[1 + tensor]);
        // A zero may have been spread over a shape.
        while let (Operation::Tensor(_), [inside]) = (&node.operation, &node.arguments[..]) {
            node = self.vjp.node(*inside);
        }
        node.operation != Operation::Constant(0)
    }

    /// The tensors of the parameters.
    #[must_use]
    pub fn parameters(&self) -> &[TensorInput] {
        &self.tensors[self.states..]
    }
}

/// The derivative by time of a graph, where the tensors of the state have tangents, which are its last inputs.
fn slope(value: &Graph, states: usize) -> Graph {
    let inputs = value.inputs().len();
    let by_state: Vec<bool> = (0..inputs).map(|input| input <= states).collect();
    let tangent = jvp(value, &by_state);
    let mut result = Graph::new();
    let images: Vec<NodeId> = tangent
        .inputs()
        .iter()
        .enumerate()
        .map(|(place, &input)| {
            let node = tangent.node(input);
            // The tangent of time, which goes on with itself.
            if place == inputs {
                result.constant(1.0, node.span)
            } else {
                result.input(node.shape.clone(), node.span)
            }
        })
        .collect();
    result.outputs = result.splice(&tangent, &images);
    result
}

/// The same graph, where branches capture no truth values of tensors, which have no place in memory: they go in as the
/// numbers 1 and 0.
fn without_captured_masks(graph: &Graph) -> Graph {
    let mut result = Graph::new();
    let mut images: Vec<NodeId> = Vec::with_capacity(graph.nodes().len());
    for id in graph.ids() {
        let node = graph.node(id);
        let mut arguments: Vec<NodeId> = node.arguments.iter().map(|argument| images[argument.0]).collect();
        let image = match &node.operation {
            Operation::Input(_) => result.input(node.shape.clone(), node.span),
            Operation::Branch { then, otherwise } => {
                let (one, zero) = (result.constant(1.0, node.span), result.constant(0.0, node.span));
                for argument in &mut arguments[1..] {
                    if matches!(result.shape(*argument), Shape::Mask(_)) {
                        *argument = result.push(Operation::Select, vec![*argument, one, zero], node.span);
                    }
                }
                let (then, otherwise) = (Box::new(with_numbers(then)), Box::new(with_numbers(otherwise)));
                result.push(Operation::Branch { then, otherwise }, arguments, node.span)
            }
            operation => result.push(operation.clone(), arguments, node.span),
        };
        if let Some(name) = &node.name {
            result.name(image, name);
        }
        images.push(image);
    }
    result.outputs = graph.outputs.iter().map(|output| images[output.0]).collect();
    result
}

/// A body that takes numbers for the truth values of tensors.
fn with_numbers(body: &Graph) -> Graph {
    let body = without_captured_masks(body);
    let mut result = Graph::new();
    let inputs: Vec<NodeId> = body
        .inputs()
        .iter()
        .map(|&input| {
            let node = body.node(input);
            match &node.shape {
                Shape::Mask(dims) => {
                    let numbers = result.input(Shape::tensor(dims.clone()), node.span);
                    let zero = result.constant(0.0, node.span);
                    result.push(Operation::Compare(Comparison::NotEqual), vec![numbers, zero], node.span)
                }
                shape => result.input(shape.clone(), node.span),
            }
        })
        .collect();
    result.outputs = result.splice(&body, &inputs);
    result
}

/// How many numbers these tensors hold.
pub(super) fn count(tensors: &[TensorInput]) -> Dim {
    tensors.iter().fold(Dim::default(), |sum, tensor| sum.plus(&Dim::product(&tensor.dims)))
}

/// The lengths of these tensors that are known at run time alone.
pub(super) fn runtime(tensors: &[TensorInput]) -> Vec<(usize, usize)> {
    let symbols = tensors.iter().flat_map(|tensor| &tensor.dims).flat_map(Dim::symbols);
    symbols
        .filter_map(|symbol| match symbol {
            Symbol::Runtime(tensor, axis) => Some((*tensor, *axis)),
            _ => None,
        })
        .collect()
}
