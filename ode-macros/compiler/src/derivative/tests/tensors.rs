//! Random graphs of tensors: cotangents against tangents and difference quotients of the interpreter.

use proc_macro2::Span;
use proptest::prelude::*;

use crate::derivative::{jvp, vjp};
use crate::graph::{Datum, Dim, Elements, Graph, NodeId, Operation, Shape, evaluate};
use crate::operation::{Comparison, Elementwise, Tensor};
use crate::simplify::simplify;

/// Choices that make a graph: what is done, and with which of the values so far.
type Recipe = Vec<(u8, u8, u8)>;

/// The shapes of the inputs.
const INPUTS: [&[usize]; 4] = [&[2, 3], &[3], &[3, 2], &[2, 1, 3]];

fn dims(shape: &[usize]) -> Vec<Dim> {
    shape.iter().map(|&length| Dim::literal(length)).collect()
}

fn lengths(graph: &Graph, id: NodeId) -> Vec<usize> {
    graph.shape(id).dims().iter().map(|dim| dim.known().expect("a literal")).collect()
}

/// A graph of smooth operations, whose output is the sum of all values that were made.
fn graph(recipe: &Recipe) -> Graph {
    let span = Span::call_site();
    let mut graph = Graph::new();
    let mut values: Vec<NodeId> =
        INPUTS.iter().map(|shape| graph.input(Shape::tensor(dims(shape)), span)).collect();
    for &(what, first, second) in recipe {
        let x = values[first as usize % values.len()];
        let shape = lengths(&graph, x);
        let axis = second as usize % shape.len().max(1);
        let push = |graph: &mut Graph, operation: Tensor, arguments: Vec<NodeId>| {
            Some(graph.push(Operation::Tensor(operation), arguments, span))
        };
        let rank = shape.len();
        let made = match what % 14 {
            0 => Some(graph.push(Operation::Elementwise(Elementwise::Tanh), vec![x], span)),
            1 => Some(graph.push(Operation::Elementwise(Elementwise::Sin), vec![x], span)),
            2 => Some(graph.push(Operation::Elementwise(Elementwise::Sigmoid), vec![x], span)),
            3 | 4 => {
                // Another value of the same axes, or a number.
                let fits =
                    |graph: &Graph, id: NodeId| lengths(graph, id) == shape || lengths(graph, id).is_empty();
                let others: Vec<NodeId> = values.iter().copied().filter(|&id| fits(&graph, id)).collect();
                let other = others[second as usize % others.len()];
                let function = if what % 14 == 3 { Elementwise::Mul } else { Elementwise::Sub };
                Some(graph.push(Operation::Elementwise(function), vec![x, other], span))
            }
            5 if rank > 0 => push(&mut graph, Tensor::Sum(vec![axis]), vec![x]),
            6 if rank > 0 => push(&mut graph, Tensor::Max(vec![axis]), vec![x]),
            7 if rank < 4 => push(&mut graph, Tensor::Expand(vec![(axis, Dim::literal(2))]), vec![x]),
            8 if rank > 1 => {
                let mut order: Vec<usize> = (0..rank).collect();
                order.rotate_left(1 + axis % (rank - 1));
                push(&mut graph, Tensor::Permute(order), vec![x])
            }
            9 if rank > 0 => {
                let count = Dim::literal(shape.iter().product());
                push(&mut graph, Tensor::Reshape(vec![count]), vec![x])
            }
            10 if rank > 0 && shape[axis] > 1 => {
                let (start, length) = (Dim::literal(1), Dim::literal(shape[axis] - 1));
                push(&mut graph, Tensor::Slice { axis, start, length }, vec![x])
            }
            11 if rank > 0 => {
                let (before, after) = (Dim::literal(1), Dim::literal(second as usize % 2));
                push(&mut graph, Tensor::Pad { axis, before, after }, vec![x])
            }
            12 if rank > 0 => push(&mut graph, Tensor::Concat(axis), vec![x, x]),
            13 => {
                let fits = |graph: &Graph, id: NodeId| {
                    let other = lengths(graph, id);
                    let shared = other.len() == 2;
                    let paired =
                        other.len() > 2 && other.len() == rank && other[..rank - 2] == shape[..rank - 2];
                    rank > 1 && (shared || paired) && other[other.len() - 2] == shape[rank - 1]
                };
                let others: Vec<NodeId> = values.iter().copied().filter(|&id| fits(&graph, id)).collect();
                let other = others.get(second as usize % others.len().max(1)).copied();
                other.and_then(|other| push(&mut graph, Tensor::Product, vec![x, other]))
            }
            _ => None,
        };
        let small = |graph: &Graph, id: NodeId| lengths(graph, id).iter().product::<usize>() <= 48;
        values.extend(made.filter(|&id| small(&graph, id)));
    }
    let mut sum = graph.constant(0.0, span);
    for id in values {
        let axes = (0..lengths(&graph, id).len()).collect();
        let squashed = graph.push(Operation::Elementwise(Elementwise::Tanh), vec![id], span);
        let total = graph.push(Operation::Tensor(Tensor::Sum(axes)), vec![squashed], span);
        sum = graph.push(Operation::Elementwise(Elementwise::Add), vec![sum, total], span);
    }
    graph.outputs.push(sum);
    graph
}

/// Inputs of all different numbers, moved along a direction.
fn inputs(seed: u64, step: f64) -> Vec<Datum> {
    let mut place = seed;
    INPUTS
        .iter()
        .map(|shape| {
            let element = |_: &[usize]| {
                place += 1;
                let at = place as f64;
                (at * 0.737).sin() + step * direction(place)
            };
            Datum::Tensor(Elements::from_fn(shape.to_vec(), element))
        })
        .collect()
}

fn direction(place: u64) -> f64 {
    (place as f64 * 1.31).cos()
}

fn directions(seed: u64) -> Vec<Datum> {
    let mut place = seed;
    INPUTS
        .iter()
        .map(|shape| {
            Datum::Tensor(Elements::from_fn(shape.to_vec(), |_| {
                place += 1;
                direction(place)
            }))
        })
        .collect()
}

fn dot(a: &[Datum], b: &[Datum]) -> f64 {
    let all = |data: &[Datum]| data.iter().flat_map(Datum::numbers).collect::<Vec<f64>>();
    all(a).iter().zip(all(b)).map(|(a, b)| a * b).sum()
}

proptest! {
    #[test]
    fn cotangents_are_the_limit_of_difference_quotients(
        recipe in prop::collection::vec(any::<(u8, u8, u8)>(), 1..14),
        seed in 0_u64..1000,
    ) {
        let graph = graph(&recipe);
        let active = [true; INPUTS.len()];
        let back = vjp(&graph, &active);
        let with = |mut inputs: Vec<Datum>, more: Vec<Datum>| { inputs.extend(more); inputs };
        let one = || vec![Datum::Number(1.0)];
        let bars = evaluate(&back, &with(inputs(seed, 0.0), one()));
        let along = dot(&bars, &directions(seed));

        // Forward mode, and simplification, say the same.
        let forth = jvp(&graph, &active);
        let tangent = evaluate(&forth, &with(inputs(seed, 0.0), directions(seed)))[0].number();
        prop_assert!((tangent - along).abs() <= 1e-11 * (1.0 + along.abs()), "{tangent} {along}");
        let simplified = evaluate(&simplify(&back), &with(inputs(seed, 0.0), one()));
        prop_assert!((dot(&simplified, &directions(seed)) - along).abs() <= 1e-11 * (1.0 + along.abs()));

        // A second derivative, forward over reverse, is that of the first.
        let twice = jvp(&back, &[true, true, true, true, false]);
        let second = evaluate(&twice, &with(with(inputs(seed, 0.0), one()), directions(seed)));
        let slope = dot(&second, &directions(seed));

        let value = |step: f64| evaluate(&graph, &inputs(seed, step))[0].number();
        let h = 1e-3;
        let quotient = (8.0 * (value(h) - value(-h)) - value(2.0 * h) + value(-2.0 * h)) / (12.0 * h);
        let curve = (16.0 * (value(h) + value(-h)) - value(2.0 * h) - value(-2.0 * h) - 30.0 * value(0.0)) / (12.0 * h * h);
        // A maximum has kinks, next to which quotients are none.
        let kinks = graph.ids().any(|id| matches!(graph.node(id).operation, Operation::Tensor(Tensor::Max(_))));
        if !kinks {
            prop_assert!((quotient - along).abs() <= 1e-6 * (1.0 + along.abs()), "{quotient} {along}");
            prop_assert!((curve - slope).abs() <= 1e-4 * (1.0 + slope.abs()), "{curve} {slope}");
        }
    }
}

/// Where arguments are equal they share, as in PyTorch.
#[test]
fn a_maximum_of_equals() {
    let span = Span::call_site();
    let mut graph = Graph::new();
    let x = graph.input(Shape::tensor(dims(&[4])), span);
    let largest = graph.push(Operation::Tensor(Tensor::Max(vec![0])), vec![x], span);
    graph.outputs.push(largest);
    let back = vjp(&graph, &[true]);
    let x = Datum::Tensor(Elements { dims: vec![4], data: vec![1.0, 3.0, 2.0, 3.0] });
    let bars = evaluate(&back, &[x, Datum::Number(2.0)]);
    assert_eq!(bars[0].numbers(), [0.0, 1.0, 0.0, 1.0]);
}

/// The choice of an element has the derivative of what was chosen alone.
#[test]
fn a_choice_for_each_element() {
    let span = Span::call_site();
    let mut graph = Graph::new();
    let x = graph.input(Shape::tensor(dims(&[3])), span);
    let zero = graph.constant(0.0, span);
    let positive = graph.push(Operation::Compare(Comparison::Greater), vec![x, zero], span);
    let root = graph.push(Operation::Elementwise(Elementwise::Sqrt), vec![x], span);
    let chosen = graph.push(Operation::Select, vec![positive, root, zero], span);
    let sum = graph.push(Operation::Tensor(Tensor::Sum(vec![0])), vec![chosen], span);
    graph.outputs.push(sum);
    let x = || Datum::Tensor(Elements { dims: vec![3], data: vec![4.0, -1.0, 0.0] });
    let bars = evaluate(&vjp(&graph, &[true]), &[x(), Datum::Number(1.0)]);
    assert_eq!(bars[0].numbers(), [0.25, 0.0, 0.0]);
}
