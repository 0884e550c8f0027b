//! A branch that is not taken contributes nothing, whatever its derivative would be.

use proc_macro2::Span;

use crate::derivative::{jacobian, jvp, vjp};
use crate::diagnostic::Errors;
use crate::graph::{Datum, Graph, NodeId, Operation, Shape, evaluate};
use crate::lower::{self, STATE};
use crate::operation::{Comparison, Elementwise};
use crate::parse::{self, Role};
use crate::simplify::simplify;

/// The body with one captured number.
fn body(build: impl FnOnce(&mut Graph, &[NodeId]) -> NodeId, captured: usize) -> Box<Graph> {
    let mut graph = Graph::new();
    let inputs: Vec<NodeId> = (0..captured).map(|_| graph.input(Shape::NUMBER, Span::call_site())).collect();
    let output = build(&mut graph, &inputs);
    graph.outputs.push(output);
    Box::new(graph)
}

/// `if x[0] > 0 { f(x) } else { g(x) }` of the input `x: [_; count]`.
fn positive_or(
    count: usize,
    then: impl FnOnce(&mut Graph, &[NodeId]) -> NodeId,
    otherwise: impl FnOnce(&mut Graph, &[NodeId]) -> NodeId,
) -> Graph {
    let at = Span::call_site();
    let mut graph = Graph::new();
    let x = graph.input(Shape::Numbers(vec![count]), at);
    let elements: Vec<NodeId> = (0..count).map(|i| graph.push(Operation::Index(i), vec![x], at)).collect();
    let zero = graph.constant(0.0, at);
    let condition = graph.push(Operation::Compare(Comparison::Greater), vec![elements[0], zero], at);
    let operation = Operation::Branch { then: body(then, count), otherwise: body(otherwise, count) };
    let arguments = [&[condition][..], &elements, &elements].concat();
    let branch = graph.push(operation, arguments, at);
    let result = graph.push(Operation::Result(0), vec![branch], at);
    let stack = graph.push(Operation::Stack, vec![result], at);
    graph.outputs = vec![stack];
    graph
}

fn array(numbers: &[f64]) -> Datum {
    Datum::Array(numbers.iter().copied().map(Datum::Number).collect())
}

/// The gradient of the one result by the input of this number, in forward mode, in reverse and as a Jacobian.
fn gradients(graph: &Graph, inputs: &[Datum], input: usize) -> [Vec<f64>; 3] {
    let count = graph.shape(graph.inputs()[input]).len();
    let active: Vec<bool> = (0..inputs.len()).map(|place| place == input).collect();
    let with = |more: Datum| [inputs, &[more]].concat();
    let (forward, backward) = (jvp(graph, &active), vjp(graph, &active));
    let (entries, pattern) = jacobian(graph, input);
    let unit = |place: usize| array(&(0..count).map(|i| f64::from(u8::from(i == place))).collect::<Vec<_>>());
    let columns = (0..count).map(|place| evaluate(&forward, &with(unit(place)))[0].numbers()[0]).collect();
    let mut dense = vec![0.0; count];
    for (entry, value) in pattern.iter().zip(evaluate(&entries, inputs)) {
        dense[entry.column] = value.number();
    }
    [columns, evaluate(&backward, &with(array(&[1.0])))[0].numbers(), dense]
}

fn elementwise(function: Elementwise, graph: &mut Graph, arguments: &[NodeId]) -> NodeId {
    graph.push(Operation::Elementwise(function), arguments.to_vec(), Span::call_site())
}

#[test]
fn logarithm_or_zero_as_a_graph() {
    let log = |graph: &mut Graph, x: &[NodeId]| elementwise(Elementwise::Ln, graph, x);
    let graph = positive_or(1, log, |graph, _| graph.constant(0.0, Span::call_site()));
    for (x, slope) in [(2.0, 0.5), (1e-300, 1e-300_f64.recip()), (0.0, 0.0), (-0.0, 0.0), (-1.0, 0.0)] {
        for graph in [&graph, &simplify(&graph)] {
            for gradient in gradients(graph, &[array(&[x])], 0) {
                assert_eq!(gradient, [slope], "at {x}");
            }
        }
    }
}

#[test]
fn quotient_or_numerator_as_a_graph() {
    let quotient = |graph: &mut Graph, x: &[NodeId]| elementwise(Elementwise::Div, graph, &[x[1], x[0]]);
    let graph = positive_or(2, quotient, |_, x| x[1]);
    for (x, expected) in [([2.0, 3.0], [-0.75, 0.5]), ([0.0, 3.0], [0.0, 1.0]), ([-1.0, 0.0], [0.0, 1.0])] {
        for graph in [&graph, &simplify(&graph)] {
            for gradient in gradients(graph, &[array(&x)], 0) {
                assert_eq!(gradient, expected, "at {x:?}");
            }
        }
    }
}

/// The graph of a function of one result, from source.
fn lowered(source: &str) -> Graph {
    let errors = Errors::new();
    let item = syn::parse_str(source).expect("a function");
    let system = parse::system(Role::Function, &item, &errors).expect("a signature");
    let graph = lower::graph(&system, &errors).graph;
    errors.into_result().expect("no errors");
    graph
}

#[test]
fn kinks_as_source() {
    // The body, and the gradient at each state.
    type Case<'a> = (&'a str, &'a [([f64; 2], [f64; 2])]);
    let cases: [Case; 6] = [
        (
            "if y[0] > 0.0 { y[0].ln() } else { 0.0 }",
            &[([2.0, 1.0], [0.5, 0.0]), ([0.0, 1.0], [0.0, 0.0]), ([-3.0, 1.0], [0.0, 0.0])],
        ),
        (
            "let r = y[0]; if r > 0.0 { y[1] / r } else { y[1] }",
            &[([2.0, 3.0], [-0.75, 0.5]), ([0.0, 3.0], [0.0, 1.0]), ([-2.0, 3.0], [0.0, 1.0])],
        ),
        (
            "let mut z = y[1]; if y[0] > 0.0 { let r = y[0].sqrt(); z = y[1] / r; } z",
            &[([4.0, 2.0], [-0.125, 0.5]), ([0.0, 2.0], [0.0, 1.0])],
        ),
        (
            "if y[0] > 0.0 { if y[1] > 0.0 { (y[0] * y[1]).ln() } else { y[0].ln() } } else { y[1] }",
            &[([2.0, 4.0], [0.5, 0.25]), ([2.0, 0.0], [0.5, 0.0]), ([0.0, 0.0], [0.0, 1.0])],
        ),
        // What only an arm uses is not differentiated where the other is taken, also if it stands before the `if`.
        (
            "let r = (y[0] * y[0] + y[1] * y[1]).sqrt(); if r > 0.0 { y[1] / r } else { y[1] }",
            &[([3.0, 4.0], [-0.096, 0.072]), ([0.0, 0.0], [0.0, 1.0])],
        ),
        (
            "let a = if y[0] > 0.0 { y[0].sqrt() } else { y[0] }; let b = a.ln(); if y[1] > 0.0 { b } else { y[1] }",
            &[([4.0, 1.0], [0.125, 0.0]), ([0.0, -1.0], [0.0, 1.0])],
        ),
    ];
    for (body, points) in cases {
        let graph = lowered(&format!("fn f(t: f64, y: [f64; 2]) -> [f64; 1] {{ [{{ {body} }}] }}"));
        for &(y, expected) in points {
            for graph in [&graph, &simplify(&graph)] {
                let inputs = [Datum::Number(0.0), array(&y), array(&[])];
                for gradient in gradients(graph, &inputs, STATE) {
                    let close = gradient.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15);
                    assert!(close, "{body} at {y:?}: {gradient:?}, not {expected:?}");
                }
            }
        }
    }
}

/// Moving values into arms must not multiply them: the transpose stays in proportion to the function.
#[test]
fn the_transpose_of_many_branches_is_linear_in_them() {
    let size = |count: usize| {
        let steps = "if x > 1.0 { x += y[1].sin() * x; } else { x = x.exp(); } let z = x.ln(); if y[0] > x { x += z; }";
        let body = steps.repeat(count);
        let graph =
            lowered(&format!("fn f(t: f64, y: [f64; 2]) -> [f64; 1] {{ let mut x = y[0]; {body} [x] }}"));
        simplify(&vjp(&graph, &[true, true, false])).size()
    };
    let (few, many) = (size(10), size(20));
    assert!(many < few * 5 / 2, "{few} nodes for 10 steps, {many} for 20");
}
