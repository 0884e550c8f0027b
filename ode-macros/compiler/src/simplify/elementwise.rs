//! Rules for the functions of numbers.

use proc_macro2::Span;

use crate::graph::{Graph, NodeId, Operation};
use crate::operation::Elementwise::{self, Add, Div, Mul, Neg, Powf, Powi, Recip, Sub};

/// The number that a node is, where it is known.
pub(super) fn constant(graph: &Graph, id: NodeId) -> Option<f64> {
    match graph.node(id).operation {
        Operation::Constant(bits) => Some(f64::from_bits(bits)),
        _ => None,
    }
}

/// A node of the same value as the function of the arguments, or `None` where there is nothing simpler.
pub(super) fn rewrite(
    function: Elementwise,
    arguments: &[NodeId],
    span: Span,
    graph: &mut Graph,
) -> Option<NodeId> {
    let numbers: Option<Vec<f64>> = arguments.iter().map(|&id| constant(graph, id)).collect();
    if let Some(numbers) = numbers {
        return Some(graph.constant(function.evaluate(&numbers), span));
    }
    match *arguments {
        [x] => unary(function, x, graph),
        [a, b] => binary(function, a, b, span, graph),
        _ => None,
    }
}

fn unary(function: Elementwise, x: NodeId, graph: &Graph) -> Option<NodeId> {
    if function == Neg { negated(graph, x) } else { None }
}

fn binary(function: Elementwise, a: NodeId, b: NodeId, span: Span, graph: &mut Graph) -> Option<NodeId> {
    let (left, right) = (constant(graph, a), constant(graph, b));
    match (function, left, right) {
        (Mul, Some(1.0), _) => return Some(b),
        (Mul | Div, _, Some(1.0)) => return Some(a),
        (Mul, Some(-1.0), _) => return Some(again(Neg, &[b], span, graph)),
        (Mul | Div, _, Some(-1.0)) => return Some(again(Neg, &[a], span, graph)),
        (Add, _, Some(zero)) if zero == 0.0 && zero.is_sign_negative() => return Some(a),
        (Add, Some(zero), _) if zero == 0.0 && zero.is_sign_negative() => return Some(b),
        (Sub, _, Some(zero)) if zero == 0.0 && zero.is_sign_positive() => return Some(a),
        (Div, _, Some(c)) if exact_reciprocal(c) => {
            let reciprocal = graph.constant(c.recip(), span);
            return Some(again(Mul, &[a, reciprocal], span, graph));
        }
        (Div, Some(1.0), _) => return Some(again(Recip, &[b], span, graph)),
        (Powi | Powf, _, Some(exponent)) => return power(function, a, exponent, span, graph),
        _ => {}
    }
    // A minus sign moves outwards, where it becomes part of a sum.
    match (function, negated(graph, a), negated(graph, b)) {
        (Mul | Div, Some(a), Some(b)) => Some(again(function, &[a, b], span, graph)),
        (Mul | Div, Some(a), None) => Some(minus(function, [a, b], span, graph)),
        (Mul | Div, None, Some(b)) => Some(minus(function, [a, b], span, graph)),
        (Add, _, Some(b)) => Some(again(Sub, &[a, b], span, graph)),
        (Add, Some(a), None) => Some(again(Sub, &[b, a], span, graph)),
        (Sub, _, Some(b)) => Some(again(Add, &[a, b], span, graph)),
        _ => commuted(function, a, b, graph),
    }
}

/// `x` where the node is `-x`.
fn negated(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let node = graph.node(id);
    (node.operation == Operation::Elementwise(Neg)).then(|| node.arguments[0])
}

/// The function of these arguments, simplified in its turn.
fn again(function: Elementwise, arguments: &[NodeId], span: Span, graph: &mut Graph) -> NodeId {
    rewrite(function, arguments, span, graph)
        .unwrap_or_else(|| graph.push(Operation::Elementwise(function), arguments.to_vec(), span))
}

fn minus(function: Elementwise, arguments: [NodeId; 2], span: Span, graph: &mut Graph) -> NodeId {
    let positive = again(function, &arguments, span, graph);
    graph.push(Operation::Elementwise(Neg), vec![positive], span)
}

/// `b + a` where that is there already.
fn commuted(function: Elementwise, a: NodeId, b: NodeId, graph: &Graph) -> Option<NodeId> {
    if !matches!(function, Add | Mul) {
        return None;
    }
    graph.find(&Operation::Elementwise(function), &[b, a])
}

/// Powers of two, whose reciprocals are exact, so that a division by one can be a product.
fn exact_reciprocal(c: f64) -> bool {
    let power_of_two = c.to_bits() & ((1 << 52) - 1) == 0;
    power_of_two && c.is_normal() && c.recip().is_normal()
}

fn power(function: Elementwise, x: NodeId, exponent: f64, span: Span, graph: &mut Graph) -> Option<NodeId> {
    let mut product = |a: NodeId, b: NodeId| graph.push(Operation::Elementwise(Mul), vec![a, b], span);
    match exponent {
        0.0 => Some(graph.constant(1.0, span)),
        1.0 => Some(x),
        2.0 => Some(product(x, x)),
        3.0 if function == Powi => {
            let square = product(x, x);
            Some(product(square, x))
        }
        4.0 if function == Powi => {
            let square = product(x, x);
            Some(product(square, square))
        }
        -1.0 => Some(graph.push(Operation::Elementwise(Recip), vec![x], span)),
        -2.0 if function == Powi => {
            let square = product(x, x);
            Some(graph.push(Operation::Elementwise(Recip), vec![square], span))
        }
        _ => None,
    }
}
