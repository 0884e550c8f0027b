//! The size of an error relative to the tolerance.

use crate::number::Lane;

/// The norm of the error, each component divided by its tolerance: a step is accepted where it is at most 1.
#[derive(Debug, Clone, Copy, Default)]
pub enum Norm {
    /// The root of the mean square: torchdiffeq's.
    #[default]
    Rms,
    /// The largest absolute value.
    Max,
    /// The larger of the root mean squares of the first `state` components, the next as many, and the others up to
    /// `counted`: that of an adjoint.
    #[doc(hidden)]
    Blocks {
        /// The number of states.
        state: usize,
        /// How many components count.
        counted: usize,
    },
    /// A function of the scaled errors, in the order of the states.
    Custom(fn(&[f64]) -> f64),
}

impl Norm {
    /// The square of the norm of `count` components. `scratch` is for norms that want them all.
    #[inline(always)]
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn squared(
        &self,
        count: usize,
        scratch: &mut [f64],
        mut component: impl FnMut(usize) -> f64,
    ) -> f64 {
        if let Self::Rms = self {
            return sum_of_squares(count, component) * (1.0 / count as f64);
        }
        for (i, place) in scratch.iter_mut().enumerate() {
            *place = component(i);
        }
        self.squared_of(scratch)
    }

    /// Out of the way of the loop, which is compiled for the norm that is usual.
    #[inline(never)]
    fn squared_of(&self, components: &[f64]) -> f64 {
        // Written so that a NaN stays.
        let larger = |largest: f64, x: f64| if x <= largest { largest } else { x };
        match self {
            Self::Rms => mean_square(components),
            Self::Max => components.iter().map(|x| x * x).fold(0.0, larger),
            Self::Blocks { state, counted } => {
                let ends = [*state, 2 * state, components.len()];
                let blocks = [0, *state, 2 * state].into_iter().zip(ends).filter(|(_, end)| end <= counted);
                blocks.map(|(start, end)| mean_square(&components[start..end])).fold(0.0, larger)
            }
            Self::Custom(norm) => norm(components).powi(2),
        }
    }

    /// Whether `squared` wants scratch space for all components.
    pub(crate) fn needs_scratch(&self) -> bool {
        !matches!(self, Self::Rms)
    }
}

/// So many sums are kept side by side where there are many components: a single one is waited for at each addition.
const SUMS: usize = 8;

/// The sum of the squares of `count` components. The order depends on `count` alone.
#[inline(always)]
pub(crate) fn sum_of_squares<L: Lane>(count: usize, mut component: impl FnMut(usize) -> L) -> L {
    let zero = L::constant(0.0);
    let mut add = |sum: &mut L, i: usize| {
        let x = component(i);
        *sum += x * x;
    };
    let mut total = zero;
    let mut done = 0;
    if count > 8 * SUMS {
        let mut sums = [zero; SUMS];
        done = count - count % SUMS;
        for block in 0..count / SUMS {
            for (place, sum) in sums.iter_mut().enumerate() {
                add(sum, SUMS * block + place);
            }
        }
        for sum in sums {
            total += sum;
        }
    }
    for i in done..count {
        add(&mut total, i);
    }
    total
}

/// The mean of the squares; 0 of nothing.
#[allow(clippy::cast_precision_loss)]
fn mean_square(components: &[f64]) -> f64 {
    components.iter().map(|x| x * x).sum::<f64>() / components.len().max(1) as f64
}
