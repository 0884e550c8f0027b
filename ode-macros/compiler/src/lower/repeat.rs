//! Loops that stay loops: the body is lowered once, for all iterations of a part of the range.
//!
//! Where a decision of the body depends on the iteration, as `(i + 1) % N` and `if i > 0` do, the range is split there
//! and each part lowered for itself; parts of a few iterations are unrolled. What cannot be kept is unrolled within the
//! budget.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::Span;

use super::Lower;
use super::affine::Affine;
use super::assigned::{assigned, is_only_added_to};
use super::compact::Piece;
use super::region::{Body, Number, Role};
use super::scope::{Assignable, Kind, Scopes, Slot};
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::graph::{Axis, Graph, Loop, Operation, View};
use crate::operation::Elementwise;
use crate::parse::Block;

/// Which loops stay loops.
#[derive(Debug, Clone, Copy)]
pub struct Unrolling {
    /// Loops of fewer iterations are unrolled.
    pub iterations: usize,
    /// Loops that do no more than this in all are unrolled.
    pub operations: usize,
}

impl Default for Unrolling {
    fn default() -> Self {
        Self { iterations: 16, operations: 400 }
    }
}

/// A range is not split into more parts than this.
const MOST_PARTS: usize = 12;

/// A loop that is being kept.
#[derive(Debug)]
pub(super) struct Frame {
    first: i128,
    count: usize,
    backwards: bool,
    /// The depth of its body among the regions.
    depth: usize,
    /// The number of the iteration.
    number: Number,
    /// The element in the body of each array that is read along the loop.
    streams: HashMap<Number, Number>,
    /// Where the range must be split.
    splits: BTreeSet<i128>,
    may_split: bool,
    /// Why it cannot be kept.
    obstacle: Option<Obstacle>,
    /// Elements of stores that were read, as they were before this iteration.
    reads: Vec<Read>,
}

/// Elements of a store that are read.
#[derive(Debug, Clone)]
struct Read {
    store: usize,
    start: Affine,
    axes: Vec<Axis>,
    span: Span,
}

/// Why a loop cannot be kept, and where.
#[derive(Debug, Clone)]
pub(super) struct Obstacle {
    pub(super) span: Span,
    pub(super) text: String,
}

/// A loop over a range, as the user wrote it.
#[derive(Clone, Copy)]
pub(super) struct Range<'b> {
    pub(super) first: i128,
    pub(super) count: usize,
    pub(super) backwards: bool,
    pub(super) name: &'b str,
    pub(super) span: Span,
}

/// What is done in each iteration.
#[derive(Clone, Copy)]
pub(super) struct Iteration<'b, 'a> {
    /// The source of it, where it may assign to variables.
    pub(super) body: Option<&'a Block>,
    /// What it makes besides, if anything.
    pub(super) made: Option<Made>,
    /// Does it for an iteration.
    pub(super) lower: &'b dyn Fn(&mut Lower<'a>, Value),
}

/// What a loop makes in a variable that no source names.
#[derive(Clone, Copy)]
pub(super) enum Made {
    /// The elements of an array.
    Store(Slot),
    /// A sum, and what it begins with.
    Sum(Slot, Number),
}

/// What an attempt to keep a loop came to.
enum Attempt {
    Kept,
    /// The range must be split at these numbers first.
    Split(BTreeSet<i128>),
    /// It is not worth it.
    Small,
    Impossible,
    /// A loop around it must be split, or cannot be kept.
    Abandoned,
}

/// What a variable from outside is for the body that assigns to it.
enum Assigned {
    Carried(Slot, Value),
    Sum(Slot, Number),
    Store(Slot),
}

impl<'a> Lower<'a> {
    /// Does the step for each number of the range.
    pub(super) fn repeat(&mut self, range: Range, step: Iteration<'_, 'a>) {
        if self.too_large {
            return;
        }
        let before = self.scopes.clone();
        if self.parts(range, step, true) {
            return;
        }
        self.scopes = before;
        self.parts(range, step, false);
    }

    /// Part by part; whether there were not too many, which only counts where the range may be split.
    fn parts(&mut self, range: Range, step: Iteration<'_, 'a>, may_split: bool) -> bool {
        let end = range.first + range.count as i128;
        let mut open: Vec<(i128, i128)> = vec![(range.first, end)];
        let mut parts = 1;
        while let Some((first, end)) = open.pop() {
            let part = Range { first, count: usize::try_from(end - first).unwrap_or(0), ..range };
            if part.count < self.unrolling.iterations || self.unrolled > 0 || self.of_tensors {
                self.unroll(part, step, None);
                continue;
            }
            match self.attempt(part, step, may_split) {
                Attempt::Kept => {}
                Attempt::Abandoned => return true,
                Attempt::Small => {
                    self.unrolled += 1;
                    self.unroll(part, step, None);
                    self.unrolled -= 1;
                }
                Attempt::Impossible => {
                    let reason = self.obstacle.take();
                    self.unroll(part, step, reason.as_ref());
                }
                Attempt::Split(points) => {
                    parts += points.len();
                    if parts > MOST_PARTS {
                        return false;
                    }
                    let ends = points.iter().copied().chain([end]);
                    let starts = std::iter::once(first).chain(points.iter().copied());
                    let mut split: Vec<(i128, i128)> = starts.zip(ends).collect();
                    // The part that comes first is taken first.
                    if !range.backwards {
                        split.reverse();
                    }
                    open.extend(split);
                }
            }
        }
        true
    }

    /// Iteration by iteration; `reason` is why it could not stay a loop.
    fn unroll(&mut self, range: Range, step: Iteration<'_, 'a>, reason: Option<&Obstacle>) {
        let numbers = range.first..range.first + range.count as i128;
        let numbers: Box<dyn Iterator<Item = i128>> =
            if range.backwards { Box::new(numbers.rev()) } else { Box::new(numbers) };
        let errors = self.errors.count();
        for number in numbers {
            self.obstacle = reason.cloned();
            if !self.within_budget(range.span) || self.is_abandoned() || self.errors.count() > errors {
                return;
            }
            (step.lower)(self, Value::Integer(number));
        }
        self.obstacle = None;
    }

    fn attempt(&mut self, range: Range, step: Iteration<'_, 'a>, may_split: bool) -> Attempt {
        if self.regions.in_arm() {
            self.obstacle = Some(Obstacle { span: range.span, text: say::LOOP_IN_ARM.to_owned() });
            return Attempt::Impossible;
        }
        let (before, errors, rounds) = (self.scopes.clone(), self.errors.count(), self.rounds);
        let Some(variables) = self.variables(step, range.span) else { return Attempt::Impossible };
        let number = self.regions.enter_loop(range.span);
        let depth = self.regions.depth();
        self.frames.push(Frame {
            first: range.first,
            count: range.count,
            backwards: range.backwards,
            depth,
            number,
            streams: HashMap::new(),
            splits: BTreeSet::new(),
            may_split,
            obstacle: None,
            reads: Vec::new(),
        });
        for variable in &variables {
            match variable {
                Assigned::Carried(slot, value) => {
                    let inside = self.each_number(value, &mut |lower, number| {
                        lower.regions.input_at(depth, number, Role::Carried, range.span)
                    });
                    self.scopes.assign(*slot, inside);
                }
                Assigned::Sum(slot, _) => {
                    // What x is added to without a change, also for x = -0.
                    let nothing = self.regions.constant(-0.0, range.span);
                    self.scopes.assign(*slot, Value::Number(nothing));
                }
                Assigned::Store(_) => {}
            }
        }
        let variable = self.frames.len() - 1;
        (step.lower)(self, Value::Index(Affine::variable(variable)));

        let inside = std::mem::replace(&mut self.scopes, before);
        if self.is_abandoned() || self.errors.count() > errors {
            let mut frame = self.give_up(errors, rounds);
            if self.is_abandoned() {
                return Attempt::Abandoned;
            }
            if let Some(obstacle) = frame.obstacle.take() {
                self.obstacle = Some(obstacle);
                return Attempt::Impossible;
            }
            return if frame.splits.is_empty() { Attempt::Impossible } else { Attempt::Split(frame.splits) };
        }
        let around: usize = self.frames[..variable].iter().map(|frame| frame.count).product();
        let work = range.count.saturating_mul(around).saturating_mul(1 + operations(self.regions.body()));
        if work <= self.unrolling.operations {
            self.give_up(errors, rounds);
            return Attempt::Small;
        }
        match self.ends(range, &variables, &inside) {
            Ok(()) => Attempt::Kept,
            Err(obstacle) => {
                self.give_up(errors, rounds);
                self.obstacle = Some(obstacle);
                Attempt::Impossible
            }
        }
    }

    /// Forgets the innermost loop that is being kept.
    fn give_up(&mut self, errors: usize, rounds: usize) -> Frame {
        self.errors.forget_after(errors);
        self.rounds = rounds;
        self.too_large = false;
        self.regions.discard();
        self.frames.pop().expect("a loop that is being kept")
    }

    /// Whether a loop around has turned out to need a split, or to be impossible to keep.
    pub(super) fn is_abandoned(&self) -> bool {
        self.frames.iter().any(|frame| !frame.splits.is_empty() || frame.obstacle.is_some())
    }

    /// The variables from outside that the body assigns to; `None` where one cannot be part of a loop.
    fn variables(&mut self, step: Iteration<'_, 'a>, span: Span) -> Option<Vec<Assigned>> {
        let mut variables: Vec<Assigned> = Vec::new();
        variables.extend(step.made.map(|made| match made {
            Made::Store(slot) => Assigned::Store(slot),
            Made::Sum(slot, first) => Assigned::Sum(slot, first),
        }));
        let Some(body) = step.body else { return Some(variables) };
        for name in assigned(body) {
            let Assignable::Found(slot) = self.scopes.assignable(&name) else { continue };
            let variable = self.scopes.variable(slot);
            if variable.kind != Kind::Mutable {
                continue;
            }
            let value = variable.value.clone();
            variables.push(match value {
                Value::Store(_) => Assigned::Store(slot),
                Value::Number(number) if is_only_added_to(body, &name) => Assigned::Sum(slot, number),
                Value::Poison => return None,
                value if value.is_of_numbers() && value.count() <= self.unrolling.iterations.max(16) => {
                    Assigned::Carried(slot, value)
                }
                value => {
                    let text = say::loop_variable(&name, &value.describe(self.real));
                    self.obstacle = Some(Obstacle { span, text });
                    return None;
                }
            });
        }
        Some(variables)
    }

    /// The value with each of its numbers replaced.
    fn each_number(&mut self, value: &Value, replace: &mut dyn FnMut(&mut Self, Number) -> Number) -> Value {
        match value {
            Value::Number(number) => Value::Number(replace(self, *number)),
            Value::Array(elements) => {
                Value::Array(elements.iter().map(|element| self.each_number(element, replace)).collect())
            }
            Value::Tuple(elements) => {
                Value::Tuple(elements.iter().map(|element| self.each_number(element, replace)).collect())
            }
            other => other.clone(),
        }
    }

    /// Ends the innermost loop, whose body left these values behind.
    fn ends(&mut self, range: Range, variables: &[Assigned], inside: &Scopes<'a>) -> Result<(), Obstacle> {
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

    /// The first and the last value of a loop variable.
    pub(super) fn bounds(&self, variable: usize) -> (i128, i128) {
        let frame = &self.frames[variable];
        (frame.first, frame.first + frame.count as i128 - 1)
    }

    /// Notes that the loops that are being kept cannot be.
    pub(super) fn cannot_keep(&mut self, span: Span, text: &str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.obstacle.get_or_insert_with(|| Obstacle { span, text: text.to_owned() });
        }
    }

    /// Notes where the range of a loop must be split, unless it has been split too often.
    pub(super) fn split(&mut self, variable: usize, points: impl IntoIterator<Item = i128>) -> bool {
        let frame = &mut self.frames[variable];
        if frame.may_split {
            frame.splits.extend(points);
        }
        frame.may_split
    }

    /// Notes that elements of a store are read as they were before this iteration.
    pub(super) fn note_read(&mut self, store: usize, start: &Affine, span: Span) {
        if let Some(frame) = self.frames.last_mut() {
            frame.reads.push(Read { store, start: start.clone(), axes: Vec::new(), span });
        }
    }

    /// The part of a flat array that begins at `start`; `None` where it was made inside of a loop that the place
    /// depends on.
    pub(super) fn read(
        &mut self,
        array: Number,
        start: &Affine,
        axes: &[Axis],
        span: Span,
    ) -> Option<Number> {
        let Some((variable, factor)) = start.innermost() else {
            let start = usize::try_from(start.constant).ok()?;
            let flat = self.regions.shape(array).element().is_some_and(|element| element.is_number());
            let operation = match axes {
                [] if flat => Operation::Index(start),
                _ => Operation::Gather(View { start, axes: axes.to_vec() }),
            };
            return Some(self.regions.push_at(array.depth, operation, &[array], span));
        };
        let frame = &self.frames[variable];
        let (depth, first, count) = (frame.depth, frame.first, frame.count);
        if array.depth >= depth {
            self.cannot_keep(span, say::LOOP_LOCAL_ARRAY);
            return None;
        }
        let axis = Axis { count, stride: isize::try_from(factor).ok()? };
        let along = self.read(array, &start.at(variable, first), &[&[axis], axes].concat(), span)?;
        if let Some(&element) = self.frames[variable].streams.get(&along) {
            return Some(element);
        }
        let element = self.regions.input_at(depth, along, Role::Stream, span);
        self.frames[variable].streams.insert(along, element);
        Some(element)
    }

    /// The number that an integer is while the code runs.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn as_running(&mut self, integer: &Affine, span: Span) -> Number {
        let mut sum: Option<Number> = None;
        let terms: Vec<(usize, i128)> = integer.terms().collect();
        for (variable, factor) in terms {
            let mut term = self.frames[variable].number;
            if factor != 1 {
                let factor = self.regions.constant(factor as f64, span);
                term = self.regions.push(Operation::Elementwise(Elementwise::Mul), &[factor, term], span);
            }
            sum = Some(match sum {
                Some(sum) => self.regions.push(Operation::Elementwise(Elementwise::Add), &[sum, term], span),
                None => term,
            });
        }
        let constant = integer.constant;
        match sum {
            Some(sum) if constant == 0 => sum,
            Some(sum) => {
                let constant = self.regions.constant(constant as f64, span);
                self.regions.push(Operation::Elementwise(Elementwise::Add), &[sum, constant], span)
            }
            None => self.regions.constant(constant as f64, span),
        }
    }
}

/// How much a body does.
fn operations(graph: &Graph) -> usize {
    let work = |operation: &Operation| match operation {
        Operation::Elementwise(_) | Operation::Compare(_) | Operation::Logic(_) | Operation::Select => 1,
        Operation::Branch { then, otherwise } => operations(then) + operations(otherwise),
        Operation::Loop(repeated) => repeated.count * operations(&repeated.body),
        _ => 0,
    };
    graph.nodes().iter().map(|node| work(&node.operation)).sum()
}
