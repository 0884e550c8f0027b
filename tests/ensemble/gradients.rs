//! The gradient of each trajectory against that of a solve of it alone.

use odec::prelude::*;

use crate::*;

fn assert_near(actual: &[f64], expected: &[f64], what: &str) {
    let size = expected.iter().fold(1e-3, |size: f64, x| size.max(x.abs()));
    for (a, e) in actual.iter().zip(expected) {
        assert!((a - e).abs() <= 1e-12 * size, "{what}: {a:e} for {e:e}");
    }
}

#[test]
fn each_gradient_is_that_of_a_solve_of_its_own() {
    let models = lorenzes(101);
    let times = [0.0, 0.13, 0.5, 1.0];
    let loss = |states: &[[f64; 3]], cotangents: &mut [[f64; 3]]| {
        let mut sum = 0.0;
        for (y, bar) in states.iter().zip(cotangents) {
            sum += y[0] * y[2] + y[1];
            *bar = [y[2], 1.0, y[0]];
        }
        sum
    };
    let gradients = Lorenz::ensemble(&models)
        .method(Tsit5)
        .rtol(1e-8)
        .gradient(Y0, &times, |_, states, cotangents| loss(states, cotangents))
        .expect("solves");
    assert!(gradients.failures.is_empty());
    let mut total = 0.0;
    for (index, model) in models.iter().enumerate() {
        let alone = model.solver().method(Tsit5).rtol(1e-8).gradient(Y0, &times, loss).expect("solves");
        assert_eq!(gradients.loss[index], alone.loss);
        assert_near(&gradients.params[index].to_params(), &alone.params.to_params(), "parameters");
        assert_near(&gradients.y0[index], &alone.y0, "initial state");
        total += alone.params.rho;
    }
    let (_, params, _) = gradients.sum();
    assert_near(&[params.rho], &[total], "sum");
}

/// With save points inside of some steps: their extra stages are those of one lane at a time.
#[test]
fn methods_with_extra_stages() {
    let models = lorenzes(37);
    let times = [0.0, 0.013, 0.5, 0.507, 1.0];
    let loss = |states: &[[f64; 3]], cotangents: &mut [[f64; 3]]| {
        let mut sum = 0.0;
        for (y, bar) in states.iter().zip(cotangents) {
            sum += y[0] * y[2] + y[1];
            *bar = [y[2], 1.0, y[0]];
        }
        sum
    };
    for name in ["dop853", "vern6", "vern9"] {
        let method: Method = name.parse().expect("a method");
        let gradients = Lorenz::ensemble(&models)
            .method(method)
            .rtol(1e-8)
            .gradient(Y0, &times, |_, states, cotangents| loss(states, cotangents))
            .expect("solves");
        for (index, model) in models.iter().enumerate() {
            let alone = model.solver().method(method).rtol(1e-8).gradient(Y0, &times, loss).expect("solves");
            assert_eq!(gradients.loss[index], alone.loss, "{name}");
            assert_near(&gradients.params[index].to_params(), &alone.params.to_params(), name);
            assert_near(&gradients.y0[index], &alone.y0, name);
        }
    }
}

#[test]
fn a_right_hand_side_of_time_with_jumps() {
    let models: Vec<Driven> =
        (0..33).map(|i| Driven { frequency: 1.0 + f64::from(i) / 3.0, push: 2.0 }).collect();
    let last = |states: &[[f64; 2]], cotangents: &mut [[f64; 2]]| {
        cotangents[states.len() - 1] = [1.0, 0.5];
        states[states.len() - 1][0] + 0.5 * states[states.len() - 1][1]
    };
    let gradients = Driven::ensemble(&models)
        .jump_t(&[1.0])
        .gradient([1.0, 0.0], 0.0..2.0, |_, states, cotangents| last(states, cotangents))
        .expect("solves");
    for (index, model) in models.iter().enumerate() {
        let alone = model.solver().jump_t(&[1.0]).gradient([1.0, 0.0], 0.0..2.0, last).expect("solves");
        assert_near(&gradients.params[index].to_params(), &alone.params.to_params(), "parameters");
        assert_near(&gradients.y0[index], &alone.y0, "initial state");
    }
}

#[test]
fn a_failed_trajectory_leaves_the_others_alone() {
    let models = [0.5, 3.0, 0.25].map(|rate| Explosion { rate });
    let gradients = Explosion::ensemble(&models)
        .gradient(1.0, 0.0..1.0, |index, states, cotangents| {
            cotangents[1] = if index == 2 { f64::NAN } else { 1.0 };
            states[1]
        })
        .expect("an ensemble");
    // y = y0 / (1 - rate y0 t)
    assert!((gradients.params[0].rate - 4.0).abs() < 1e-5, "{}", gradients.params[0].rate);
    assert!(gradients.params[1].rate.is_nan() && gradients.loss[2].is_nan());
    assert!(
        matches!(gradients.failures[0], (1, SolveError::StepTooSmall { .. })),
        "{:?}",
        gradients.failures
    );
    assert!(matches!(gradients.failures[1], (2, SolveError::NonFiniteCotangent { index: 1, .. })));
}
