//! A weight that alone keeps the method from its order.

use odec::prelude::*;

tableau! {
    Own, order 4 {
        0   |
        1/2 | 1/2
        1/2 | 0    1/2
        1   | 0    0    1
        ----+--------------------
            | 1/6  1/3  1/6  1/6
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
