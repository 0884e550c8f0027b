//! Reverse mode: from the cotangents of the outputs to those of the inputs.

use std::collections::{BTreeMap, BTreeSet};

use super::sink::sink;
use super::tensor::{self, reduced};
use super::{Sparse, partials, product, repeat};
use crate::graph::{Graph, Node, NodeId, Operation, Scatter, Shape};
use crate::operation::Tensor;

/// The graph with one more input for each output, its cotangent, whose outputs are the cotangents of the active inputs.
///
/// # Panics
/// Where there is not one flag an input.
#[must_use]
pub fn vjp(graph: &Graph, active: &[bool]) -> Graph {
    assert_eq!(active.len(), graph.inputs().len());
    let graph = &repeat::recorded(&sink(graph));
    let mut result = graph.clone();
    let cotangents = cotangent_inputs(graph, &mut result, &vec![true; graph.outputs.len()]);
    let sums = pull_back(graph, &mut result, cotangents, active);
    result.outputs = active_inputs(graph, active)
        .map(|input| {
            let Node { shape, span, .. } = graph.node(input);
            sums[input.0].node(shape, &mut result, *span)
        })
        .collect();
    result
}

fn active_inputs<'a>(graph: &'a Graph, active: &'a [bool]) -> impl Iterator<Item = NodeId> + 'a {
    graph.inputs().iter().zip(active).filter(|(_, active)| **active).map(|(&input, _)| input)
}

pub(super) fn cotangent_inputs(graph: &Graph, result: &mut Graph, wanted: &[bool]) -> Vec<Sparse> {
    graph
        .outputs
        .iter()
        .zip(wanted)
        .map(|(&output, &wanted)| {
            let Node { shape, span, .. } = graph.node(output).clone();
            if wanted { Sparse::Node(result.input(shape, span)) } else { Sparse::Zero }
        })
        .collect()
}

/// Which nodes depend on an active input.
pub(super) fn dependent(graph: &Graph, active: &[bool]) -> Vec<bool> {
    let mut dependent = vec![false; graph.nodes().len()];
    for id in graph.ids() {
        let node = graph.node(id);
        dependent[id.0] = match node.operation {
            Operation::Input(index) => active[index],
            Operation::Compare(_) | Operation::Logic(_) | Operation::Tensor(Tensor::Detach) => false,
            _ => node.arguments.iter().any(|argument| dependent[argument.0]),
        };
    }
    dependent
}

/// The cotangents of all nodes of `graph`, made in `result`, which begins with those nodes.
pub(super) fn pull_back(
    graph: &Graph,
    result: &mut Graph,
    outputs: Vec<Sparse>,
    active: &[bool],
) -> Vec<Sparse> {
    let dependent = dependent(graph, active);
    let mut sums = vec![Sparse::Zero; graph.nodes().len()];
    let choices = choices(graph);
    for (&output, cotangent) in graph.outputs.iter().zip(outputs) {
        sums[output.0].add(cotangent, result, graph.node(output).span);
    }
    for id in graph.ids().rev().filter(|id| dependent[id.0]) {
        let cotangent = sums[id.0].clone();
        if cotangent.is_zero() {
            continue;
        }
        let node = graph.node(id);
        let into: Vec<usize> =
            (0..node.arguments.len()).filter(|&argument| dependent[node.arguments[argument].0]).collect();
        match &node.operation {
            Operation::Input(_) | Operation::Constant(_) | Operation::Compare(_) | Operation::Logic(_) => {}
            Operation::Elementwise(function) => {
                let cotangent = cotangent.node(&node.shape, result, node.span);
                let partials = partials(result, id, *function);
                for argument in into.into_iter().filter(|&argument| argument < partials.len()) {
                    let term = product(result, partials[argument], cotangent, id);
                    let term = choices[id.0].chosen(result, term, node.span);
                    let term = reduced(result, term, node.arguments[argument]);
                    sums[node.arguments[argument].0].add(Sparse::Node(term), result, node.span);
                }
            }
            Operation::Select => {
                let cotangent = cotangent.node(&node.shape, result, node.span);
                let zero = Sparse::Zero.node(&node.shape, result, node.span);
                for argument in into {
                    let (then, otherwise) = if argument == 1 { (cotangent, zero) } else { (zero, cotangent) };
                    let part =
                        result.push(Operation::Select, vec![node.arguments[0], then, otherwise], node.span);
                    let part = reduced(result, part, node.arguments[argument]);
                    sums[node.arguments[argument].0].add(Sparse::Node(part), result, node.span);
                }
            }
            Operation::Tensor(operation) => {
                let cotangent = cotangent.node(&node.shape, result, node.span);
                for argument in into {
                    if let Some(part) = tensor::cotangent(operation, id, argument, cotangent, result) {
                        sums[node.arguments[argument].0].add(Sparse::Node(part), result, node.span);
                    }
                }
            }
            Operation::Stack => {
                for argument in into {
                    let part = cotangent.element(argument, result, node.span);
                    sums[node.arguments[argument].0].add(part, result, node.span);
                }
            }
            Operation::Index(index) | Operation::Result(index) => {
                let array = node.arguments[0];
                let count = match graph.shape(array) {
                    Shape::Results(shapes) => shapes.len(),
                    shape => shape.leading().unwrap_or(0),
                };
                sums[array.0].add_to_element(*index, count, cotangent, result, node.span);
            }
            Operation::Gather(view) => {
                let array = node.arguments[0];
                let cotangent = cotangent.node(&node.shape, result, node.span);
                let Shape::Numbers(dims) = graph.shape(array).clone() else { unreachable!("an array") };
                let scatter = Operation::Scatter(Scatter::among_zeros(dims, vec![view.clone()]));
                let part = Sparse::Node(result.push(scatter, vec![cotangent], node.span));
                sums[array.0].add(part, result, node.span);
            }
            Operation::Scatter(scatter) => {
                let cotangent = cotangent.node(&node.shape, result, node.span);
                for argument in into {
                    let gather = Operation::Gather(scatter.views[argument].clone());
                    let part = Sparse::Node(result.push(gather, vec![cotangent], node.span));
                    sums[node.arguments[argument].0].add(part, result, node.span);
                }
            }
            Operation::Loop(repeated) => {
                let parts = repeat::cotangents((id, node), repeated, &cotangent, &dependent, result);
                for (argument, part) in parts {
                    if dependent[argument.0] {
                        sums[argument.0].add(part, result, node.span);
                    }
                }
            }
            Operation::Branch { then, otherwise } => {
                let parts = branch_cotangents(node, then, otherwise, &cotangent, &dependent, result);
                for (argument, part) in parts {
                    sums[argument.0].add(part, result, node.span);
                }
            }
        }
    }
    sums
}

/// Through which choice for each element derivatives reach a node, if there is only one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Choice {
    #[default]
    Nowhere,
    /// Through this argument of a choice by this mask.
    Through(NodeId, usize),
    Everywhere,
}

impl Choice {
    fn add(&mut self, other: Self) {
        *self = match (*self, other) {
            (Self::Nowhere, other) => other,
            (own, other) if own == other => own,
            _ => Self::Everywhere,
        };
    }

    /// The cotangent where its element was chosen, else 0: what was not chosen adds nothing, not even a NaN.
    fn chosen(self, graph: &mut Graph, bar: NodeId, span: proc_macro2::Span) -> NodeId {
        let Self::Through(mask, argument) = self else { return bar };
        let zero = graph.constant(0.0, span);
        let (then, otherwise) = if argument == 1 { (bar, zero) } else { (zero, bar) };
        graph.push(Operation::Select, vec![mask, then, otherwise], span)
    }
}

/// For each node the choice through which derivatives reach it.
fn choices(graph: &Graph) -> Vec<Choice> {
    let mut choices = vec![Choice::Nowhere; graph.nodes().len()];
    graph.outputs.iter().for_each(|output| choices[output.0] = Choice::Everywhere);
    let live = graph.live();
    for id in graph.ids().rev().filter(|id| live[id.0]) {
        let node = graph.node(id);
        for (place, &argument) in node.arguments.iter().enumerate() {
            let by_mask =
                matches!(node.operation, Operation::Select) && graph.shape(node.arguments[0]).is_tensor();
            let many = graph.shape(argument).is_tensor();
            let way = match &node.operation {
                Operation::Compare(_) | Operation::Logic(_) => Choice::Nowhere,
                _ if !many => Choice::Everywhere,
                Operation::Select if by_mask && place > 0 => Choice::Through(node.arguments[0], place),
                Operation::Elementwise(_) => choices[id.0],
                _ => Choice::Everywhere,
            };
            choices[argument.0].add(way);
        }
    }
    choices
}

/// The cotangents of what a branch captured, from a branch whose bodies compute them: the body that is not taken adds
/// nothing, whatever its derivative would have been.
fn branch_cotangents(
    node: &Node,
    then: &Graph,
    otherwise: &Graph,
    cotangent: &Sparse,
    dependent: &[bool],
    result: &mut Graph,
) -> Vec<(NodeId, Sparse)> {
    let Sparse::Elements(cotangents) = cotangent else {
        unreachable!("the results of a branch are taken apart")
    };
    let Shape::Results(shapes) = &node.shape else { unreachable!("a branch has results") };
    let wanted: Vec<bool> = cotangents.iter().map(|cotangent| !cotangent.is_zero()).collect();
    let incoming: Vec<NodeId> = cotangents
        .iter()
        .zip(shapes)
        .filter(|(cotangent, _)| !cotangent.is_zero())
        .map(|(cotangent, shape)| cotangent.node(shape, result, node.span))
        .collect();

    let (then_captured, other_captured) = node.arguments[1..].split_at(then.inputs().len());
    let mut arguments = vec![node.arguments[0]];
    arguments.extend(then_captured.iter().chain(&incoming));
    arguments.extend(other_captured.iter().chain(&incoming));

    let (mut then, then_parts) = body_cotangents(then, &wanted, then_captured, dependent);
    let (mut otherwise, other_parts) = body_cotangents(otherwise, &wanted, other_captured, dependent);
    let captured: BTreeSet<NodeId> = then_parts.keys().chain(other_parts.keys()).copied().collect();
    for (body, parts) in [(&mut then, &then_parts), (&mut otherwise, &other_parts)] {
        for id in &captured {
            let part = parts.get(id).unwrap_or(&Sparse::Zero);
            let output = part.node(result.shape(*id), body, node.span);
            body.outputs.push(output);
        }
    }

    let operation = Operation::Branch { then: Box::new(then), otherwise: Box::new(otherwise) };
    let branch = result.push(operation, arguments, node.span);
    let mut part = |place| Sparse::Node(result.push(Operation::Result(place), vec![branch], node.span));
    captured.into_iter().enumerate().map(|(place, id)| (id, part(place))).collect()
}

/// The body with an input for each wanted cotangent and no outputs yet, and the cotangents of what it captured.
fn body_cotangents(
    body: &Graph,
    wanted: &[bool],
    captured: &[NodeId],
    dependent: &[bool],
) -> (Graph, BTreeMap<NodeId, Sparse>) {
    let active: Vec<bool> = captured.iter().map(|id| dependent[id.0]).collect();
    let mut graph = body.clone();
    let cotangents = cotangent_inputs(body, &mut graph, wanted);
    let sums = pull_back(body, &mut graph, cotangents, &active);
    let mut parts: BTreeMap<NodeId, Sparse> = BTreeMap::new();
    for (&input, &id) in body.inputs().iter().zip(captured) {
        let part = sums[input.0].clone();
        if dependent[id.0] && !part.is_zero() {
            parts.entry(id).or_insert(Sparse::Zero).add(part, &mut graph, body.node(input).span);
        }
    }
    graph.outputs.clear();
    (graph, parts)
}
