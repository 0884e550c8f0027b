//! What moves elements of arrays, and loops.

use super::{Datum, evaluate};
use crate::graph::{Loop, Scatter, View};

/// The part of an array that a view shows.
pub(super) fn gather(view: &View, array: &Datum) -> Datum {
    let numbers = array.numbers();
    array_of(&view.dims(), &view.places().into_iter().map(|place| numbers[place]).collect::<Vec<_>>())
}

/// An array put together from parts: where several reach a place, it holds their sum.
pub(super) fn scatter(scatter: &Scatter, parts: &[&Datum]) -> Datum {
    let mut numbers: Vec<Option<f64>> = vec![None; scatter.dims.iter().product()];
    for (view, part) in scatter.views.iter().zip(parts) {
        for (place, number) in view.places().into_iter().zip(part.numbers()) {
            numbers[place] = Some(numbers[place].map_or(number, |sum| sum + number));
        }
    }
    let fill = f64::from_bits(scatter.fill);
    let numbers: Vec<f64> = numbers.into_iter().map(|number| number.unwrap_or(fill)).collect();
    array_of(&scatter.dims, &numbers)
}

/// The numbers, row by row, as an array.
fn array_of(dims: &[usize], numbers: &[f64]) -> Datum {
    match dims {
        [] => Datum::Number(numbers[0]),
        [count, inner @ ..] => Datum::Array(
            numbers.chunks((numbers.len() / count).max(1)).map(|chunk| array_of(inner, chunk)).collect(),
        ),
    }
}

/// The results of a loop.
#[allow(clippy::cast_precision_loss)]
pub(super) fn repeat(repeated: &Loop, arguments: &[&Datum]) -> Datum {
    let given = repeated.parts(arguments);
    let mut carried: Vec<Datum> = given.carried.into_iter().cloned().collect();
    let mut sums: Vec<Option<Datum>> = vec![None; repeated.sums];
    let streams = repeated.outputs().streams.len();
    let mut produced: Vec<Vec<Datum>> = vec![vec![Datum::Number(f64::NAN); repeated.count]; streams];
    let forwards = 0..repeated.count;
    let order: Vec<usize> = if repeated.backwards { forwards.rev().collect() } else { forwards.collect() };
    for k in order {
        let mut inputs = vec![Datum::Number((repeated.first + k) as f64)];
        inputs.extend(given.invariants.iter().map(|&datum| datum.clone()));
        inputs.extend(given.streams.iter().map(|stream| stream.element(k)));
        inputs.append(&mut carried);
        let ends = repeated.ends(&evaluate(&repeated.body, &inputs));
        carried = ends.carried;
        for (sum, term) in sums.iter_mut().zip(ends.sums) {
            *sum = Some(match sum.take() {
                Some(sum) => added(&sum, &term),
                None => term,
            });
        }
        for (produced, element) in produced.iter_mut().zip(ends.streams) {
            produced[k] = element;
        }
    }
    let sums = sums.into_iter().map(|sum| sum.expect("a loop has an iteration"));
    Datum::Array(carried.into_iter().chain(sums).chain(produced.into_iter().map(Datum::Array)).collect())
}

fn added(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Array(a), Datum::Array(b)) => {
            Datum::Array(a.iter().zip(b).map(|(a, b)| added(a, b)).collect())
        }
        (a, b) => Datum::Number(a.number() + b.number()),
    }
}
