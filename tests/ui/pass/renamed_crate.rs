//! The crate under another name, told by `#[ode(crate = path)]`.

use odec as solver_crate;

mod inner {
    pub mod again {
        pub use odec as deeper;
    }

    #[crate::solver_crate::differentiable(crate = self::again::deeper)]
    pub fn speed(_t: f64, [_x, v]: [f64; 2]) -> f64 {
        v
    }
}

#[solver_crate::ode(crate = crate::solver_crate)]
fn oscillator(_t: f64, [x, v]: [f64; 2], k: f64) -> [f64; 2] {
    [v, -k * x]
}

#[solver_crate::ode(crate = solver_crate)]
fn decay(_t: f64, y: f64) -> f64 {
    -y
}

fn main() -> Result<(), solver_crate::SolveError> {
    assert!(Oscillator { k: 1.0 }.solve([1.0, 0.0], 0.0..1.0)?.last()[1] < 0.0);
    assert!(Decay {}.solve(1.0, 0.0..1.0)?.last() < 1.0);
    assert_eq!(inner::Speed {}.value(0.0, [0.0, 2.0]), 2.0);
    Ok(())
}
