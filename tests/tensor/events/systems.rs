//! The systems and events of the tests: of numbers, and the same of tensors.

use dfdx::prelude::*;
use odec::prelude::*;

/// A ball in gusts of wind, whose drag no polynomial is.
#[ode]
pub(super) fn ball(t: f64, [_height, velocity]: [f64; 2], gravity: f64, drag: f64) -> [f64; 2] {
    [velocity, (3.0 * t).sin() - gravity - drag * velocity * velocity.abs()]
}

#[ode]
pub(super) fn balls(
    t: f64,
    y: Tensor<Rank1<2>>,
    gravity: Tensor<Rank0>,
    drag: Tensor<Rank0>,
) -> Tensor<Rank1<2>> {
    let velocity = y[1];
    stack([velocity, (3.0 * t).sin() - gravity - drag * velocity * velocity.abs()], 0)
}

/// The same, not looked into.
#[ode]
#[opaque]
pub(super) fn hidden_balls(
    t: f64,
    y: Tensor<Rank1<2>>,
    gravity: Tensor<Rank0>,
    drag: Tensor<Rank0>,
) -> Tensor<Rank1<2>> {
    let dev = y.device().clone();
    let (y, tape) = y.split_tape();
    let (velocity, tape) = y.put_tape(tape).select(dev.tensor(1)).split_tape();
    let (speed, tape) = velocity.clone().put_tape(tape).abs().split_tape();
    let (square, tape) = (velocity.clone().put_tape(tape) * speed).split_tape();
    let (resisted, tape) = (drag.put_tape(tape) * square + gravity).split_tape();
    let change = resisted.put_tape(tape).negate() + (3.0 * t).sin();
    let (change, tape) = change.split_tape();
    [velocity.put_tape(tape), change.put_tape(Default::default())].stack()
}

/// A floor that moves, and what it does to the ball.
#[differentiable]
pub(super) fn impact(t: f64, [height, _velocity]: [f64; 2], amplitude: f64) -> f64 {
    height - amplitude * t.sin()
}

#[differentiable]
pub(super) fn impacts(t: f64, y: Tensor<Rank1<2>>, amplitude: Tensor<Rank0>) -> Tensor<Rank0> {
    y[0] - amplitude * t.sin()
}

#[differentiable]
pub(super) fn bounce(t: f64, [height, velocity]: [f64; 2], amplitude: f64, restitution: f64) -> [f64; 2] {
    let floor = amplitude * t.cos();
    [height, floor - restitution * (velocity - floor)]
}

#[differentiable]
pub(super) fn bounces(
    t: f64,
    y: Tensor<Rank1<2>>,
    amplitude: Tensor<Rank0>,
    restitution: Tensor<Rank0>,
) -> Tensor<Rank1<2>> {
    let floor = amplitude * t.cos();
    stack([y[0], floor - restitution * (y[1] - floor)], 0)
}

#[differentiable]
pub(super) fn level(_t: f64, [height, _velocity]: [f64; 2], height_of: f64) -> f64 {
    height - height_of
}

#[differentiable]
pub(super) fn levels(_t: f64, y: Tensor<Rank1<2>>, height_of: Tensor<Rank0>) -> Tensor<Rank0> {
    y[0] - height_of
}

/// Balls that fall side by side: heights and velocities.
#[ode]
pub(super) fn flight<const B: usize>(
    _t: f32,
    (height, velocity): (Tensor<Rank1<B>>, Tensor<Rank1<B>>),
    gravity: Tensor<Rank0>,
) -> (Tensor<Rank1<B>>, Tensor<Rank1<B>>) {
    (velocity, 0.0 * height - gravity)
}

/// The lowest of them.
#[differentiable]
pub(super) fn lowest<const B: usize>(
    _t: f32,
    (height, _velocity): (Tensor<Rank1<B>>, Tensor<Rank1<B>>),
    floor: Tensor<Rank0>,
) -> Tensor<Rank0> {
    height.min(0) - floor
}

/// Those that are down turn round.
#[differentiable]
pub(super) fn turn<const B: usize>(
    _t: f32,
    (height, velocity): (Tensor<Rank1<B>>, Tensor<Rank1<B>>),
    restitution: Tensor<Rank1<B>>,
) -> (Tensor<Rank1<B>>, Tensor<Rank1<B>>) {
    let back = velocity.lt(0.0).choose(-restitution * velocity, velocity);
    (height, height.lt(1e-4).choose(back, velocity))
}

/// Exponential decay of each row.
#[ode]
pub(super) fn decay(
    _t: f64,
    y: Tensor<(usize, Const<2>)>,
    rate: Tensor<Rank1<2>>,
) -> Tensor<(usize, Const<2>)> {
    -rate * y
}

#[differentiable]
pub(super) fn mean_of(_t: f64, y: Tensor<(usize, Const<2>)>, target: Tensor<Rank0>) -> Tensor<Rank0> {
    y.mean() - target
}

/// Vertical throw: closed forms for everything.
#[ode]
pub(super) fn throw(_t: f64, y: Tensor<Rank1<2>>, gravity: Tensor<Rank0>) -> Tensor<Rank1<2>> {
    stack([y[1], -gravity], 0)
}

#[differentiable]
pub(super) fn mirror(_t: f64, y: Tensor<Rank1<2>>, restitution: Tensor<Rank0>) -> Tensor<Rank1<2>> {
    stack([y[0], -restitution * y[1]], 0)
}

pub(super) type State = Tensor<Rank1<2>, f64, Cpu>;

#[track_caller]
pub(super) fn assert_near(found: f64, wanted: f64, tolerance: f64, what: &str) {
    assert!((found - wanted).abs() <= tolerance, "{what}: {found} for {wanted}");
}
