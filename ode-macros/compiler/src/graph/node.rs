//! A node: an operation on the values of other nodes.

use proc_macro2::Span;

use super::{Dim, Graph, Loop, Shape, View};
use crate::operation::{Comparison, Elementwise, Logic, Tensor};

/// The place of a node in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// An operation, its arguments, and where the user wrote it.
#[derive(Debug, Clone)]
pub struct Node {
    /// What is done.
    pub operation: Operation,
    /// To which values.
    pub arguments: Vec<NodeId>,
    /// What comes out.
    pub shape: Shape,
    /// The user's expression.
    pub span: Span,
    /// The name of the user's `let`.
    pub name: Option<String>,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The input of this number.
    Input(usize),
    /// A number, by its bits.
    Constant(u64),
    /// A row of the table of elementwise functions.
    Elementwise(Elementwise),
    /// A comparison of two numbers.
    Compare(Comparison),
    /// A connective of truth values.
    Logic(Logic),
    /// The second argument where the first holds, else the third. Both are computed.
    Select,
    /// An operation on whole tensors.
    Tensor(Tensor),
    /// An array of its arguments.
    Stack,
    /// The element of this number of an array.
    Index(usize),
    /// Where the first argument holds the results of `then`, else those of `otherwise`; only one of them counts.
    /// The arguments after the first are the inputs of `then`, followed by those of `otherwise`.
    Branch {
        /// What is done where the condition holds.
        then: Box<Graph>,
        /// What is done where it does not.
        otherwise: Box<Graph>,
    },
    /// A loop that stays one.
    Loop(Box<Loop>),
    /// The result of this number of a branch or loop.
    Result(usize),
    /// The part of an array, taken as flat, that a view shows.
    Gather(View),
    /// An array put together from parts: the transpose of `Gather`.
    Scatter(Scatter),
}

/// An array made of parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scatter {
    /// The dimensions of the result.
    pub dims: Vec<usize>,
    /// What stands where no part reaches, by its bits.
    pub fill: u64,
    /// Where the elements of each argument go in the flat result. Where several go, their sum stands.
    pub views: Vec<View>,
}

impl Scatter {
    /// Parts among zeros.
    #[must_use]
    pub fn among_zeros(dims: Vec<usize>, views: Vec<View>) -> Self {
        Self { dims, fill: 0, views }
    }

    /// How many numbers the result holds.
    #[must_use]
    pub fn length(&self) -> usize {
        self.dims.iter().product()
    }
}

impl Operation {
    /// The shape of the result, from the shapes of the arguments.
    ///
    /// # Panics
    /// Where the operation does not take arguments of these shapes.
    #[must_use]
    pub fn shape(&self, arguments: &[&Shape]) -> Shape {
        let numeric =
            |shapes: &[&Shape]| shapes.iter().all(|s| s.is_number() || matches!(s, Shape::Tensor(_)));
        let truths = |dims: Vec<Dim>| if dims.is_empty() { Shape::Truth } else { Shape::Mask(dims) };
        match self {
            Self::Input(_) => unreachable!("inputs are made with their shape"),
            Self::Constant(_) => Shape::NUMBER,
            Self::Elementwise(function) => {
                let fits = arguments.len() == function.arity() && numeric(arguments);
                assert!(fits, "{function:?} of {arguments:?}");
                Shape::tensor(Shape::elementwise(arguments))
            }
            Self::Compare(_) => {
                assert!(arguments.len() == 2 && numeric(arguments), "a comparison of {arguments:?}");
                truths(Shape::elementwise(arguments))
            }
            Self::Logic(logic) => {
                let truth = |shape: &Shape| matches!(shape, Shape::Truth | Shape::Mask(_));
                assert!(arguments.len() == logic.arity() && arguments.iter().all(|shape| truth(shape)));
                truths(Shape::elementwise(arguments))
            }
            Self::Select => {
                assert!(arguments.len() == 3, "a choice of {arguments:?}");
                if arguments[1..].iter().any(|shape| shape.is_tensor()) || arguments[0].is_tensor() {
                    assert!(
                        matches!(arguments[0], Shape::Truth | Shape::Mask(_)) && numeric(&arguments[1..])
                    );
                    return Shape::tensor(Shape::elementwise(arguments));
                }
                assert!(*arguments[0] == Shape::Truth && arguments[1] == arguments[2]);
                arguments[1].clone()
            }
            Self::Tensor(operation) => operation.shape(arguments),
            Self::Stack => {
                let first = arguments.first().expect("an array of the language has an element");
                assert!(arguments.iter().all(|shape| shape == first), "a stack of {arguments:?}");
                first.array(arguments.len())
            }
            Self::Index(index) => {
                assert!(arguments[0].leading().is_some_and(|length| *index < length), "element {index}");
                arguments[0].element().expect("an array")
            }
            Self::Branch { then, otherwise } => {
                assert!(*arguments[0] == Shape::Truth);
                assert_eq!(arguments.len(), 1 + then.inputs().len() + otherwise.inputs().len());
                let results = |body: &Graph| body.outputs.iter().map(|&o| body.shape(o).clone()).collect();
                let shapes: Vec<Shape> = results(then);
                assert_eq!(shapes, results(otherwise) as Vec<Shape>);
                Shape::Results(shapes)
            }
            Self::Loop(repeated) => repeated.shape(arguments),
            Self::Gather(view) => {
                assert!(view.bounds().1 < arguments[0].len(), "{view:?} of {}", arguments[0]);
                view.shape()
            }
            Self::Scatter(scatter) => {
                assert_eq!(scatter.views.len(), arguments.len());
                for (view, argument) in scatter.views.iter().zip(arguments) {
                    let inside = view.bounds().1 < scatter.length();
                    assert!(view.shape() == **argument && inside, "{argument} at {view:?} of {scatter:?}");
                }
                Shape::Numbers(scatter.dims.clone())
            }
            Self::Result(index) => match arguments[0] {
                Shape::Results(shapes) => shapes[*index].clone(),
                other => panic!("result {index} of {other}"),
            },
        }
    }
}
