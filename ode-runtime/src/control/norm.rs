//! The size of an error relative to the tolerance.

/// The norm of the error, each component divided by its tolerance: a step is accepted where it is at most 1.
#[derive(Debug, Clone, Copy, Default)]
pub enum Norm {
    /// The root of the mean square: torchdiffeq's.
    #[default]
    Rms,
    /// The largest absolute value.
    Max,
    /// A function of the scaled errors, in the order of the states.
    Custom(fn(&[f64]) -> f64),
}

impl Norm {
    /// The square of the norm of `count` components. `scratch` is for a function that wants them all.
    #[inline(always)]
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn squared(&self, count: usize, scratch: &mut [f64], mut component: impl FnMut(usize) -> f64) -> f64 {
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
