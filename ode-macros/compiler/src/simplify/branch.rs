//! Branches: a condition that is known, constants that are captured, results that both bodies only hand on.

use super::{instantiate, truth};
use crate::graph::{Graph, Node, NodeId, Operation};
use crate::operation::Logic;

/// A body while it is simplified: its graph, and for each of its inputs the node outside that it stands for.
struct Body {
    graph: Graph,
    captured: Vec<NodeId>,
}

/// Builds the branch in `target`; returns the node of each result, `None` for those that are not used.
pub(super) fn build(
    node: &Node,
    then: &Graph,
    otherwise: &Graph,
    arguments: &[NodeId],
    used: &[bool],
    target: &mut Graph,
) -> Vec<Option<NodeId>> {
    let condition = arguments[0];
    let (then_captured, other_captured) = arguments[1..].split_at(then.inputs().len());
    if let Some(condition) = truth::constant(target, condition) {
        let (body, captured) = if condition { (then, then_captured) } else { (otherwise, other_captured) };
        return instantiate(body, captured, target).into_iter().map(Some).collect();
    }

    let mut then = Body::new(then, then_captured, used, target);
    let mut otherwise = Body::new(otherwise, other_captured, used, target);
    let mut results = vec![None; used.len()];
    let mut remaining = Vec::new();
    for (place, index) in (0..used.len()).filter(|&index| used[index]).enumerate() {
        match (then.handed_on(place, target), otherwise.handed_on(place, target)) {
            (Some(a), Some(b)) if a == b => results[index] = Some(a),
            (Some(a), Some(b)) => {
                results[index] = Some(target.push(Operation::Select, vec![condition, a, b], node.span));
            }
            _ => remaining.push((place, index)),
        }
    }
    if remaining.is_empty() {
        return results;
    }
    let places: Vec<usize> = remaining.iter().map(|&(place, _)| place).collect();
    then.keep(&places);
    otherwise.keep(&places);
    let mut arguments = vec![condition];
    arguments.append(&mut then.captured);
    arguments.append(&mut otherwise.captured);
    let operation = Operation::Branch { then: Box::new(then.graph), otherwise: Box::new(otherwise.graph) };
    let branch = target.push(operation, arguments, node.span);
    for (place, (_, index)) in remaining.into_iter().enumerate() {
        results[index] = Some(target.push(Operation::Result(place), vec![branch], node.span));
    }
    results
}

impl Body {
    /// The used results of a body, simplified, constants that it captures moved into it.
    fn new(body: &Graph, captured: &[NodeId], used: &[bool], outside: &Graph) -> Self {
        let mut graph = Graph::new();
        let mut kept: Vec<NodeId> = Vec::new();
        let inputs: Vec<NodeId> = captured
            .iter()
            .map(|&value| {
                let Node { operation, shape, span, .. } = outside.node(value).clone();
                if matches!(operation, Operation::Constant(_) | Operation::Logic(Logic::Constant(_))) {
                    return graph.push(operation, Vec::new(), span);
                }
                if let Some(place) = kept.iter().position(|&earlier| earlier == value) {
                    return graph.inputs()[place];
                }
                kept.push(value);
                graph.input(shape, span)
            })
            .collect();
        let mut wanted = body.clone();
        let mut used = used.iter();
        wanted.outputs.retain(|_| *used.next().expect("a flag for each result"));
        graph.outputs = instantiate(&wanted, &inputs, &mut graph);
        let mut result = Self { graph, captured: kept };
        result.drop_unused();
        result
    }

    /// The node outside, where the result is only handed on: a captured value or a constant.
    fn handed_on(&self, place: usize, outside: &mut Graph) -> Option<NodeId> {
        let node = self.graph.node(self.graph.outputs[place]);
        match node.operation {
            Operation::Input(index) => Some(self.captured[index]),
            Operation::Constant(_) => Some(outside.push(node.operation.clone(), Vec::new(), node.span)),
            _ => None,
        }
    }

    fn keep(&mut self, places: &[usize]) {
        self.graph.outputs = places.iter().map(|&place| self.graph.outputs[place]).collect();
        self.drop_unused();
    }

    /// Without the inputs that no result needs, and without dead nodes.
    fn drop_unused(&mut self) {
        let live = self.graph.live();
        let mut graph = Graph::new();
        let mut captured = Vec::new();
        let inputs: Vec<NodeId> = self
            .graph
            .inputs()
            .iter()
            .zip(&self.captured)
            .map(|(&input, &value)| {
                let Node { shape, span, .. } = self.graph.node(input).clone();
                if !live[input.0] {
                    // Never read: the live part of the body does not reach it.
                    return input;
                }
                captured.push(value);
                graph.input(shape, span)
            })
            .collect();
        graph.outputs = instantiate(&self.graph, &inputs, &mut graph);
        *self = Self { graph: super::sweep(&graph), captured };
    }
}
