//! The interpreter: what a graph means, said as plainly as possible. Tests compare all else with it.

mod array;
mod tensor;

pub use tensor::Elements;

use super::{Graph, Operation};
use array::{gather, repeat, scatter};
use tensor::{each, number_at, operate, truth_at};

/// A value while interpreting.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// One number.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// A tensor of one axis or more.
    Tensor(Elements<f64>),
    /// A truth value for each element of a tensor.
    Mask(Elements<bool>),
    /// An array, or the results of a branch or loop.
    Array(Vec<Datum>),
}

impl Datum {
    /// The number that this is.
    ///
    /// # Panics
    /// Where it is none.
    #[must_use]
    pub fn number(&self) -> f64 {
        match self {
            Self::Number(x) => *x,
            other => panic!("{other:?} is no number"),
        }
    }

    /// A tensor, or the one number that it is without axes.
    #[must_use]
    pub fn tensor(elements: Elements<f64>) -> Self {
        if elements.dims.is_empty() { Self::Number(elements.data[0]) } else { Self::Tensor(elements) }
    }

    /// The lengths of the axes of a tensor or mask.
    fn dims(&self) -> Option<Vec<usize>> {
        match self {
            Self::Tensor(elements) => Some(elements.dims.clone()),
            Self::Mask(elements) => Some(elements.dims.clone()),
            _ => None,
        }
    }

    /// All numbers in it, row by row.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Array(elements) => elements.iter().flat_map(Self::numbers).collect(),
            Self::Tensor(elements) => elements.data.clone(),
            other => vec![other.number()],
        }
    }

    fn truth(&self) -> bool {
        match self {
            Self::Truth(x) => *x,
            other => panic!("{other:?} is no truth value"),
        }
    }

    fn element(&self, index: usize) -> Self {
        match self {
            Self::Array(elements) => elements[index].clone(),
            other => panic!("{other:?} is no array"),
        }
    }
}

/// The outputs of the graph for these inputs.
///
/// # Panics
/// Where an input has another shape than the graph says.
#[must_use]
pub fn evaluate(graph: &Graph, inputs: &[Datum]) -> Vec<Datum> {
    assert_eq!(inputs.len(), graph.inputs().len(), "number of inputs");
    let mut values: Vec<Datum> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        let arguments: Vec<&Datum> = node.arguments.iter().map(|id| &values[id.0]).collect();
        let value = match &node.operation {
            Operation::Input(index) => inputs[*index].clone(),
            Operation::Constant(bits) => Datum::Number(f64::from_bits(*bits)),
            Operation::Elementwise(function) => {
                each(&arguments, number_at, |x| function.evaluate(x), Datum::Number, Datum::Tensor)
            }
            Operation::Compare(comparison) => {
                let compare = |x: &[f64]| comparison.evaluate(x[0], x[1]);
                each(&arguments, number_at, compare, Datum::Truth, Datum::Mask)
            }
            Operation::Logic(logic) => {
                each(&arguments, truth_at, |x| logic.evaluate(x), Datum::Truth, Datum::Mask)
            }
            Operation::Select if arguments.iter().any(|datum| datum.dims().is_some()) => {
                let read = |datum: &Datum, place: &[usize]| match datum {
                    Datum::Mask(_) | Datum::Truth(_) => f64::from(u8::from(truth_at(datum, place))),
                    _ => number_at(datum, place),
                };
                let choose = |x: &[f64]| if x[0] == 0.0 { x[2] } else { x[1] };
                each(&arguments, read, choose, Datum::Number, Datum::Tensor)
            }
            Operation::Tensor(operation) => operate(operation, &arguments),
            Operation::Select => arguments[if arguments[0].truth() { 1 } else { 2 }].clone(),
            Operation::Stack => Datum::Array(arguments.into_iter().cloned().collect()),
            Operation::Index(index) | Operation::Result(index) => arguments[0].element(*index),
            Operation::Loop(repeated) => repeat(repeated, &arguments),
            Operation::Gather(view) => gather(view, arguments[0]),
            Operation::Scatter(parts) => scatter(parts, &arguments),
            Operation::Branch { then, otherwise } => {
                let (body, first) =
                    if arguments[0].truth() { (then, 1) } else { (otherwise, 1 + then.inputs().len()) };
                let captured: Vec<Datum> =
                    arguments[first..][..body.inputs().len()].iter().map(|&datum| datum.clone()).collect();
                Datum::Array(evaluate(body, &captured))
            }
        };
        values.push(value);
    }
    graph.outputs.iter().map(|id| values[id.0].clone()).collect()
}
