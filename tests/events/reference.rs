//! The event cases of the reference file, of closed forms and elliptic integrals.

use odec::prelude::*;

use crate::systems::*;

const TOLERANCE: f64 = 1e-10;

macro_rules! tight {
    ($model:expr) => {
        $model.solver().method(Dopri8).rtol(TOLERANCE).atol(TOLERANCE)
    };
}

#[test]
fn a_ball_bounces_twenty_times() {
    let case = case("bouncing_ball");
    let (expected, speeds) = (numbers(&case["event_times"]), numbers(&case["impact_speeds"]));
    let ball = Ball { gravity: 9.81 };
    let restitution = Bounce { restitution: 0.9 };
    for solver_times in [0.0..24.0, 0.0..23.8] {
        let flight = tight!(ball)
            .reset(Impact { floor: 0.0 }, restitution.clone())
            .solve([10.0, 0.0], solver_times)
            .expect("a flight");
        let times = times(&flight);
        assert_eq!(times.len(), 20);
        for ((time, expected), (event, speed)) in
            times.iter().zip(&expected).zip(flight.events().iter().zip(&speeds))
        {
            assert_near(*time, *expected, 10.0 * TOLERANCE, "time");
            assert_near(-event.before[1], *speed, 1e-8, "speed");
            assert_eq!(event.after, [event.before[0], -0.9 * event.before[1]]);
        }
    }
}

#[test]
fn the_gradient_goes_through_twenty_bounces() {
    let case = case("bouncing_ball");
    let ball = Ball { gravity: 9.81 };
    let (flight, pullback) = tight!(ball)
        .reset(Impact { floor: 0.0 }, Bounce { restitution: 0.9 })
        .until(nth(20, Impact { floor: 0.0 }))
        .solve_with_pullback([10.0, 0.0], 0.0..)
        .expect("a flight");
    let last = flight.event().expect("it ends at the twentieth");
    assert_eq!((last.index, flight.ended()), (1, Ended::ByEvent));
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    let expected = &case["t20_gradient"];
    let relative = |actual: f64, name: &str| {
        let expected = expected[name].as_f64().expect("a number");
        assert_near(actual / expected, 1.0, 1e-7, name);
    };
    relative(gradient.y0[0], "h0");
    relative(gradient.params.gravity, "g");
    relative(gradient.event.0.1.restitution, "e");
}

#[test]
fn a_pendulum_passes_its_lowest_point() {
    let case = case("pendulum_lowest_point");
    let model = Pendulum { c: 9.81 };
    let expected = numbers(&case["event_times"]);
    let swing = tight!(model).record(First { level: 0.0 }).solve([1.5, 0.0], 0.0..11.8).expect("a swing");
    assert_eq!(swing.events().len(), 10);
    for ((event, time), omega) in swing.events().iter().zip(&expected).zip(numbers(&case["omega_at_events"]))
    {
        assert_near(event.time, *time, 10.0 * TOLERANCE, "time");
        assert_near(event.before[1], omega, 1e-8, "speed");
        assert_eq!(event.before, event.after);
    }
    let directions = [
        tight!(model).record(falling(First { level: 0.0 })).solve([1.5, 0.0], 0.0..11.8),
        tight!(model).record(rising(First { level: 0.0 })).solve([1.5, 0.0], 0.0..11.8),
    ];
    for (offset, swing) in directions.into_iter().enumerate() {
        let times = times(&swing.expect("a swing"));
        assert_eq!(times.len(), 5);
        for (time, expected) in times.iter().zip(expected.iter().skip(offset).step_by(2)) {
            assert_near(*time, *expected, 10.0 * TOLERANCE, "one direction");
        }
    }

    let (_, pullback) =
        tight!(model).until(First { level: 0.0 }).solve_with_pullback([1.5, 0.0], 0.0..).expect("a swing");
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    let expected = &case["first_crossing_gradient"];
    assert_near(gradient.y0[0], expected["theta0"].as_f64().expect("a number"), 1e-8, "theta0");
    assert_near(gradient.y0[1], expected["omega0"].as_f64().expect("a number"), 1e-8, "omega0");
    assert_near(gradient.params.c, expected["c"].as_f64().expect("a number"), 1e-8, "c");
}

#[test]
fn prey_reach_a_threshold() {
    let case = case("lotka_volterra_prey_3");
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let (solution, pullback) = tight!(model)
        .until(rising(First { level: 3.0 }))
        .solve_with_pullback([1.0, 1.0], 0.0..10.0)
        .expect("a solution");
    let event = solution.event().expect("an event");
    assert_near(event.time, case["event_time"].as_f64().expect("a number"), 10.0 * TOLERANCE, "time");
    assert_near(event.before[1], numbers(&case["state_at_event"])[1], 1e-9, "predators");
    assert_near(event.before[0], 3.0, 1e-14, "prey");
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    let expected = |name: &str| case["gradient"][name].as_f64().expect("a number");
    let found = [
        ("x0", gradient.y0[0]),
        ("y0", gradient.y0[1]),
        ("alpha", gradient.params.alpha),
        ("beta", gradient.params.beta),
        ("gamma", gradient.params.gamma),
        ("delta", gradient.params.delta),
        ("threshold", gradient.event.level),
    ];
    for (name, value) in found {
        assert_near(value, expected(name), 1e-8, name);
    }

    let all = tight!(model).record(First { level: 3.0 }).solve([1.0, 1.0], 0.0..10.0).expect("a solution");
    let expected = numbers(&case["all_crossings_to_t_10"]);
    assert_eq!(all.events().len(), expected.len());
    for (time, expected) in times(&all).iter().zip(expected) {
        assert_near(*time, expected, 2e-9, "crossing");
    }
}

#[test]
fn two_events_in_one_step_come_in_order() {
    let case = case("two_events_closer_than_a_step");
    let model = Oscillator {};
    let (a, b) = (First { level: 0.001 }, First { level: -0.001 });
    let expected = |name: &str| case["event_times"][name].as_f64().expect("a number");
    let noted = tight!(model).record(b.clone()).record(a.clone()).solve([1.0, 0.0], 0.0..3.0).expect("noted");
    assert_eq!(noted.events().iter().map(|event| event.index).collect::<Vec<_>>(), [1, 0]);
    assert_near(noted.events()[0].time, expected("A"), 10.0 * TOLERANCE, "A");
    assert_near(noted.events()[1].time, expected("B"), 10.0 * TOLERANCE, "B");
    let ended = tight!(model).record(b).until(a).solve([1.0, 0.0], 0.0..3.0).expect("ended");
    assert_eq!(ended.events().len(), 1);
    assert_eq!(ended.event().expect("A").index, 1);
}

#[test]
fn two_crossings_within_a_step_are_seen() {
    let case = case("double_crossing_within_a_step");
    let expected = numbers(&case["event_times"]);
    let model = Oscillator {};
    let tolerance = 1e-6;
    let solver = model.solver().method(Dopri8).rtol(tolerance).atol(tolerance);
    let solution = solver.record(First { level: 0.9999 }).solve([0.0, 1.0], 0.0..3.0).expect("a solution");
    let gaps: Vec<f64> = solution.steps().windows(2).map(|step| step[1] - step[0]).collect();
    assert!(gaps.iter().all(|gap| *gap > 0.05), "steps span both: {gaps:?}");
    assert_eq!(solution.events().len(), 2);
    for (time, expected) in times(&solution).iter().zip(expected) {
        // The function has slope 0.014 there.
        assert_near(*time, expected, tolerance / 0.014, "crossing");
    }
}

#[test]
fn two_crossings_between_the_places_looked_at_are_seen() {
    // x = sin t is above the level for 0.009 about pi/2, in the middle, in the first and in the last sixteenth of a step.
    let level = 0.99999f64;
    let (up, down) = (level.asin(), std::f64::consts::PI - level.asin());
    for ends in [[0.4, 0.8, 1.2, 1.7], [0.4, 0.8, 1.2, 1.56], [0.4, 0.8, 1.2, 1.58]] {
        let grid = [&[0.0], &ends[..], &[2.0]].concat();
        let solver = (Oscillator {}).solver().method(Dopri8).grid(&grid);
        let solution = solver.record(First { level }).solve([0.0, 1.0], 0.0..2.0).expect("a solution");
        assert_eq!(solution.events().len(), 2, "{ends:?}");
        assert_near(solution.events()[0].time, up, 1e-6, "up");
        assert_near(solution.events()[1].time, down, 1e-6, "down");
    }
}

#[test]
fn every_so_many_of_every_so_many() {
    let sixth = (Oscillator {}).solver().rtol(1e-10).atol(1e-10).until(nth(2, nth(3, First { level: 0.0 })));
    let time = sixth.solve([1.0, 0.0], 0.0..).expect("a solution").event().expect("an event").time;
    assert_near(time, 5.5 * std::f64::consts::PI, 1e-8, "sixth zero");
}

#[test]
fn a_touch_does_not_hang() {
    let touches = numbers(&case("tangential_touch")["touch_times"]);
    let solution =
        tight!(Oscillator {}).record(First { level: 1.0 }).solve([0.0, -1.0], 0.0..12.0).expect("a solution");
    assert!(solution.events().len() <= 4, "{:?}", times(&solution));
    for time in times(&solution) {
        let nearest = touches.iter().map(|touch| (touch - time).abs()).fold(f64::INFINITY, f64::min);
        assert!(nearest < (2e3 * TOLERANCE).sqrt(), "{time}");
    }
}

#[test]
fn a_crossing_without_slope_is_found_but_has_no_gradient() {
    let expected = numbers(&case("crossing_with_zero_slope")["event_times"])[0];
    let (solution, pullback) = tight!(Oscillator {})
        .until(falling(Cube {}))
        .solve_with_pullback([1.0, 0.0], 0.0..3.0)
        .expect("a solution");
    assert_near(solution.event().expect("an event").time, expected, 1e-4, "time");
    match pullback.apply_event(1.0, [0.0, 0.0]) {
        Err(SolveError::GrazingEvent { event: 0, t, .. }) => assert_near(t, expected, 1e-4, "time"),
        other => panic!("{other:?}"),
    }
    // What does not need the time is there.
    pullback.apply_event(0.0, [0.0, 0.0]).expect("a gradient of nothing");
}

#[test]
fn an_event_that_is_never_reached_does_not_happen() {
    let case = case("energy_threshold_never_reached");
    let solution = tight!(Oscillator {})
        .until(rising(Energy { level: 0.500_001 }))
        .solve([1.0, 0.0], 0.0..100.0)
        .expect("a solution");
    assert_eq!((solution.event().is_some(), solution.ended()), (false, Ended::AtEnd));
    for (actual, expected) in solution.last().iter().zip(numbers(&case["final_state"])) {
        assert_near(*actual, expected, 1e-7, "state");
    }
}

#[test]
fn an_event_at_the_start_is_left_first() {
    let expected = numbers(&case("event_zero_at_t0")["event_times_after_t0"]);
    let solution =
        tight!(Oscillator {}).record(First { level: 0.0 }).solve([0.0, 1.0], 0.0..7.0).expect("a solution");
    assert_eq!(solution.events().len(), 2);
    for (time, expected) in times(&solution).iter().zip(expected) {
        assert_near(*time, expected, 10.0 * TOLERANCE, "crossing");
    }
}
