//! The graphs being built: the system's, and inside of it the bodies of the branches and loops that lowering is in.

use std::collections::HashMap;

use proc_macro2::Span;

use crate::graph::{Graph, NodeId, Operation, Shape};

/// A node of the graph at some depth of nesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Number {
    pub(super) depth: usize,
    id: NodeId,
}

/// What an input of a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A value from outside.
    Captured,
    /// The number of the iteration.
    Iteration,
    /// The element of an array for each iteration.
    Stream,
    /// What one iteration hands to the next.
    Carried,
}

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Owner {
    #[default]
    System,
    Arm,
    Loop,
}

/// A body, and what it captures of the graph around it: a node there for each of its inputs.
#[derive(Debug, Default)]
struct Region {
    owner: Owner,
    graph: Graph,
    captured: Vec<NodeId>,
    roles: Vec<Role>,
    inputs: HashMap<Number, NodeId>,
}

/// A body that has been set aside.
#[derive(Debug, Default)]
pub(super) struct Suspended(Region);

/// A finished body.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) graph: Graph,
    /// The nodes of the graph around it, one for each of its inputs.
    pub(super) captured: Vec<NodeId>,
    /// What each input is.
    pub(super) roles: Vec<Role>,
}

/// The nested graphs, outermost first; nodes are added to the last.
#[derive(Debug)]
pub(super) struct Regions {
    stack: Vec<Region>,
    finished: usize,
}

impl Regions {
    pub(super) fn new(graph: Graph) -> Self {
        Self { stack: vec![Region { graph, ..Region::default() }], finished: 0 }
    }

    /// Begins the body of an arm of a branch.
    pub(super) fn enter(&mut self) {
        self.stack.push(Region { owner: Owner::Arm, ..Region::default() });
    }

    /// Begins the body of a loop; returns the number of the iteration.
    pub(super) fn enter_loop(&mut self, span: Span) -> Number {
        self.stack.push(Region { owner: Owner::Loop, ..Region::default() });
        let region = self.stack.last_mut().expect("a region was entered");
        let id = region.graph.input(Shape::NUMBER, span);
        // Nothing outside stands for it.
        region.captured.push(NodeId(0));
        region.roles.push(Role::Iteration);
        self.number(id)
    }

    /// How deeply the innermost body is nested.
    pub(super) fn depth(&self) -> usize {
        self.stack.len() - 1
    }

    /// Whether lowering is in an arm of a branch.
    pub(super) fn in_arm(&self) -> bool {
        self.stack.iter().any(|region| region.owner == Owner::Arm)
    }

    /// Forgets the innermost body.
    pub(super) fn discard(&mut self) {
        self.stack.pop();
    }

    /// A new input of the body at this depth, for a value from outside of it.
    pub(super) fn input_at(&mut self, depth: usize, value: Number, role: Role, span: Span) -> Number {
        let around = self.import_at(value, depth - 1);
        let shape = self.stack[depth - 1].graph.shape(around).clone();
        let shape = if role == Role::Stream { shape.element().expect("a stream is an array") } else { shape };
        let region = &mut self.stack[depth];
        let id = region.graph.input(shape, span);
        region.captured.push(around);
        region.roles.push(role);
        Number { depth, id }
    }

    /// Adds an operation to the body at this depth.
    pub(super) fn push_at(
        &mut self,
        depth: usize,
        operation: Operation,
        arguments: &[Number],
        span: Span,
    ) -> Number {
        let arguments: Vec<NodeId> =
            arguments.iter().map(|&argument| self.import_at(argument, depth)).collect();
        let id = self.stack[depth].graph.push(operation, arguments, span);
        Number { depth, id }
    }

    /// The shape of a value.
    pub(super) fn shape(&self, number: Number) -> Shape {
        self.stack[number.depth].graph.shape(number.id).clone()
    }

    /// The innermost body, as far as it has come.
    pub(super) fn body(&self) -> &Graph {
        &self.stack.last().expect("the system's own graph").graph
    }

    /// The value of a constant.
    pub(super) fn constant_value(&self, number: Number) -> Option<f64> {
        match self.stack[number.depth].graph.node(number.id).operation {
            Operation::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// A constant of the outermost graph.
    pub(super) fn outermost_constant(&mut self, value: f64, span: Span) -> Number {
        Number { depth: 0, id: self.stack[0].graph.constant(value, span) }
    }

    /// Sets the innermost body aside, until its results are known.
    pub(super) fn suspend(&mut self) -> Suspended {
        Suspended(self.stack.pop().expect("a region was entered"))
    }

    /// Goes on with a body that was set aside at this depth.
    pub(super) fn resume(&mut self, suspended: Suspended) {
        self.stack.push(suspended.0);
    }

    /// Ends the innermost body, whose results are these.
    pub(super) fn leave(&mut self, results: &[Number]) -> Body {
        let outputs: Vec<NodeId> = results.iter().map(|&number| self.import(number)).collect();
        let mut region = self.stack.pop().expect("a region was entered");
        region.graph.outputs = outputs;
        self.finished += region.graph.nodes().len();
        Body { graph: region.graph, captured: region.captured, roles: region.roles }
    }

    pub(super) fn into_graph(mut self) -> Graph {
        self.stack.swap_remove(0).graph
    }

    /// How many nodes have been made.
    pub(super) fn size(&self) -> usize {
        self.finished + self.stack.iter().map(|region| region.graph.nodes().len()).sum::<usize>()
    }

    pub(super) fn graph(&mut self) -> &mut Graph {
        &mut self.stack.last_mut().expect("the system's own graph").graph
    }

    /// The outermost graph: inputs can be added to it at any time.
    pub(super) fn outermost(&mut self) -> &mut Graph {
        &mut self.stack[0].graph
    }

    /// A node of the innermost graph, as a number.
    pub(super) fn number(&self, id: NodeId) -> Number {
        Number { depth: self.stack.len() - 1, id }
    }

    /// A node of the outermost graph, as a number.
    pub(super) fn outermost_number(id: NodeId) -> Number {
        Number { depth: 0, id }
    }

    /// The node of the innermost graph for this number, captured where it lies further out.
    pub(super) fn import(&mut self, number: Number) -> NodeId {
        self.import_at(number, self.stack.len() - 1)
    }

    fn import_at(&mut self, number: Number, depth: usize) -> NodeId {
        if number.depth >= depth {
            return number.id;
        }
        if let Some(&input) = self.stack[depth].inputs.get(&number) {
            return input;
        }
        let around = self.import_at(number, depth - 1);
        let outer = self.stack[depth - 1].graph.node(around);
        let (shape, span) = (outer.shape.clone(), outer.span);
        let region = &mut self.stack[depth];
        let input = region.graph.input(shape, span);
        region.captured.push(around);
        region.roles.push(Role::Captured);
        region.inputs.insert(number, input);
        input
    }

    /// Adds an operation to the innermost graph.
    pub(super) fn push(&mut self, operation: Operation, arguments: &[Number], span: Span) -> Number {
        let arguments: Vec<NodeId> = arguments.iter().map(|&argument| self.import(argument)).collect();
        let id = self.graph().push(operation, arguments, span);
        self.number(id)
    }

    pub(super) fn constant(&mut self, value: f64, span: Span) -> Number {
        let id = self.graph().constant(value, span);
        self.number(id)
    }

    /// Gives a number the name of the user's `let`.
    pub(super) fn name(&mut self, number: Number, name: &str) {
        if number.depth + 1 == self.stack.len() {
            self.graph().name(number.id, name);
        }
    }
}
