//! Loops: the derivative of a loop is a loop.
//!
//! Its body is the derivative of the body. The tangent of each input and result is one of the same kind. The cotangent
//! of an invariant is a sum and that of a sum an invariant, streams in become streams out, and what is carried forwards
//! is carried backwards.

use super::Sparse;
use super::jvp::{push_forward, with_tangent_inputs};
use super::vjp::{cotangent_inputs, dependent, pull_back};
use crate::graph::{Ends, Graph, Loop, Node, NodeId, Operation, Parts};

fn nonzero(derivatives: &[Sparse]) -> Vec<bool> {
    derivatives.iter().map(|derivative| !derivative.is_zero()).collect()
}

/// The indices of all that are marked.
fn marked(marks: &[bool]) -> Vec<usize> {
    (0..marks.len()).filter(|&index| marks[index]).collect()
}

/// The tangents of the results: those of a loop that computes tangents beside what they need.
pub(super) fn tangent(node: &Node, repeated: &Loop, derivatives: &[Sparse], result: &mut Graph) -> Sparse {
    let given = repeated.parts(derivatives);
    let mut carried = nonzero(&given.carried);
    let (mut body, tangents, active) = loop {
        let active =
            [vec![false], nonzero(&given.invariants), nonzero(&given.streams), carried.clone()].concat();
        let (mut body, inputs) = with_tangent_inputs(&repeated.body, &active);
        let all = push_forward(&repeated.body, &mut body, &inputs);
        let tangents: Vec<Sparse> =
            repeated.body.outputs.iter().map(|output| all[output.0].clone()).collect();
        let grown: Vec<bool> =
            carried.iter().zip(&tangents).map(|(active, tangent)| *active || !tangent.is_zero()).collect();
        if grown == carried {
            break (body, tangents, active);
        }
        carried = grown;
    };

    // The tangent inputs stand behind all others, and move behind those of their kind.
    let count = repeated.body.inputs().len();
    let of: Vec<Option<usize>> = active
        .iter()
        .scan(count, |next, &active| {
            *next += usize::from(active);
            Some(active.then(|| *next - 1))
        })
        .collect();
    let plain = repeated.parts(&(1..count).collect::<Vec<usize>>());
    let with_tangents = |places: &[usize]| -> Vec<usize> {
        places.iter().copied().chain(places.iter().filter_map(|&place| of[place])).collect()
    };
    let order = Parts {
        invariants: with_tangents(&plain.invariants),
        streams: with_tangents(&plain.streams),
        carried: with_tangents(&plain.carried),
    };

    let mut node_of = |place: usize| {
        let shape = repeated.body.shape(repeated.body.outputs[place]).clone();
        tangents[place].node(&shape, &mut body, node.span)
    };
    let ends = repeated.ends(&(0..tangents.len()).collect::<Vec<usize>>());
    let wanted = |places: &[usize], wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        places.iter().copied().filter(|&place| wanted(place)).collect()
    };
    let live = |place: usize| !tangents[place].is_zero();
    let ends = Ends {
        carried: wanted(&ends.carried, &|place| carried[place]),
        sums: wanted(&ends.sums, &live),
        streams: wanted(&ends.streams, &live),
    };
    let mut outputs: Vec<NodeId> = repeated.outputs().carried;
    outputs.extend(ends.carried.iter().chain(&ends.sums).chain(&ends.streams).map(|&place| node_of(place)));
    if outputs.len() == repeated.carried {
        return Sparse::Zero;
    }
    body.outputs = outputs;

    let whole = repeated.parts(&node.arguments);
    let mut arguments = |plain: Vec<NodeId>, derivatives: &[Sparse], active: &dyn Fn(usize) -> bool| {
        let mut all = plain.clone();
        for (place, (&value, derivative)) in plain.iter().zip(derivatives).enumerate() {
            if active(place) {
                let shape = result.shape(value).clone();
                all.push(derivative.node(&shape, result, node.span));
            }
        }
        all
    };
    let arguments = Parts {
        invariants: arguments(whole.invariants, &given.invariants, &|place| {
            !given.invariants[place].is_zero()
        }),
        streams: arguments(whole.streams, &given.streams, &|place| !given.streams[place].is_zero()),
        carried: arguments(whole.carried, &given.carried, &|place| carried[place]),
    };
    let new = rebuilt(repeated, body, repeated.backwards, order, ends.sums.len());
    let new = result.push(Operation::Loop(Box::new(new)), arguments.all(), node.span);

    let mut elements = vec![Sparse::Zero; tangents.len()];
    for (place, index) in ends.carried.into_iter().chain(ends.sums).chain(ends.streams).enumerate() {
        let place = Operation::Result(repeated.carried + place);
        elements[index] = Sparse::Node(result.push(place, vec![new], node.span));
    }
    Sparse::Elements(elements)
}

/// A loop over the same range with this body, whose inputs come into this order behind the number of the iteration.
fn rebuilt(repeated: &Loop, mut body: Graph, backwards: bool, order: Parts<usize>, sums: usize) -> Loop {
    let (invariants, streams, carried) = (order.invariants.len(), order.streams.len(), order.carried.len());
    body.reorder_inputs(&[vec![0], order.all()].concat());
    Loop { backwards, body, invariants, streams, carried, sums, name: repeated.name.clone(), ..*repeated }
}

/// The same function, whose loops also give what they carry into each iteration, as their last streams.
pub(super) fn recorded(graph: &Graph) -> Graph {
    let mut result = Graph::new();
    let mut images: Vec<NodeId> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        let operation = match &node.operation {
            Operation::Input(_) => {
                images.push(result.input(node.shape.clone(), node.span));
                continue;
            }
            Operation::Branch { then, otherwise } => {
                Operation::Branch { then: Box::new(recorded(then)), otherwise: Box::new(recorded(otherwise)) }
            }
            Operation::Loop(repeated) => {
                let mut body = recorded(&repeated.body);
                let first = body.inputs().len() - repeated.carried;
                body.outputs = body.outputs.iter().chain(&body.inputs()[first..]).copied().collect();
                Operation::Loop(Box::new(Loop { body, name: repeated.name.clone(), ..**repeated }))
            }
            other => other.clone(),
        };
        let arguments = node.arguments.iter().map(|argument| images[argument.0]).collect();
        let image = result.push(operation, arguments, node.span);
        if let Some(name) = &node.name {
            result.name(image, name);
        }
        images.push(image);
    }
    result.outputs = graph.outputs.iter().map(|output| images[output.0]).collect();
    result
}

/// The cotangents of the arguments of the loop `id`, one that is `recorded`, from those of its results.
pub(super) fn cotangents(
    (id, node): (NodeId, &Node),
    repeated: &Loop,
    cotangent: &Sparse,
    depends: &[bool],
    result: &mut Graph,
) -> Vec<(NodeId, Sparse)> {
    let Sparse::Elements(all) = cotangent else { unreachable!("the results of a loop are taken apart") };
    let given = repeated.ends(all);
    let of_arguments: Vec<bool> = node.arguments.iter().map(|argument| depends[argument.0]).collect();
    let active = active_inputs(repeated, &of_arguments);
    let carries = &active[active.len() - repeated.carried..];

    let mut reached: Vec<bool> =
        given.carried.iter().zip(carries).map(|(bar, active)| *active && !bar.is_zero()).collect();
    let inputs = repeated.inputs();
    let (mut body, sums) = loop {
        let wanted = [reached.clone(), nonzero(&given.sums), nonzero(&given.streams)].concat();
        let mut body = repeated.body.clone();
        let incoming = cotangent_inputs(&repeated.body, &mut body, &wanted);
        let sums = pull_back(&repeated.body, &mut body, incoming, &active);
        let grown: Vec<bool> = (reached.iter().zip(&inputs.carried))
            .map(|(reached, input)| *reached || !sums[input.0].is_zero())
            .collect();
        if grown == reached {
            break (body, sums);
        }
        reached = grown;
    };

    // The cotangents of what was carried, summed and streamed out stand behind all other inputs, in this order.
    let count = repeated.body.inputs().len();
    let places = repeated.parts(&(1..count).collect::<Vec<usize>>());
    let (bars, streams) = (marked(&nonzero(&given.sums)), marked(&nonzero(&given.streams)));
    let carried_bars = marked(&reached);
    let behind = |from: usize, length: usize| (count + from..count + from + length).collect::<Vec<usize>>();
    let order = Parts {
        invariants: [places.invariants, behind(carried_bars.len(), bars.len())].concat(),
        streams: [places.streams, places.carried, behind(carried_bars.len() + bars.len(), streams.len())]
            .concat(),
        carried: behind(0, carried_bars.len()),
    };

    let whole = repeated.parts(&node.arguments);
    let results = all.len();
    let history: Vec<NodeId> = (results - repeated.carried..results)
        .map(|place| result.push(Operation::Result(place), vec![id], node.span))
        .collect();
    let Ends { carried: last, sums: summed, streams: streamed } =
        repeated.ends(&(0..results).collect::<Vec<usize>>());
    let mut bar = |place: usize| {
        let crate::graph::Shape::Results(shapes) = &node.shape else { unreachable!("a loop has results") };
        all[place].node(&shapes[place], result, node.span)
    };
    let arguments = Parts {
        invariants: [whole.invariants.clone(), bars.iter().map(|&place| bar(summed[place])).collect()]
            .concat(),
        streams: [
            whole.streams.clone(),
            history,
            streams.iter().map(|&place| bar(streamed[place])).collect(),
        ]
        .concat(),
        carried: carried_bars.iter().map(|&place| bar(last[place])).collect(),
    };

    let outgoing = |inputs: &[NodeId], values: &[NodeId]| -> Vec<(NodeId, NodeId)> {
        let pairs = inputs.iter().copied().zip(values.iter().copied());
        pairs.filter(|(input, _)| !sums[input.0].is_zero()).collect()
    };
    let (invariants, streams) =
        (outgoing(&inputs.invariants, &whole.invariants), outgoing(&inputs.streams, &whole.streams));
    let carried = carried_bars.iter().map(|&place| (inputs.carried[place], whole.carried[place]));
    let ends: Vec<(NodeId, NodeId)> =
        carried.chain(invariants.iter().copied()).chain(streams.iter().copied()).collect();
    if ends.is_empty() {
        return Vec::new();
    }
    body.outputs = ends
        .iter()
        .map(|&(input, _)| {
            let shape = repeated.body.shape(input).clone();
            sums[input.0].node(&shape, &mut body, node.span)
        })
        .collect();
    let new = rebuilt(repeated, body, !repeated.backwards, order, invariants.len());
    let new = result.push(Operation::Loop(Box::new(new)), arguments.all(), node.span);
    let mut part = |place| Sparse::Node(result.push(Operation::Result(place), vec![new], node.span));
    ends.into_iter().enumerate().map(|(place, (_, value))| (value, part(place))).collect()
}

/// Which inputs of the body depend on arguments that do, also by what is carried.
fn active_inputs(repeated: &Loop, of_arguments: &[bool]) -> Vec<bool> {
    let mut active = [&[false], of_arguments].concat();
    let first = active.len() - repeated.carried;
    loop {
        let depends = dependent(&repeated.body, &active);
        let mut grown = active.clone();
        for (place, output) in repeated.outputs().carried.iter().enumerate() {
            grown[first + place] |= depends[output.0];
        }
        if grown == active {
            return active;
        }
        active = grown;
    }
}
