//! Derivatives as transformations of a graph to a graph. They are closed: each applies to its own output.
//!
//! A derivative graph begins with the nodes of the graph it was made from, so that the values which both need are
//! shared. Absent derivatives are [`Sparse::Zero`] and never become a number that is multiplied: no pass claims that
//! `0 * x` is 0, which is false for NaN and infinity.

mod jacobian;
mod jvp;
mod repeat;
mod sink;
mod sparse;
mod tensor;
mod vjp;

#[cfg(test)]
mod tests;

pub use jacobian::{Entry, jacobian};
pub use jvp::jvp;
pub use sparse::Sparse;
pub use vjp::vjp;

use std::cell::RefCell;

use crate::graph::{Graph, NodeId, Operation};
use crate::operation::{Elementwise, Term};

/// The nodes of the partial derivatives of the elementwise node `id`, by each of its arguments that has one.
pub(crate) fn partials(graph: &mut Graph, id: NodeId, function: Elementwise) -> Vec<NodeId> {
    let node = graph.node(id).clone();
    let cell = RefCell::new(std::mem::take(graph));
    let term = |id: NodeId| Term::new(&cell, id, node.span);
    let arguments: Vec<Term> = node.arguments.iter().map(|&argument| term(argument)).collect();
    let partials = function.partials(&arguments, term(id)).iter().map(|partial| partial.id).collect();
    drop(arguments);
    *graph = cell.into_inner();
    partials
}

/// `factor * derivative` at the place of `id`.
fn product(graph: &mut Graph, factor: NodeId, derivative: NodeId, id: NodeId) -> NodeId {
    let span = graph.node(id).span;
    graph.push(Operation::Elementwise(Elementwise::Mul), vec![factor, derivative], span)
}
