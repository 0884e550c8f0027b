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
    let (a, b) = (number(graph, arguments[0])?, number(graph, arguments[1])?);
    Some(known(comparison.evaluate(a, b), span, graph))
}

pub(super) fn logic(logic: Logic, arguments: &[NodeId], span: Span, graph: &mut Graph) -> Option<NodeId> {
    match (logic, arguments) {
        (Logic::Not, &[x]) => constant(graph, x).map(|value| known(!value, span, graph)),
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
