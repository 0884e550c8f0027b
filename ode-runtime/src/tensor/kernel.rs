//! What generated loops are, and what they are made of.

use crate::number::{Elementary, Lane, Single};

/// The code of a function of tensors, made by `#[ode]` or `#[differentiable]` for the shapes of its tensors: loops over
/// flat slices, which hold the tensors one after the other.
pub trait TensorKernel<T: Elementary>: Clone + Send + Sync + 'static {
    /// How many numbers the state has.
    fn states(&self) -> usize;

    /// How many numbers the parameters have.
    fn parameters(&self) -> usize;

    /// How many numbers of workspace the functions below take.
    fn workspace(&self) -> usize;

    /// How many rows the state has, where each depends on itself alone: the first axis of all of its tensors.
    fn rows(&self) -> Option<usize>;

    /// The code for so many rows, where [`rows`](Self::rows) are independent.
    #[must_use]
    fn with_rows(&self, rows: usize) -> Self;

    /// The same code, whose [`vjp`](Self::vjp) finds the derivative by time even where that costs more; `scale` is a length
    /// of time over which the solution changes little.
    #[must_use]
    fn by_time(self, _scale: f64) -> Self {
        self
    }

    /// The value: `dy` = f(t, y, p).
    fn rhs<L: Single<Scalar = T>>(&self, p: &[L], t: L, y: &[L], dy: &mut [L], work: &mut [L]);

    /// The cotangents: `y_bar` = f_yᵀ `dy_bar`, `p_bar` += f_pᵀ `dy_bar`; returns f_t · `dy_bar`.
    #[allow(clippy::too_many_arguments)]
    fn vjp<L: Single<Scalar = T>>(
        &self,
        p: &[L],
        t: L,
        y: &[L],
        dy_bar: &[L],
        p_bar: &mut [L],
        y_bar: &mut [L],
        work: &mut [L],
    ) -> L;
}

/// The code of a function of tensors that returns one number, made by `#[differentiable]`.
pub trait EventKernel<T: Elementary>: TensorKernel<T> {
    /// The derivative by time where the state has the derivative `dy`: g_t + g_y `dy`.
    fn slope<L: Single<Scalar = T>>(&self, p: &[L], t: L, y: &[L], dy: &[L], work: &mut [L]) -> L;
}

/// So many elements from `start` on.
#[inline(always)]
#[must_use]
pub fn part<L>(slice: &[L], start: usize, length: usize) -> &[L] {
    &slice[start..start + length]
}

/// So many elements from `start` on.
#[inline(always)]
#[must_use]
pub fn part_mut<L>(slice: &mut [L], start: usize, length: usize) -> &mut [L] {
    &mut slice[start..start + length]
}

/// Sets all elements.
#[inline(always)]
pub fn fill<L: Copy>(slice: &mut [L], value: L) {
    for element in slice {
        *element = value;
    }
}

/// The larger of both; NaN where one is.
#[inline(always)]
#[must_use]
pub fn larger<L: Lane>(a: L, b: L) -> L {
    L::select(a.ge(b), a, L::select(b.ge(a), b, a + b))
}

/// How many sums run side by side, so that they fit into vectors and do not wait for each other.
const SIDE_BY_SIDE: usize = 16;

/// The sum of the elements.
#[inline(always)]
pub fn total<L: Lane>(length: usize, element: impl Fn(usize) -> L) -> L {
    fold(length, element, L::constant(0.0), |a, b| a + b)
}

/// The largest of the elements.
#[inline(always)]
pub fn largest<L: Lane>(length: usize, element: impl Fn(usize) -> L) -> L {
    fold(length, element, L::constant(f64::NEG_INFINITY), larger)
}

#[inline(always)]
fn fold<L: Lane>(
    length: usize,
    element: impl Fn(usize) -> L,
    start: L,
    join: impl Copy + Fn(L, L) -> L,
) -> L {
    let mut results = [start; SIDE_BY_SIDE];
    let whole = length / SIDE_BY_SIDE * SIDE_BY_SIDE;
    for chunk in (0..whole).step_by(SIDE_BY_SIDE) {
        for (i, result) in results.iter_mut().enumerate() {
            *result = join(*result, element(chunk + i));
        }
    }
    let mut count = SIDE_BY_SIDE / 2;
    while count > 0 {
        for i in 0..count {
            results[i] = join(results[i], results[i + count]);
        }
        count /= 2;
    }
    let mut result = results[0];
    for i in whole..length {
        result = join(result, element(i));
    }
    result
}
