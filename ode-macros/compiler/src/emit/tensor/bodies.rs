//! The graphs of a system of tensors, ready to be written.

use super::rows::rows;
use crate::derivative::vjp;
use crate::graph::{Dim, Graph, Symbol};
use crate::lower::{LengthCheck, LoweredTensors, TensorInput};
use crate::simplify::simplify;

/// The value of a system of tensors and its cotangents, simplified.
#[derive(Debug)]
pub struct TensorBodies {
    /// Time, the tensors of state and parameters, outside constants -> the tensors of the result.
    pub value: Graph,
    /// The same inputs, then the cotangents of the result -> those of time and of the tensors of state and parameters.
    pub vjp: Graph,
    /// The tensors of state and parameters.
    pub tensors: Vec<TensorInput>,
    /// How many of them are the state.
    pub states: usize,
    /// The paths of the outside constants.
    pub outside: Vec<syn::Path>,
    /// Lengths that must be equal.
    pub checks: Vec<LengthCheck>,
    /// The length that counts the rows, where they are independent of each other.
    pub rows: Option<Symbol>,
}

impl TensorBodies {
    /// Differentiates and simplifies.
    #[must_use]
    pub fn new(lowered: LoweredTensors) -> Self {
        let value = simplify(&lowered.graph);
        let mut active = vec![true; 1 + lowered.tensors.len()];
        active.resize(value.inputs().len(), false);
        let vjp = simplify(&vjp(&value, &active));
        let LoweredTensors { tensors, states, outside, checks, .. } = lowered;
        let rows = rows(&value, &tensors[..states]);
        Self { value, vjp, tensors, states, outside, checks, rows }
    }

    /// The tensors of the state.
    #[must_use]
    pub fn state(&self) -> &[TensorInput] {
        &self.tensors[..self.states]
    }

    /// The tensors of the parameters.
    #[must_use]
    pub fn parameters(&self) -> &[TensorInput] {
        &self.tensors[self.states..]
    }
}

/// How many numbers these tensors hold.
pub(super) fn count(tensors: &[TensorInput]) -> Dim {
    tensors.iter().fold(Dim::default(), |sum, tensor| sum.plus(&Dim::product(&tensor.dims)))
}

/// The lengths of these tensors that are known at run time alone.
pub(super) fn runtime(tensors: &[TensorInput]) -> Vec<(usize, usize)> {
    let symbols = tensors.iter().flat_map(|tensor| &tensor.dims).flat_map(Dim::symbols);
    symbols
        .filter_map(|symbol| match symbol {
            Symbol::Runtime(tensor, axis) => Some((*tensor, *axis)),
            _ => None,
        })
        .collect()
}
