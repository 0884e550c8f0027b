//! A row without its zero.

use odec::prelude::*;

tableau! {
    Own, order 3 {
        0   |
        1/3 | 1/3
        2/3 | 2/3
        ----+---------------
            | 1/4  0    3/4
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
