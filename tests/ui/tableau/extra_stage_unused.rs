//! A stage for dense output that no row of it uses.

use odec::prelude::*;

tableau! {
    Own, order 2, dense 2 {
        0 |
        1 | 1
        --+----------
          | 1/2  1/2
        --+----------
        1/2 | 1/2  0  0
        --+----------
        theta   | 1     0    0  0
        theta^2 | -1/2  1/2  0  0
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
