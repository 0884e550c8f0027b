//! Loops over ranges and arrays; what they index and count is known while compiling.

use odec::prelude::*;

#[ode]
fn chain(_t: f64, y: [f64; 5], rate: f64) -> [f64; 5] {
    const LAST: usize = 4;
    let mut dy = [0.0; LAST + 1];
    for i in 0..=LAST {
        let left = if i > 0 { y[i - 1] } else { 0.0 };
        let right = if i < LAST { y[i + 1] } else { 0.0 };
        dy[i] = rate * (left - 2.0 * y[i] + right);
    }
    for pair in y.windows(2) {
        dy[0] += 0.01 * (pair[1] - pair[0]);
    }
    for i in (0..5).rev().step_by(2) {
        dy[i] -= 0.001 * i as f64;
    }
    for (x, dx) in y.iter().zip(dy).take(2) {
        dy[LAST] += 1e-3 * x * dx;
    }
    dy
}

fn main() -> Result<(), SolveError> {
    let model = Chain { rate: 1.0 };
    let end = model.solve([0.0, 0.0, 1.0, 0.0, 0.0], 0.0..0.5)?.last();
    assert!(end[2] < 1.0 && end[1] > 0.0);
    Ok(())
}
