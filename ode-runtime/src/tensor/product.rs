//! Products of matrices: small ones by loops that are compiled for their sizes, large ones by the crate `gemm`.

use crate::number::{Elementary, Lane, Single};

/// A matrix in a slice: element (i, j) lies at `i * strides.0 + j * strides.1`.
type Matrix<'a, L> = (&'a [L], (usize, usize));

/// More multiplications than this are left to `gemm`.
const LARGE: usize = 32 * 32 * 32;

/// A factor of at most so many numbers is copied where its rows or columns are not in order.
const PACKED: usize = 512;

/// out = a b, or out += a b where it `adds`, for matrices (m, k) and (k, n).
#[inline(always)]
pub fn product<T: Elementary, L: Single<Scalar = T>>(
    [m, k, n]: [usize; 3],
    (a, a_strides): Matrix<'_, L>,
    (b, b_strides): Matrix<'_, L>,
    (out, out_strides): (&mut [L], (usize, usize)),
    adds: bool,
) {
    if m * k * n >= LARGE {
        large([m, k, n], (a, a_strides), (b, b_strides), (out, out_strides), adds);
    } else if b_strides.1 == 1 && n >= 4 {
        rows([m, k, n], (a, a_strides), (b, b_strides.0), (out, out_strides), adds);
    } else if a_strides.0 == 1 && m >= 4 {
        // The transposed problem.
        let swapped = (out_strides.1, out_strides.0);
        rows([n, k, m], (b, (b_strides.1, b_strides.0)), (a, a_strides.1), (out, swapped), adds);
    } else if n >= 4 && k * n <= PACKED {
        let mut packed = [L::constant(0.0); PACKED];
        for (l, row) in packed[..k * n].chunks_exact_mut(n).enumerate() {
            for (j, element) in row.iter_mut().enumerate() {
                *element = b[l * b_strides.0 + j * b_strides.1];
            }
        }
        rows([m, k, n], (a, a_strides), (&packed, n), (out, out_strides), adds);
    } else if a_strides.1 == 1 && k * n <= PACKED {
        let mut packed = [L::constant(0.0); PACKED];
        for (j, column) in packed[..k * n].chunks_exact_mut(k).enumerate() {
            for (l, element) in column.iter_mut().enumerate() {
                *element = b[l * b_strides.0 + j * b_strides.1];
            }
        }
        inner([m, k, n], (a, a_strides.0), &packed, (out, out_strides), adds);
    } else {
        plain([m, k, n], (a, a_strides), (b, b_strides), (out, out_strides), adds);
    }
}

/// b with its rows in order: a row of results is a sum of rows of b, as many numbers at a time as registers hold.
#[inline(always)]
fn rows<L: Lane>(
    [m, k, n]: [usize; 3],
    a: Matrix<'_, L>,
    (b, of_b): (&[L], usize),
    (out, out_strides): (&mut [L], (usize, usize)),
    adds: bool,
) {
    let mut start = 0;
    while n - start >= 16 {
        tile::<L, 16>([m, k], a, (b, of_b), (out, out_strides), start, adds);
        start += 16;
    }
    if !adds && n >= 16 && start < n {
        // Some results are computed again.
        return tile::<L, 16>([m, k], a, (b, of_b), (out, out_strides), n - 16, adds);
    }
    while n - start >= 4 {
        tile::<L, 4>([m, k], a, (b, of_b), (out, out_strides), start, adds);
        start += 4;
    }
    while start < n {
        tile::<L, 1>([m, k], a, (b, of_b), (out, out_strides), start, adds);
        start += 1;
    }
}

/// So many columns of the results.
#[inline(always)]
fn tile<L: Lane, const WIDTH: usize>(
    [m, k]: [usize; 2],
    (a, (of_row, of_column)): Matrix<'_, L>,
    (b, of_b): (&[L], usize),
    (out, (out_row, out_column)): (&mut [L], (usize, usize)),
    start: usize,
    adds: bool,
) {
    for i in 0..m {
        let mut sums = [L::constant(0.0); WIDTH];
        for l in 0..k {
            let factor = a[i * of_row + l * of_column];
            let row = &b[l * of_b + start..][..WIDTH];
            for j in 0..WIDTH {
                sums[j] = factor.mul_add_fast(row[j], sums[j]);
            }
        }
        if out_column == 1 {
            let place = &mut out[i * out_row + start..][..WIDTH];
            for j in 0..WIDTH {
                place[j] = if adds { place[j] + sums[j] } else { sums[j] };
            }
        } else {
            for (j, sum) in sums.iter().enumerate() {
                let place = &mut out[i * out_row + (start + j) * out_column];
                *place = if adds { *place + *sum } else { *sum };
            }
        }
    }
}

/// a with its rows in order, and the columns of b one after the other: inner products.
#[inline(always)]
fn inner<L: Lane>(
    [m, k, n]: [usize; 3],
    (a, of_row): (&[L], usize),
    columns: &[L],
    (out, (out_row, out_column)): (&mut [L], (usize, usize)),
    adds: bool,
) {
    for i in 0..m {
        let row = &a[i * of_row..][..k];
        for j in 0..n {
            let sum = dot(row, &columns[j * k..][..k]);
            let place = &mut out[i * out_row + j * out_column];
            *place = if adds { *place + sum } else { sum };
        }
    }
}

#[inline(always)]
fn dot<L: Lane>(a: &[L], b: &[L]) -> L {
    const WIDTH: usize = 8;
    let mut sums = [L::constant(0.0); WIDTH];
    let (a_chunks, b_chunks) = (a.chunks_exact(WIDTH), b.chunks_exact(WIDTH));
    let (a_rest, b_rest) = (a_chunks.remainder(), b_chunks.remainder());
    for (a, b) in a_chunks.zip(b_chunks) {
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
    for (&a, &b) in a_rest.iter().zip(b_rest) {
        sum = a.mul_add_fast(b, sum);
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
    // SAFETY: the last element of each matrix, and so every one, lies inside of its slice.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            out_column,
            out_row,
            adds,
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            one,
            one,
            false,
            false,
            false,
            // Rows are shared out among threads where it is worth it.
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::product;

    /// Each form, against sums as they are defined.
    #[test]
    fn all_layouts_agree() {
        for [m, k, n] in
            [[1, 1, 1], [20, 50, 2], [2, 20, 50], [7, 300, 3], [5, 3, 17], [70, 80, 90], [3, 1, 40]]
        {
            let element = |seed: usize, place: usize| ((place * 7 + seed) % 23) as f64 - 11.0;
            let a: Vec<f64> = (0..m * k).map(|place| element(1, place)).collect();
            let b: Vec<f64> = (0..k * n).map(|place| element(5, place)).collect();
            for a_strides in [(k, 1), (1, m)] {
                for b_strides in [(n, 1), (1, k)] {
                    for out_strides in [(n, 1), (1, m)] {
                        for adds in [false, true] {
                            let mut out = vec![0.5; m * n];
                            product(
                                [m, k, n],
                                (&a[..], a_strides),
                                (&b[..], b_strides),
                                (&mut out[..], out_strides),
                                adds,
                            );
                            for i in 0..m {
                                for j in 0..n {
                                    let at = |l: usize| {
                                        a[i * a_strides.0 + l * a_strides.1]
                                            * b[l * b_strides.0 + j * b_strides.1]
                                    };
                                    let wanted = (0..k).map(at).sum::<f64>() + if adds { 0.5 } else { 0.0 };
                                    assert_eq!(
                                        out[i * out_strides.0 + j * out_strides.1],
                                        wanted,
                                        "{m} {k} {n}"
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
