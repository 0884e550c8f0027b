//! The interpreter's tensors.

use super::Datum;
use crate::graph::Dim;
use crate::operation::Tensor;

/// The elements of a tensor in rows, and the lengths of its axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Elements<T> {
    /// The lengths of the axes.
    pub dims: Vec<usize>,
    /// The elements, the last axis fastest.
    pub data: Vec<T>,
}

impl<T: Clone> Elements<T> {
    /// The element of each place of axes of these lengths.
    pub fn from_fn(dims: Vec<usize>, mut element: impl FnMut(&[usize]) -> T) -> Self {
        let count = dims.iter().product();
        let data = (0..count).map(|flat| element(&place(flat, &dims))).collect();
        Self { dims, data }
    }

    /// One element.
    fn at(&self, place: &[usize]) -> T {
        let flat = place.iter().zip(&self.dims).fold(0, |flat, (index, length)| flat * length + index);
        self.data[flat].clone()
    }
}

fn place(mut flat: usize, dims: &[usize]) -> Vec<usize> {
    let mut place = vec![0; dims.len()];
    for (index, length) in place.iter_mut().zip(dims).rev() {
        *index = flat % length;
        flat /= length;
    }
    place
}

fn known(dim: &Dim) -> usize {
    dim.known().expect("the interpreter takes lengths that are known")
}

/// A function of each element of tensors, which have equal axes, and single values.
pub(super) fn each<T: Clone, U: Clone>(
    arguments: &[&Datum],
    read: impl Fn(&Datum, &[usize]) -> T,
    function: impl Fn(&[T]) -> U,
    single: impl Fn(U) -> Datum,
    many: impl Fn(Elements<U>) -> Datum,
) -> Datum {
    let value = |place: &[usize]| {
        let elements: Vec<T> = arguments.iter().map(|datum| read(datum, place)).collect();
        function(&elements)
    };
    match arguments.iter().find_map(|datum| datum.dims()) {
        Some(dims) => many(Elements::from_fn(dims, value)),
        None => single(value(&[])),
    }
}

/// The number at a place of a tensor, or the one number.
pub(super) fn number_at(datum: &Datum, place: &[usize]) -> f64 {
    match datum {
        Datum::Tensor(elements) => elements.at(place),
        other => other.number(),
    }
}

/// The truth value at a place of a mask, or the one.
pub(super) fn truth_at(datum: &Datum, place: &[usize]) -> bool {
    match datum {
        Datum::Mask(elements) => elements.at(place),
        other => other.truth(),
    }
}

/// The operation on these arguments.
pub(super) fn operate(operation: &Tensor, arguments: &[&Datum]) -> Datum {
    let dims = |argument: usize| arguments[argument].dims().unwrap_or_default();
    let x = |place: &[usize]| number_at(arguments[0], place);
    let without = |place: &[usize], axes: &[usize]| -> Vec<usize> {
        place.iter().enumerate().filter(|(axis, _)| !axes.contains(axis)).map(|(_, &index)| index).collect()
    };
    Datum::tensor(match operation {
        Tensor::Expand(axes) => {
            let mut result = dims(0);
            axes.iter().for_each(|(axis, dim)| result.insert(*axis, known(dim)));
            let new: Vec<usize> = axes.iter().map(|(axis, _)| *axis).collect();
            Elements::from_fn(result, |place| x(&without(place, &new)))
        }
        Tensor::Sum(axes) | Tensor::Max(axes) => {
            let whole = dims(0);
            let sum = matches!(operation, Tensor::Sum(_));
            let start = if sum { 0.0 } else { f64::NEG_INFINITY };
            let kept = without(&whole, axes);
            let mut result = Elements { data: vec![start; kept.iter().product()], dims: kept };
            for flat in 0..whole.iter().product() {
                let from = place(flat, &whole);
                let to = without(&from, axes);
                let to = to.iter().zip(&result.dims).fold(0, |flat, (index, length)| flat * length + index);
                let element = x(&from);
                let so_far = &mut result.data[to];
                *so_far = if sum { *so_far + element } else { so_far.max(element) };
            }
            result
        }
        Tensor::Permute(order) => {
            let before = dims(0);
            Elements::from_fn(order.iter().map(|&axis| before[axis]).collect(), |place| {
                let mut from = vec![0; place.len()];
                order.iter().zip(place).for_each(|(&axis, &index)| from[axis] = index);
                x(&from)
            })
        }
        Tensor::Reshape(to) => {
            Elements { dims: to.iter().map(known).collect(), data: arguments[0].numbers() }
        }
        Tensor::Slice { axis, start, length } => {
            let mut result = dims(0);
            result[*axis] = known(length);
            Elements::from_fn(result, |place| {
                let mut from = place.to_vec();
                from[*axis] += known(start);
                x(&from)
            })
        }
        Tensor::Pad { axis, before, after } => {
            let mut result = dims(0);
            let (first, count) = (known(before), result[*axis]);
            result[*axis] = first + count + known(after);
            Elements::from_fn(result, |place| {
                let mut from = place.to_vec();
                if from[*axis] < first || from[*axis] >= first + count {
                    return 0.0;
                }
                from[*axis] -= first;
                x(&from)
            })
        }
        Tensor::Concat(axis) => {
            let mut result = dims(0);
            result[*axis] = (0..arguments.len()).map(|argument| dims(argument)[*axis]).sum();
            Elements::from_fn(result, |place| {
                let mut from = place.to_vec();
                let mut argument = 0;
                while from[*axis] >= dims(argument)[*axis] {
                    from[*axis] -= dims(argument)[*axis];
                    argument += 1;
                }
                number_at(arguments[argument], &from)
            })
        }
        Tensor::Product => {
            let (mut result, b) = (dims(0), dims(1));
            let (inner, columns) = (b[b.len() - 2], b[b.len() - 1]);
            result.pop();
            result.push(columns);
            Elements::from_fn(result, |place| {
                let (column, row) = place.split_last().expect("a matrix");
                let leading = if b.len() == 2 { &[][..] } else { &row[..row.len() - 1] };
                (0..inner)
                    .map(|k| {
                        let left = [row, &[k]].concat();
                        let right = [leading, &[k, *column]].concat();
                        x(&left) * number_at(arguments[1], &right)
                    })
                    .sum()
            })
        }
        #[allow(clippy::cast_precision_loss)]
        Tensor::Length(dim) => return Datum::Number(known(dim) as f64),
        Tensor::Detach => return arguments[0].clone(),
    })
}
