//! Building nodes by writing formulas.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use proc_macro2::Span;

use super::{Comparison, Elementwise, Value};
use crate::graph::{Graph, NodeId, Operation};

/// A node that formulas can be written with: each operator adds a node to the graph.
#[derive(Clone, Copy)]
pub struct Term<'g> {
    graph: &'g RefCell<Graph>,
    /// The node.
    pub id: NodeId,
    span: Span,
}

impl<'g> Term<'g> {
    /// The node `id`; what is made from it is said to come from `span`.
    #[must_use]
    pub fn new(graph: &'g RefCell<Graph>, id: NodeId, span: Span) -> Self {
        Self { graph, id, span }
    }

    fn push(&self, operation: Operation, arguments: Vec<NodeId>) -> NodeId {
        self.graph.borrow_mut().push(operation, arguments, self.span)
    }
}

impl Value for Term<'_> {
    type Truth = NodeId;

    fn constant(&self, value: f64) -> Self {
        Self { id: self.graph.borrow_mut().constant(value, self.span), ..*self }
    }

    fn apply(function: Elementwise, arguments: &[Self]) -> Self {
        let ids = arguments.iter().map(|argument| argument.id).collect();
        Self { id: arguments[0].push(Operation::Elementwise(function), ids), ..arguments[0] }
    }

    fn compare(self, comparison: Comparison, other: Self) -> NodeId {
        self.push(Operation::Compare(comparison), vec![self.id, other.id])
    }

    fn select(condition: NodeId, then: Self, otherwise: Self) -> Self {
        Self { id: then.push(Operation::Select, vec![condition, then.id, otherwise.id]), ..then }
    }
}

macro_rules! operator {
    ($($Trait:ident $method:ident)*) => {$(
        impl $Trait for Term<'_> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self::apply(Elementwise::$Trait, &[self, other])
            }
        }
    )*};
}
operator! { Add add  Sub sub  Mul mul  Div div }

impl Neg for Term<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        Self::apply(Elementwise::Neg, &[self])
    }
}
