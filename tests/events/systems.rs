//! The systems and events of the tests.

use odec::prelude::*;
use serde_json::Value;

use crate::support::assert_close;
pub use crate::support::{LotkaVolterra, derivative};

#[ode]
pub fn ball(_t: f64, [_height, velocity]: [f64; 2], gravity: f64) -> [f64; 2] {
    [velocity, -gravity]
}

/// A ball with air resistance, whose flight no polynomial is.
#[ode]
pub fn draggy(_t: f64, [_height, velocity]: [f64; 2], gravity: f64, drag: f64) -> [f64; 2] {
    [velocity, -gravity - drag * velocity * velocity.abs()]
}

#[differentiable]
pub fn impact(_t: f64, [height, _velocity]: [f64; 2], floor: f64) -> f64 {
    height - floor
}

#[differentiable]
pub fn bounce(_t: f64, [height, velocity]: [f64; 2], restitution: f64) -> [f64; 2] {
    [height, -restitution * velocity]
}

/// A floor that moves, and what it does to the ball.
#[differentiable]
pub fn moving_impact(t: f64, [height, _velocity]: [f64; 2], amplitude: f64) -> f64 {
    height - amplitude * t.sin()
}

#[differentiable]
pub fn moving_bounce(t: f64, [height, velocity]: [f64; 2], amplitude: f64, restitution: f64) -> [f64; 2] {
    let floor = amplitude * t.cos();
    [height, floor - restitution * (velocity - floor)]
}

#[ode]
pub fn pendulum(_t: f64, [theta, omega]: [f64; 2], c: f64) -> [f64; 2] {
    [omega, -c * theta.sin()]
}

#[differentiable]
pub fn first(_t: f64, [x, _v]: [f64; 2], level: f64) -> f64 {
    x - level
}

#[ode]
pub fn oscillator(_t: f64, [x, v]: [f64; 2]) -> [f64; 2] {
    [v, -x]
}

#[differentiable]
pub fn cube(_t: f64, [x, _v]: [f64; 2]) -> f64 {
    x * x * x
}

#[differentiable]
pub fn energy(_t: f64, [x, v]: [f64; 2], level: f64) -> f64 {
    (x * x + v * v) / 2.0 - level
}

/// y = [t, ...]: exact, so that events fall on round times.
#[ode]
pub fn uniform(_t: f64, [_x, v]: [f64; 2]) -> [f64; 2] {
    [v, 0.0]
}

#[differentiable]
pub fn jump(_t: f64, [x, v]: [f64; 2], by: f64) -> [f64; 2] {
    [x + by, v]
}

/// A point that moves straight on in a plane.
#[ode]
pub fn straight(_t: f64, [_x, _y, v, w]: [f64; 4]) -> [f64; 4] {
    [v, w, 0.0, 0.0]
}

/// Time itself.
#[differentiable]
pub fn clock(t: f64, [_x, _v]: [f64; 2], at: f64) -> f64 {
    t - at
}

/// A dose into the first component.
#[differentiable]
pub fn dose(_t: f64, [x, v]: [f64; 2], amount: f64) -> [f64; 2] {
    [x + amount, v]
}

/// A case of the reference file.
pub fn case(name: &str) -> Value {
    let file: Value =
        serde_json::from_str(include_str!("../reference/events.json")).expect("the reference file is JSON");
    let cases = file["cases"].as_array().expect("a list of cases");
    cases.iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("no case {name}")).clone()
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

#[track_caller]
pub fn assert_near(actual: f64, expected: f64, tolerance: f64, what: &str) {
    assert_close(actual, expected, 0.0, tolerance, what);
}

/// The times of all events.
pub fn times<S: odec::Model>(solution: &Solution<S>) -> Vec<f64> {
    solution.events().iter().map(|event| event.time).collect()
}
