//! Reading and writing arrays that do not dissolve into numbers.

use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::Span;

use super::Lower;
use super::affine::Affine;
use super::compact::{Piece, Relation, Slice, Store, relation};
use super::region::Number;
use super::scope::Slot;
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::graph::{Operation, Scatter, Shape, View};
use crate::operation::Elementwise;
use crate::parse::{Arithmetic, Type};

impl Lower<'_> {
    /// Whether an array of this type stays one.
    pub(super) fn is_compact(&self, ty: &Type) -> bool {
        matches!(ty, Type::Array(..)) && ty.len() >= self.unrolling.iterations && !self.of_tensors
    }

    /// The array of this type that holds one number everywhere.
    pub(super) fn store(&mut self, ty: Type, fill: f64) -> Value {
        self.stores += 1;
        let (ones, pieces) = Default::default();
        Value::Store(Rc::new(Store { id: self.stores, ty, fill, ones, pieces }))
    }

    /// The element of an array at this index.
    pub(super) fn element_at(&mut self, array: &Value, index: &Affine, span: Span) -> Value {
        match array {
            Value::Slice(slice) => {
                let Some((start, ty)) = self.step(&slice.start, &slice.ty, index, span) else {
                    return Value::Poison;
                };
                self.part_of(Slice { array: slice.array, start, ty }, span)
            }
            Value::Store(store) => {
                let Some((start, ty)) = self.step(&Affine::constant(0), &store.ty, index, span) else {
                    return Value::Poison;
                };
                self.part_of_store(store, &start, &ty, span)
            }
            Value::Array(elements) => {
                if let Some(index) = index.known() {
                    let position = usize::try_from(index).ok().filter(|&position| position < elements.len());
                    return match position {
                        Some(position) => elements[position].clone(),
                        None => self.refuse(span, say::index_range(index, elements.len())),
                    };
                }
                match self.gathered(array, span) {
                    Some(slice) => self.element_at(&Value::Slice(Box::new(slice)), index, span),
                    None => {
                        self.cannot_keep(span, say::LOOP_INDEX);
                        Value::Poison
                    }
                }
            }
            _ => self.refuse(span, say::NOT_AN_ARRAY),
        }
    }

    /// The place and type of an element of an array that begins at `start`.
    pub(super) fn step(
        &mut self,
        start: &Affine,
        ty: &Type,
        index: &Affine,
        span: Span,
    ) -> Option<(Affine, Type)> {
        let Type::Array(element, count) = ty else {
            self.refuse(span, say::NOT_AN_ARRAY);
            return None;
        };
        let (low, high) = index.range(|variable| self.bounds(variable));
        if low < 0 || high >= *count as i128 {
            let outside = if low < 0 { low } else { high };
            self.refuse(span, say::index_range(outside, *count));
            return None;
        }
        let place = index.times(element.len() as i128).and_then(|offset| start.plus(&offset));
        if place.is_none() {
            self.refuse(span, say::INTEGER_RANGE);
        }
        Some((place?, (**element).clone()))
    }

    /// A part of an array of the graph: a number, or a smaller array or tuple.
    fn part_of(&mut self, slice: Slice, span: Span) -> Value {
        match &slice.ty {
            Type::Array(..) if self.is_compact(&slice.ty) => Value::Slice(Box::new(slice)),
            Type::Array(element, count) => {
                let parts = (0..*count).map(|index| self.sub(&slice, element, index * element.len(), span));
                Value::Array(parts.collect())
            }
            Type::Tuple(types) => {
                let mut offset = 0;
                let parts = types.iter().map(|ty| {
                    let part = self.sub(&slice, ty, offset, span);
                    offset += ty.len();
                    part
                });
                Value::Tuple(parts.collect())
            }
            _ => self.read(slice.array, &slice.start, &[], span).map_or(Value::Poison, Value::Number),
        }
    }

    fn sub(&mut self, slice: &Slice, ty: &Type, offset: usize, span: Span) -> Value {
        let start = slice.start.plus(&Affine::constant(offset as i128));
        let start = start.expect("a place in an array");
        self.part_of(Slice { array: slice.array, start, ty: ty.clone() }, span)
    }

    /// A part of a store.
    fn part_of_store(&mut self, store: &Store, start: &Affine, ty: &Type, span: Span) -> Value {
        let at = |lower: &mut Self, ty: &Type, offset: usize| {
            let start = start.plus(&Affine::constant(offset as i128)).expect("a place in an array");
            lower.part_of_store(store, &start, ty, span)
        };
        match ty {
            Type::Array(element, count) => {
                Value::Array((0..*count).map(|index| at(self, element, index * element.len())).collect())
            }
            Type::Tuple(types) => {
                let mut offset = 0;
                let parts = types.iter().map(|ty| {
                    let part = at(self, ty, offset);
                    offset += ty.len();
                    part
                });
                Value::Tuple(parts.collect())
            }
            _ => self.read_store(store, start, span).map_or(Value::Poison, Value::Number),
        }
    }

    /// The number at a place of a store.
    pub(super) fn read_store(&mut self, store: &Store, place: &Affine, span: Span) -> Option<Number> {
        let level = self.frames.len();
        let mut added: Vec<Number> = Vec::new();
        let mut base = None;
        let mut own = false;
        for piece in store.pieces.iter().rev() {
            let found = relation(place, piece, |variable| self.bounds(variable));
            let value = match found {
                Some(Relation::Apart) => continue,
                Some(Relation::Same) => piece.value,
                Some(Relation::Inside(element)) => self.read(piece.value, &element, &[], span)?,
                _ if piece.level > 0 => {
                    self.cannot_keep(span, say::LOOP_READS);
                    return None;
                }
                _ => return self.read_whole(store, place, span),
            };
            if piece.add {
                added.push(value);
            } else {
                base = Some(value);
                own = piece.level == level;
                break;
            }
        }
        if !own {
            self.note_read(store.id, place, span);
        }
        let mut value = match base {
            Some(value) => value,
            None => match place.known() {
                Some(place) => match store.ones.get(&place) {
                    Some(&number) => number,
                    None => self.regions.constant(store.fill, span),
                },
                None => {
                    let (low, high) = place.range(|variable| self.bounds(variable));
                    if store.ones.range(low..=high).next().is_some() {
                        return self.read_whole(store, place, span);
                    }
                    self.regions.constant(store.fill, span)
                }
            },
        };
        for term in added.into_iter().rev() {
            value = self.regions.push(Operation::Elementwise(Elementwise::Add), &[value, term], span);
        }
        Some(value)
    }

    /// The number at a place of a store that is put together as an array first.
    fn read_whole(&mut self, store: &Store, place: &Affine, span: Span) -> Option<Number> {
        if store.pieces.iter().any(|piece| piece.level > 0) {
            self.cannot_keep(span, say::LOOP_READS);
            return None;
        }
        self.note_read(store.id, place, span);
        let array = self.whole(store, span);
        self.read(array, place, &[], span)
    }

    /// The store as a flat array of the graph.
    pub(super) fn whole(&mut self, store: &Store, span: Span) -> Number {
        let length = store.length();
        let ones = store.ones.iter().map(|(&place, &number)| {
            (View::one(usize::try_from(place).expect("a place in an array")), number)
        });
        let all = |add: bool| {
            let pieces = store.pieces.iter().filter(move |piece| piece.add == add);
            pieces.map(|piece| (piece.view().expect("a piece at known places"), piece.value))
        };
        let mut parts: Vec<(View, Number)> = all(false).chain(ones).collect();
        let added: Vec<(View, Number)> = all(true).collect();
        let among = |lower: &mut Self, fill: f64, parts: Vec<(View, Number)>| {
            let depth = parts.iter().map(|(_, number)| number.depth).max().unwrap_or(0);
            let (views, numbers): (Vec<View>, Vec<Number>) = parts.into_iter().unzip();
            let scatter = Scatter { dims: vec![length], fill: fill.to_bits(), views };
            lower.regions.push_at(depth, Operation::Scatter(scatter), &numbers, span)
        };
        if store.fill == 0.0 {
            parts.extend(added);
            return among(self, store.fill, parts);
        }
        let base = among(self, store.fill, parts);
        if added.is_empty() {
            return base;
        }
        let whole = std::iter::once((View::rows(0, &[length]), base));
        among(self, 0.0, whole.chain(added).collect())
    }

    /// A part of an array of the graph as one that can be written to.
    pub(super) fn copied(&mut self, slice: &Slice, span: Span) -> Value {
        let ty = slice.ty.clone();
        let axes = View::rows(0, &[ty.len()]).axes;
        let Some(value) = self.read(slice.array, &slice.start, &axes, span) else { return Value::Poison };
        self.stores += 1;
        let start = Affine::constant(0);
        let piece = Piece { start, axes, value, add: false, level: 0 };
        let store = Store { id: self.stores, ty, fill: 0.0, ones: BTreeMap::new(), pieces: vec![piece] };
        Value::Store(Rc::new(store))
    }

    /// A dissolved array of numbers as one of the graph.
    fn gathered(&mut self, array: &Value, span: Span) -> Option<Slice> {
        let ty = array.type_of(self.real)?;
        let mut numbers = array.numbers();
        let constants: Option<Vec<f64>> =
            numbers.iter().map(|&number| self.regions.constant_value(number)).collect();
        if let Some(constants) = constants {
            // Those are the same in every iteration.
            numbers =
                constants.into_iter().map(|value| self.regions.outermost_constant(value, span)).collect();
        }
        let depth = numbers.iter().map(|number| number.depth).max()?;
        let array = self.regions.push_at(depth, Operation::Stack, &numbers, span);
        Some(Slice { array, start: Affine::constant(0), ty })
    }

    /// Writes a number or a smaller array to a place of the store in a variable; with an operator what was there counts.
    pub(super) fn write(
        &mut self,
        slot: Slot,
        start: &Affine,
        value: &Value,
        operator: Option<Arithmetic>,
        span: Span,
    ) {
        let level = self.frames.len();
        for (offset, number) in value.numbers().into_iter().enumerate() {
            let start = start.plus(&Affine::constant(offset as i128)).expect("a place in an array");
            let Value::Store(store) = &self.scopes.variable(slot).value else { return };
            let store = Rc::clone(store);
            let mut piece = Piece { start, axes: Vec::new(), value: number, add: false, level };
            match operator {
                // What is added needs no look at what is there, unless this iteration has written there.
                Some(Arithmetic::Add | Arithmetic::Sub)
                    if level > 0 && !self.has_set(&store, &piece.start) =>
                {
                    piece.add = true;
                    if operator == Some(Arithmetic::Sub) {
                        piece.value =
                            self.regions.push(Operation::Elementwise(Elementwise::Neg), &[number], span);
                    }
                }
                Some(operator) => {
                    let Some(before) = self.read_store(&store, &piece.start, span) else { return };
                    let function = super::expression::elementwise(operator);
                    piece.value =
                        self.regions.push(Operation::Elementwise(function), &[before, number], span);
                }
                None => {}
            }
            drop(store);
            self.write_piece(slot, piece, span);
        }
    }

    /// What has been added at a place since the array was like this.
    pub(super) fn added_since(&mut self, store: &Store, before: &Store, place: &Affine, span: Span) -> Value {
        let new = store.pieces.iter().filter(|piece| piece.start == *place && !before.pieces.contains(piece));
        let terms: Vec<Number> = new.map(|piece| piece.value).collect();
        let mut sum = self.regions.constant(-0.0, span);
        for term in terms {
            sum = self.regions.push(Operation::Elementwise(Elementwise::Add), &[sum, term], span);
        }
        Value::Number(sum)
    }

    /// Whether this iteration has set the number at this place.
    fn has_set(&self, store: &Store, place: &Affine) -> bool {
        let level = self.frames.len();
        store
            .pieces
            .iter()
            .any(|piece| piece.level == level && !piece.add && piece.axes.is_empty() && piece.start == *place)
    }

    /// Writes a piece to the store in a variable.
    pub(super) fn write_piece(&mut self, slot: Slot, piece: Piece, span: Span) {
        let Value::Store(mut shared) =
            std::mem::replace(&mut self.scopes.variable_mut(slot).value, Value::Poison)
        else {
            unreachable!("a store stays one")
        };
        let store = Rc::make_mut(&mut shared);
        if !piece.add && piece.level == 0 {
            let regions = &mut self.regions;
            store.overwrite(piece, &mut |value, view| {
                let depth = value.depth;
                match regions.shape(value).len() {
                    1 if regions.shape(value) == Shape::NUMBER => value,
                    _ => regions.push_at(depth, Operation::Gather(view), &[value], span),
                }
            });
        } else if piece.add {
            store.pieces.push(piece);
        } else {
            let same = |old: &Piece| old.start == piece.start && old.axes == piece.axes;
            let level = piece.level;
            store.pieces.retain(|old| old.level != level || !same(old));
            let apart =
                store.pieces.iter().filter(|old| old.level == level).all(|old| self.are_apart(old, &piece));
            if !apart {
                self.cannot_keep(span, say::LOOP_OVERWRITES);
            }
            store.pieces.push(piece);
        }
        self.scopes.variable_mut(slot).value = Value::Store(shared);
    }

    /// Whether two pieces have no place in common in the same iteration.
    fn are_apart(&self, a: &Piece, b: &Piece) -> bool {
        let spread = |piece: &Piece| {
            piece.axes.iter().fold((0_i128, 0_i128), |(low, high), axis| {
                let last = (axis.count as i128 - 1) * axis.stride as i128;
                (low + last.min(0), high + last.max(0))
            })
        };
        let Some(distance) = a.start.minus(&b.start) else { return false };
        let (low, high) = distance.range(|variable| self.bounds(variable));
        let ((a_low, a_high), (b_low, b_high)) = (spread(a), spread(b));
        if low + a_low - b_high > 0 || high + a_high - b_low < 0 {
            return true;
        }
        // Strides that meet nowhere, as those of the fields of an array of tuples.
        let strides = a.axes.iter().chain(&b.axes).map(|axis| axis.stride as i128);
        let common = strides.chain(distance.terms().map(|(_, factor)| factor)).fold(0_i128, gcd);
        common != 0 && distance.constant % common != 0
    }

    /// The value with its arrays dissolved into numbers.
    pub(super) fn dissolved(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Slice(_) | Value::Store(_) => {
                let elements = self.elements(&value, span);
                Value::Array(elements.into_iter().map(|element| self.dissolved(element, span)).collect())
            }
            Value::Array(elements) => {
                Value::Array(elements.into_iter().map(|element| self.dissolved(element, span)).collect())
            }
            Value::Tuple(elements) => {
                Value::Tuple(elements.into_iter().map(|element| self.dissolved(element, span)).collect())
            }
            other => other,
        }
    }

    /// The elements of an array.
    pub(super) fn elements(&mut self, array: &Value, span: Span) -> Vec<Value> {
        let count = match array {
            Value::Array(elements) => return elements.clone(),
            Value::Slice(slice) => slice.ty.dimensions()[0],
            Value::Store(store) => store.ty.dimensions()[0],
            _ => 0,
        };
        (0..count).map(|index| self.element_at(array, &Affine::constant(index as i128), span)).collect()
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}
