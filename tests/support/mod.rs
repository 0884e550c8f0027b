//! What several test programs share.

// Not every program uses all of it.
#![allow(dead_code)]

use odec::prelude::*;

#[ode]
pub fn lotka_volterra(
    _t: f64,
    [prey, predator]: [f64; 2],
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
) -> [f64; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}

/// Fails unless |actual - expected| ≤ absolute + relative |expected|, and neither is NaN.
#[track_caller]
pub fn assert_close(actual: f64, expected: f64, relative: f64, absolute: f64, what: &str) {
    let error = (actual - expected).abs();
    let bound = absolute + relative * expected.abs();
    assert!(
        error <= bound,
        "{what}: {actual:e} for {expected:e}, off by {error:.2e} ({:.2e} of it) where {bound:.2e} is allowed",
        error / expected.abs()
    );
}

/// df/dx by central differences of sixth order with step `h`.
pub fn derivative(h: f64, f: impl Fn(f64) -> f64) -> f64 {
    let pair = |n: f64| (f(n * h) - f(-n * h)) / (n * h);
    (45.0 * pair(1.0) - 18.0 * pair(2.0) + 3.0 * pair(3.0)) / 60.0
}
