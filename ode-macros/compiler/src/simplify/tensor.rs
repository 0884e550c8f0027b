//! Rules for operations on whole tensors.

use proc_macro2::Span;

use crate::graph::{Dim, Graph, NodeId, Operation};
use crate::operation::Tensor;

/// A node of the same value, or `None` where there is nothing simpler.
pub(super) fn rewrite(
    operation: &Tensor,
    arguments: &[NodeId],
    span: Span,
    graph: &mut Graph,
) -> Option<NodeId> {
    let &[x] = arguments else { return None };
    let before = match &graph.node(x).operation {
        Operation::Tensor(before) => Some((before.clone(), graph.node(x).arguments.clone())),
        _ => None,
    };
    match (operation, before) {
        (Tensor::Expand(axes), _) if axes.is_empty() => Some(x),
        (Tensor::Sum(axes) | Tensor::Max(axes), _) if axes.is_empty() => Some(x),
        (Tensor::Permute(order), _) if order.iter().enumerate().all(|(place, &axis)| place == axis) => {
            Some(x)
        }
        (Tensor::Reshape(dims), _) if *dims == graph.shape(x).dims() => Some(x),
        (Tensor::Slice { axis, start, length }, _)
            if start.is(0) && *length == graph.shape(x).dims()[*axis] =>
        {
            Some(x)
        }
        (Tensor::Pad { before, after, .. }, _) if before.is(0) && after.is(0) => Some(x),
        (Tensor::Permute(order), Some((Tensor::Permute(first), of))) => {
            let order: Vec<usize> = order.iter().map(|&axis| first[axis]).collect();
            Some(again(Tensor::Permute(order), of, span, graph))
        }
        (Tensor::Reshape(dims), Some((Tensor::Reshape(_), of))) => {
            Some(again(Tensor::Reshape(dims.clone()), of, span, graph))
        }
        (Tensor::Length(dim), _) => known(dim).map(|length| graph.constant(length, span)),
        _ => None,
    }
}

fn again(operation: Tensor, arguments: Vec<NodeId>, span: Span, graph: &mut Graph) -> NodeId {
    rewrite(&operation, &arguments, span, graph)
        .unwrap_or_else(|| graph.push(Operation::Tensor(operation), arguments, span))
}

#[allow(clippy::cast_precision_loss)]
fn known(dim: &Dim) -> Option<f64> {
    dim.known().map(|length| length as f64)
}
