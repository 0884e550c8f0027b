//! What goes wrong with all trajectories, and with one among sound ones.

use odec::prelude::*;

use crate::*;

#[test]
fn one_that_fails_does_not_stop_the_rest() {
    let mut models: Vec<Explosion> = (0..40).map(|i| Explosion { rate: f64::from(i) / 100.0 }).collect();
    models[7].rate = 2.0;
    models[20].rate = f64::NAN;
    let mut states = [1.0; 40];
    states[30] = f64::INFINITY;
    let ensemble = Explosion::ensemble(&models).solve(&states, 0.0..1.0).expect("an ensemble");
    for (index, (model, one)) in models.iter().zip(ensemble.iter()).enumerate() {
        match (index, one) {
            (7, Err(SolveError::StepTooSmall { t, partial, .. })) => {
                assert!((t - 0.5).abs() < 1e-6 && partial.last()[0] > 1e6);
            }
            (20 | 30, Err(SolveError::NonFiniteInput { .. })) => {}
            (_, Ok(one)) => {
                let exact = 1.0 / (1.0 - model.rate);
                assert!((one.last() - exact).abs() < 1e-5 * exact, "{index}: {}", one.last());
                assert!(![7, 20, 30].contains(&index));
            }
            (index, other) => panic!("{index}: {other:?}"),
        }
    }
    assert_eq!(ensemble.failures().map(|(index, _)| index).collect::<Vec<_>>(), [7, 20, 30]);
    // The error is that of the solve alone.
    assert_eq!(ensemble.get(7).err(), models[7].solver().dense(false).solve(1.0, 0.0..1.0).err());
}

/// A lane whose trajectory failed between its save times begins the next one as if it were the first.
#[test]
fn a_lane_goes_on_after_a_failure() {
    let models: Vec<Explosion> =
        (0..500).map(|i| Explosion { rate: if i % 3 == 1 { 1.5 } else { f64::from(i) / 1000.0 } }).collect();
    let times = linspace(0.0, 1.0, 5);
    for method in [Method::Tsit5, Method::Dop853] {
        let ensemble = on_one_thread(|| Explosion::ensemble(&models).method(method).solve(1.0, &times));
        for (index, (model, one)) in models.iter().zip(ensemble.expect("an ensemble").iter()).enumerate() {
            match (one, model.solver().method(method).dense(false).solve(1.0, &times)) {
                (Ok(one), Ok(alone)) => {
                    assert_eq!((one.times(), one.states()), (alone.times(), alone.states()), "{index}");
                    let (one, alone) = (one.stats(), alone.stats());
                    assert_eq!((one.accepted, one.rejected), (alone.accepted, alone.rejected), "{index}");
                }
                (
                    Err(SolveError::StepTooSmall { t, partial, .. }),
                    Err(SolveError::StepTooSmall { t: alone, .. }),
                ) => {
                    assert_eq!(*t, alone);
                    assert_eq!(partial.times()[..3], times[..3]);
                }
                (one, alone) => panic!("{index}: {one:?}, alone {alone:?}"),
            }
        }
    }
}

#[test]
fn fixed_steps_that_overflow() {
    let models = [-0.1, 50.0, -0.2].map(|rate| Explosion { rate });
    let ensemble = Explosion::ensemble(&models).method(Euler).step_size(0.5).solve(1.0, 0.0..20.0);
    let ensemble = ensemble.expect("an ensemble");
    assert!(matches!(ensemble.get(1), Err(SolveError::NonFiniteState { .. })));
    assert!(ensemble.get(0).is_ok() && ensemble.get(2).is_ok());
}

#[test]
fn too_many_steps() {
    let models = lorenzes(20);
    let ensemble = Lorenz::ensemble(&models).max_num_steps(30).solve(Y0, 0.0..5.0).expect("an ensemble");
    for (model, one) in models.iter().zip(ensemble.iter()) {
        let alone = model.solver().dense(false).max_num_steps(30).solve(Y0, 0.0..5.0);
        assert_eq!(one.err(), alone.as_ref().err());
    }
}

#[test]
fn wrong_input_to_all() {
    let models = lorenzes(3);
    let none: [Lorenz; 0] = [];
    assert_eq!(Lorenz::ensemble(&none).solve(Y0, 0.0..1.0).unwrap_err(), SolveError::EmptyEnsemble);
    assert_eq!(
        Lorenz::ensemble(&models).solve(&[Y0, Y0], 0.0..1.0).unwrap_err(),
        SolveError::EnsembleCount { what: "initial states", found: 2, trajectories: 3 }
    );
    let times = [vec![0.0, 1.0]];
    assert!(matches!(
        Lorenz::ensemble(&models).solve(Y0, ragged(&times)),
        Err(SolveError::EnsembleCount { what: "lists of times", found: 1, trajectories: 3 })
    ));
    assert!(matches!(
        Lorenz::ensemble(&models).rtol(-1.0).solve(Y0, 0.0..1.0),
        Err(SolveError::BadTolerance { .. })
    ));
    assert_eq!(Lorenz::ensemble(&models).solve(Y0, 0.0..).unwrap_err(), SolveError::OpenEnd);
}

#[test]
fn times_of_one_that_are_wrong() {
    let models = lorenzes(3);
    let times = [vec![0.0, 1.0], vec![1.0], vec![0.0, 0.5, 2.0]];
    let ensemble = Lorenz::ensemble(&models).solve(Y0, ragged(&times)).expect("an ensemble");
    assert!(ensemble.get(0).is_ok() && ensemble.get(2).is_ok());
    assert!(matches!(ensemble.get(1), Err(SolveError::TooFewTimes { count: 1 })));
}
