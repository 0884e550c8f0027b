//! Products of matrices: small ones by loops that are compiled for their sizes, large ones by the crate `gemm`.

use crate::number::{Elementary, Lane, Single};

/// A matrix in a slice: element (i, j) lies at `i * strides.0 + j * strides.1`.
type Matrix<'a, L> = (&'a [L], (usize, usize));

/// More multiplications than this are left to `gemm`.
const LARGE: usize = 64 * 64 * 64;

/// A row of this many results is held in registers.
const WIDTH: usize = 16;

/// out = a b, or out += a b where it `adds`, for matrices (m, k) and (k, n).
#[inline(always)]
pub fn product<T: Elementary, L: Single<Scalar = T>>(
    [m, k, n]: [usize; 3],
    a: Matrix<'_, L>,
    b: Matrix<'_, L>,
    out: (&mut [L], (usize, usize)),
    adds: bool,
) {
    let (a, a_strides) = a;
    let (b, b_strides) = b;
    let (out, out_strides) = out;
    if m * k * n >= LARGE {
        large([m, k, n], (a, a_strides), (b, b_strides), (out, out_strides), adds);
    } else if b_strides.1 == 1 && n >= 4 {
        rows([m, k, n], (a, a_strides), (b, b_strides.0), (out, out_strides), adds);
    } else if a_strides.0 == 1 && m >= 4 {
        // The transposed problem.
        let (a_strides, b_strides) = ((b_strides.1, b_strides.0), a_strides.1);
        rows([n, k, m], (b, a_strides), (a, b_strides), (out, (out_strides.1, out_strides.0)), adds);
    } else if a_strides.1 == 1 {
        inner([m, k, n], (a, a_strides.0), (b, b_strides), (out, out_strides), adds);
    } else {
        plain([m, k, n], (a, a_strides), (b, b_strides), (out, out_strides), adds);
    }
}

/// b with its rows in order: a row of results is a sum of rows of b.
#[inline(always)]
fn rows<L: Lane>(
    [m, k, n]: [usize; 3],
    (a, (of_row, of_column)): Matrix<'_, L>,
    (b, of_b): (&[L], usize),
    (out, (out_row, out_column)): (&mut [L], (usize, usize)),
    adds: bool,
) {
    let zero = L::constant(0.0);
    for start in (0..n).step_by(WIDTH) {
        let width = WIDTH.min(n - start);
        for i in 0..m {
            let mut sums = [zero; WIDTH];
            for l in 0..k {
                let factor = a[i * of_row + l * of_column];
                let row = &b[l * of_b + start..][..width];
                if width == WIDTH {
                    for j in 0..WIDTH {
                        sums[j] = factor.mul_add_fast(row[j], sums[j]);
                    }
                } else {
                    for j in 0..width {
                        sums[j] = factor.mul_add_fast(row[j], sums[j]);
                    }
                }
            }
            for (j, sum) in sums[..width].iter().enumerate() {
                let place = &mut out[i * out_row + (start + j) * out_column];
                *place = if adds { *place + *sum } else { *sum };
            }
        }
    }
}

/// How many rows or columns are packed at most.
const PACKED: usize = 256;

/// a with its rows in order, b with few columns: inner products, of columns of b that are copied into order.
#[inline(always)]
fn inner<L: Lane>(
    [m, k, n]: [usize; 3],
    (a, of_row): (&[L], usize),
    (b, (b_row, b_column)): Matrix<'_, L>,
    (out, (out_row, out_column)): (&mut [L], (usize, usize)),
    adds: bool,
) {
    if k > PACKED {
        return plain([m, k, n], (a, (of_row, 1)), (b, (b_row, b_column)), (out, (out_row, out_column)), adds);
    }
    let mut packed = [L::constant(0.0); PACKED];
    for j in 0..n {
        let column = &mut packed[..k];
        for (l, element) in column.iter_mut().enumerate() {
            *element = b[l * b_row + j * b_column];
        }
        for i in 0..m {
            let row = &a[i * of_row..][..k];
            let sum = dot(row, column);
            let place = &mut out[i * out_row + j * out_column];
            *place = if adds { *place + sum } else { sum };
        }
    }
}

#[inline(always)]
fn dot<L: Lane>(a: &[L], b: &[L]) -> L {
    let mut sums = [L::constant(0.0); WIDTH];
    let whole = a.len() / WIDTH * WIDTH;
    for start in (0..whole).step_by(WIDTH) {
        let (a, b) = (&a[start..start + WIDTH], &b[start..start + WIDTH]);
        for i in 0..WIDTH {
            sums[i] = a[i].mul_add_fast(b[i], sums[i]);
        }
    }
    let mut count = WIDTH / 2;
    while count > 0 {
        for i in 0..count {
            sums[i] += sums[i + count];
        }
        count /= 2;
    }
    let mut sum = sums[0];
    for i in whole..a.len() {
        sum = a[i].mul_add_fast(b[i], sum);
    }
    sum
}

#[inline(always)]
fn plain<L: Lane>(
    [m, k, n]: [usize; 3],
    (a, (a_row, a_column)): Matrix<'_, L>,
    (b, (b_row, b_column)): Matrix<'_, L>,
    (out, (out_row, out_column)): (&mut [L], (usize, usize)),
    adds: bool,
) {
    for i in 0..m {
        for j in 0..n {
            let mut sum = L::constant(0.0);
            for l in 0..k {
                sum = a[i * a_row + l * a_column].mul_add_fast(b[l * b_row + j * b_column], sum);
            }
            let place = &mut out[i * out_row + j * out_column];
            *place = if adds { *place + sum } else { sum };
        }
    }
}

#[inline(never)]
#[allow(clippy::cast_possible_wrap)]
fn large<T: Elementary, L: Single<Scalar = T>>(
    [m, k, n]: [usize; 3],
    (a, a_strides): Matrix<'_, L>,
    (b, b_strides): Matrix<'_, L>,
    (out, out_strides): (&mut [L], (usize, usize)),
    adds: bool,
) {
    let last = |rows: usize, columns: usize, (row, column): (usize, usize)| {
        (rows - 1) * row + (columns - 1) * column
    };
    assert!(last(m, k, a_strides) < a.len() && last(k, n, b_strides) < b.len());
    assert!(last(m, n, out_strides) < out.len());
    let one = T::from_f64(1.0);
    let signed = |(row, column): (usize, usize)| (row as isize, column as isize);
    let ((a_row, a_column), (b_row, b_column)) = (signed(a_strides), signed(b_strides));
    let (out_row, out_column) = signed(out_strides);
    let (a, b, out) = (L::numbers(a), L::numbers(b), L::numbers_mut(out));
    let parallelism = if cfg!(feature = "threads") && m * k * n >= 16 * LARGE {
        gemm::Parallelism::Rayon(0)
    } else {
        gemm::Parallelism::None
    };
    // SAFETY: the last element of each matrix, and so every one, lies inside of its slice.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m, n, k,
            out.as_mut_ptr(), out_column, out_row, adds,
            a.as_ptr(), a_column, a_row,
            b.as_ptr(), b_column, b_row,
            one, one,
            false, false, false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::product;

    /// Each form, against sums as they are defined.
    #[test]
    fn all_layouts_agree() {
        for [m, k, n] in [[1, 1, 1], [20, 50, 2], [2, 20, 50], [7, 300, 3], [5, 3, 17], [70, 80, 90], [3, 1, 40]] {
            let element = |seed: usize, place: usize| ((place * 7 + seed) % 23) as f64 - 11.0;
            let a: Vec<f64> = (0..m * k).map(|place| element(1, place)).collect();
            let b: Vec<f64> = (0..k * n).map(|place| element(5, place)).collect();
            for a_strides in [(k, 1), (1, m)] {
                for b_strides in [(n, 1), (1, k)] {
                    for out_strides in [(n, 1), (1, m)] {
                        for adds in [false, true] {
                            let mut out = vec![0.5; m * n];
                            product([m, k, n], (&a[..], a_strides), (&b[..], b_strides), (&mut out[..], out_strides), adds);
                            for i in 0..m {
                                for j in 0..n {
                                    let at = |l: usize| {
                                        a[i * a_strides.0 + l * a_strides.1] * b[l * b_strides.0 + j * b_strides.1]
                                    };
                                    let wanted = (0..k).map(at).sum::<f64>() + if adds { 0.5 } else { 0.0 };
                                    assert_eq!(out[i * out_strides.0 + j * out_strides.1], wanted, "{m} {k} {n}");
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
