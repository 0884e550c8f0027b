//! The interpreter: what a graph means, said as plainly as possible. Tests compare all else with it.

use super::{Graph, Operation};

/// A value while interpreting.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// One number.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// An array, or the results of a branch.
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

    /// All numbers in it, row by row.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Array(elements) => elements.iter().flat_map(Self::numbers).collect(),
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
        let numbers = || arguments.iter().map(|datum| datum.number()).collect::<Vec<_>>();
        let value = match &node.operation {
            Operation::Input(index) => inputs[*index].clone(),
            Operation::Constant(bits) => Datum::Number(f64::from_bits(*bits)),
            Operation::Elementwise(function) => Datum::Number(function.evaluate(&numbers())),
            Operation::Compare(comparison) => {
                Datum::Truth(comparison.evaluate(arguments[0].number(), arguments[1].number()))
            }
            Operation::Logic(logic) => {
                Datum::Truth(logic.evaluate(&arguments.iter().map(|datum| datum.truth()).collect::<Vec<_>>()))
            }
            Operation::Select => arguments[if arguments[0].truth() { 1 } else { 2 }].clone(),
            Operation::Stack => Datum::Array(arguments.into_iter().cloned().collect()),
            Operation::Index(index) | Operation::Result(index) => arguments[0].element(*index),
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
