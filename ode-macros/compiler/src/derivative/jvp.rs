//! Forward mode: from the tangents of the inputs to those of the outputs.

use super::tensor::{self, expanded};
use super::{Sparse, partials, product, repeat};
use crate::graph::{Graph, Node, NodeId, Operation, Scatter, Shape};

/// The graph with one more input for each active one, its tangent, whose outputs are the tangents of the outputs.
///
/// # Panics
/// Where there is not one flag an input.
#[must_use]
pub fn jvp(graph: &Graph, active: &[bool]) -> Graph {
    let (mut result, tangents) = with_tangent_inputs(graph, active);
    let tangents = push_forward(graph, &mut result, &tangents);
    result.outputs = dense(graph, &mut result, &tangents);
    result
}

/// A copy of the graph with a tangent input for each active input, and those tangents.
pub(super) fn with_tangent_inputs(graph: &Graph, active: &[bool]) -> (Graph, Vec<Sparse>) {
    assert_eq!(active.len(), graph.inputs().len());
    let mut result = graph.clone();
    let tangents = graph
        .inputs()
        .iter()
        .zip(active)
        .map(|(&input, &active)| {
            let Node { shape, span, .. } = graph.node(input).clone();
            if active { Sparse::Node(result.input(shape, span)) } else { Sparse::Zero }
        })
        .collect();
    (result, tangents)
}

fn dense(graph: &Graph, result: &mut Graph, tangents: &[Sparse]) -> Vec<NodeId> {
    graph
        .outputs
        .iter()
        .map(|&output| {
            let Node { shape, span, .. } = graph.node(output);
            tangents[output.0].node(shape, result, *span)
        })
        .collect()
}

/// The tangents of all nodes of `graph`, made in `result`, which begins with those nodes.
pub(super) fn push_forward(graph: &Graph, result: &mut Graph, inputs: &[Sparse]) -> Vec<Sparse> {
    let mut tangents: Vec<Sparse> = Vec::with_capacity(graph.nodes().len());
    for id in graph.ids() {
        let tangent = node_tangent(graph.node(id), id, result, inputs, &tangents);
        tangents.push(tangent);
    }
    tangents
}

fn node_tangent(
    node: &Node,
    id: NodeId,
    result: &mut Graph,
    inputs: &[Sparse],
    tangents: &[Sparse],
) -> Sparse {
    let of = |argument: usize| tangents[node.arguments[argument].0].clone();
    match &node.operation {
        Operation::Input(index) => inputs[*index].clone(),
        Operation::Constant(_) | Operation::Compare(_) | Operation::Logic(_) => Sparse::Zero,
        Operation::Elementwise(function) => {
            let derivatives: Vec<Sparse> = (0..node.arguments.len()).map(of).collect();
            if derivatives.iter().all(Sparse::is_zero) {
                return Sparse::Zero;
            }
            let partials = partials(result, id, *function);
            let mut sum = Sparse::Zero;
            for (partial, derivative) in partials.into_iter().zip(derivatives) {
                if let Sparse::Node(tangent) = derivative {
                    let term = product(result, partial, tangent, id);
                    sum.add(Sparse::Node(term), result, node.span);
                }
            }
            match sum {
                Sparse::Node(tangent) => Sparse::Node(expanded(result, tangent, &node.shape)),
                sum => sum,
            }
        }
        Operation::Tensor(operation) => {
            let derivatives: Vec<Sparse> = (0..node.arguments.len()).map(of).collect();
            tensor::tangent(operation, id, &derivatives, result)
        }
        Operation::Select => {
            let (then, otherwise) = (of(1), of(2));
            if then.is_zero() && otherwise.is_zero() {
                return Sparse::Zero;
            }
            let then = then.node(&node.shape, result, node.span);
            let otherwise = otherwise.node(&node.shape, result, node.span);
            Sparse::Node(result.push(Operation::Select, vec![node.arguments[0], then, otherwise], node.span))
        }
        Operation::Stack => {
            let elements: Vec<Sparse> = (0..node.arguments.len()).map(of).collect();
            if elements.iter().all(Sparse::is_zero) { Sparse::Zero } else { Sparse::Elements(elements) }
        }
        Operation::Index(index) | Operation::Result(index) => of(0).element(*index, result, node.span),
        Operation::Gather(view) => match of(0) {
            Sparse::Zero => Sparse::Zero,
            derivative => {
                let shape = result.shape(node.arguments[0]).clone();
                let tangent = derivative.node(&shape, result, node.span);
                Sparse::Node(result.push(Operation::Gather(view.clone()), vec![tangent], node.span))
            }
        },
        Operation::Scatter(scatter) => {
            let mut parts = Vec::new();
            let mut views = Vec::new();
            for (place, view) in scatter.views.iter().enumerate() {
                let derivative = of(place);
                if !derivative.is_zero() {
                    let shape = result.shape(node.arguments[place]).clone();
                    parts.push(derivative.node(&shape, result, node.span));
                    views.push(view.clone());
                }
            }
            if parts.is_empty() {
                return Sparse::Zero;
            }
            let scatter = Scatter::among_zeros(scatter.dims.clone(), views);
            Sparse::Node(result.push(Operation::Scatter(scatter), parts, node.span))
        }
        Operation::Loop(repeated) => {
            let derivatives: Vec<Sparse> = (0..node.arguments.len()).map(of).collect();
            repeat::tangent(node, repeated, &derivatives, result)
        }
        Operation::Branch { then, otherwise } => {
            let derivatives: Vec<Sparse> = (1..node.arguments.len()).map(of).collect();
            branch_tangent(node, then, otherwise, &derivatives, result)
        }
    }
}

/// The branch whose bodies compute the tangents alone: the body that is not taken computes none of them.
fn branch_tangent(
    node: &Node,
    then: &Graph,
    otherwise: &Graph,
    derivatives: &[Sparse],
    result: &mut Graph,
) -> Sparse {
    let count = then.inputs().len();
    let (mut then, then_outputs, then_arguments) =
        body_tangent(then, &node.arguments[1..=count], &derivatives[..count], result);
    let (mut otherwise, other_outputs, other_arguments) =
        body_tangent(otherwise, &node.arguments[1 + count..], &derivatives[count..], result);
    let Shape::Results(shapes) = &node.shape else { unreachable!("a branch has results") };

    let mut elements = vec![Sparse::Zero; shapes.len()];
    let mut results = Vec::new();
    for (index, shape) in shapes.iter().enumerate() {
        if then_outputs[index].is_zero() && other_outputs[index].is_zero() {
            continue;
        }
        let output = then_outputs[index].node(shape, &mut then, node.span);
        then.outputs.push(output);
        let output = other_outputs[index].node(shape, &mut otherwise, node.span);
        otherwise.outputs.push(output);
        results.push(index);
    }
    if results.is_empty() {
        return Sparse::Zero;
    }
    let mut arguments = vec![node.arguments[0]];
    arguments.extend(then_arguments);
    arguments.extend(other_arguments);
    let operation = Operation::Branch { then: Box::new(then), otherwise: Box::new(otherwise) };
    let branch = result.push(operation, arguments, node.span);
    for (place, index) in results.into_iter().enumerate() {
        elements[index] = Sparse::Node(result.push(Operation::Result(place), vec![branch], node.span));
    }
    Sparse::Elements(elements)
}

/// A body without outputs yet, the tangents of its outputs, and its arguments: what it captured, then the tangents.
fn body_tangent(
    body: &Graph,
    captured: &[NodeId],
    derivatives: &[Sparse],
    result: &mut Graph,
) -> (Graph, Vec<Sparse>, Vec<NodeId>) {
    let active: Vec<bool> = derivatives.iter().map(|derivative| !derivative.is_zero()).collect();
    let (mut graph, inputs) = with_tangent_inputs(body, &active);
    let tangents = push_forward(body, &mut graph, &inputs);
    let outputs = body.outputs.iter().map(|output| tangents[output.0].clone()).collect();
    let mut arguments = captured.to_vec();
    for (&value, derivative) in
        captured.iter().zip(derivatives).filter(|(_, derivative)| !derivative.is_zero())
    {
        let Node { shape, span, .. } = result.node(value).clone();
        arguments.push(derivative.node(&shape, result, span));
    }
    graph.outputs.clear();
    (graph, outputs, arguments)
}
