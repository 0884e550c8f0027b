//! The Jacobian by an input, column by column, with the places where it is zero by structure.

use super::Sparse;
use super::jvp::push_forward;
use crate::graph::{Graph, Node, Shape};

/// An entry of the Jacobian that is not zero by structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The number of the output's element, row by row.
    pub row: usize,
    /// The number of the input's element, row by row.
    pub column: usize,
}

/// The graph whose outputs are the derivatives of the elements of the first output by the elements of the input of
/// that number, and the place of each. What is zero by structure is left out; entries are sorted by row, then column.
///
/// # Panics
/// Where there is no such input or no output.
#[must_use]
pub fn jacobian(graph: &Graph, input: usize) -> (Graph, Vec<Entry>) {
    let mut result = graph.clone();
    let Node { shape, span, .. } = graph.node(graph.inputs()[input]).clone();
    let mut entries = Vec::new();
    for column in 0..shape.len() {
        let one = Sparse::Node(result.constant(1.0, span));
        let mut inputs = vec![Sparse::Zero; graph.inputs().len()];
        inputs[input] = unit(&shape, column, &one);
        let tangents = push_forward(graph, &mut result, &inputs);
        let output = graph.outputs[0];
        for (row, tangent) in
            flat(&tangents[output.0], graph.shape(output), &mut result).into_iter().enumerate()
        {
            if let Sparse::Node(id) = tangent {
                entries.push((Entry { row, column }, id));
            }
        }
    }
    entries.sort_by_key(|(entry, _)| (entry.row, entry.column));
    result.outputs = entries.iter().map(|&(_, id)| id).collect();
    (result, entries.into_iter().map(|(entry, _)| entry).collect())
}

/// One in element `index`, zero elsewhere.
fn unit(shape: &Shape, index: usize, one: &Sparse) -> Sparse {
    match (shape.leading(), shape.element()) {
        (Some(count), Some(element)) => {
            let size = element.len();
            let mut elements = vec![Sparse::Zero; count];
            elements[index / size] = unit(&element, index % size, one);
            Sparse::Elements(elements)
        }
        _ => one.clone(),
    }
}

/// The derivatives of the numbers in a value of this shape, row by row.
fn flat(derivative: &Sparse, shape: &Shape, graph: &mut Graph) -> Vec<Sparse> {
    let (Some(count), Some(element)) = (shape.leading(), shape.element()) else {
        return vec![derivative.clone()];
    };
    (0..count)
        .flat_map(|index| {
            let span = proc_macro2::Span::call_site();
            let part = derivative.element(index, graph, span);
            flat(&part, &element, graph)
        })
        .collect()
}
