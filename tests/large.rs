//! Systems whose vectors are on the heap, written out as those of small ones are.

#![allow(missing_docs)]

use odec::prelude::*;

/// A chain of masses between springs that stiffen: positions and velocities side by side.
#[ode]
fn chain(t: f64, y: [[f64; 2]; 40], stiffness: [f64; 70], push: f64) -> [[f64; 2]; 40] {
    let mut dy = [[0.0; 2]; 40];
    for i in 0..40 {
        let left = if i == 0 { 0.0 } else { y[i - 1][0] };
        let right = if i == 39 { push * t.sin() } else { y[i + 1][0] };
        let (a, b) = (y[i][0] - left, right - y[i][0]);
        dy[i] = [y[i][1], stiffness[i + 20] * (b + b * b * b - a - a * a * a)];
    }
    dy
}

/// The same, from a state in parts, to see where each number goes.
#[ode]
fn parts(
    _t: f64,
    (first, [a, b], rest): (f64, [f64; 2], [(f64, f64); 70]),
) -> (f64, [f64; 2], [(f64, f64); 70]) {
    let mut out = rest;
    for i in 0..70 {
        out[i] = (rest[i].1 * 0.5, rest[i].0 - rest[i].1);
    }
    (first * b, [a - b, first], out)
}

fn model() -> Chain {
    Chain { stiffness: std::array::from_fn(|i| 1.0 + 0.01 * f64::from(i as u8)), push: 0.3 }
}

fn y0() -> [[f64; 2]; 40] {
    std::array::from_fn(|i| [0.1 * f64::from(i as u8).sin(), 0.05 * f64::from(i as u8).cos()])
}

#[test]
fn states_and_parameters_keep_their_order() {
    let model = model();
    let flat = Chain::flatten(&y0());
    assert_eq!(flat[2 * 7], y0()[7][0]);
    assert_eq!(flat[2 * 7 + 1], y0()[7][1]);
    assert_eq!(Chain::unflatten(&flat), y0());
    let flat = model.to_params();
    assert_eq!((flat[69], flat[70]), (model.stiffness[69], model.push));
    assert_eq!(Chain::from_params(flat), model);
    assert_eq!(Chain::PARAMETERS[69], "stiffness[69]");

    let state = (1.0, [2.0, 3.0], std::array::from_fn(|i| (f64::from(i as u8), -f64::from(i as u8))));
    let flat = Parts::flatten(&state);
    assert_eq!(flat.as_ref()[..5], [1.0, 2.0, 3.0, 0.0, -0.0]);
    assert_eq!(flat[3 + 2 * 69 + 1], -69.0);
    assert_eq!(Parts::unflatten(&flat), state);
}

/// The right-hand side by the plain function, from the code that was made of it.
#[test]
fn the_right_hand_side_is_the_function() {
    let (model, y) = (model(), Chain::flatten(&y0()));
    let mut dy = y.clone();
    Chain::rhs(&model.parameters(), 0.7, &y, &mut dy);
    let expected = Chain::flatten(&chain(0.7, y0(), model.stiffness, model.push));
    for i in 0..80 {
        assert!((dy[i] - expected[i]).abs() <= 1e-15, "{}: {} {}", Chain::STATES[i], dy[i], expected[i]);
    }
}

/// The energy at the end, and its gradient.
fn energy(states: &[[[f64; 2]; 40]], cotangents: &mut [[[f64; 2]; 40]]) -> f64 {
    let last = states.len() - 1;
    let mut sum = 0.0;
    for (y, bar) in states[last].iter().flatten().zip(cotangents[last].iter_mut().flatten()) {
        sum += y * y;
        *bar = 2.0 * y;
    }
    sum
}

#[test]
fn gradients_agree_with_differences() {
    let model = model();
    let times = [0.0, 1.0, 2.5];
    let solver = model.solver().rtol(1e-9).atol(1e-9);
    let gradient = solver.gradient(y0(), &times, energy).expect("solves");
    let loss = |model: &Chain, y0: [[f64; 2]; 40]| {
        let solution = model.solver().rtol(1e-12).atol(1e-12).solve(y0, &times).expect("solves");
        solution.last().iter().flatten().map(|y| y * y).sum::<f64>()
    };
    let step = 1e-5;
    for (i, part) in [(0, 0), (17, 1), (39, 0)] {
        let moved = |by: f64| {
            let mut y0 = y0();
            y0[i][part] += by;
            loss(&model, y0)
        };
        let difference = (moved(step) - moved(-step)) / (2.0 * step);
        let found = gradient.y0[i][part];
        assert!((found - difference).abs() < 1e-7 * (1.0 + difference.abs()), "{found} {difference}");
    }
    let moved = |by: f64| {
        let mut model = model.clone();
        model.stiffness[45] += by;
        loss(&model, y0())
    };
    let difference = (moved(step) - moved(-step)) / (2.0 * step);
    let found = gradient.params.stiffness[45];
    assert!((found - difference).abs() < 1e-7 * (1.0 + difference.abs()), "{found} {difference}");
}

#[test]
fn adjoints_agree() {
    let model = model();
    let times = [0.0, 0.5, 1.0];
    let exact = model.solver().rtol(1e-10).atol(1e-10).gradient(y0(), &times, energy).expect("solves");
    let checkpoints = Discrete::default().checkpoints(3);
    let kept = model.solver().rtol(1e-10).atol(1e-10).adjoint(checkpoints).gradient(y0(), &times, energy);
    assert_eq!(kept.expect("solves").y0, exact.y0);
    let back = model.solver().rtol(1e-10).atol(1e-10).adjoint(Backsolve::default());
    let back = back.gradient(y0(), &times, energy).expect("solves");
    for (found, expected) in back.y0.iter().flatten().zip(exact.y0.iter().flatten()) {
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    }
}

#[test]
fn an_ensemble_takes_the_steps_of_each_alone() {
    let models: Vec<Chain> = (0..5).map(|i| Chain { push: 0.1 * f64::from(i), ..model() }).collect();
    let ensemble = Chain::ensemble(&models).solve(y0(), 0.0..2.0).expect("solves");
    for (model, one) in models.iter().zip(ensemble.iter()) {
        let alone = model.solve(y0(), 0.0..2.0).expect("solves");
        assert_eq!(one.expect("solves").last(), alone.last());
    }
}

#[test]
fn events_are_found() {
    let model = model();
    let crossing = |_: f64, y: [[f64; 2]; 40]| y[20][0] - 0.02;
    let solution = model.solver().until(crossing).solve(y0(), 0.0..50.0).expect("solves");
    assert!((solution.last()[20][0] - 0.02).abs() < 1e-8);
}
