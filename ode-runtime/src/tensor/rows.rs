//! A batch as one state, or each of its rows as a state of its own.

use super::{Flow, TensorKernel, TensorReal};
use crate::solve::SolveError;

/// How the flat numbers of a batch are parted.
pub(super) enum Rows {
    /// Not at all.
    Together,
    /// Row by row; for each tensor of the state the numbers of a row.
    Each {
        /// How many rows there are.
        count: usize,
        /// The numbers of a row of each tensor.
        widths: Vec<usize>,
    },
}

impl Rows {
    /// Row by row, where rows are independent.
    pub(super) fn each<T: TensorReal, K: TensorKernel<T>>(
        flow: &Flow<T, K>,
        axes: &[Vec<usize>],
    ) -> Result<Self, SolveError> {
        let count = flow.kernel.rows().ok_or(SolveError::RowsDepend)?;
        Ok(Self::Each { count, widths: axes.iter().map(|axes| axes[1..].iter().product()).collect() })
    }

    /// The flow of each part.
    pub(super) fn flows<T: TensorReal, K: TensorKernel<T>>(&self, flow: Flow<T, K>) -> Vec<Flow<T, K>> {
        match self {
            Self::Together => vec![flow],
            Self::Each { count, .. } => (0..*count).map(|row| flow.of_row(row)).collect(),
        }
    }

    /// The numbers of this part.
    pub(super) fn part<T: Copy>(&self, row: usize, flat: &[T]) -> Vec<T> {
        let Self::Each { count, widths } = self else { return flat.to_vec() };
        let mut start = 0;
        let mut part = Vec::new();
        for width in widths {
            part.extend(&flat[start + row * width..][..*width]);
            start += count * width;
        }
        part
    }

    /// The numbers of all parts, which come in order.
    pub(super) fn join<'a, T: Copy + 'a>(&self, parts: impl Iterator<Item = &'a [T]>) -> Vec<T> {
        let parts: Vec<&[T]> = parts.collect();
        let Self::Each { widths, .. } = self else { return parts.concat() };
        let mut start = 0;
        let mut flat = Vec::new();
        for width in widths {
            parts.iter().for_each(|part| flat.extend(&part[start..start + width]));
            start += width;
        }
        flat
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn parts_are_joined_again() {
        let rows = Rows::Each { count: 3, widths: vec![2, 1] };
        let flat: Vec<u32> = (0..9).collect();
        let parts: Vec<Vec<u32>> = (0..3).map(|row| rows.part(row, &flat)).collect();
        assert_eq!(parts, [[0, 1, 6], [2, 3, 7], [4, 5, 8]]);
        assert_eq!(rows.join(parts.iter().map(Vec::as_slice)), flat);
    }
}
