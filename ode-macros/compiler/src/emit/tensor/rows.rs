//! Whether the rows of a batch are independent of each other.

use crate::graph::{Dim, Graph, NodeId, Operation, Symbol};
use crate::lower::{LengthCheck, TensorInput};
use crate::operation::Tensor;

/// What a value has to do with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It is the same for all rows.
    Shared,
    /// Its first axis is the rows, and each depends on that row of the state alone.
    Rows,
}

/// The length that counts the rows, where the first axis of all tensors of the state has it, and each row of the result
/// depends on that row of the state alone.
pub(super) fn rows(graph: &Graph, state: &[TensorInput], checks: &[LengthCheck]) -> Option<Symbol> {
    let first = state.first()?.dims.first()?.clone();
    let symbol = match first.terms().collect::<Vec<_>>().as_slice() {
        [(1, [symbol])] if !matches!(symbol, Symbol::Outside(_)) => symbol.clone(),
        _ => return None,
    };
    // Another length that must be the number of rows: something else has a row for each.
    if checks.iter().any(|check| mentions(&[check.left.clone(), check.right.clone()], &symbol)) {
        return None;
    }
    let mut parts: Vec<Part> = Vec::with_capacity(graph.nodes().len());
    let live = graph.live();
    for id in graph.ids() {
        let input = matches!(graph.node(id).operation, Operation::Input(_));
        // What nobody needs is as good as shared.
        let part = if live[id.0] || input {
            part(graph, id, state.len(), &first, &symbol, &parts)?
        } else {
            Part::Shared
        };
        // What is the same for all rows has nothing to do with their number.
        if part == Part::Shared && live[id.0] && mentions(&graph.shape(id).dims(), &symbol) {
            return None;
        }
        parts.push(part);
    }
    graph.outputs.iter().all(|output| parts[output.0] == Part::Rows).then_some(symbol)
}

fn mentions(dims: &[Dim], symbol: &Symbol) -> bool {
    dims.iter().any(|dim| dim.symbols().contains(symbol))
}

fn part(
    graph: &Graph,
    id: NodeId,
    states: usize,
    first: &Dim,
    symbol: &Symbol,
    parts: &[Part],
) -> Option<Part> {
    let node = graph.node(id);
    let dims = node.shape.dims();
    let of = |place: usize| parts[node.arguments[place].0];
    // The first axis is the rows, and no other has to do with them.
    let is_rows = dims.first() == Some(first) && !mentions(&dims[1..], symbol);
    let kept = |keeps: bool| match of(0) {
        Part::Shared => Some(Part::Shared),
        Part::Rows => (keeps && is_rows).then_some(Part::Rows),
    };
    match &node.operation {
        Operation::Input(place) if (1..=states).contains(place) => is_rows.then_some(Part::Rows),
        Operation::Input(_) => (!mentions(&dims, symbol)).then_some(Part::Shared),
        Operation::Constant(_) => Some(Part::Shared),
        Operation::Elementwise(_) | Operation::Compare(_) | Operation::Logic(_) | Operation::Select => {
            let any = node.arguments.iter().any(|argument| parts[argument.0] == Part::Rows);
            Some(if any { Part::Rows } else { Part::Shared })
        }
        Operation::Tensor(operation) => match operation {
            Tensor::Length(dim) => (!dim.symbols().contains(symbol)).then_some(Part::Shared),
            Tensor::Expand(axes) => match of(0) {
                Part::Shared if !mentions(&dims, symbol) => Some(Part::Shared),
                Part::Shared => is_rows.then_some(Part::Rows),
                Part::Rows => (is_rows && axes.iter().all(|(axis, _)| *axis > 0)).then_some(Part::Rows),
            },
            Tensor::Sum(axes) | Tensor::Max(axes) => kept(!axes.contains(&0)),
            Tensor::Permute(order) => kept(order[0] == 0),
            Tensor::Reshape(_) | Tensor::Detach => kept(true),
            Tensor::Slice { axis, .. } | Tensor::Pad { axis, .. } => kept(*axis > 0),
            Tensor::Concat(axis) => {
                let all = node.arguments.iter().map(|argument| parts[argument.0]).collect::<Vec<_>>();
                match all.iter().all(|&part| part == all[0]) {
                    true => kept(*axis > 0),
                    false => None,
                }
            }
            Tensor::Product => {
                let matrix = graph.shape(node.arguments[1]).dims().len() == 2;
                match (of(0), of(1)) {
                    (Part::Shared, Part::Shared) => Some(Part::Shared),
                    (Part::Rows, Part::Shared) => (is_rows && matrix).then_some(Part::Rows),
                    (Part::Rows, Part::Rows) => (is_rows && !matrix).then_some(Part::Rows),
                    (Part::Shared, Part::Rows) => None,
                }
            }
        },
        // An arm could do anything with what it captures.
        Operation::Branch { .. } => {
            let any = node.arguments.iter().any(|argument| parts[argument.0] == Part::Rows);
            (!any).then_some(Part::Shared)
        }
        Operation::Result(_) => Some(Part::Shared),
        Operation::Loop(_) | Operation::Gather(_) | Operation::Scatter(_) => None,
        Operation::Stack | Operation::Index(_) => None,
    }
}
