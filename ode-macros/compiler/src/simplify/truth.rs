//! Truth values known while compiling.

use proc_macro2::Span;

use super::elementwise::constant as number;
use crate::graph::{Graph, NodeId, Operation};
use crate::operation::{Comparison, Logic};

/// The truth value of a node, where it is known.
pub(super) fn constant(graph: &Graph, id: NodeId) -> Option<bool> {
    match graph.node(id).operation {
        Operation::Logic(Logic::Constant(value)) => Some(value),
        _ => None,
    }
}

fn known(value: bool, span: Span, graph: &mut Graph) -> NodeId {
    graph.push(Operation::Logic(Logic::Constant(value)), Vec::new(), span)
}

pub(super) fn compare(
    comparison: Comparison,
    arguments: &[NodeId],
    span: Span,
    graph: &mut Graph,
) -> Option<NodeId> {
    let &[a, b] = arguments else { return None };
    match (number(graph, a), number(graph, b)) {
        (Some(a), Some(b)) => Some(known(comparison.evaluate(a, b), span, graph)),
        (None, Some(b)) => chosen(graph, a, |a| comparison.evaluate(a, b), span),
        (Some(a), None) => chosen(graph, b, |b| comparison.evaluate(a, b), span),
        (None, None) => None,
    }
}

/// The truth of a select between two constants: a truth value that left a branch as a number becomes one again.
fn chosen(graph: &mut Graph, id: NodeId, holds: impl Fn(f64) -> bool, span: Span) -> Option<NodeId> {
    let node = graph.node(id);
    let (Operation::Select, &[condition, then, otherwise]) = (&node.operation, node.arguments.as_slice())
    else {
        return None;
    };
    Some(match (holds(number(graph, then)?), holds(number(graph, otherwise)?)) {
        (true, false) => condition,
        (false, true) => logic(Logic::Not, &[condition], span, graph)
            .unwrap_or_else(|| graph.push(Operation::Logic(Logic::Not), vec![condition], span)),
        (value, _) => known(value, span, graph),
    })
}

pub(super) fn logic(logic: Logic, arguments: &[NodeId], span: Span, graph: &mut Graph) -> Option<NodeId> {
    match (logic, arguments) {
        (Logic::Not, &[x]) => match graph.node(x).operation {
            Operation::Logic(Logic::Constant(value)) => Some(known(!value, span, graph)),
            Operation::Logic(Logic::Not) => Some(graph.node(x).arguments[0]),
            _ => None,
        },
        (Logic::And | Logic::Or, &[a, b]) => {
            // The value of one side that leaves the other to decide.
            let neutral = logic == Logic::And;
            match (constant(graph, a), constant(graph, b)) {
                (Some(value), _) => Some(if value == neutral { b } else { a }),
                (_, Some(value)) => Some(if value == neutral { a } else { b }),
                _ => None,
            }
        }
        _ => None,
    }
}
