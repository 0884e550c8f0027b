//! Ensembles that take and return tensors.

use dfdx::prelude::*;
use odec::prelude::*;

use crate::Lorenz;

#[ode]
fn decay(_t: f32, y: f32, rate: f32) -> f32 {
    -rate * y
}

const COUNT: usize = 37;

fn assert_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected}");
}

fn models() -> Vec<Lorenz> {
    (0..COUNT).map(|i| Lorenz { sigma: 10.0, rho: 0.5 * i as f64, beta: 8.0 / 3.0 }).collect()
}

fn rows() -> Vec<[f64; 3]> {
    (0..COUNT).map(|i| [1.0 + 0.1 * i as f64, 0.5, -0.01 * i as f64]).collect()
}

fn tensor(rows: &[[f64; 3]]) -> Tensor<(usize, Const<3>), f64, Cpu> {
    Cpu::default().tensor_from_vec(rows.concat(), (rows.len(), Const))
}

#[test]
fn the_rows_are_the_trajectories() {
    let (models, rows, times) = (models(), rows(), [0.0, 0.3, 1.0]);
    let ensemble = Lorenz::ensemble(&models);
    let saved = ensemble.solve_tensor(tensor(&rows), &times).expect("solves").as_vec();
    let expected = ensemble.solve(&rows, &times).expect("solves");
    for (row, trajectory) in expected.iter().enumerate() {
        for (save, state) in trajectory.expect("solves").states().iter().enumerate() {
            let start = (save * COUNT + row) * 3;
            assert_eq!(saved[start..start + 3], *state, "row {row}, time {save}");
        }
    }
}

/// The gradient of Σ w y², by the tape, and by the ensemble's own.
#[test]
fn gradients_go_through_the_tape() {
    let (models, rows, times) = (models(), rows(), [0.0, 0.4, 0.9]);
    let ensemble = Lorenz::ensemble(&models).rtol(1e-9).atol(1e-9);
    let y0 = tensor(&rows);
    // Twice the tensor, so that something lies between y0 and the solve.
    let saved = ensemble.solve_tensor(y0.leaky_trace() * 2.0, &times).expect("solves");
    let gradients = saved.square().sum().backward();
    let found = gradients.get(&y0).as_vec();

    let doubled: Vec<[f64; 3]> = rows.iter().map(|row| row.map(|y| 2.0 * y)).collect();
    let expected = ensemble.gradient(&doubled, &times, |_, states, cotangents| {
        let mut loss = 0.0;
        for (state, cotangent) in states.iter().zip(cotangents) {
            loss += state.iter().map(|y| y * y).sum::<f64>();
            *cotangent = state.map(|y| 2.0 * y);
        }
        loss
    });
    let expected = expected.expect("solves").y0;
    for (found, expected) in found.iter().zip(expected.iter().flatten()) {
        assert_near(*found, 2.0 * expected, 1e-13 * (1.0 + expected.abs()), "gradient");
    }
}

#[test]
fn a_row_that_is_no_number_fails_alone() {
    let mut rows = rows();
    rows[5][1] = f64::NAN;
    let y0 = tensor(&rows);
    let model = Lorenz { sigma: 10.0, rho: 5.0, beta: 2.0 };
    let saved = Lorenz::ensemble(&model).solve_tensor(y0.leaky_trace(), 0.0..1.0).expect("solves");
    let numbers = saved.as_vec();
    let is_nan = |row: usize| numbers[(COUNT + row) * 3..(COUNT + row) * 3 + 3].iter().all(|y| y.is_nan());
    assert!((0..COUNT).all(|row| is_nan(row) == (row == 5)));
    let last = saved.slice((1..2, 0..5, 0..3));
    let gradient = last.sum().backward().get(&y0).as_vec();
    assert!((0..COUNT).all(|row| gradient[row * 3].is_nan() == (row == 5)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let dev = Cpu::default();
    let wide: Tensor<(usize, Const<4>), f64, Cpu> = dev.zeros_like(&(COUNT, Const));
    let (models, none) = (models(), tensor(&[]));
    let error = Lorenz::ensemble(&models).solve_tensor(wide, 0.0..1.0).unwrap_err();
    assert!(matches!(error, SolveError::ShapeMismatch { left: 4, right: 3, .. }), "{error}");
    let error = Lorenz::ensemble(&models[..3]).solve_tensor(tensor(&rows()), 0.0..1.0).unwrap_err();
    assert!(matches!(error, SolveError::EnsembleCount { .. }), "{error}");
    let error = Lorenz::ensemble(&models[0]).solve_tensor(none, 0.0..1.0).unwrap_err();
    assert!(matches!(error, SolveError::EmptyEnsemble), "{error}");
}

#[test]
fn single_precision_and_states_of_one_number() {
    let dev = Cpu::default();
    let y0 = dev.tensor_from_vec(vec![1.0f32, 2.0, 3.0], (3, Const::<1>));
    let saved =
        Decay::ensemble(&Decay { rate: 0.5 }).solve_tensor(y0.leaky_trace(), 0.0..2.0).expect("solves");
    let gradient = saved.slice((1..2, 0..3, 0..1)).sum().backward().get(&y0).as_vec();
    for by in gradient {
        assert_near(f64::from(by), (-1.0f64).exp(), 1e-5, "by y0");
    }
}
