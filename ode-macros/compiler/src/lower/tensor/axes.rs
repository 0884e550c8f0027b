//! Arguments that say which axes, and which lengths.

use proc_macro2::Span;

use super::super::Lower;
use super::super::value::Value;
use crate::diagnostic::refusal as say;
use crate::graph::{Dim, written};
use crate::parse::{Expression, Kind};

impl<'a> Lower<'a> {
    /// The axis of this number; negative ones count from the last.
    pub(super) fn axis(&mut self, value: &Value, dims: &[Dim], span: Span) -> Option<usize> {
        let Value::Integer(number) = value else {
            if !value.is_poisoned() {
                self.errors.at(span, say::AXIS);
            }
            return None;
        };
        let count = dims.len() as i128;
        let axis = if *number < 0 { number + count } else { *number };
        if axis < 0 || axis >= count {
            self.errors.at(span, say::axis_range(*number, &written(dims)));
            return None;
        }
        usize::try_from(axis).ok()
    }

    /// The axes that arguments name: none are all of them, else a number or an array of numbers.
    pub(super) fn axes(
        &mut self,
        arguments: &'a [Expression],
        dims: &[Dim],
        span: Span,
    ) -> Option<Vec<usize>> {
        let [argument] = arguments else {
            if arguments.is_empty() {
                return Some((0..dims.len()).collect());
            }
            self.errors.at(span, say::AXIS);
            return None;
        };
        let numbers = match self.expression(argument) {
            Value::Array(numbers) => numbers,
            one => vec![one],
        };
        let mut axes = Vec::new();
        for number in &numbers {
            let axis = self.axis(number, dims, argument.span)?;
            if axes.contains(&axis) {
                self.errors.at(argument.span, say::repeated_axis(axis));
                return None;
            }
            axes.push(axis);
        }
        axes.sort_unstable();
        Some(axes)
    }

    /// The lengths of an array of them.
    pub(super) fn shape(&mut self, argument: &'a Expression) -> Option<Vec<Dim>> {
        let value = self.expression(argument);
        let lengths = match value {
            Value::Array(lengths) => lengths,
            Value::Tuple(lengths) => lengths,
            Value::Poison => return None,
            one => vec![one],
        };
        let dims: Option<Vec<Dim>> = lengths.iter().map(Value::length).collect();
        if dims.is_none() && !lengths.iter().any(Value::is_poisoned) {
            self.errors.at(argument.span, say::RESHAPE);
        }
        dims
    }

    /// The start and length of a range along an axis of this length.
    pub(super) fn range_of(&mut self, argument: &'a Expression, whole: &Dim) -> Option<(Dim, Dim)> {
        let Kind::Range { start, end, inclusive } = &argument.kind else {
            self.errors.at(argument.span, say::SLICE);
            return None;
        };
        let (start, end) = (self.expression(start).length(), self.expression(end).length());
        let (Some(start), Some(mut end)) = (start, end) else {
            self.errors.at(argument.span, say::SLICE);
            return None;
        };
        if *inclusive {
            end = end.plus(&Dim::literal(1));
        }
        let length = end.minus(&start).filter(|length| !length.is(0));
        match length.filter(|_| whole.minus(&end).is_some()) {
            Some(length) => Some((start, length)),
            None => {
                let range = format!("{start}..{end}");
                self.errors.at(argument.span, say::slice_range(&range, &whole.to_string()));
                None
            }
        }
    }
}
