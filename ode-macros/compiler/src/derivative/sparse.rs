//! A derivative that knows where it is zero.

use proc_macro2::Span;

use super::tensor::expanded;
use crate::graph::{Graph, NodeId, Operation, Scatter, Shape, View};
use crate::operation::Elementwise;

/// The derivative of, or by, a value: nothing, a node of the value's shape, or one derivative for each element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sparse {
    /// Zero, known while compiling.
    Zero,
    /// This node.
    Node(NodeId),
    /// By the elements of an array, or the results of a branch or loop.
    Elements(Vec<Sparse>),
}

/// Longer arrays are not taken apart into their elements.
const TAKEN_APART: usize = 16;

impl Sparse {
    /// Whether all of it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Zero => true,
            Self::Node(_) => false,
            Self::Elements(elements) => elements.iter().all(Self::is_zero),
        }
    }

    /// The part that belongs to element `index` of the value.
    pub fn element(&self, index: usize, graph: &mut Graph, span: Span) -> Self {
        match self {
            Self::Zero => Self::Zero,
            Self::Node(id) => Self::Node(graph.push(Operation::Index(index), vec![*id], span)),
            Self::Elements(elements) => elements[index].clone(),
        }
    }

    /// The node of this derivative of a value of this shape; zeros become numbers here.
    pub fn node(&self, shape: &Shape, graph: &mut Graph, span: Span) -> NodeId {
        match (self, shape.element()) {
            (Self::Node(id), _) => *id,
            (Self::Zero, None) if shape.is_tensor() => {
                let zero = graph.constant(0.0, span);
                expanded(graph, zero, shape)
            }
            (Self::Zero, None) => graph.constant(0.0, span),
            (_, Some(element)) if self.is_mostly_zero(shape) => {
                self.among_zeros(shape, &element, graph, span)
            }
            (_, Some(element)) => {
                let elements: Vec<NodeId> = (0..shape.leading().unwrap_or(0))
                    .map(|index| {
                        let part = self.element(index, graph, span);
                        part.node(&element, graph, span)
                    })
                    .collect();
                graph.push(Operation::Stack, elements, span)
            }
            (Self::Elements(_), None) => unreachable!("a number has no elements"),
        }
    }

    /// Whether it is that of a long array, and known to be zero in parts.
    fn is_mostly_zero(&self, shape: &Shape) -> bool {
        let zeros = match self {
            Self::Zero => true,
            Self::Node(_) => false,
            Self::Elements(elements) => elements.iter().any(Self::is_zero),
        };
        zeros && shape.len() > TAKEN_APART
    }

    /// The node of an array of which only some elements are not zero.
    fn among_zeros(&self, shape: &Shape, element: &Shape, graph: &mut Graph, span: Span) -> NodeId {
        let (Shape::Numbers(dims), Shape::Numbers(inner)) = (shape, element) else {
            unreachable!("arrays are of numbers")
        };
        let (mut parts, mut views) = (Vec::new(), Vec::new());
        if let Self::Elements(elements) = self {
            for (index, part) in elements.iter().enumerate().filter(|(_, part)| !part.is_zero()) {
                parts.push(part.node(element, graph, span));
                views.push(View::rows(index * element.len(), inner));
            }
        }
        graph.push(Operation::Scatter(Scatter::among_zeros(dims.clone(), views)), parts, span)
    }

    /// Adds `other`.
    pub fn add(&mut self, other: Self, graph: &mut Graph, span: Span) {
        let sum = match (std::mem::replace(self, Self::Zero), other) {
            (Self::Zero, sum) | (sum, Self::Zero) => sum,
            (Self::Node(a), Self::Node(b)) if graph.shape(a).is_number() || graph.shape(a).is_tensor() => {
                Self::Node(graph.push(Operation::Elementwise(Elementwise::Add), vec![a, b], span))
            }
            (a, b) if a.is_long(graph) || b.is_long(graph) => {
                let shape = match (&a, &b) {
                    (Self::Node(id), _) | (_, Self::Node(id)) => graph.shape(*id).clone(),
                    _ => unreachable!("one of them is a node"),
                };
                let parts = vec![a.node(&shape, graph, span), b.node(&shape, graph, span)];
                let Shape::Numbers(dims) = shape else { unreachable!("an array of numbers") };
                let whole = View::rows(0, &dims);
                let sum = Scatter::among_zeros(dims, vec![whole.clone(), whole]);
                Self::Node(graph.push(Operation::Scatter(sum), parts, span))
            }
            (a, b) => {
                let count = a.count(graph).max(b.count(graph));
                Self::Elements(
                    (0..count)
                        .map(|index| {
                            let mut sum = a.element(index, graph, span);
                            let other = b.element(index, graph, span);
                            sum.add(other, graph, span);
                            sum
                        })
                        .collect(),
                )
            }
        };
        *self = sum;
    }

    /// Adds `other` to the part that belongs to element `index` of `count`.
    pub fn add_to_element(&mut self, index: usize, count: usize, other: Self, graph: &mut Graph, span: Span) {
        let mut elements = vec![Self::Zero; count];
        elements[index] = other;
        self.add(Self::Elements(elements), graph, span);
    }

    /// Whether it is the node of a long array.
    fn is_long(&self, graph: &Graph) -> bool {
        match self {
            Self::Node(id) => {
                matches!(graph.shape(*id), Shape::Numbers(_)) && graph.shape(*id).len() > TAKEN_APART
            }
            _ => false,
        }
    }

    fn count(&self, graph: &Graph) -> usize {
        match self {
            Self::Zero => 0,
            Self::Node(id) => graph.shape(*id).leading().unwrap_or(0),
            Self::Elements(elements) => elements.len(),
        }
    }
}
