//! The end of a kept loop: what its variables are then, and the node that computes them.

use proc_macro2::Span;

use super::frame::{Frame, Obstacle};
use super::{Assigned, Range};
use crate::diagnostic::refusal as say;
use crate::graph::{Axis, Loop, Operation, View};
use crate::lower::Lower;
use crate::lower::affine::Affine;
use crate::lower::compact::Piece;
use crate::lower::region::{Body, Number, Role};
use crate::lower::scope::{Scopes, Slot};
use crate::lower::value::Value;
use crate::operation::Elementwise;

impl<'a> Lower<'a> {
    /// Ends the innermost loop, whose body left these values behind.
    pub(super) fn ends(
        &mut self,
        range: Range,
        variables: &[Assigned],
        inside: &Scopes<'a>,
    ) -> Result<(), Obstacle> {
        let frame = self.frames.last().expect("a loop that is being kept");
        let (variable, level) = (self.frames.len() - 1, self.frames.len());
        let obstacle = |text: &str| Obstacle { span: range.span, text: text.to_owned() };
        let slot_of = |variable: &Assigned| match variable {
            Assigned::Carried(slot, _) | Assigned::Sum(slot, _) | Assigned::Store(slot) => *slot,
        };
        let known: Vec<Slot> = variables.iter().map(slot_of).collect();
        if inside.changed_since(&self.scopes).iter().any(|slot| !known.contains(slot)) {
            return Err(obstacle(say::LOOP_DEPENDENCY));
        }

        // What comes out, kind by kind.
        let (mut carried, mut sums, mut streams): (Vec<Number>, Vec<Number>, Vec<Number>) =
            Default::default();
        let mut pieces: Vec<(Slot, Piece)> = Vec::new();
        for assigned in variables {
            let slot = slot_of(assigned);
            let value = &inside.variable(slot).value;
            match assigned {
                Assigned::Carried(_, first) => {
                    if !first.is_like(value) || !value.is_of_numbers() {
                        return Err(obstacle(say::LOOP_DEPENDENCY));
                    }
                    carried.extend(value.numbers());
                }
                Assigned::Sum(..) => match value {
                    Value::Number(number) => sums.push(*number),
                    _ => return Err(obstacle(say::LOOP_DEPENDENCY)),
                },
                Assigned::Store(_) => {
                    let Value::Store(store) = value else { return Err(obstacle(say::LOOP_DEPENDENCY)) };
                    let new: Vec<&Piece> = store.pieces.iter().filter(|piece| piece.level == level).collect();
                    self.conflicts(frame, store.id, &new, range.span)?;
                    for piece in new {
                        if piece.start.factor(variable) == 0 && !piece.add {
                            return Err(obstacle(say::LOOP_OVERWRITES));
                        }
                        pieces.push((slot, piece.clone()));
                    }
                }
            }
        }
        for (_, piece) in &pieces {
            let kind = if piece.start.factor(variable) == 0 { &mut sums } else { &mut streams };
            kind.push(piece.value);
        }
        let counts = (carried.len(), sums.len());
        let outputs: Vec<Number> = carried.into_iter().chain(sums).chain(streams).collect();
        let frame = self.frames.pop().expect("a loop that is being kept");
        if outputs.is_empty() {
            // It does nothing.
            self.regions.discard();
            return Ok(());
        }
        let body = self.regions.leave(&outputs);
        let mut results = self.push_loop(&frame, body, counts, range).into_iter();

        // Results come in the order of the outputs.
        let (mut of_carried, mut of_sums, mut of_streams) = (Vec::new(), Vec::new(), Vec::new());
        for place in 0..outputs.len() {
            let result = results.next().expect("a result for each output");
            if place < counts.0 {
                of_carried.push(result);
            } else if place < counts.0 + counts.1 {
                of_sums.push(result);
            } else {
                of_streams.push(result);
            }
        }
        let (mut of_carried, mut of_sums, mut of_streams) =
            (of_carried.into_iter(), of_sums.into_iter(), of_streams.into_iter());
        for assigned in variables {
            match assigned {
                Assigned::Carried(slot, first) => {
                    let last = self.each_number(first, &mut |_, number| of_carried.next().unwrap_or(number));
                    self.scopes.assign(*slot, last);
                }
                Assigned::Sum(slot, first) => {
                    let sum = of_sums.next().expect("a result for each sum");
                    let nothing = self.regions.constant_value(*first) == Some(0.0);
                    let name = self.scopes.variable(*slot).name.clone();
                    if !name.is_empty() {
                        self.regions.name(sum, &name);
                    }
                    let sum = match nothing {
                        true => Value::Number(sum),
                        false => self.apply(Elementwise::Add, &[*first, sum], range.span),
                    };
                    self.scopes.assign(*slot, sum);
                }
                Assigned::Store(_) => {}
            }
        }
        let mut written: Vec<(Slot, Piece)> = Vec::new();
        for (slot, piece) in pieces {
            let factor = piece.start.factor(variable);
            let mut axes = piece.axes.clone();
            let value = if factor == 0 { of_sums.next() } else { of_streams.next() };
            if factor != 0 {
                let stride = isize::try_from(factor).expect("a place in an array");
                axes.insert(0, Axis { count: frame.count, stride });
            }
            let start = piece.start.at(variable, frame.first);
            let value = value.expect("a result for each piece");
            let piece = Piece { start, axes, value, add: piece.add, level: level - 1 };
            let name = self.scopes.variable(slot).name.clone();
            if !name.is_empty() {
                self.regions.name(piece.value, &name);
            }
            written.push((slot, piece));
        }
        // What is added is added to what is set.
        written.sort_by_key(|(_, piece)| piece.add);
        for (slot, piece) in written {
            self.write_piece(slot, piece, range.span);
        }
        // What was read there was read in each iteration of the loop around.
        if let Some(outer) = self.frames.last_mut() {
            outer.reads.extend(frame.reads.into_iter().map(|mut read| {
                let factor = read.start.factor(variable);
                read.start = read.start.at(variable, frame.first);
                if factor != 0 {
                    let stride = isize::try_from(factor).expect("a place in an array");
                    read.axes.insert(0, Axis { count: frame.count, stride });
                }
                read
            }));
        }
        Ok(())
    }

    /// Whether iterations meet in the array: one reads or sets what another writes.
    fn conflicts(&self, frame: &Frame, store: usize, new: &[&Piece], span: Span) -> Result<(), Obstacle> {
        let variable = self.frames.len() - 1;
        for piece in new {
            for read in frame.reads.iter().filter(|read| read.store == store) {
                // What a later iteration writes is still as it was.
                if self.meet(frame, variable, (&read.start, &read.axes), (&piece.start, &piece.axes), true) {
                    return Err(Obstacle { span: read.span, text: say::LOOP_READS.to_owned() });
                }
            }
            // What is set may be added to afterwards, and not before.
            for other in new.iter().filter(|other| !other.add) {
                if self.meet(
                    frame,
                    variable,
                    (&other.start, &other.axes),
                    (&piece.start, &piece.axes),
                    piece.add,
                ) {
                    return Err(Obstacle { span, text: say::LOOP_OVERWRITES.to_owned() });
                }
            }
            let view = View { start: usize::MAX / 4, axes: piece.axes.clone() };
            let mut places = view.places();
            places.sort_unstable();
            if !piece.add && places.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(Obstacle { span, text: say::LOOP_OVERWRITES.to_owned() });
            }
        }
        Ok(())
    }

    /// Whether places of `a` in one iteration can be places of `b` in another, `earlier` in one before it.
    fn meet(
        &self,
        frame: &Frame,
        variable: usize,
        a: (&Affine, &[Axis]),
        b: (&Affine, &[Axis]),
        earlier: bool,
    ) -> bool {
        let spread = |axes: &[Axis]| {
            axes.iter().fold((0_i128, 0_i128), |(low, high), axis| {
                let last = (axis.count as i128 - 1) * axis.stride as i128;
                (low + last.min(0), high + last.max(0))
            })
        };
        let ((a_low, a_high), (b_low, b_high)) = (spread(a.1), spread(b.1));
        let factor = b.0.factor(variable);
        let Some(distance) = a.0.minus(b.0) else { return true };
        let (low, high) = distance.range(|variable| self.bounds(variable));
        let (low, high) = (low + a_low - b_high, high + a_high - b_low);
        if a.0.factor(variable) != factor {
            return low <= 0 && high >= 0;
        }
        // The distance grows by the factor with each iteration that lies between them.
        let most = frame.count as i128 - 1;
        let range = match (earlier, frame.backwards) {
            (true, false) => vec![(1, most)],
            (true, true) => vec![(-most, -1)],
            (false, _) => vec![(-most, -1), (1, most)],
        };
        range.into_iter().any(|(first, last)| {
            let (a, b) = (factor * first, factor * last);
            if first > last || low + a.min(b) > 0 || high + a.max(b) < 0 {
                return false;
            }
            // Some multiple of the factor brings one range of places to the other.
            factor == 0
                || (first..=last).any(|between| low + factor * between <= 0 && high + factor * between >= 0)
        })
    }

    /// The loop of this body; returns its results.
    fn push_loop(&mut self, frame: &Frame, body: Body, counts: (usize, usize), range: Range) -> Vec<Number> {
        let Body { mut graph, captured, roles } = body;
        let places = |wanted: Role| -> Vec<usize> {
            (0..roles.len()).filter(|&place| roles[place] == wanted).collect()
        };
        let (shared, streams, carried) =
            (places(Role::Captured), places(Role::Stream), places(Role::Carried));
        let order: Vec<usize> = places(Role::Iteration)
            .into_iter()
            .chain(shared.clone())
            .chain(streams.clone())
            .chain(carried)
            .collect();
        graph.reorder_inputs(&order);
        let arguments = order[1..].iter().map(|&place| captured[place]).collect();
        let outputs = graph.outputs.len();
        let repeated = Loop {
            first: usize::try_from(frame.first).expect("ranges begin at 0 or above"),
            count: frame.count,
            backwards: frame.backwards,
            name: range.name.to_owned(),
            invariants: shared.len(),
            streams: streams.len(),
            carried: counts.0,
            sums: counts.1,
            body: graph,
        };
        let node = self.regions.graph().push(Operation::Loop(Box::new(repeated)), arguments, range.span);
        (0..outputs)
            .map(|place| {
                let result = self.regions.graph().push(Operation::Result(place), vec![node], range.span);
                self.regions.number(result)
            })
            .collect()
    }
}
