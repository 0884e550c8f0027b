//! The intermediate representation: a system as a graph of shaped operations.
//!
//! Nodes are appended and never changed, arguments come before the nodes that use them, and equal nodes are one node.
//! A branch is a node with two bodies, each a graph of its own whose inputs are the values that it captures; a loop is a
//! node with one. Which elements of which arrays a loop meets is said outside of it: its body knows no index.

mod dim;
mod evaluate;
mod node;
#[cfg(test)]
pub(crate) mod random;
mod repeat;
mod shape;
mod text;
mod view;

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use proc_macro2::Span;

pub use dim::{Dim, Symbol, written};
pub use evaluate::{Datum, Elements, evaluate};
pub use node::{Node, NodeId, Operation, Scatter};
pub use repeat::{Ends, Loop, Parts};
pub use shape::Shape;
pub use view::{Axis, View, disjoint};

/// A function from its inputs to its outputs.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    inputs: Vec<NodeId>,
    /// The results, in order.
    pub outputs: Vec<NodeId>,
    shared: HashMap<(Operation, Vec<NodeId>), NodeId>,
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The nodes; the arguments of each come before it.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The inputs, in the order in which they were made.
    #[must_use]
    pub fn inputs(&self) -> &[NodeId] {
        &self.inputs
    }

    /// One node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// The shape of a node's value.
    #[must_use]
    pub fn shape(&self, id: NodeId) -> &Shape {
        &self.nodes[id.0].shape
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId)
    }

    /// Adds an input.
    pub fn input(&mut self, shape: Shape, span: Span) -> NodeId {
        let id = NodeId(self.nodes.len());
        let operation = Operation::Input(self.inputs.len());
        self.nodes.push(Node { operation, arguments: Vec::new(), shape, span, name: None });
        self.inputs.push(id);
        id
    }

    /// The number `value`.
    pub fn constant(&mut self, value: f64, span: Span) -> NodeId {
        self.push(Operation::Constant(value.to_bits()), Vec::new(), span)
    }

    /// Adds the operation on these arguments, or finds the equal node that is there already.
    ///
    /// # Panics
    /// Where the operation does not take arguments of these shapes: a mistake of the compiler, not of its user.
    pub fn push(&mut self, operation: Operation, arguments: Vec<NodeId>, span: Span) -> NodeId {
        let key = (operation, arguments);
        if let Some(&id) = self.shared.get(&key) {
            return id;
        }
        let shape = {
            let shapes: Vec<&Shape> = key.1.iter().map(|&argument| self.shape(argument)).collect();
            key.0.shape(&shapes)
        };
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node { operation: key.0.clone(), arguments: key.1.clone(), shape, span, name: None });
        self.shared.insert(key, id);
        id
    }

    /// The node of this operation on these arguments, if it is there.
    #[must_use]
    pub fn find(&self, operation: &Operation, arguments: &[NodeId]) -> Option<NodeId> {
        self.shared.get(&(operation.clone(), arguments.to_vec())).copied()
    }

    /// Adds the nodes of `other`, with these nodes for its inputs; returns its outputs.
    pub fn splice(&mut self, other: &Self, inputs: &[NodeId]) -> Vec<NodeId> {
        let mut images: Vec<NodeId> = Vec::with_capacity(other.nodes.len());
        for node in &other.nodes {
            let image = match node.operation {
                Operation::Input(index) => inputs[index],
                _ => {
                    let arguments = node.arguments.iter().map(|argument| images[argument.0]).collect();
                    self.push(node.operation.clone(), arguments, node.span)
                }
            };
            if let Some(name) = &node.name {
                self.name(image, name);
            }
            images.push(image);
        }
        other.outputs.iter().map(|output| images[output.0]).collect()
    }

    /// Names a node as the user did, unless it has a name already.
    pub fn name(&mut self, id: NodeId, name: &str) {
        let node = &mut self.nodes[id.0];
        if node.name.is_none() && !matches!(node.operation, Operation::Input(_) | Operation::Constant(_)) {
            node.name = Some(name.to_owned());
        }
    }

    /// Puts the inputs into this order: the input that was number `order[i]` becomes number `i`.
    pub fn reorder_inputs(&mut self, order: &[usize]) {
        assert_eq!(order.len(), self.inputs.len(), "an order of all inputs");
        self.inputs = order.iter().map(|&index| self.inputs[index]).collect();
        for (index, &input) in self.inputs.iter().enumerate() {
            self.nodes[input.0].operation = Operation::Input(index);
        }
    }

    /// For each node, whether an output needs it.
    #[must_use]
    pub fn live(&self) -> Vec<bool> {
        let mut live = vec![false; self.nodes.len()];
        for output in &self.outputs {
            live[output.0] = true;
        }
        for id in self.ids().rev() {
            if live[id.0] {
                for argument in &self.node(id).arguments {
                    live[argument.0] = true;
                }
            }
        }
        live
    }

    /// The number of nodes, those of bodies included: what the unrolling budget counts.
    #[must_use]
    pub fn size(&self) -> usize {
        let bodies = |node: &Node| match &node.operation {
            Operation::Branch { then, otherwise } => then.size() + otherwise.size(),
            Operation::Loop(repeated) => repeated.body.size(),
            _ => 0,
        };
        self.nodes.iter().map(|node| 1 + bodies(node)).sum()
    }
}

/// Equal graphs compute the same by the same nodes; spans and names do not count.
impl PartialEq for Graph {
    fn eq(&self, other: &Self) -> bool {
        self.outputs == other.outputs
            && self.nodes.len() == other.nodes.len()
            && self
                .nodes
                .iter()
                .zip(&other.nodes)
                .all(|(a, b)| a.operation == b.operation && a.arguments == b.arguments && a.shape == b.shape)
    }
}

impl Eq for Graph {}

impl Hash for Graph {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nodes.len().hash(state);
        self.outputs.hash(state);
    }
}
