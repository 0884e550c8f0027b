//! Rules for what moves elements of arrays: views of views, parts of parts, and what no loop needs to go through.

use proc_macro2::Span;

use crate::graph::{Graph, NodeId, Operation, Scatter, Shape, View};

/// A node of the same value as this part of an array, or `None` where there is nothing simpler.
pub(super) fn gather(view: &View, array: NodeId, span: Span, graph: &mut Graph) -> Option<NodeId> {
    if view.is_whole(graph.shape(array).len()) && view.shape() == *graph.shape(array) {
        return Some(array);
    }
    if view.axes.is_empty() && matches!(graph.shape(array), Shape::Numbers(dims) if dims.len() == 1) {
        let element = index(view.start, array, span, graph);
        return Some(element.unwrap_or_else(|| graph.push(Operation::Index(view.start), vec![array], span)));
    }
    let node = graph.node(array).clone();
    match &node.operation {
        Operation::Gather(outer) => Some(gathered(view.of(outer)?, node.arguments[0], span, graph)),
        Operation::Scatter(scatter) => part(view, scatter, &node.arguments, span, graph),
        _ => None,
    }
}

/// The part of an array that this shows, simplified in its turn.
fn gathered(view: View, array: NodeId, span: Span, graph: &mut Graph) -> NodeId {
    gather(&view, array, span, graph)
        .unwrap_or_else(|| graph.push(Operation::Gather(view), vec![array], span))
}

/// What a view shows of an array made of parts, where that is the fill or lies in one part.
fn part(view: &View, scatter: &Scatter, parts: &[NodeId], span: Span, graph: &mut Graph) -> Option<NodeId> {
    let mut shown = vec![false; scatter.length()];
    view.places().into_iter().for_each(|place| shown[place] = true);
    let reaches = |part: &View| part.places().into_iter().any(|place| shown[place]);
    let mut reached = scatter.views.iter().zip(parts).filter(|(part, _)| reaches(part));
    match (reached.next(), reached.next()) {
        (None, _) if view.axes.is_empty() => Some(graph.constant(f64::from_bits(scatter.fill), span)),
        (None, _) => {
            let rest = Scatter { dims: view.dims(), fill: scatter.fill, views: Vec::new() };
            Some(graph.push(Operation::Scatter(rest), Vec::new(), span))
        }
        (Some((part, &array)), None) => {
            if part.axes.is_empty() {
                return view.axes.is_empty().then_some(array);
            }
            let inside = view.within(part)?;
            if inside.axes.is_empty() && graph.shape(array).len() == 1 {
                return Some(array).filter(|&array| graph.shape(array).is_number());
            }
            Some(gathered(inside, array, span, graph))
        }
        _ => None,
    }
}

/// An element of a part of an array, or of an array made of parts.
pub(super) fn index(place: usize, array: NodeId, span: Span, graph: &mut Graph) -> Option<NodeId> {
    let node = graph.node(array).clone();
    match &node.operation {
        Operation::Stack => Some(node.arguments[place]),
        Operation::Gather(view) => {
            let element = view.element(place);
            Some(gathered(element, node.arguments[0], span, graph))
        }
        Operation::Scatter(scatter) => {
            let view = View::rows(0, &scatter.dims).element(place);
            part(&view, scatter, &node.arguments, span, graph)
        }
        _ => None,
    }
}

/// An array made of parts: parts that are made of parts themselves are these, and zeros among zeros are none.
pub(super) fn scatter(
    scatter: &Scatter,
    arguments: &[NodeId],
    span: Span,
    graph: &mut Graph,
) -> Option<NodeId> {
    let zeros = scatter.fill == 0;
    let mut changed = false;
    let (mut views, mut parts) = (Vec::new(), Vec::new());
    for (view, &part) in scatter.views.iter().zip(arguments) {
        let node = graph.node(part).clone();
        match &node.operation {
            Operation::Scatter(inner) if inner.fill == 0 && zeros => {
                let composed: Option<Vec<View>> = inner.views.iter().map(|part| part.of(view)).collect();
                if let Some(composed) = composed {
                    changed = true;
                    views.extend(composed);
                    parts.extend(node.arguments);
                    continue;
                }
            }
            Operation::Constant(0) if zeros => {
                changed = true;
                continue;
            }
            _ => {}
        }
        views.push(view.clone());
        parts.push(part);
    }
    match (views.as_slice(), parts.as_slice()) {
        ([view], &[part])
            if view.is_whole(scatter.length())
                && *graph.shape(part) == Shape::Numbers(scatter.dims.clone()) =>
        {
            return Some(part);
        }
        _ => {}
    }
    changed.then(|| {
        let scatter = Scatter { views, ..scatter.clone() };
        graph.push(Operation::Scatter(scatter), parts, span)
    })
}
