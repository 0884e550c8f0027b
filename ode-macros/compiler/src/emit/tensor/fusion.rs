//! Which functions of elements are computed in which loop.

use crate::graph::{Graph, NodeId, Operation, Shape};
use crate::operation::Tensor;

/// What is done with the value of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// Nobody needs it.
    Dead,
    /// It has a place of its own.
    Own,
    /// Each element is computed in the loop of this node, the only one that needs it.
    In(NodeId),
    /// A truth value for each element, computed in every loop that needs it.
    Everywhere,
}

/// For each node, where it is computed. A function of elements whose users all belong to one loop belongs to it too.
pub(super) fn roots(graph: &Graph) -> Vec<Root> {
    let mut roots = vec![Root::Dead; graph.nodes().len()];
    for output in &graph.outputs {
        roots[output.0] = Root::Own;
    }
    for id in graph.ids().rev() {
        if roots[id.0] == Root::Dead {
            continue;
        }
        let own = loop_of(graph, &roots, id);
        let node = graph.node(id);
        let takes = is_elementwise(&node.operation)
            || matches!(node.operation, Operation::Tensor(Tensor::Sum(_) | Tensor::Max(_)));
        for &argument in &node.arguments {
            let fuses =
                takes && is_elementwise(&graph.node(argument).operation) && graph.shape(argument).is_tensor();
            let wanted = match graph.shape(argument) {
                Shape::Mask(_) => Root::Everywhere,
                _ if fuses && !matches!(graph.shape(id), Shape::Mask(_)) => Root::In(own),
                _ => Root::Own,
            };
            let root = &mut roots[argument.0];
            *root = match *root {
                Root::Dead => wanted,
                root if root == wanted => root,
                _ => Root::Own,
            };
        }
    }
    roots
}

fn loop_of(graph: &Graph, roots: &[Root], id: NodeId) -> NodeId {
    match roots[id.0] {
        Root::In(root) if is_elementwise(&graph.node(id).operation) => root,
        _ => id,
    }
}

/// Whether each element of the result depends on the same elements of the arguments.
pub(super) fn is_elementwise(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Elementwise(_) | Operation::Compare(_) | Operation::Logic(_) | Operation::Select
    )
}
