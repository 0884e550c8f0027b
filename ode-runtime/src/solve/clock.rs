//! The times of a step.

/// A step in time. `h` is exactly the difference of its ends; it is negative backwards in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StepTimes {
    /// Where it starts.
    pub(crate) t: f64,
    /// How long it is.
    pub(crate) h: f64,
    /// Where the stages with node 0 are evaluated: `t`, or just after it where the right-hand side jumps there.
    pub(crate) first: f64,
    /// Where those with node 1 are: the end, or just before it.
    pub(crate) last: f64,
}

impl StepTimes {
    /// The time of a stage with this node.
    #[inline(always)]
    #[allow(clippy::float_cmp)]
    pub(crate) fn at(&self, node: f64) -> f64 {
        if node == 0.0 {
            self.first
        } else if node == 1.0 {
            self.last
        } else {
            self.t + node * self.h
        }
    }
}

/// The number next to `t` in this direction of time.
pub(crate) fn next_after(t: f64, direction: f64) -> f64 {
    if direction > 0.0 { t.next_up() } else { t.next_down() }
}
