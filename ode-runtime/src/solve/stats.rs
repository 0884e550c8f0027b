//! Counts of a solve.

/// What a solve did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Steps that were accepted.
    pub accepted: usize,
    /// Steps that were tried and found too inaccurate.
    pub rejected: usize,
    /// Evaluations of the right-hand side.
    pub rhs_evaluations: usize,
}
