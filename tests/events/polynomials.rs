//! Random polynomials of an exact solution: every zero is found, in order, and no other.

use odec::prelude::*;
use proptest::prelude::*;

use crate::systems::*;

/// A polynomial of third degree in position and velocity.
#[differentiable]
fn cubic(_t: f64, [x, v]: [f64; 2], c: [f64; 10]) -> f64 {
    c[0] + c[1] * x
        + c[2] * v
        + c[3] * x * x
        + c[4] * x * v
        + c[5] * v * v
        + c[6] * x * x * x
        + c[7] * x * x * v
        + c[8] * x * v * v
        + c[9] * v * v * v
}

const END: f64 = 7.0;

/// The zeros along x = cos t, v = -sin t by bisection between many points, unless some are too flat or too close to
/// tell.
fn zeros(c: [f64; 10], direction: f64) -> Option<Vec<f64>> {
    let value = |t: f64| cubic(t, [(direction * t).cos(), -(direction * t).sin()], c);
    let count = 7000;
    let at = |i: i32| END * f64::from(i) / f64::from(count);
    let mut zeros = Vec::new();
    for i in 0..count {
        let (mut a, mut b) = (at(i), at(i + 1));
        let (left, right) = (value(a), value(b));
        let flat = left.abs().min(right.abs()) < 2e-4 && (left - right).abs() < 2e-5;
        if flat || left == 0.0 {
            return None;
        }
        if left * right < 0.0 {
            for _ in 0..60 {
                let middle = 0.5 * (a + b);
                if value(middle) * left > 0.0 { a = middle } else { b = middle }
            }
            zeros.push(direction * b);
        }
    }
    Some(zeros)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn all_zeros_are_found(c in prop::array::uniform10(-1.0f64..1.0), forwards: bool) {
        let direction = if forwards { 1.0 } else { -1.0 };
        let expected = zeros(c, direction);
        prop_assume!(expected.is_some());
        let expected = expected.unwrap_or_default();
        let solution = Oscillator {}
            .solver()
            .rtol(1e-9)
            .atol(1e-9)
            .record(Cubic { c })
            .solve([1.0, 0.0], 0.0..direction * END)
            .expect("a solution");
        let found = times(&solution);
        prop_assert_eq!(found.len(), expected.len(), "{:?} for {:?}", found, expected);
        for (found, expected) in found.iter().zip(&expected) {
            // Some zeros are flat: the slope is at least 0.02 there.
            prop_assert!((found - expected).abs() < 2e-6, "{} for {}", found, expected);
        }
    }
}
