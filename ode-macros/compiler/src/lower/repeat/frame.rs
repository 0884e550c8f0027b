//! What is known of a loop while its body is lowered.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::Span;

use crate::diagnostic::refusal as say;
use crate::graph::{Axis, Operation, View};
use crate::lower::Lower;
use crate::lower::affine::Affine;
use crate::lower::region::{Number, Role};
use crate::operation::Elementwise;

/// A loop that is being kept.
#[derive(Debug)]
pub(in crate::lower) struct Frame {
    pub(super) first: i128,
    pub(super) count: usize,
    pub(super) backwards: bool,
    /// The depth of its body among the regions.
    pub(super) depth: usize,
    /// The number of the iteration.
    pub(super) number: Number,
    /// The element in the body of each array that is read along the loop.
    pub(super) streams: HashMap<Number, Number>,
    /// Where the range must be split.
    pub(super) splits: BTreeSet<i128>,
    pub(super) may_split: bool,
    /// Why it cannot be kept.
    pub(super) obstacle: Option<Obstacle>,
    /// Elements of stores that were read, as they were before this iteration.
    pub(super) reads: Vec<Read>,
}

/// Elements of a store that are read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) store: usize,
    pub(super) start: Affine,
    pub(super) axes: Vec<Axis>,
    pub(super) span: Span,
}

/// Why a loop cannot be kept, and where.
#[derive(Debug, Clone)]
pub(in crate::lower) struct Obstacle {
    pub(in crate::lower) span: Span,
    pub(in crate::lower) text: String,
}

impl<'a> Lower<'a> {
    /// The first and the last value of a loop variable.
    pub(in crate::lower) fn bounds(&self, variable: usize) -> (i128, i128) {
        let frame = &self.frames[variable];
        (frame.first, frame.first + frame.count as i128 - 1)
    }

    /// Notes that the loops that are being kept cannot be.
    pub(in crate::lower) fn cannot_keep(&mut self, span: Span, text: &str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.obstacle.get_or_insert_with(|| Obstacle { span, text: text.to_owned() });
        }
    }

    /// Notes where the range of a loop must be split, unless it has been split too often.
    pub(in crate::lower) fn split(
        &mut self,
        variable: usize,
        points: impl IntoIterator<Item = i128>,
    ) -> bool {
        let frame = &mut self.frames[variable];
        if frame.may_split {
            frame.splits.extend(points);
        }
        frame.may_split
    }

    /// Notes that elements of a store are read as they were before this iteration.
    pub(in crate::lower) fn note_read(&mut self, store: usize, start: &Affine, span: Span) {
        if let Some(frame) = self.frames.last_mut() {
            frame.reads.push(Read { store, start: start.clone(), axes: Vec::new(), span });
        }
    }

    /// The part of a flat array that begins at `start`; `None` where it was made inside of a loop that the place
    /// depends on.
    pub(in crate::lower) fn read(
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
    pub(in crate::lower) fn as_running(&mut self, integer: &Affine, span: Span) -> Number {
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
