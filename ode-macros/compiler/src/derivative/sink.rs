//! What only matters inside of a branch moves into it, before a graph is transposed.
//!
//! In `let r = x.sqrt(); if r > 0.0 { y / r } else { y }` the cotangent of `r` is 0 where the other arm is taken, and
//! the derivative of the root would make 0 times infinity of it. Inside of the arm it is not computed at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Graph, Loop, Node, NodeId, Operation, Shape};

/// The same function, where values that only arms use are computed by the arms.
pub(super) fn sink(graph: &Graph) -> Graph {
    let inner = inner(graph);
    let mut result = Graph::new();
    let mut images: Vec<NodeId> = Vec::with_capacity(graph.nodes().len());
    for id in graph.ids() {
        let node = graph.node(id);
        let map = |ids: &[NodeId]| ids.iter().map(|id| images[id.0]).collect::<Vec<NodeId>>();
        let image = match &node.operation {
            // What moved into arms is left here for comparisons, and dead without them.
            Operation::Input(_) => result.input(node.shape.clone(), node.span),
            Operation::Branch { then, otherwise } => {
                let (then_captured, other_captured) = node.arguments[1..].split_at(then.inputs().len());
                let then = arm(graph, &inner, then, then_captured);
                let otherwise = arm(graph, &inner, otherwise, other_captured);
                branch(node, then, otherwise, &images, &mut result)
            }
            Operation::Loop(repeated) => {
                let body = sink(&repeated.body);
                let repeated = Loop { body, name: repeated.name.clone(), ..**repeated };
                result.push(Operation::Loop(Box::new(repeated)), map(&node.arguments), node.span)
            }
            Operation::Select
                if splits(graph, node) && node.arguments[1..].iter().any(|argument| inner[argument.0]) =>
            {
                let handed_on = handed_on(node);
                let then = arm(graph, &inner, &handed_on, &node.arguments[1..2]);
                let otherwise = arm(graph, &inner, &handed_on, &node.arguments[2..]);
                let branch = branch(node, then, otherwise, &images, &mut result);
                result.push(Operation::Result(0), vec![branch], node.span)
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

/// Whether only one of its arms counts: a choice for each element of a tensor is none.
fn splits(graph: &Graph, node: &Node) -> bool {
    match node.operation {
        Operation::Branch { .. } => true,
        Operation::Select => *graph.shape(node.arguments[0]) == Shape::Truth,
        _ => false,
    }
}

/// The branch of these arms, at the place of a branch or select.
fn branch(
    node: &Node,
    (then, then_captured): (Graph, Vec<NodeId>),
    (otherwise, other_captured): (Graph, Vec<NodeId>),
    images: &[NodeId],
    result: &mut Graph,
) -> NodeId {
    let captured = then_captured.iter().chain(&other_captured);
    let arguments = node.arguments[..1].iter().chain(captured).map(|id| images[id.0]).collect();
    let operation = Operation::Branch { then: Box::new(then), otherwise: Box::new(otherwise) };
    result.push(operation, arguments, node.span)
}

/// The body that hands on a value of the shape of this node.
fn handed_on(node: &Node) -> Graph {
    let mut body = Graph::new();
    let value = body.input(node.shape.clone(), node.span);
    body.outputs.push(value);
    body
}

/// Through what derivatives reach a node. Comparisons have none, and so do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Reach {
    #[default]
    Nothing,
    /// Arms alone: branches, and whether the first arm.
    Arms(BTreeSet<(NodeId, bool)>),
    /// Something that is always computed, also both arms of a branch.
    Outside,
}

/// A value is computed again by at most so many arms.
const COPIES: usize = 4;

impl Reach {
    fn add(&mut self, other: &Self) {
        let arms = match (std::mem::take(self), other) {
            (Self::Nothing, other) => other.clone(),
            (reach, Self::Nothing) => reach,
            (Self::Arms(mut arms), Self::Arms(others)) => {
                arms.extend(others);
                let both = arms.iter().any(|&(branch, first)| first && arms.contains(&(branch, false)));
                if both || arms.len() > COPIES { Self::Outside } else { Self::Arms(arms) }
            }
            _ => Self::Outside,
        };
        *self = arms;
    }

    /// Whether a node of this operation moves into the arms that reach it. Branches are never copied, so that their
    /// nesting cannot multiply.
    fn moves(&self, operation: &Operation) -> bool {
        match (self, operation) {
            (Self::Arms(_), Operation::Elementwise(_)) => true,
            (Self::Arms(arms), Operation::Select | Operation::Branch { .. } | Operation::Result(_)) => {
                arms.len() == 1
            }
            _ => false,
        }
    }
}

/// For each node, whether it moves into arms.
fn inner(graph: &Graph) -> Vec<bool> {
    let mut inner = vec![false; graph.nodes().len()];
    let mut reach = vec![Reach::Nothing; graph.nodes().len()];
    graph.outputs.iter().for_each(|output| reach[output.0] = Reach::Outside);
    for id in graph.ids().rev() {
        let Node { operation, arguments, .. } = graph.node(id);
        if reach[id.0] == Reach::Nothing || matches!(operation, Operation::Compare(_) | Operation::Logic(_)) {
            continue;
        }
        inner[id.0] = reach[id.0].moves(operation);
        let here = if inner[id.0] { std::mem::take(&mut reach[id.0]) } else { Reach::Outside };
        let first_arm = match operation {
            Operation::Branch { then, .. } => then.inputs().len(),
            _ => 1,
        };
        for (place, argument) in arguments.iter().enumerate() {
            match splits(graph, graph.node(id)) && !inner[id.0] {
                true if place == 0 => {}
                true => reach[argument.0].add(&Reach::Arms(BTreeSet::from([(id, place <= first_arm)]))),
                false => reach[argument.0].add(&here),
            }
        }
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
