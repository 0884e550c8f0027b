//! What goes wrong with events: a named error, and the part that was solved.

use odec::prelude::*;

use crate::systems::*;

#[ode]
fn nothing(_t: f64, y: f64) -> f64 {
    0.0 * y
}

#[test]
fn an_event_that_never_happens() {
    let never = |_t: f64, _y: f64| 1.0;
    match (Nothing {}).solver().until(never).solve(1.0, 0.0..) {
        Err(SolveError::NoEvent { t, partial, .. }) => {
            assert!(t > 1e300, "{t}");
            assert_eq!(partial.last(), [1.0]);
        }
        other => panic!("{other:?}"),
    }
    let model = Oscillator {};
    let solver = model.solver().max_num_steps(1000).until(First { level: 2.0 });
    match solver.solve([1.0, 0.0], 0.0..) {
        Err(error @ SolveError::NoEvent { t, .. }) => {
            assert!(t > 10.0);
            assert!(error.to_string().contains("never happens"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let over_a_span = model.solver().until(First { level: 2.0 }).solve([1.0, 0.0], 0.0..10.0);
    assert_eq!(over_a_span.expect("a solution").ended(), Ended::AtEnd);
}

#[test]
fn how_near_an_event_came() {
    let model = Oscillator {};
    let solver = model.solver().max_num_steps(200).record(First { level: 0.5 }).until(First { level: 1.01 });
    let solver = solver.until(nth(1000, First { level: 0.0 })).until(steady_state(0.0, 1e-9));
    for dense in [true, false] {
        let error = solver.clone().dense(dense).solve([0.0, 1.0], 0.0..).expect_err("no event");
        let SolveError::NoEvent { approaches, partial, .. } = &error else { panic!("{error:?}") };
        if !dense {
            assert!(approaches.is_empty(), "{approaches:?}");
            continue;
        }
        let [below, often] = approaches[..] else { panic!("{approaches:?}") };
        assert!((below.event, often.event) == (1, 2) && !below.crossed, "{approaches:?}");
        assert!(partial.events().len() > 4 && partial.events().iter().all(|event| event.index == 0));
        // x = sin t is at most 1.
        assert_near(below.value, -0.01, 1e-3, "nearest");
        assert_near(below.t.sin(), 1.0, 1e-3, "place");
        assert!(often.crossed);
        let text = error.to_string();
        assert!(text.contains("(event 1 stayed negative, nearest -1.0"), "{text}");
        assert!(
            text.contains("; event 2 changed its sign, but in the wrong direction, not often enough"),
            "{text}"
        );
    }
}

#[test]
fn an_open_end_without_an_event() {
    for times in [0.0..f64::INFINITY, 0.0..f64::NEG_INFINITY] {
        assert_eq!((Nothing {}).solve(1.0, times).expect_err("no end"), SolveError::OpenEnd);
    }
    assert_eq!((Nothing {}).solve(1.0, 3.0..).expect_err("no end"), SolveError::OpenEnd);
    let noted = (Nothing {}).solver().record(|t: f64, _y: f64| t - 5.0);
    assert_eq!(noted.solve(1.0, 3.0..).expect_err("no end"), SolveError::OpenEnd);
}

#[test]
fn an_event_function_that_is_no_number() {
    let model = Oscillator {};
    let later = |t: f64, [x, _]: [f64; 2]| if t > 3.0 { f64::NAN } else { x - 2.0 };
    match model.solver().until(later).solve([1.0, 0.0], 0.0..) {
        Err(SolveError::NonFiniteEvent { event: 0, t, value, partial }) => {
            assert!(t > 3.0 && value.is_nan() && partial.t() > 1.0 && partial.t() <= 3.1, "{t}");
        }
        other => panic!("{other:?}"),
    }
    let at_once = |_t: f64, _y: [f64; 2]| f64::NAN;
    match model.solver().record(First { level: 0.0 }).until(at_once).solve([1.0, 0.0], 0.0..) {
        Err(SolveError::NonFiniteEvent { event: 1, t, .. }) => assert_near(t, 0.0, 0.0, "time"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn more_events_than_allowed() {
    let often = |t: f64, _y: [f64; 2]| (40.0 * t).sin();
    match (Oscillator {}).solver().max_events(100).record(often).solve([1.0, 0.0], 0.0..100.0) {
        Err(SolveError::TooManyEvents { event: 0, limit: 100, t, partial }) => {
            assert!(t > 1.0 && !partial.last().is_empty());
        }
        other => panic!("{other:?}"),
    }
    let zero = (Oscillator {}).solver().max_events(0).record(often).solve([1.0, 0.0], 0.0..1.0);
    assert!(matches!(zero, Err(SolveError::BadOption { name: "max_events", .. })));
}

#[test]
fn a_ball_that_comes_to_rest() {
    let ball = Ball { gravity: 9.81 };
    let limit = 27.129_019_335_615_63;
    for tolerance in [1e-6, 1e-9, 1e-12] {
        let solver = ball.solver().rtol(tolerance).atol(tolerance);
        let flight =
            solver.reset(Impact { floor: 0.0 }, Bounce { restitution: 0.9 }).solve([10.0, 0.0], 0.0..40.0);
        match flight {
            Err(error @ SolveError::EventsPileUp { event: 0, t, .. }) => {
                assert_near(t, limit, 1e-4, "limit of the bounces");
                let partial = error.partial().expect("what was solved");
                assert!(partial.last()[0].abs() < 1e-6, "{:?}", partial.last());
                // The bounces so far.
                let bounces = partial.events();
                assert!(bounces.len() > 50 && bounces.iter().all(|bounce| bounce.index == 0));
                assert_near(bounces[0].time, (20.0f64 / 9.81).sqrt(), 1e-5, "the first");
                assert_near(bounces[0].after[1], -0.9 * bounces[0].before[1], 1e-12, "velocity");
            }
            other => panic!("{tolerance:e}: {:?}", other.map(|flight| flight.events().len())),
        }
    }
}

#[test]
fn a_reset_that_does_not_leave_the_event() {
    // The state goes back to just before the event, for ever.
    let again = |_t: f64, [x, v]: [f64; 2]| [x - 1e-9, v];
    let solver = (Ball { gravity: -1.0 }).solver().max_events(1000).reset(First { level: 1.0 }, again);
    match solver.solve([0.0, 1.0], 0.0..9.0) {
        Err(SolveError::TooManyEvents { event: 0, limit: 1000, t, .. }) => {
            assert_near(t, 3.0f64.sqrt() - 1.0, 1e-5, "time");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn cotangents_of_the_wrong_number() {
    let model = Ball { gravity: 9.81 };
    let (_, pullback) = model
        .solver()
        .record(Impact { floor: 0.0 })
        .solve_with_pullback([1.0, 0.0], 0.0..1.0)
        .expect("a fall");
    let saved = [[0.0, 0.0], [1.0, 0.0]];
    assert!(matches!(
        pullback.apply_events(&saved, &[]),
        Err(SolveError::EventCotangentCount { found: 0, happened: 1 })
    ));
    assert!(matches!(pullback.apply(&saved[..1]), Err(SolveError::CotangentCount { found: 1, saved: 2 })));
    assert!(matches!(pullback.apply_event(1.0, [0.0, 0.0]), Err(SolveError::NotEndedByEvent)));
    let bad = EventCotangent { time: f64::NAN, before: [0.0, 0.0], after: [0.0, 0.0] };
    assert!(matches!(pullback.apply_events(&saved, &[bad]), Err(SolveError::NonFiniteInput { .. })));
}

#[test]
fn a_step_onto_an_event_that_fails_keeps_its_events() {
    #[ode]
    fn explosion(_t: f64, y: f64) -> f64 {
        y * y
    }
    let crossings = std::cell::Cell::new(0);
    let level = |_t: f64, y: f64| {
        crossings.set(crossings.get() + 1);
        y - 10.0
    };
    match (Explosion {}).solver().record(level).solve(1.0, 0.0..2.0) {
        Err(SolveError::StepTooSmall { t, partial, .. }) => {
            assert_near(t, 1.0, 1e-6, "blow-up");
            assert!(partial.last()[0] > 1e6 && crossings.get() > 0);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn input_that_is_wrong_is_refused_before_the_first_step() {
    let model = Ball { gravity: 9.81 };
    let solve = |error: Result<Solution<Ball>, SolveError>| error.expect_err("wrong input").to_string();
    let floor = model.solver().record(Impact { floor: 0.0 }).until(Impact { floor: f64::NAN });
    let text = solve(floor.solve([1.0, 0.0], 0.0..));
    assert!(text.starts_with("event 1's parameter `floor` is NaN"), "{text}");
    let bounce = model.solver().reset(Impact { floor: 0.0 }, Bounce { restitution: f64::INFINITY });
    let text = solve(bounce.solve([1.0, 0.0], 0.0..1.0));
    assert!(text.starts_with("event 0's reset parameter `restitution` is inf"), "{text}");
    let text = solve(model.solver().until(nth(0, Impact { floor: 0.0 })).solve([1.0, 0.0], 0.0..));
    assert!(text.contains("nth is 0"), "{text}");
    for (rtol, atol) in [(f64::NAN, 1e-9), (1e-6, -1.0), (0.0, 0.0)] {
        let text = solve(model.solver().until(steady_state(rtol, atol)).solve([1.0, 0.0], 0.0..));
        assert!(text.contains("of steady_state"), "{text}");
    }
}

#[test]
fn a_reset_that_is_no_number() {
    let root = |_t: f64, [height, velocity]: [f64; 2]| [height, velocity.sqrt()];
    let solver = (Ball { gravity: 9.81 }).solver().reset(Impact { floor: 0.0 }, root);
    match solver.solve([1.0, 0.0], 0.0..1.0) {
        Err(SolveError::NonFiniteReset { event: 0, t, component, value, partial }) => {
            assert_near(t, (2.0f64 / 9.81).sqrt(), 1e-8, "time");
            assert!(component == "velocity" && value.is_nan() && !partial.last().is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_whose_domain_ends_after_another_event() {
    let ball = Ball { gravity: 9.81 };
    let root = |_t: f64, [height, _]: [f64; 2]| height.sqrt() - 0.5;
    let hit = ball.solver().record(root).until(Impact { floor: 0.0 }).solve([1.0, 0.0], 0.0..);
    let hit = hit.expect("an impact");
    assert_eq!(hit.events().iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1]);
    assert_near(hit.events()[0].time, (1.5f64 / 9.81).sqrt(), 1e-7, "height 1/4");
    // Its own zero comes before the end of its domain.
    let log = |t: f64, _y: [f64; 2]| (1.0 - t).ln() + 5.0;
    let ended = ball.solver().until(log).solve([1.0, 0.0], 0.0..).expect("an event");
    assert_near(ended.event().expect("an event").time, 1.0 - (-5.0f64).exp(), 1e-9, "time");
    // That of a noted one does not help.
    match ball.solver().record(log).solve([1.0, 0.0], 0.0..2.0) {
        Err(SolveError::NonFiniteEvent { event: 0, t, partial, .. }) => {
            assert_near(t, 1.0, 1e-9, "end of the domain");
            assert!(partial.t() < 1.0);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_derivative_that_is_no_number_is_not_blamed_on_the_event() {
    #[ode]
    fn root(_t: f64, y: f64) -> f64 {
        -y.sqrt() - 1.0
    }
    // Bosh3 evaluates the completion, rk4 does not need it for its step.
    let event = |_t: f64, y: f64| y + 10.0;
    for method in ["rk4", "heun3", "bosh3"] {
        let method: Method = method.parse().expect("a method");
        match (Root {}).solver().method(method).step_size(0.1).until(event).solve(1.0, 0.0..) {
            Err(
                SolveError::NonFiniteDerivative { t, ref partial, .. }
                | SolveError::NonFiniteState { t, ref partial, .. },
            ) => {
                assert!(t < 1.0, "{t}");
                // y' is between -2 and -1.
                let mean = (partial.last()[0] - 1.0) / partial.t();
                assert!((-2.0..-1.0).contains(&mean), "{partial:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_event_whose_domain_ends_at_a_floor_that_is_bounced_off() {
    let ball = Ball { gravity: 9.81 };
    let root = |_t: f64, [height, _]: [f64; 2]| height.sqrt() - 0.5;
    for place in 0..40 {
        let height = 1.0 + 0.037 * f64::from(place);
        let solver = ball.solver().reset(Impact { floor: 0.0 }, Bounce { restitution: 0.9 }).record(root);
        let flight = solver.solve([height, 0.0], 0.0..2.0).expect("a flight");
        let bounces = flight.events().iter().filter(|event| event.index == 0).count();
        let crossings = flight.events().len() - bounces;
        assert!(bounces >= 1 && crossings >= 2 * bounces - 1, "{:?}", flight.events());
    }
}
