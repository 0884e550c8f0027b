//! The size of an error relative to the tolerance.

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
    /// The square of the norm of `count` components. `scratch` is for a function that wants them all.
    #[inline(always)]
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn squared(
        &self,
        count: usize,
        scratch: &mut [f64],
        mut component: impl FnMut(usize) -> f64,
    ) -> f64 {
        match self {
            Self::Rms => {
                let mut sum = 0.0;
                for i in 0..count {
                    let x = component(i);
                    sum += x * x;
                }
                sum * (1.0 / count as f64)
            }
            Self::Max => {
                let mut largest = 0.0;
                for i in 0..count {
                    let x = component(i);
                    // Written so that a NaN stays.
                    largest = if x * x <= largest { largest } else { x * x };
                }
                largest
            }
            Self::Blocks { state, counted } => {
                let ends = [*state, 2 * state, count];
                let mut largest: f64 = 0.0;
                let mut start = 0;
                for end in ends.into_iter().filter(|end| end <= counted) {
                    let sum: f64 = (start..end).map(&mut component).map(|x| x * x).sum();
                    let mean = if end > start { sum / (end - start) as f64 } else { 0.0 };
                    largest = if mean <= largest { largest } else { mean };
                    start = end;
                }
                largest
            }
            Self::Custom(norm) => {
                for (i, place) in scratch.iter_mut().enumerate() {
                    *place = component(i);
                }
                let norm = norm(scratch);
                norm * norm
            }
        }
    }

    /// Whether `squared` wants scratch space for all components.
    pub(crate) fn needs_scratch(&self) -> bool {
        matches!(self, Self::Custom(_))
    }
}
