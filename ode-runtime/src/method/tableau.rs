//! The coefficients of a method as data.

/// The Butcher tableau of an explicit method, in the form that all methods are brought to: working stages, then a
/// completion, which is f at the end of the step and the first stage of the next.
///
/// Hairer, Nørsett, Wanner, *Solving Ordinary Differential Equations I*, 2nd ed., II.1; the completion is the last
/// stage of a method that is FSAL (first same as last), and an evaluation of its own for others.
#[derive(Debug, Clone, Copy)]
pub struct Tableau {
    /// The name that [`Method`](crate::Method) parses.
    pub name: &'static str,
    /// The order of convergence.
    pub order: usize,
    /// The order of the embedded weights, where the method estimates its error.
    pub embedded: Option<usize>,
    /// The order of the dense output.
    pub dense_order: usize,
    /// The nodes, in [0, 1]; the completion's is 1.
    pub c: &'static [f64],
    /// The rows of the working stages: `a[i]` has `i` coefficients.
    pub a: &'static [&'static [f64]],
    /// The weights.
    pub b: &'static [f64],
    /// The weights of the error estimate, b minus the embedded ones.
    pub error: Option<&'static [f64]>,
    /// For each stage the coefficients of θ, θ², … in y(t + θh) = y + h Σ b_i(θ) k_i.
    pub dense: &'static [&'static [f64]],
}

impl Tableau {
    /// The number of stages, the completion included.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.c.len()
    }

    /// Whether the error estimate needs the completion, as it does for methods that are FSAL.
    #[must_use]
    pub fn completes_first(&self) -> bool {
        self.error.is_some_and(|error| error.last().is_some_and(|&weight| weight != 0.0))
    }
}
