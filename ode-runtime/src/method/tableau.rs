//! The coefficients of a method as data.

/// The Butcher tableau of an explicit method, in the form that all methods are brought to: working stages, then a
/// completion, which is f at the end of the step and the first stage of the next, then the extra stages, which dense
/// output alone needs.
///
/// Hairer, Nørsett, Wanner, *Solving Ordinary Differential Equations I*, 2nd ed., II.1; the completion is the last
/// stage of a method that is FSAL (first same as last), and an evaluation of its own for others.
#[derive(Debug, Clone, Copy)]
pub struct Tableau {
    /// The name that [`Method`](crate::Method) parses.
    pub name: &'static str,
    /// The order of convergence.
    pub order: usize,
    /// The order of the dense output.
    pub dense_order: usize,
    /// The nodes, in [0, 1]; the completion's is 1.
    pub c: &'static [f64],
    /// The rows of the working stages: `a[i]` has `i` coefficients.
    pub a: &'static [&'static [f64]],
    /// The weights.
    pub b: &'static [f64],
    /// The estimates of the error: none where the lengths of the steps are given, else one, or two, of which the second has
    /// a lower order and tempers the first: with their norms e₁ and e₂ the error is e₁² / √(e₁² + e₂²/100).
    ///
    /// Hairer, Nørsett, Wanner, II.10, for two.
    pub estimates: &'static [Estimate],
    /// The stages that dense output alone needs. They are evaluated in steps whose inside is looked at, and in no others.
    pub extra: &'static [ExtraStage],
    /// For each stage, the extra ones last, the coefficients of b_i(θ) in y(t + θh) = y + h Σ b_i(θ) k_i: of
    /// θ(1-θ)ⁿ⁻¹, θ²(1-θ)ⁿ⁻², … θⁿ. In Bernstein's basis they are small, where powers of θ have large ones that cancel.
    pub dense: &'static [&'static [f64]],
}

/// An estimate of the error: the step less one with embedded weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The order of the embedded weights.
    pub order: usize,
    /// The weights of the estimate, b minus the embedded ones.
    pub weights: &'static [f64],
}

/// A stage that dense output alone needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExtraStage {
    /// The node, in [0, 1].
    pub c: f64,
    /// The coefficients of all stages before it: the working ones, the completion, earlier extra ones.
    pub a: &'static [f64],
}

impl Tableau {
    /// The number of stages of a step, the completion included and the extra ones not.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.c.len()
    }

    /// Whether the method estimates its error, so that it can choose the lengths of its steps.
    #[must_use]
    pub fn is_adaptive(&self) -> bool {
        !self.estimates.is_empty()
    }

    /// Whether an error estimate needs the completion, as it does for methods that are FSAL.
    #[must_use]
    pub fn completes_first(&self) -> bool {
        self.estimates.iter().any(|estimate| estimate.weights.last().is_some_and(|&weight| weight != 0.0))
    }
}
