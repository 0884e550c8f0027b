//! The derivatives of operations on whole tensors.

use super::Sparse;
use crate::graph::{Dim, Graph, Node, NodeId, Operation, Shape};
use crate::operation::{Comparison, Elementwise, Tensor};

/// The tangent of node `id`, an operation on tensors, from those of its arguments.
pub(super) fn tangent(operation: &Tensor, id: NodeId, arguments: &[Sparse], graph: &mut Graph) -> Sparse {
    if arguments.iter().all(Sparse::is_zero) || matches!(operation, Tensor::Detach) {
        return Sparse::Zero;
    }
    let node = graph.node(id).clone();
    let of = |place: usize, graph: &mut Graph| {
        let shape = graph.shape(node.arguments[place]).clone();
        arguments[place].node(&shape, graph, node.span)
    };
    match operation {
        Tensor::Max(axes) => {
            let tangent = of(0, graph);
            let weights = weights_of_max(graph, &node, axes, id);
            let weighted = product(graph, &node, weights, tangent);
            Sparse::Node(push(graph, &node, Tensor::Sum(axes.clone()), vec![weighted]))
        }
        Tensor::Product => {
            let mut sum = Sparse::Zero;
            for place in (0..2).filter(|&place| !arguments[place].is_zero()) {
                let mut factors = node.arguments.clone();
                factors[place] = of(place, graph);
                let term = push(graph, &node, Tensor::Product, factors);
                sum.add(Sparse::Node(term), graph, node.span);
            }
            sum
        }
        linear => {
            let tangents = (0..arguments.len()).map(|place| of(place, graph)).collect();
            Sparse::Node(push(graph, &node, linear.clone(), tangents))
        }
    }
}

/// The cotangent of argument `place` of node `id`, an operation on tensors, from its own.
pub(super) fn cotangent(
    operation: &Tensor,
    id: NodeId,
    place: usize,
    bar: NodeId,
    graph: &mut Graph,
) -> Option<NodeId> {
    let node = graph.node(id).clone();
    let dims = graph.shape(node.arguments[place]).dims();
    let over = |axes: &[usize]| axes.iter().map(|&axis| (axis, dims[axis].clone())).collect::<Vec<_>>();
    let transpose = match operation {
        Tensor::Expand(axes) => Tensor::Sum(axes.iter().map(|(axis, _)| *axis).collect()),
        Tensor::Sum(axes) => Tensor::Expand(over(axes)),
        Tensor::Max(axes) => {
            let weights = weights_of_max(graph, &node, axes, id);
            let bar = push(graph, &node, Tensor::Expand(over(axes)), vec![bar]);
            return Some(product(graph, &node, weights, bar));
        }
        Tensor::Permute(order) => {
            let mut inverse = vec![0; order.len()];
            order.iter().enumerate().for_each(|(place, &axis)| inverse[axis] = place);
            Tensor::Permute(inverse)
        }
        Tensor::Reshape(_) => Tensor::Reshape(dims),
        Tensor::Slice { axis, start, length } => {
            let after = dims[*axis].minus(&start.plus(length)).expect("a part lies inside of the whole");
            Tensor::Pad { axis: *axis, before: start.clone(), after }
        }
        Tensor::Pad { axis, before, .. } => {
            Tensor::Slice { axis: *axis, start: before.clone(), length: dims[*axis].clone() }
        }
        Tensor::Concat(axis) => {
            let before = node.arguments[..place]
                .iter()
                .fold(Dim::default(), |sum, &argument| sum.plus(&graph.shape(argument).dims()[*axis]));
            Tensor::Slice { axis: *axis, start: before, length: dims[*axis].clone() }
        }
        Tensor::Product => return Some(factor_cotangent(graph, &node, place, bar)),
        Tensor::Length(_) | Tensor::Detach => return None,
    };
    Some(push(graph, &node, transpose, vec![bar]))
}

/// The sum over all axes, where a number was taken for each element of a tensor.
pub(super) fn reduced(graph: &mut Graph, bar: NodeId, like: NodeId) -> NodeId {
    let axes = graph.shape(bar).dims().len();
    if graph.shape(like).is_tensor() || axes == 0 {
        return bar;
    }
    let span = graph.node(like).span;
    graph.push(Operation::Tensor(Tensor::Sum((0..axes).collect())), vec![bar], span)
}

/// A tangent that is one number, for each element of a tensor.
pub(super) fn expanded(graph: &mut Graph, number: NodeId, shape: &Shape) -> NodeId {
    if !shape.is_tensor() || graph.shape(number).is_tensor() {
        return number;
    }
    let axes = shape.dims().into_iter().enumerate().collect();
    let span = graph.node(number).span;
    graph.push(Operation::Tensor(Tensor::Expand(axes)), vec![number], span)
}

fn push(graph: &mut Graph, node: &Node, operation: Tensor, arguments: Vec<NodeId>) -> NodeId {
    graph.push(Operation::Tensor(operation), arguments, node.span)
}

fn product(graph: &mut Graph, node: &Node, a: NodeId, b: NodeId) -> NodeId {
    graph.push(Operation::Elementwise(Elementwise::Mul), vec![a, b], node.span)
}

/// For each element its share in the maximum: as in PyTorch, equal ones share it.
fn weights_of_max(graph: &mut Graph, node: &Node, axes: &[usize], id: NodeId) -> NodeId {
    let x = node.arguments[0];
    let dims = graph.shape(x).dims();
    let over: Vec<_> = axes.iter().map(|&axis| (axis, dims[axis].clone())).collect();
    let largest = push(graph, node, Tensor::Expand(over.clone()), vec![id]);
    let wins = graph.push(Operation::Compare(Comparison::Equal), vec![x, largest], node.span);
    let (one, zero) = (graph.constant(1.0, node.span), graph.constant(0.0, node.span));
    let winners = graph.push(Operation::Select, vec![wins, one, zero], node.span);
    let count = push(graph, node, Tensor::Sum(axes.to_vec()), vec![winners]);
    let count = push(graph, node, Tensor::Expand(over), vec![count]);
    graph.push(Operation::Elementwise(Elementwise::Div), vec![winners, count], node.span)
}

/// ā = ȳ bᵀ and b̄ = aᵀ ȳ; a second factor of all pairs gets the sum of what each gives it.
fn factor_cotangent(graph: &mut Graph, node: &Node, place: usize, bar: NodeId) -> NodeId {
    let [a, b] = node.arguments[..] else { unreachable!("a product has two factors") };
    if place == 0 {
        let transposed = transposed(graph, node, b);
        return push(graph, node, Tensor::Product, vec![bar, transposed]);
    }
    let shared = graph.shape(b).dims().len() == 2;
    let (a, bar) = if shared { (rows(graph, node, a), rows(graph, node, bar)) } else { (a, bar) };
    let transposed = transposed(graph, node, a);
    push(graph, node, Tensor::Product, vec![transposed, bar])
}

/// The last two axes exchanged.
fn transposed(graph: &mut Graph, node: &Node, x: NodeId) -> NodeId {
    let count = graph.shape(x).dims().len();
    let mut order: Vec<usize> = (0..count).collect();
    order.swap(count - 2, count - 1);
    push(graph, node, Tensor::Permute(order), vec![x])
}

/// All matrices of a tensor below each other.
fn rows(graph: &mut Graph, node: &Node, x: NodeId) -> NodeId {
    let dims = graph.shape(x).dims();
    let Some((last, leading)) = dims.split_last().filter(|_| dims.len() > 2) else { return x };
    let dims = vec![Dim::product(leading), last.clone()];
    push(graph, node, Tensor::Reshape(dims), vec![x])
}
