//! The graphs of a system, ready to be written.

use crate::derivative::{Entry, jacobian, jvp, vjp};
use crate::graph::{Graph, Operation, View};
use crate::lower::{Lowered, PARAMETERS, STATE, TIME};
use crate::simplify::simplify;

/// The value of a system or function and its derivatives, simplified.
#[derive(Debug)]
pub struct Bodies {
    /// Time, state, parameters, outside constants -> result.
    pub value: Graph,
    /// The same inputs, then the tangents of time, state and parameters -> the tangent of the result.
    pub jvp: Graph,
    /// The same inputs, then the cotangent of the result -> the cotangents of time, state and parameters.
    pub vjp: Graph,
    /// The inputs of `vjp`, then the tangents of time, state, parameters and cotangent -> the tangents of its outputs.
    pub vjp_jvp: Graph,
    /// The same inputs -> the entries of the Jacobian by the state that are not zero by structure, and their places;
    /// a system with loops that stay loops has no code for each entry.
    pub jacobian: Option<(Graph, Vec<Entry>)>,
    /// The paths of the outside constants.
    pub outside: Vec<syn::Path>,
    has_parameters: bool,
}

impl Bodies {
    /// Differentiates and simplifies.
    #[must_use]
    pub fn new(lowered: Lowered) -> Self {
        let value = simplify(&lowered.graph);
        let has_parameters = !value.shape(value.inputs()[PARAMETERS]).is_empty();
        let mut active = vec![false; value.inputs().len()];
        active[TIME] = true;
        active[STATE] = true;
        active[PARAMETERS] = has_parameters;
        let loops = value.nodes().iter().any(|node| matches!(node.operation, Operation::Loop(_)));
        let jacobian = (!loops).then(|| {
            let (jacobian, pattern) = jacobian(&value, STATE);
            (simplify(&jacobian), pattern)
        });
        let vjp = simplify(&vjp(&value, &active));
        // The cotangent of the result is the last input.
        let with_cotangent = [active.as_slice(), &[true]].concat();
        Self {
            jvp: simplify(&jvp(&value, &active)),
            vjp_jvp: simplify(&jvp(&vjp, &with_cotangent)),
            vjp,
            jacobian,
            value,
            outside: lowered.outside,
            has_parameters,
        }
    }

    /// Whether there is a parameter.
    #[must_use]
    pub fn has_parameters(&self) -> bool {
        self.has_parameters
    }

    /// For each number of the parameters, whether the value depends on it at all.
    #[must_use]
    pub fn used(&self) -> Vec<bool> {
        let live = self.value.live();
        let parameters = self.value.inputs()[PARAMETERS];
        let mut used = vec![false; self.value.shape(parameters).len()];
        // A result that is the parameters as a whole is their array.
        if self.value.outputs.contains(&parameters) {
            used.fill(true);
        }
        for id in self.value.ids().filter(|id| live[id.0]) {
            let node = self.value.node(id);
            if !node.arguments.contains(&parameters) {
                continue;
            }
            match &node.operation {
                Operation::Index(place) => used[*place] = true,
                Operation::Gather(view) => view.places().into_iter().for_each(|place| used[place] = true),
                _ => used.fill(true),
            }
        }
        used
    }

    /// For each number of the parameters, whether its gradient is zero by structure.
    #[must_use]
    pub fn without_gradient(&self) -> Vec<bool> {
        let Some(&cotangent) = self.vjp.outputs.get(PARAMETERS) else { return Vec::new() };
        let node = self.vjp.node(cotangent);
        let zero = |id: &crate::graph::NodeId| self.vjp.node(*id).operation == Operation::Constant(0);
        match &node.operation {
            Operation::Stack => node.arguments.iter().map(zero).collect(),
            Operation::Scatter(scatter) => {
                let mut without = vec![true; node.shape.len()];
                scatter.views.iter().flat_map(View::places).for_each(|place| without[place] = false);
                without
            }
            _ => vec![false; node.shape.len()],
        }
    }
}
