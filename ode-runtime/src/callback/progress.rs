//! A progress bar.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Callback, Moment, Notice, Pass};

/// A bar on the terminal that shows how much of the span is solved, and the time and length of the step; over an open
/// span, the number of steps.
///
/// ```no_run
/// use ode_runtime::{Progress, SolveError, ode};
///
/// #[ode]
/// fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
///
/// # fn main() -> Result<(), SolveError> {
/// let progress = Progress::new();
/// let solution = Decay { rate: 0.5 }.solver().callback(&progress).solve(1.0, 0.0..1e6)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

/// The number of parts of the bar.
const PARTS: u64 = 1000;

impl Progress {
    /// A bar that appears with the first step, and goes when it is dropped.
    #[must_use]
    pub fn new() -> Self {
        Self::with_bar(ProgressBar::new(PARTS))
    }

    /// The same on a bar of one's own, such as one of several; its length and style are set.
    #[must_use]
    pub fn with_bar(bar: ProgressBar) -> Self {
        bar.set_length(PARTS);
        if let Ok(style) = ProgressStyle::with_template("{prefix:8} {wide_bar} {msg:>32} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Callback for Progress {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn notice(&self, notice: &Notice<'_>) -> ControlFlow<()> {
        if notice.moment != Moment::Accepted {
            return ControlFlow::Continue(());
        }
        let (start, end) = notice.span;
        let t = notice.t + notice.h;
        if end.is_finite() {
            let part = ((t - start) / (end - start)).clamp(0.0, 1.0);
            self.bar.set_position((part * PARTS as f64) as u64);
        } else {
            self.bar.inc(1);
            self.bar.set_length(self.bar.position());
        }
        self.bar.set_prefix(if notice.pass == Pass::Forward { "solving" } else { "adjoint" });
        self.bar.set_message(format!("t = {t:.4}  h = {:.2e}", notice.h));
        ControlFlow::Continue(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
