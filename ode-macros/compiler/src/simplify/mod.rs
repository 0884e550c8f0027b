//! Graph to smaller graph: constants folded, equal nodes shared, weaker operations, dead nodes gone.
//!
//! No rule changes a value, not even of NaN, infinity or -0 (the sign and payload of a NaN apart), but for powers
//! with constant exponents, which agree to rounding.

mod array;
mod branch;
mod elementwise;
mod repeat;
mod tensor;
mod truth;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::graph::{Graph, Node, NodeId, Operation, Shape};
use crate::operation::Tensor;

/// The same function, simplified. All inputs stay, used or not.
#[must_use]
pub fn simplify(graph: &Graph) -> Graph {
    let mut result = Graph::new();
    let inputs: Vec<NodeId> = graph
        .inputs()
        .iter()
        .map(|&input| {
            let Node { shape, span, .. } = graph.node(input).clone();
            result.input(shape, span)
        })
        .collect();
    result.outputs = instantiate(graph, &inputs, &mut result);
    sweep(&result)
}

/// Builds the live part of `graph` in `target`, with these nodes for its inputs; returns its outputs.
fn instantiate(graph: &Graph, inputs: &[NodeId], target: &mut Graph) -> Vec<NodeId> {
    let live = graph.live();
    let used = used_results(graph, &live);
    let mut images: Vec<Option<NodeId>> = vec![None; graph.nodes().len()];
    let mut results: Vec<Vec<Option<NodeId>>> = vec![Vec::new(); graph.nodes().len()];
    for id in graph.ids().filter(|id| live[id.0]) {
        let node = graph.node(id);
        let image = match &node.operation {
            Operation::Input(index) => inputs[*index],
            Operation::Branch { then, otherwise } => {
                let arguments = map(&node.arguments, &images);
                results[id.0] = branch::build(node, then, otherwise, &arguments, &used[&id], target);
                continue;
            }
            Operation::Loop(repeated) => {
                let arguments = map(&node.arguments, &images);
                results[id.0] = repeat::build(node, repeated, &arguments, &used[&id], target);
                continue;
            }
            Operation::Result(index) => {
                results[node.arguments[0].0][*index].expect("results that are used are built")
            }
            operation => build(operation, map(&node.arguments, &images), node, target),
        };
        if let Some(name) = &node.name {
            target.name(image, name);
        }
        images[id.0] = Some(image);
    }
    map(&graph.outputs, &images)
}

fn map(ids: &[NodeId], images: &[Option<NodeId>]) -> Vec<NodeId> {
    ids.iter().map(|id| images[id.0].expect("arguments come first")).collect()
}

/// For each branch and loop, which of its results are needed.
fn used_results(graph: &Graph, live: &[bool]) -> HashMap<NodeId, Vec<bool>> {
    let mut used = HashMap::new();
    for id in graph.ids().filter(|id| live[id.0]) {
        let node = graph.node(id);
        match &node.operation {
            Operation::Branch { then: body, .. } => drop(used.insert(id, vec![false; body.outputs.len()])),
            Operation::Loop(repeated) => {
                used.insert(id, vec![false; repeated.body.outputs.len()]);
            }
            Operation::Result(index) => {
                let results: &mut Vec<bool> = used.get_mut(&node.arguments[0]).expect("its node comes first");
                results[*index] = true;
            }
            _ => {}
        }
    }
    used
}

/// The operation on these arguments, or something simpler of the same value.
fn build(operation: &Operation, arguments: Vec<NodeId>, node: &Node, target: &mut Graph) -> NodeId {
    let simpler = match operation {
        Operation::Elementwise(function) => elementwise::rewrite(*function, &arguments, node.span, target),
        Operation::Compare(comparison) => truth::compare(*comparison, &arguments, node.span, target),
        Operation::Logic(logic) => truth::logic(*logic, &arguments, node.span, target),
        Operation::Select => select(&arguments, target),
        Operation::Index(index) => array::index(*index, arguments[0], node.span, target),
        Operation::Gather(view) => array::gather(view, arguments[0], node.span, target),
        Operation::Scatter(scatter) => array::scatter(scatter, &arguments, node.span, target),
        Operation::Stack => stack(&arguments, target),
        Operation::Tensor(operation) => tensor::rewrite(operation, &arguments, node.span, target),
        _ => None,
    };
    // One truth value in the place of many is left for what uses it.
    let many = matches!(node.shape, Shape::Mask(_));
    let simpler = simpler.filter(|&image| !many || target.shape(image).is_tensor());
    let image = simpler.unwrap_or_else(|| target.push(operation.clone(), arguments, node.span));
    // A number in the place of a tensor, as x^0 is 1.
    if node.shape.is_tensor() && !target.shape(image).is_tensor() {
        let axes = node.shape.dims().into_iter().enumerate().collect();
        return target.push(Operation::Tensor(Tensor::Expand(axes)), vec![image], node.span);
    }
    image
}

fn select(arguments: &[NodeId], graph: &Graph) -> Option<NodeId> {
    let &[condition, then, otherwise] = arguments else { return None };
    if then == otherwise {
        return Some(then);
    }
    truth::constant(graph, condition).map(|condition| if condition { then } else { otherwise })
}

/// An array of all the elements of an array, in order, is that array.
fn stack(arguments: &[NodeId], graph: &Graph) -> Option<NodeId> {
    let array = graph.node(arguments[0]).arguments.first().copied()?;
    let whole = graph.shape(array).leading() == Some(arguments.len());
    let in_order = arguments.iter().enumerate().all(|(place, &element)| {
        let node = graph.node(element);
        node.operation == Operation::Index(place) && node.arguments[0] == array
    });
    (whole && in_order).then_some(array)
}

/// The graph without its dead nodes: rules leave some behind.
fn sweep(graph: &Graph) -> Graph {
    let live = graph.live();
    let mut result = Graph::new();
    let mut images: Vec<Option<NodeId>> = vec![None; graph.nodes().len()];
    for id in graph.ids() {
        let node = graph.node(id);
        let image = match &node.operation {
            Operation::Input(_) => result.input(node.shape.clone(), node.span),
            operation if live[id.0] => {
                result.push(operation.clone(), map(&node.arguments, &images), node.span)
            }
            _ => continue,
        };
        if let Some(name) = &node.name {
            result.name(image, name);
        }
        images[id.0] = Some(image);
    }
    result.outputs = map(&graph.outputs, &images);
    result
}
