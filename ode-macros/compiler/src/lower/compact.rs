//! Arrays that do not dissolve into numbers: parts of an array of the graph, and arrays that loops write.

use std::collections::BTreeMap;

use super::affine::Affine;
use super::region::Number;
use crate::graph::{Axis, View};
use crate::parse::Type;

/// A part of a flat array of the graph, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slice {
    pub(super) array: Number,
    /// The place of its first number.
    pub(super) start: Affine,
    /// What it is for the user.
    pub(super) ty: Type,
}

/// An array that began as one number everywhere, and what has been written to it since.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Store {
    /// Copies of an array have its number.
    pub(super) id: usize,
    pub(super) ty: Type,
    /// Where nothing has been written.
    pub(super) fill: f64,
    /// Single numbers by place; they hide all else.
    pub(super) ones: BTreeMap<i128, Number>,
    /// What loops wrote. Those that are set have no place in common; what is added is added to all else.
    pub(super) pieces: Vec<Piece>,
}

/// What a loop wrote to an array, or an iteration of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) start: Affine,
    /// The axes of the array of values; none is one number.
    pub(super) axes: Vec<Axis>,
    pub(super) value: Number,
    /// Whether it is added to what is there.
    pub(super) add: bool,
    /// In how many loops it was written.
    pub(super) level: usize,
}

impl Store {
    /// How many numbers it holds.
    pub(super) fn length(&self) -> usize {
        self.ty.len()
    }

    /// The places where numbers have been written since the array was like this, and whether only added.
    pub(super) fn written_since(&self, before: &Self) -> Vec<(Affine, bool)> {
        let ones = self.ones.iter().filter(|(place, number)| before.ones.get(place) != Some(number));
        let ones = ones.map(|(&place, _)| (Affine::constant(place), false));
        let new = self.pieces.iter().filter(|piece| !before.pieces.contains(piece) && piece.axes.is_empty());
        ones.chain(new.map(|piece| (piece.start.clone(), piece.add))).collect()
    }

    /// Writes a piece at known places over all that was there. `part` gives a part of a value.
    pub(super) fn overwrite(&mut self, piece: Piece, part: &mut dyn FnMut(Number, View) -> Number) {
        let view = piece.view().expect("a piece at known places");
        let mut hidden = vec![false; self.length()];
        view.places().into_iter().for_each(|place| hidden[place] = true);
        self.ones.retain(|&place, _| usize::try_from(place).is_ok_and(|place| !hidden[place]));
        let pieces = std::mem::take(&mut self.pieces);
        for old in pieces {
            self.pieces.extend(old.without(&hidden, part));
        }
        match piece.axes.as_slice() {
            [] => drop(self.ones.insert(piece.start.constant, piece.value)),
            _ => self.pieces.push(piece),
        }
    }
}

impl Piece {
    /// Where it lies, where that depends on no loop.
    pub(super) fn view(&self) -> Option<View> {
        let start = usize::try_from(self.start.known()?).ok()?;
        Some(View { start, axes: self.axes.clone() })
    }

    /// What is left of it where these places are hidden.
    fn without(self, hidden: &[bool], part: &mut dyn FnMut(Number, View) -> Number) -> Vec<Self> {
        let Some(view) = self.view() else { return vec![self] };
        let places = view.places();
        if !places.iter().any(|&place| hidden[place]) {
            return vec![self];
        }
        // Runs of elements that are next to each other in the value, and equally far from each other here.
        let mut runs: Vec<(usize, usize, isize, usize)> = Vec::new();
        for (element, &place) in places.iter().enumerate().filter(|(_, place)| !hidden[**place]) {
            if let Some((first, start, stride, count)) = runs.last_mut()
                && *first + *count == element
            {
                let step = place.cast_signed() - (*start).cast_signed() - *stride * (count.cast_signed() - 1);
                if *count == 1 || step == *stride {
                    *stride = step;
                    *count += 1;
                    continue;
                }
            }
            runs.push((element, place, 1, 1));
        }
        let kept = runs.into_iter().map(|(first, start, stride, count)| {
            let of_value = View { start: first, axes: vec![Axis { count, stride: 1 }] };
            Self {
                start: Affine::constant(i128::try_from(start).unwrap_or(i128::MAX)),
                axes: vec![Axis { count, stride }],
                value: part(self.value, of_value),
                ..self.clone()
            }
        });
        kept.collect()
    }
}

/// Where a place lies in a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is the number that the piece is.
    Same,
    /// It is outside in every iteration.
    Apart,
    /// It is this element in the flat order of the piece.
    Inside(Affine),
    /// That depends on the iteration.
    Unknown,
}

/// Where a place lies in a piece, both in the same iteration; `bounds` are those of the loop variables.
pub(super) fn relation(
    place: &Affine,
    piece: &Piece,
    bounds: impl Fn(usize) -> (i128, i128),
) -> Option<Relation> {
    let distance = place.minus(&piece.start)?;
    let (low, high) = distance.range(bounds);
    let piece_view = View { start: 0, axes: piece.axes.clone() };
    let ends = piece.axes.iter().fold((0_i128, 0_i128), |(low, high), axis| {
        let last = (axis.count as i128 - 1) * axis.stride as i128;
        (low + last.min(0), high + last.max(0))
    });
    if high < ends.0 || low > ends.1 {
        return Some(Relation::Apart);
    }
    if piece.axes.is_empty() {
        return Some(if low == 0 && high == 0 { Relation::Same } else { Relation::Unknown });
    }
    let Some(line) = piece_view.line() else { return Some(Relation::Unknown) };
    let Some((element, rest)) = divided(&distance, line.stride as i128) else {
        return Some(Relation::Unknown);
    };
    if rest != 0 {
        return Some(Relation::Apart);
    }
    let (first, last) = (low / line.stride as i128, high / line.stride as i128);
    let inside = first.min(last) >= 0 && first.max(last) < line.count as i128;
    Some(if inside { Relation::Inside(element) } else { Relation::Unknown })
}

fn divided(distance: &Affine, stride: i128) -> Option<(Affine, i128)> {
    if stride < 0 { distance.times(-1)?.divided(-stride) } else { distance.divided(stride) }
}
