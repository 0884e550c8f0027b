//! What only matters inside of a branch moves into it, before a graph is transposed.
//!
//! In `let r = x.sqrt(); if r > 0.0 { y / r } else { y }` the cotangent of `r` is 0 where the other arm is taken, and
//! the derivative of the root would make 0 times infinity of it. Inside of the arm it is not computed at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Graph, Node, NodeId, Operation};

/// The same function, where values that only arms use are computed by the arms.
pub(super) fn sink(graph: &Graph) -> Graph {
    let inner = inner(graph);
    let mut result = Graph::new();
    let mut images: Vec<NodeId> = Vec::with_capacity(graph.nodes().len());
    for id in graph.ids() {
        let node = graph.node(id);
        let map = |ids: &[NodeId]| ids.iter().map(|id| images[id.0]).collect::<Vec<NodeId>>();
        let image = match &node.operation {
            Operation::Input(_) => result.input(node.shape.clone(), node.span),
            Operation::Branch { then, otherwise } => {
                let (then_captured, other_captured) = node.arguments[1..].split_at(then.inputs().len());
                let (then, then_captured) = arm(graph, &inner, then, then_captured);
                let (otherwise, other_captured) = arm(graph, &inner, otherwise, other_captured);
                let mut arguments = vec![images[node.arguments[0].0]];
                arguments.extend(map(&then_captured));
                arguments.extend(map(&other_captured));
                let branch = Operation::Branch { then: Box::new(then), otherwise: Box::new(otherwise) };
                result.push(branch, arguments, node.span)
            }
            operation => result.push(operation.clone(), map(&node.arguments), node.span),
        };
        if let Some(name) = &node.name {
            result.name(image, name);
        }
        images.push(image);
    }
    result.outputs = graph.outputs.iter().map(|output| images[output.0]).collect();
    result
}

/// For each node, whether derivatives reach it through arms of branches alone. Comparisons have none, and so do not
/// count.
fn inner(graph: &Graph) -> Vec<bool> {
    let mut inner = vec![false; graph.nodes().len()];
    let mut by_arms = vec![false; graph.nodes().len()];
    let mut by_others = vec![false; graph.nodes().len()];
    graph.outputs.iter().for_each(|output| by_others[output.0] = true);
    for id in graph.ids().rev().map(|id| id.0) {
        if !by_arms[id] && !by_others[id] {
            continue;
        }
        let Node { operation, arguments, .. } = &graph.nodes()[id];
        let movable = matches!(
            operation,
            Operation::Elementwise(_) | Operation::Select | Operation::Branch { .. } | Operation::Result(_)
        );
        inner[id] = movable && !by_others[id];
        let (uses, arguments) = match operation {
            Operation::Compare(_) | Operation::Logic(_) => continue,
            Operation::Branch { .. } => (&mut by_arms, &arguments[1..]),
            _ if inner[id] => (&mut by_arms, &arguments[..]),
            _ => (&mut by_others, &arguments[..]),
        };
        arguments.iter().for_each(|argument| uses[argument.0] = true);
    }
    // A branch moves with all of its results or with none.
    for id in graph.ids() {
        let node = graph.node(id);
        if let Operation::Result(_) = node.operation {
            inner[id.0] &= inner[node.arguments[0].0];
        }
    }
    inner
}

/// The body with what it captures of the inner nodes computed in it, and the nodes that it captures now.
fn arm(graph: &Graph, inner: &[bool], body: &Graph, captured: &[NodeId]) -> (Graph, Vec<NodeId>) {
    let mut needed: BTreeSet<NodeId> = BTreeSet::new();
    let mut open = captured.to_vec();
    while let Some(id) = open.pop() {
        if needed.insert(id) && inner[id.0] {
            open.extend(&graph.node(id).arguments);
        }
    }
    let mut target = Graph::new();
    let mut kept = Vec::new();
    let mut images: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    for id in needed {
        let Node { operation, arguments, shape, span, .. } = graph.node(id);
        let image = if inner[id.0] {
            let arguments = arguments.iter().map(|argument| images[argument]).collect();
            target.push(operation.clone(), arguments, *span)
        } else {
            kept.push(id);
            target.input(shape.clone(), *span)
        };
        images.insert(id, image);
    }
    let inputs: Vec<NodeId> = captured.iter().map(|id| images[id]).collect();
    target.outputs = target.splice(body, &inputs);
    (sink(&target), kept)
}
