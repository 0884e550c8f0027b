//! The numbers of each trajectory against those of a solve of it alone, to the last bit.

use std::sync::atomic::{AtomicUsize, Ordering};

use odec::prelude::*;

use crate::*;

/// Lanes compute with fused multiply-add where a single solve does. On one thread each lane has several trajectories, one
/// after the other.
#[test]
fn each_trajectory_is_a_solve_of_its_own() {
    let models = lorenzes(503);
    let times = linspace(0.0, 2.0, 9);
    let ensemble =
        on_one_thread(|| Lorenz::ensemble(&models).method(Tsit5).rtol(1e-8).atol(1e-9).solve(Y0, &times));
    for (model, trajectory) in models.iter().zip(ensemble.expect("solves").iter()) {
        let trajectory = trajectory.expect("solves");
        let alone = model.solver().method(Tsit5).rtol(1e-8).atol(1e-9).solve(Y0, &times).expect("solves");
        assert_eq!(trajectory.times(), alone.times());
        assert_eq!(trajectory.states(), alone.states());
        assert_eq!(trajectory.stats(), alone.stats());
    }
}

#[test]
fn all_methods_and_options_are_those_of_a_solve() {
    let models: Vec<Driven> =
        (0..21).map(|i| Driven { frequency: 1.0 + f64::from(i), push: 2.0 - f64::from(i) / 5.0 }).collect();
    let span = [0.0, 0.4, 1.5, 3.0];
    let methods = [
        "dopri5",
        "dopri8",
        "dop853",
        "vern6",
        "vern7",
        "vern8",
        "vern9",
        "bosh3",
        "fehlberg2",
        "adaptive_heun",
    ];
    for name in methods {
        let method: Method = name.parse().expect("a method");
        macro_rules! options {
            ($builder:expr) => {
                $builder
                    .method(method)
                    .rtol(1e-5)
                    .atol([1e-7, 1e-6])
                    .max_step(0.3)
                    .first_step(0.01)
                    .jump_t(&[1.0])
                    .step_t(&[2.0])
                    .norm(Norm::Max)
                    .controller(Controller::I)
            };
        }
        let ensemble = options!(Driven::ensemble(&models)).solve([1.0, 0.0], &span).expect("solves");
        for (model, trajectory) in models.iter().zip(ensemble.iter()) {
            let alone = options!(model.solver()).solve([1.0, 0.0], &span).expect("solves");
            assert_eq!(trajectory.expect("solves").states(), alone.states(), "{name}");
        }
    }
    for name in ["euler", "midpoint", "rk4", "dopri5", "vern7"] {
        let method: Method = name.parse().expect("a method");
        let ensemble = Driven::ensemble(&models).method(method).step_size(0.07).solve([1.0, 0.0], &span);
        for (model, trajectory) in models.iter().zip(ensemble.expect("solves").iter()) {
            let alone = model.solver().method(method).step_size(0.07).solve([1.0, 0.0], &span);
            assert_eq!(trajectory.expect("solves").states(), alone.expect("solves").states(), "{name}");
        }
    }
}

#[test]
fn backwards_and_single_precision() {
    let models: Vec<Single> = (0..30).map(|i| Single { stiffness: 1.0 + i as f32 / 10.0 }).collect();
    let ensemble = Single::ensemble(&models).solve([1.0, 0.0], 3.0..-1.0).expect("solves");
    for (model, trajectory) in models.iter().zip(ensemble.iter()) {
        let alone = model.solve([1.0, 0.0], 3.0..-1.0).expect("solves");
        assert_eq!(trajectory.expect("solves").last(), alone.last());
    }
}

#[test]
fn models_states_and_times_are_shared_or_each_has_its_own() {
    let models = lorenzes(5);
    let states: Vec<[f64; 3]> = (0..5).map(|i| [f64::from(i), 1.0, 0.5]).collect();
    let times: Vec<Vec<f64>> = (1..=5).map(|i| linspace(0.0, 0.3 * f64::from(i), 1 + i as usize)).collect();
    let last = |model: &Lorenz, y0: [f64; 3], times: &[f64]| model.solve(y0, times).expect("solves").last();
    let own_states = Lorenz::ensemble(&models[2]).solve(&states, 0.0..1.0).expect("solves");
    let both = Lorenz::ensemble(&models).solve(&states, ragged(&times)).expect("solves");
    let own_times = Lorenz::ensemble(models[1].clone()).solve(Y0, ragged(&times)).expect("solves");
    let one = Lorenz::ensemble(&models[3]).solve(Y0, 0.0..1.0).expect("solves");
    assert_eq!((own_states.len(), both.len(), own_times.len(), one.len()), (5, 5, 5, 1));
    assert_eq!(one.get(0).expect("solves").last(), last(&models[3], Y0, &[0.0, 1.0]));
    for i in 0..5 {
        assert_eq!(own_states.get(i).expect("solves").last(), last(&models[2], states[i], &[0.0, 1.0]));
        assert_eq!(both.get(i).expect("solves").last(), last(&models[i], states[i], &times[i]));
        assert_eq!(both.get(i).expect("solves").times(), times[i]);
        assert_eq!(own_times.get(i).expect("solves").last(), last(&models[1], Y0, &times[i]));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let models = lorenzes(3000);
    let ensemble = Lorenz::ensemble(&models).method(Tsit5);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let sum = ensemble
                .fold(
                    Y0,
                    0.0..1.0,
                    || 0.0,
                    |sum, index, one| *sum += one.expect("solves").last()[0] / (1.0 + index as f64),
                    |a, b| a + b,
                )
                .expect("solves");
            (sum, ensemble.solve(Y0, 0.0..1.0).expect("solves"))
        })
    };
    let (sum, solution) = run(1);
    for threads in [2, 3] {
        let (other_sum, other) = run(threads);
        assert_eq!(sum.to_bits(), other_sum.to_bits());
        for (a, b) in solution.iter().zip(other.iter()) {
            assert_eq!(a.expect("solves").states(), b.expect("solves").states());
        }
    }
    let by_hand: f64 =
        solution.iter().enumerate().map(|(i, one)| one.expect("solves").last()[0] / (1.0 + i as f64)).sum();
    assert!((sum / by_hand - 1.0).abs() < 1e-12);
}

#[test]
fn progress_comes_to_the_end() {
    let models = lorenzes(1000);
    let (calls, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let progress = |done: usize, of: usize| {
        assert_eq!(of, 1000);
        calls.fetch_add(1, Ordering::Relaxed);
        most.fetch_max(done, Ordering::Relaxed);
    };
    Lorenz::ensemble(&models).progress(&progress).solve(Y0, 0.0..0.1).expect("solves");
    assert_eq!(most.load(Ordering::Relaxed), 1000);
    assert!(calls.load(Ordering::Relaxed) > 10);
}
