//! Loops that stay loops: the body is lowered once, for all iterations of a part of the range.
//!
//! Where a decision of the body depends on the iteration, as `(i + 1) % N` and `if i > 0` do, the range is split there
//! and each part lowered for itself; parts of a few iterations are unrolled. What cannot be kept is unrolled within the
//! budget.

mod ends;
mod frame;

use std::collections::{BTreeSet, HashMap};

use proc_macro2::Span;

pub(super) use self::frame::{Frame, Obstacle};
use super::Lower;
use super::affine::Affine;
use super::assigned::{assigned, is_only_added_to};
use super::region::{Number, Role};
use super::scope::{Assignable, Kind, Slot};
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::graph::{Graph, Operation};
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
