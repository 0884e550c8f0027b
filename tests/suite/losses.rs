//! Losses made by the compiler: sums over save points, and integrals.

use odec::IntoTimes;
use odec::prelude::*;

use crate::systems::LotkaVolterra;
use crate::testkit::{assert_close, assert_close_all, derivative, largest};

/// Nonlinear and driven.
#[ode]
fn driven(t: f64, [x, v]: [f64; 2], stiffness: f64, friction: f64, force: f64) -> [f64; 2] {
    [v, -stiffness * x.sin() - friction * v.powi(3) + force * (1.3 * t).cos()]
}

const MODEL: Driven = Driven { stiffness: 2.0, friction: 0.03, force: 0.8 };
const Y0: [f64; 2] = [1.1, -0.2];

/// Save points on both sides of many steps, several of them in one.
const TIMES: [f64; 8] = [0.0, 0.3012, 0.3024, 0.3037, 0.911, 1.4333, 1.921, 2.5];

/// A loss of a saved state that also depends on when it is.
#[differentiable]
fn misfit(t: f64, [x, v]: [f64; 2], observed: f64, weight: f64) -> f64 {
    weight * (x - observed).powi(2) * (0.3 * t).exp() + v * t.sin()
}

fn observed(save: usize) -> Misfit {
    Misfit { observed: 0.2 * save as f64, weight: 1.0 + save as f64 }
}

fn by_hand<T: IntoTimes + Copy>(solver: &Solver<'_, Driven>, times: T) -> LossGradient<Driven> {
    let saved = solver.solve(Y0, times).expect("solves").times().to_vec();
    let mut by_time = Vec::new();
    let mut gradient = solver
        .gradient(Y0, times, |states, cotangents| {
            let mut loss = 0.0;
            for (save, ((&t, &[x, v]), bar)) in saved.iter().zip(states).zip(cotangents).enumerate() {
                let Misfit { observed, weight } = observed(save);
                let (residual, growth) = (x - observed, (0.3 * t).exp());
                loss += weight * residual.powi(2) * growth + v * t.sin();
                *bar = [2.0 * weight * residual * growth, t.sin()];
                by_time.push(0.3 * weight * residual.powi(2) * growth + v * t.cos());
            }
            loss
        })
        .expect("solves");
    gradient.times.iter_mut().zip(by_time).for_each(|(total, own)| *total += own);
    gradient
}

#[test]
fn a_loss_by_the_compiler_is_that_by_hand() {
    let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
    for times in [&TIMES[..], &backwards] {
        for solver in [MODEL.solver(), MODEL.solver().rtol(1e-4).atol(1e-4), MODEL.solver().step_size(0.2)] {
            let gradient = solver.gradient_of(Y0, times, observed).expect("solves");
            let expected = by_hand(&solver, times);
            assert_close(gradient.loss, expected.loss, 1e-14, 0.0, "loss");
            let found = [numbers(&gradient.params), gradient.y0.to_vec(), gradient.times].concat();
            let expected = [numbers(&expected.params), expected.y0.to_vec(), expected.times].concat();
            assert_close_all(&found, &expected, 1e-14, "gradient");
        }
    }
    let gradient = MODEL.solver().gradient_of(Y0, 0.0..2.0, observed).expect("solves");
    let expected = by_hand(&MODEL.solver(), &[0.0, 2.0]);
    assert_close_all(&gradient.times, &expected.times, 1e-14, "by the ends of a span");
}

fn numbers(model: &Driven) -> Vec<f64> {
    vec![model.stiffness, model.friction, model.force]
}

/// A save time that is moved moves the loss by its own time too.
#[test]
fn a_loss_that_depends_on_time_by_the_save_times() {
    let solver = MODEL.solver().rtol(1e-4).atol(1e-5);
    let gradient = solver.gradient_of(Y0, &TIMES, observed).expect("solves");
    let grid = solver.clone().dense(true).solve(Y0, &TIMES).expect("solves").steps().to_vec();
    let size = largest(&gradient.times);
    for i in 1..TIMES.len() {
        let expected = derivative(1e-5, |d| {
            let (mut times, mut grid) = (TIMES, grid.clone());
            times[i] += d;
            if i == TIMES.len() - 1 {
                *grid.last_mut().expect("a grid has an end") += d;
            }
            let solution = MODEL.solver().grid(&grid).solve(Y0, &times).expect("solves");
            let losses = solution.iter().enumerate().map(|(save, (t, y))| {
                let Misfit { observed, weight } = observed(save);
                misfit(t, y, observed, weight)
            });
            losses.sum()
        });
        assert_close(gradient.times[i], expected, 0.0, 1e-8 * size, &format!("by times[{i}]"));
    }
}

#[ode]
fn decay(_t: f64, y: f64, rate: f64) -> f64 {
    -rate * y
}

#[differentiable]
fn effort(_t: f64, y: f64, price: f64) -> f64 {
    price * y * y
}

#[differentiable]
fn lever(t: f64, y: f64, arm: f64) -> f64 {
    arm * t * y
}

#[test]
fn integrals_in_closed_form() {
    let (rate, y0, price) = (0.7, 1.3, 3.0);
    let model = Decay { rate };
    let solver = model.solver().rtol(1e-11).atol(1e-11);
    for (start, end) in [(0.0, 2.0), (1.0, 3.5), (2.0, -1.0)] {
        let exact = |y0: f64, rate: f64, start: f64, end: f64| {
            price * y0 * y0 * (1.0 - (-2.0 * rate * (end - start)).exp()) / (2.0 * rate)
        };
        let what = format!("{start}..{end}");
        let gradient = solver.integral_gradient(y0, start..end, &Effort { price }).expect("solves");
        let value = exact(y0, rate, start, end);
        let close = |found: f64, expected: f64, by: &str| {
            assert_close(found, expected, 0.0, 1e-9 * value.abs(), &format!("{what}: {by}"));
        };
        close(gradient.integral, value, "integral");
        close(gradient.params.rate, derivative(1e-3, |d| exact(y0, rate + d, start, end)), "by rate");
        close(gradient.y0, 2.0 * value / y0, "by y0");
        close(gradient.integrand.price, value / price, "by price");
        close(gradient.times[0], derivative(1e-3, |d| exact(y0, rate, start + d, end)), "by start");
        close(gradient.times[1], derivative(1e-3, |d| exact(y0, rate, start, end + d)), "by end");
    }
    // ∫ t y dt
    let exact = |start: f64, end: f64, rate: f64| {
        let at = |t: f64| -(-rate * (t - start)).exp() * (t / rate + 1.0 / (rate * rate));
        y0 * (at(end) - at(start))
    };
    let gradient = solver.integral_gradient(y0, 0.5..3.0, &Lever { arm: 1.0 }).expect("solves");
    let close = |found: f64, expected: f64, by: &str| assert_close(found, expected, 1e-9, 0.0, by);
    close(gradient.integral, exact(0.5, 3.0, rate), "integral of t y");
    close(gradient.params.rate, derivative(1e-3, |d| exact(0.5, 3.0, rate + d)), "t y by rate");
    close(gradient.times[0], derivative(1e-3, |d| exact(0.5 + d, 3.0, rate)), "t y by start");
    close(gradient.times[1], derivative(1e-3, |d| exact(0.5, 3.0 + d, rate)), "t y by end");
    close(gradient.integrand.arm, exact(0.5, 3.0, rate), "t y by arm");
}

#[differentiable]
fn cost(t: f64, [prey, predator]: [f64; 2], target: f64, weight: f64) -> f64 {
    weight * (prey - target).powi(2) + predator * t.sin()
}

/// With the cost as one more state.
#[ode]
fn with_cost(
    t: f64,
    [prey, predator, _sum]: [f64; 3],
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
    target: f64,
    weight: f64,
) -> [f64; 3] {
    let meeting = prey * predator;
    [
        alpha * prey - beta * meeting,
        delta * meeting - gamma * predator,
        weight * (prey - target).powi(2) + predator * t.sin(),
    ]
}

#[test]
fn an_integral_is_one_more_state() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().rtol(1e-11).atol(1e-11);
    let found = solver.integral_gradient([1.0, 1.0], 0.0..10.0, &Cost { target: 2.0, weight: 0.5 });
    let found = found.expect("solves");
    let extended = WithCost { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0, target: 2.0, weight: 0.5 };
    let solver = extended.solver().rtol(1e-11).atol(1e-11);
    let expected = solver
        .gradient([1.0, 1.0, 0.0], 0.0..10.0, |states, cotangents| {
            cotangents[1] = [0.0, 0.0, 1.0];
            states[1][2]
        })
        .expect("solves");
    assert_close(found.integral, expected.loss, 1e-9, 0.0, "the integral");
    let (p, q, e) = (&found.params, &found.integrand, &expected.params);
    let found_all = [&[p.alpha, p.beta, p.gamma, p.delta, q.target, q.weight][..], &found.y0, &found.times];
    let expected_all =
        [&[e.alpha, e.beta, e.gamma, e.delta, e.target, e.weight][..], &expected.y0[..2], &expected.times];
    assert_close_all(&found_all.concat(), &expected_all.concat(), 1e-8, "its gradient");
}

#[differentiable]
fn work(t: f64, [x, v]: [f64; 2], stiffness: f64, phase: f64) -> f64 {
    stiffness * x.cos() + v.powi(2) * (t + phase).sin()
}

/// The gradient is that of the sum that was computed, exactly.
fn check_the_same_steps<M: odec::Stepper>(
    what: &str,
    method: M,
    times: &[f64],
    pace: impl Fn(Solver<'_, Driven, M>) -> Solver<'_, Driven, M>,
) {
    let integrand = Work { stiffness: 0.7, phase: 0.4 };
    let solver = pace(MODEL.solver().method(method));
    let gradient = solver.integral_gradient(Y0, times, &integrand).expect("solves");
    let grid = solver.clone().dense(true).solve(Y0, times).expect("solves").steps().to_vec();
    let point = [numbers(&MODEL), Y0.to_vec(), vec![0.7, 0.4]].concat();
    let held = |point: &[f64], times: &[f64], grid: &[f64]| {
        let &[stiffness, friction, force, x, v, own, phase] = point else { panic!("{point:?}") };
        let model = Driven { stiffness, friction, force };
        let solver = model.solver().method(method).grid(grid);
        let integrand = Work { stiffness: own, phase };
        solver.integral_gradient([x, v], times, &integrand).expect("solves").integral
    };
    assert_eq!(gradient.integral, held(&point, times, &grid), "{what}: the integral");
    let expected: Vec<f64> = (0..point.len())
        .map(|i| {
            derivative(1e-3, |d| {
                let mut point = point.clone();
                point[i] += d;
                held(&point, times, &grid)
            })
        })
        .collect();
    let own = [gradient.integrand.stiffness, gradient.integrand.phase];
    let found = [numbers(&gradient.params), gradient.y0.to_vec(), own.to_vec()].concat();
    assert_close_all(&found, &expected, 1e-9, what);

    let last = times.len() - 1;
    for i in 0..=last {
        let expected = derivative(1e-4, |d| {
            let (mut times, mut grid) = (times.to_vec(), grid.clone());
            times[i] += d;
            if i == 0 {
                let end = grid.len() - 1;
                grid[..end].iter_mut().for_each(|t| *t += d);
            } else if i == last {
                *grid.last_mut().expect("a grid has an end") += d;
            }
            held(&point, &times, &grid)
        });
        let size = largest(&gradient.times);
        assert_close(gradient.times[i], expected, 0.0, 1e-8 * size, &format!("{what}: by times[{i}]"));
    }

    for checkpoints in [Checkpoints::Count(1), Checkpoints::Count(7), Checkpoints::SquareRoot] {
        let solver = solver.clone().adjoint(Discrete::default().checkpoints(checkpoints));
        let again = solver.integral_gradient(Y0, times, &integrand).expect("solves");
        let all = |gradient: &IntegralGradient<Driven, Work>| {
            let own = [gradient.integral, gradient.integrand.stiffness, gradient.integrand.phase];
            [&own[..], &numbers(&gradient.params), &gradient.y0, &gradient.times].concat()
        };
        assert_eq!(all(&again), all(&gradient), "{what}, {checkpoints:?}");
    }
}

#[test]
fn the_gradient_of_an_integral_is_that_of_its_sum() {
    let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
    for times in [&TIMES[..], &[0.0, 2.5], &backwards] {
        check_the_same_steps("Dopri5", Dopri5, times, |solver| solver.rtol(1e-4).atol(1e-5));
        check_the_same_steps("Rk4", Rk4, times, |solver| solver.step_size(0.11));
    }
}
