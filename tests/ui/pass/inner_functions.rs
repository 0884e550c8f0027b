//! Inner functions call each other, in any order, with items of their own.

use odec::prelude::*;

#[ode]
fn cart(t: f64, [x, v]: [f64; 2], k: f64) -> [f64; 2] {
    let force = spring(x, k) + drive(t);

    fn spring(x: f64, k: f64) -> f64 {
        -k * stretched(x)
    }
    fn stretched(x: f64) -> f64 {
        const STIFFENING: f64 = 0.1;
        fn cube(x: f64) -> f64 {
            x.powi(3)
        }
        x + STIFFENING * cube(x)
    }
    fn drive(t: f64) -> f64 {
        let (sine, _) = t.sin_cos();
        0.3 * sine
    }

    [v, force]
}

fn main() -> Result<(), SolveError> {
    let model = Cart { k: 2.0 };
    let rate = cart(1.0, [0.5, 0.0], 2.0);
    assert_eq!(rate[1], -2.0 * (0.5 + 0.1 * 0.125) + 0.3 * 1.0_f64.sin());
    assert!(model.solve([0.5, 0.0], 0.0..5.0)?.last()[0].abs() < 2.0);
    Ok(())
}
