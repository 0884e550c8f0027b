//! Loops: what no result needs is dropped, what all iterations share is computed once before them.

use proc_macro2::Span;

use super::{array, instantiate, sweep};
use crate::graph::{Ends, Graph, Loop, Node, NodeId, Operation, Parts, Scatter, Shape};
use crate::operation::Logic;

/// A body while it is simplified: its graph, and for each input the node outside that it stands for.
struct Body {
    graph: Graph,
    number: NodeId,
    invariants: Vec<(NodeId, NodeId)>,
    streams: Vec<(NodeId, NodeId)>,
    carried: Vec<(NodeId, NodeId)>,
}

/// Builds the loop in `target`; returns the node of each result, `None` for those that are not used.
pub(super) fn build(
    node: &Node,
    repeated: &Loop,
    arguments: &[NodeId],
    used: &[bool],
    target: &mut Graph,
) -> Vec<Option<NodeId>> {
    let mut results: Vec<Option<NodeId>> = vec![None; used.len()];
    let places: Vec<usize> = (0..used.len()).collect();
    let wanted = wanted(repeated, used);
    let places = repeated.ends(&places);
    let keep =
        |places: Vec<usize>| -> Vec<usize> { places.into_iter().filter(|&place| wanted[place]).collect() };
    let mut places =
        Ends { carried: keep(places.carried), sums: keep(places.sums), streams: keep(places.streams) };

    // What an iteration hands on as it was is no iteration's own.
    let given = repeated.parts(arguments);
    let inputs = repeated.inputs();
    places.carried.retain(|&place| {
        let unchanged = repeated.body.outputs[place] == inputs.carried[place];
        if unchanged && used[place] {
            results[place] = Some(given.carried[place]);
        }
        !unchanged
    });
    let mut body = Body::new(repeated, &given, &places, target, node.span);
    body.hoist(target);

    // A sum of arrays of which only some numbers are not zero is a sum of each of these.
    let mut outputs = repeated_ends(&body.graph, &places);
    let mut sums: Vec<NodeId> = Vec::new();
    let mut sparse: Vec<(usize, Scatter, usize)> = Vec::new();
    let mut plain: Vec<(usize, usize)> = Vec::new();
    for (&place, &term) in places.sums.iter().zip(&outputs.sums) {
        match &body.graph.node(term).operation {
            Operation::Scatter(scatter)
                if scatter.fill == 0 && scatter.views.iter().all(|view| view.axes.is_empty()) =>
            {
                sparse.push((place, scatter.clone(), sums.len()));
                sums.extend(&body.graph.node(term).arguments);
            }
            _ => {
                plain.push((place, sums.len()));
                sums.push(term);
            }
        }
    }
    outputs.sums = sums;
    // A stream that is handed on as it came is what came.
    let mut streams = Vec::new();
    let mut kept = Vec::new();
    for (&place, &output) in places.streams.iter().zip(&outputs.streams) {
        match body.streams.iter().find(|(input, _)| *input == output) {
            Some(&(_, stream)) => results[place] = Some(stream),
            None => {
                streams.push(output);
                kept.push(place);
            }
        }
    }
    outputs.streams = streams;

    let (carried, summed) = (outputs.carried.len(), outputs.sums.len());
    let outputs: Vec<NodeId> =
        outputs.carried.into_iter().chain(outputs.sums).chain(outputs.streams).collect();
    let looped = (!outputs.is_empty()).then(|| body.finish(node, repeated, outputs, summed, target));
    let mut result =
        |place: usize| target.push(Operation::Result(place), vec![looped.expect("a result")], node.span);
    for (place, &index) in places.carried.iter().enumerate() {
        results[index] = Some(result(place));
    }
    for (index, place) in plain {
        results[index] = Some(result(carried + place));
    }
    for (place, index) in kept.into_iter().enumerate() {
        results[index] = Some(result(carried + summed + place));
    }
    for (index, scatter, first) in sparse {
        let numbers: Vec<NodeId> = (0..scatter.views.len())
            .map(|place| {
                let looped = looped.expect("a loop with sums");
                target.push(Operation::Result(carried + first + place), vec![looped], node.span)
            })
            .collect();
        let simpler = array::scatter(&scatter, &numbers, node.span, target);
        results[index] =
            Some(simpler.unwrap_or_else(|| target.push(Operation::Scatter(scatter), numbers, node.span)));
    }
    results
}

fn repeated_ends(body: &Graph, places: &Ends<usize>) -> Ends<NodeId> {
    let mut outputs = body.outputs.iter().copied();
    let mut take = |count: usize| outputs.by_ref().take(count).collect::<Vec<NodeId>>();
    Ends {
        carried: take(places.carried.len()),
        sums: take(places.sums.len()),
        streams: take(places.streams.len()),
    }
}

/// Which results are computed: those that are used, and what they need of the iterations before.
fn wanted(repeated: &Loop, used: &[bool]) -> Vec<bool> {
    let mut wanted = used.to_vec();
    loop {
        let mut body = repeated.body.clone();
        let mut flags = wanted.iter();
        body.outputs.retain(|_| *flags.next().expect("a flag for each result"));
        let live = body.live();
        let mut grown = wanted.clone();
        for (place, input) in repeated.inputs().carried.iter().enumerate() {
            grown[place] |= live[input.0];
        }
        if grown == wanted {
            return wanted;
        }
        wanted = grown;
    }
}

impl Body {
    /// The wanted outputs, simplified: constants move into the body, and equal arguments are one input.
    fn new(
        repeated: &Loop,
        given: &Parts<NodeId>,
        places: &Ends<usize>,
        outside: &mut Graph,
        span: Span,
    ) -> Self {
        let mut graph = Graph::new();
        let number = graph.input(Shape::NUMBER, span);
        let mut body = Self { graph, number, invariants: vec![], streams: vec![], carried: vec![] };
        let mut images: Vec<NodeId> = vec![number];
        let inputs = repeated.inputs();
        for &value in &given.invariants {
            images.push(body.invariant(value, outside));
        }
        for &stream in &given.streams {
            images.push(body.stream(stream, outside));
        }
        for (place, &first) in given.carried.iter().enumerate() {
            let unchanged = repeated.body.outputs[place] == inputs.carried[place];
            images.push(match (places.carried.contains(&place), unchanged) {
                (true, _) => {
                    let input = body.graph.input(Shape::NUMBER, span);
                    body.carried.push((input, first));
                    input
                }
                (false, true) => body.invariant(first, outside),
                // Never read: what is computed does not reach it.
                (false, false) => number,
            });
        }
        let mut wanted = repeated.body.clone();
        wanted.outputs = (places.carried.iter().chain(&places.sums).chain(&places.streams))
            .map(|&place| repeated.body.outputs[place])
            .collect();
        body.graph.outputs = instantiate(&wanted, &images, &mut body.graph);
        body
    }

    fn invariant(&mut self, value: NodeId, outside: &Graph) -> NodeId {
        let Node { operation, shape, span, .. } = outside.node(value).clone();
        if matches!(operation, Operation::Constant(_) | Operation::Logic(Logic::Constant(_))) {
            return self.graph.push(operation, Vec::new(), span);
        }
        if let Some(&(input, _)) = self.invariants.iter().find(|(_, known)| *known == value) {
            return input;
        }
        let input = self.graph.input(shape, span);
        self.invariants.push((input, value));
        input
    }

    fn stream(&mut self, stream: NodeId, outside: &Graph) -> NodeId {
        let node = outside.node(stream);
        let element = node.shape.element().expect("a stream is an array");
        if let Operation::Scatter(scatter) = &node.operation
            && scatter.views.is_empty()
        {
            let (fill, dims) = (scatter.fill, scatter.dims[1..].to_vec());
            if dims.is_empty() {
                return self.graph.constant(f64::from_bits(fill), node.span);
            }
            let scatter = Scatter { dims, fill, views: Vec::new() };
            return self.graph.push(Operation::Scatter(scatter), Vec::new(), node.span);
        }
        if let Some(&(input, _)) = self.streams.iter().find(|(_, known)| *known == stream) {
            return input;
        }
        let input = self.graph.input(element, node.span);
        self.streams.push((input, stream));
        input
    }

    /// Moves what does not depend on the iteration out of the body.
    fn hoist(&mut self, outside: &mut Graph) {
        let count = self.graph.nodes().len();
        let mut varies = vec![false; count];
        varies[self.number.0] = true;
        for (input, _) in self.streams.iter().chain(&self.carried) {
            varies[input.0] = true;
        }
        for id in self.graph.ids() {
            let node = self.graph.node(id);
            varies[id.0] |= node.arguments.iter().any(|argument| varies[argument.0]);
        }
        let live = self.graph.live();
        // The values at the border: used by what varies, and worth a place outside.
        let mut border = vec![false; count];
        for id in self.graph.ids().filter(|id| live[id.0] && varies[id.0]) {
            self.graph.node(id).arguments.iter().for_each(|argument| border[argument.0] = true);
        }
        self.graph.outputs.iter().for_each(|output| border[output.0] = true);
        let movable = |node: &Node| match &node.operation {
            Operation::Input(_)
            | Operation::Constant(_)
            | Operation::Logic(Logic::Constant(_))
            | Operation::Loop(_)
            | Operation::Branch { .. } => false,
            Operation::Scatter(scatter) => !scatter.views.is_empty(),
            _ => true,
        };
        let mut outer: Vec<Option<NodeId>> = vec![None; count];
        for &(input, value) in &self.invariants {
            outer[input.0] = Some(value);
        }
        let mut moved = Vec::new();
        for id in self.graph.ids().filter(|id| live[id.0] && !varies[id.0]) {
            let node = self.graph.node(id).clone();
            if outer[id.0].is_none() {
                let arguments: Option<Vec<NodeId>> =
                    node.arguments.iter().map(|argument| outer[argument.0]).collect();
                outer[id.0] = arguments.map(|arguments| match &node.operation {
                    Operation::Branch { .. } | Operation::Loop(_) | Operation::Result(_) => {
                        outside.push(node.operation.clone(), arguments, node.span)
                    }
                    operation => super::build(operation, arguments, &node, outside),
                });
                if let (Some(image), Some(name)) = (outer[id.0], &node.name) {
                    outside.name(image, name);
                }
            }
            if let Some(value) = outer[id.0].filter(|_| border[id.0] && movable(&node)) {
                moved.push((id, value));
            }
        }
        if moved.is_empty() {
            return;
        }
        // The body once more, with inputs in their places.
        let old = std::mem::take(&mut self.graph);
        let mut images: Vec<Option<NodeId>> = vec![None; old.nodes().len()];
        let moved: std::collections::HashMap<NodeId, NodeId> = moved.into_iter().collect();
        let (invariants, streams, carried) = (
            std::mem::take(&mut self.invariants),
            std::mem::take(&mut self.streams),
            std::mem::take(&mut self.carried),
        );
        self.number = self.graph.input(Shape::NUMBER, old.node(self.number).span);
        images[old.inputs()[0].0] = Some(self.number);
        for (input, value) in invariants {
            images[input.0] = Some(self.invariant(value, outside));
        }
        for (input, stream) in streams {
            images[input.0] = Some(self.stream(stream, outside));
        }
        for (input, first) in carried {
            let image = self.graph.input(Shape::NUMBER, old.node(input).span);
            self.carried.push((image, first));
            images[input.0] = Some(image);
        }
        for id in old.ids().filter(|id| live[id.0]) {
            if images[id.0].is_some() {
                continue;
            }
            let node = old.node(id);
            let image = match moved.get(&id) {
                Some(&value) => self.invariant(value, outside),
                None => {
                    let arguments = node
                        .arguments
                        .iter()
                        .map(|argument| images[argument.0].expect("arguments come first"));
                    let arguments = arguments.collect();
                    let image = self.graph.push(node.operation.clone(), arguments, node.span);
                    if let Some(name) = &node.name {
                        self.graph.name(image, name);
                    }
                    image
                }
            };
            images[id.0] = Some(image);
        }
        self.graph.outputs =
            old.outputs.iter().map(|output| images[output.0].expect("outputs are live")).collect();
    }

    /// The loop of these outputs in `target`, without inputs that nothing reads.
    fn finish(
        mut self,
        node: &Node,
        repeated: &Loop,
        outputs: Vec<NodeId>,
        sums: usize,
        target: &mut Graph,
    ) -> NodeId {
        self.graph.outputs = outputs;
        let live = self.graph.live();
        self.invariants.retain(|(input, _)| live[input.0]);
        self.streams.retain(|(input, _)| live[input.0]);
        let order: Vec<NodeId> = std::iter::once(self.number)
            .chain(
                [&self.invariants, &self.streams, &self.carried]
                    .into_iter()
                    .flatten()
                    .map(|(input, _)| *input),
            )
            .collect();
        let body = with_inputs(&self.graph, &order);
        let arguments = [&self.invariants, &self.streams, &self.carried];
        let arguments = arguments.into_iter().flatten().map(|(_, value)| *value).collect();
        let repeated = Loop {
            body: sweep(&body),
            invariants: self.invariants.len(),
            streams: self.streams.len(),
            carried: self.carried.len(),
            sums,
            name: repeated.name.clone(),
            ..*repeated
        };
        target.push(Operation::Loop(Box::new(repeated)), arguments, node.span)
    }
}

/// The graph with these inputs alone, in this order; no output needs another.
fn with_inputs(graph: &Graph, inputs: &[NodeId]) -> Graph {
    let live = graph.live();
    let mut result = Graph::new();
    let mut images: Vec<Option<NodeId>> = vec![None; graph.nodes().len()];
    for &input in inputs {
        let node = graph.node(input);
        images[input.0] = Some(result.input(node.shape.clone(), node.span));
    }
    for id in graph.ids().filter(|id| live[id.0]) {
        if images[id.0].is_some() {
            continue;
        }
        let node = graph.node(id);
        let arguments =
            node.arguments.iter().map(|argument| images[argument.0].expect("arguments come first"));
        let arguments = arguments.collect();
        let image = result.push(node.operation.clone(), arguments, node.span);
        if let Some(name) = &node.name {
            result.name(image, name);
        }
        images[id.0] = Some(image);
    }
    result.outputs = graph.outputs.iter().map(|output| images[output.0].expect("outputs are live")).collect();
    result
}
