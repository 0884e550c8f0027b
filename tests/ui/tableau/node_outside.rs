//! A node beyond the end of the step.

use odec::prelude::*;

tableau! {
    Own, order 2 {
        0   |
        3/2 | 3/2
        ----+----------
            | 2/3  1/3
    }
}

#[ode]
fn decay(_t: f64, y: f64, rate: f64) -> f64 {
    -rate * y
}

fn main() {
    let model = Decay { rate: 1.0 };
    let _ = model.solver().method(Own).step_size(0.1).solve(1.0, 0.0..1.0);
}
