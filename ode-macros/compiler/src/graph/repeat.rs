//! A loop that stays a loop: its body once, and what goes in and out of it.

use super::{Graph, NodeId, Shape};

/// A body that is computed for each number of a range, in order.
///
/// The inputs of the body are, in order: the number of the iteration, the invariants, an element of each stream, the
/// carried values. Its outputs: the next carried values, the terms of the sums, an element of each stream that comes
/// out. The node's arguments are the invariants, the streams and the first carried values; its results are the last
/// carried values, the sums and the streams. In iteration `first + k` a stream has its element `k`, also where the
/// loop runs backwards.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Loop {
    /// The smallest number of the range.
    pub first: usize,
    /// How many numbers it has.
    pub count: usize,
    /// Whether the largest comes first.
    pub backwards: bool,
    /// The user's name for the number.
    pub name: String,
    /// What is computed.
    pub body: Graph,
    /// How many values all iterations share.
    pub invariants: usize,
    /// How many arrays have an element for each iteration.
    pub streams: usize,
    /// How many numbers go from one iteration to the next.
    pub carried: usize,
    /// How many results are sums over the iterations.
    pub sums: usize,
}

/// The nodes of a body, or the arguments of a loop, by what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<T> {
    /// What all iterations share.
    pub invariants: Vec<T>,
    /// What has an element for each iteration.
    pub streams: Vec<T>,
    /// What goes from one iteration to the next.
    pub carried: Vec<T>,
}

/// The results of a loop, or the outputs of its body, by what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends<T> {
    /// What goes from one iteration to the next.
    pub carried: Vec<T>,
    /// What is summed over the iterations.
    pub sums: Vec<T>,
    /// What has an element for each iteration.
    pub streams: Vec<T>,
}

impl<T> Parts<T> {
    /// All, in order.
    #[must_use]
    pub fn all(self) -> Vec<T> {
        self.invariants.into_iter().chain(self.streams).chain(self.carried).collect()
    }
}

impl Loop {
    /// The argument or input lists of this loop, taken apart; `all` is without the number of the iteration.
    #[must_use]
    pub fn parts<T: Clone>(&self, all: &[T]) -> Parts<T> {
        let (invariants, rest) = all.split_at(self.invariants);
        let (streams, carried) = rest.split_at(self.streams);
        assert_eq!(carried.len(), self.carried, "the parts of a loop");
        Parts { invariants: invariants.to_vec(), streams: streams.to_vec(), carried: carried.to_vec() }
    }

    /// Results or outputs taken apart.
    #[must_use]
    pub fn ends<T: Clone>(&self, all: &[T]) -> Ends<T> {
        let (carried, rest) = all.split_at(self.carried);
        let (sums, streams) = rest.split_at(self.sums);
        Ends { carried: carried.to_vec(), sums: sums.to_vec(), streams: streams.to_vec() }
    }

    /// The input of the body that is the number of the iteration.
    #[must_use]
    pub fn number(&self) -> NodeId {
        self.body.inputs()[0]
    }

    /// The inputs of the body but for the number of the iteration.
    #[must_use]
    pub fn inputs(&self) -> Parts<NodeId> {
        self.parts(&self.body.inputs()[1..])
    }

    /// The outputs of the body.
    #[must_use]
    pub fn outputs(&self) -> Ends<NodeId> {
        self.ends(&self.body.outputs)
    }

    /// The shapes of the results for arguments of these shapes.
    ///
    /// # Panics
    /// Where the body does not take them.
    #[must_use]
    pub(super) fn shape(&self, arguments: &[&Shape]) -> Shape {
        let shape = |id: NodeId| self.body.shape(id).clone();
        let (inputs, outputs) = (self.inputs(), self.outputs());
        assert!(self.count > 0, "an empty loop");
        let given = self.parts(arguments);
        for (&input, argument) in inputs.invariants.iter().zip(given.invariants) {
            assert_eq!(shape(input), *argument, "an invariant");
        }
        for (&input, argument) in inputs.streams.iter().zip(given.streams) {
            assert_eq!(shape(input).array(self.count), *argument, "a stream");
        }
        for ((&input, argument), &output) in inputs.carried.iter().zip(given.carried).zip(&outputs.carried) {
            assert!(shape(input).is_number() && argument.is_number() && shape(output).is_number());
        }
        let streams = outputs.streams.iter().map(|&output| shape(output).array(self.count));
        let others = outputs.carried.iter().chain(&outputs.sums).map(|&output| shape(output));
        Shape::Results(others.chain(streams).collect())
    }
}
