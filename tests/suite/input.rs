//! Bad input: each has its error, and nothing panics.

use odec::Stepper;
use odec::prelude::*;

use crate::systems::LotkaVolterra;

const MODEL: LotkaVolterra = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
const Y0: [f64; 2] = [1.0, 1.0];
const STRANGE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// Equal, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

macro_rules! assert_error {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            other => panic!("expected {}, found {other:?}", stringify!($pattern)),
        }
    };
}

#[test]
fn inputs_that_are_not_finite() {
    for x in STRANGE {
        assert_error!(MODEL.solve([1.0, x], 0.0..1.0),
            SolveError::NonFiniteInput { what, value } if what == "y0 `predator`" && same(value, x));
        let model = LotkaVolterra { gamma: x, ..MODEL };
        assert_error!(model.solve(Y0, 0.0..1.0),
            SolveError::NonFiniteInput { what, value } if what == "the parameter `gamma`" && same(value, x));
        assert_error!(MODEL.solve(Y0, x..1.0),
            SolveError::NonFiniteInput { what, value } if what == "the start of the span" && same(value, x));
        if x.is_nan() {
            assert_error!(MODEL.solve(Y0, 0.0..x),
                SolveError::NonFiniteInput { what, value } if what == "the end of the span" && same(value, x));
        } else {
            assert_error!(MODEL.solve(Y0, 0.0..x), SolveError::OpenEnd);
        }
        assert_error!(MODEL.solve(Y0, &[0.0, x, 2.0]),
            SolveError::NonFiniteInput { what, value } if what == "times[1]" && same(value, x));
    }
}

#[test]
fn tolerances() {
    for x in [-1e-6, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_error!(MODEL.solver().rtol(x).solve(Y0, 0.0..1.0),
            SolveError::BadTolerance { name: "rtol", component: None, value } if same(value, x));
        assert_error!(MODEL.solver().atol([1e-6, x]).solve(Y0, 0.0..1.0),
            SolveError::BadTolerance { name: "atol", component: Some(1), value } if same(value, x));
    }
    assert_error!(
        MODEL.solver().rtol(0.0).atol(0.0).solve(Y0, 0.0..1.0),
        SolveError::ZeroTolerance { component: None }
    );
    assert_error!(
        MODEL.solver().rtol([1e-6, 0.0]).atol(0.0).solve(Y0, 0.0..1.0),
        SolveError::ZeroTolerance { component: Some(1) }
    );
    assert_error!(
        MODEL.solver().rtol(vec![1e-6; 3]).solve(Y0, 0.0..1.0),
        SolveError::ToleranceCount { name: "rtol", found: 3, states: 2 }
    );
    assert_error!(
        MODEL.solver().atol(&[][..]).solve(Y0, 0.0..1.0),
        SolveError::ToleranceCount { name: "atol", found: 0, states: 2 }
    );
    // One of them may be 0.
    MODEL.solver().rtol(0.0).atol(1e-6).solve(Y0, 0.0..1.0).expect("absolute alone");
    MODEL.solver().rtol(1e-6).atol(0.0).solve(Y0, 0.0..1.0).expect("relative alone");
}

/// With atol 0 a state that is 0 allows no error at all.
#[test]
fn a_relative_tolerance_of_a_state_that_stays_zero() {
    let solution = MODEL.solver().rtol(1e-6).atol(0.0).max_num_steps(10_000).solve([0.0, 1.0], 0.0..1.0);
    match solution {
        Ok(solution) => {
            assert!(solution.last()[0] == 0.0 && (solution.last()[1] - (-3.0f64).exp()).abs() < 1e-5)
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn times() {
    let none: [f64; 0] = [];
    assert_error!(MODEL.solve(Y0, &none), SolveError::TooFewTimes { count: 0 });
    assert_error!(MODEL.solve(Y0, &[1.0]), SolveError::TooFewTimes { count: 1 });
    assert_error!(MODEL.solve(Y0, &[0.0, 1.0, 1.0]), SolveError::RepeatedTime { index: 2, time: 1.0 });
    assert_error!(MODEL.solve(Y0, &[1.0, 1.0]), SolveError::RepeatedTime { index: 1, time: 1.0 });
    assert_error!(
        MODEL.solve(Y0, &[0.0, 0.7, 0.5]),
        SolveError::UnorderedTimes { index: 2, time: 0.5, previous: 0.7, rising: true }
    );
    assert_error!(
        MODEL.solve(Y0, &[1.0, 0.5, 0.7]),
        SolveError::UnorderedTimes { index: 2, time: 0.7, previous: 0.5, rising: false }
    );
    assert_error!(MODEL.solve(Y0, 2.0..2.0), SolveError::EmptySpan { t: 2.0 });
    assert_error!(MODEL.solve(Y0, 0.0..-0.0), SolveError::EmptySpan { .. });
}

#[test]
fn step_sizes() {
    for h in [0.0, -0.1, f64::NAN, f64::INFINITY, 1e-300] {
        assert_error!(MODEL.solver().step_size(h).solve(Y0, 0.0..1.0),
            SolveError::BadOption { name: "step_size", value, .. } if same(value, h));
        assert_error!(
            MODEL.solver().step_size(h).solve(Y0, 1.0..0.0),
            SolveError::BadOption { name: "step_size", .. }
        );
    }
    let one = MODEL.solver().step_size(5.0).solve(Y0, 0.0..0.1).expect("one step");
    assert_eq!((one.stats().accepted, one.steps()), (1, &[0.0, 0.1][..]));
    // A quotient that is whole but for rounding gives no sliver of a last step.
    let tenths = MODEL.solver().step_size(0.1).solve(Y0, 0.0..0.7).expect("seven steps");
    assert_eq!(tenths.stats().accepted, 7);
    for &method in Method::ALL {
        let adaptive = method.tableau().is_adaptive();
        match MODEL.solver().method(method).solve(Y0, 0.0..1.0) {
            Ok(_) => assert!(adaptive, "{method}"),
            Err(SolveError::NoStepSize { method: name }) => assert!(!adaptive && name == method.to_string()),
            Err(error) => panic!("{method}: {error}"),
        }
    }
}

#[test]
fn options() {
    let solve = |change: &dyn Fn(Solver<'static, LotkaVolterra>) -> Solver<'static, LotkaVolterra>| {
        static STILL: LotkaVolterra = MODEL;
        change(STILL.solver()).solve(Y0, 0.0..1.0)
    };
    for x in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        assert_error!(solve(&|s| s.first_step(x)), SolveError::BadOption { name: "first_step", value, .. } if same(value, x));
    }
    for x in [-1.0, f64::NAN, f64::INFINITY] {
        assert_error!(solve(&|s| s.min_step(x)), SolveError::BadOption { name: "min_step", .. });
    }
    for x in [0.0, -1.0, f64::NAN] {
        assert_error!(solve(&|s| s.max_step(x)), SolveError::BadOption { name: "max_step", .. });
    }
    assert_error!(solve(&|s| s.min_step(0.2).max_step(0.1)), SolveError::BadOption { name: "max_step", .. });
    assert_error!(solve(&|s| s.max_num_steps(0)), SolveError::BadOption { name: "max_num_steps", .. });
    for x in [0.0, -0.1, 1.5, f64::NAN] {
        assert_error!(solve(&|s| s.safety(x)), SolveError::BadOption { name: "safety", .. });
    }
    for x in [0.5, f64::NAN, f64::INFINITY] {
        assert_error!(solve(&|s| s.ifactor(x)), SolveError::BadOption { name: "ifactor", .. });
    }
    for x in [0.0, 1.0, f64::NAN] {
        assert_error!(solve(&|s| s.dfactor(x)), SolveError::BadOption { name: "dfactor", .. });
    }
    let law = |alpha, beta| Controller::PiWith { alpha, beta };
    assert_error!(solve(&|s| s.controller(law(f64::NAN, 0.1))), SolveError::BadOption { name: "alpha", .. });
    assert_error!(solve(&|s| s.controller(law(0.1, -0.1))), SolveError::BadOption { name: "beta", .. });
    // Backwards in time a first step may have the sign of time.
    let backwards = MODEL.solver().first_step(-0.01).solve(Y0, 1.0..0.0).expect("solves");
    assert_eq!(backwards, MODEL.solver().first_step(0.01).solve(Y0, 1.0..0.0).expect("solves"));
    assert!((backwards.steps()[1] - 0.99).abs() < 1e-12);
}

#[test]
fn points_to_stop_at() {
    for x in STRANGE {
        assert_error!(MODEL.solver().step_t(&[0.5, x]).solve(Y0, 0.0..1.0),
            SolveError::BadPoint { name: "step_t", index: 1, value, .. } if same(value, x));
    }
    assert_error!(
        MODEL.solver().jump_t(&[0.5, 0.2, 0.5]).solve(Y0, 0.0..1.0),
        SolveError::BadPoint { name: "jump_t", index: 2, value: 0.5, .. }
    );
    // Those outside of the span do not count; a jump and a stop may be at one time.
    let solver = MODEL.solver().step_t(&[-3.0, 0.0, 0.25, 1.0, 7.0]).jump_t(&[0.25]);
    let solution = solver.solve(Y0, 0.0..1.0).expect("solves");
    assert!(solution.steps().contains(&0.25));

    let grid = |times: &[f64]| MODEL.solver().grid(times).solve(Y0, 0.0..1.0);
    assert_error!(grid(&[]), SolveError::BadPoint { name: "grid", index: 0, .. });
    assert_error!(grid(&[0.0]), SolveError::BadPoint { name: "grid", index: 0, .. });
    assert_error!(grid(&[0.1, 1.0]), SolveError::BadPoint { name: "grid", index: 0, value: 0.1, .. });
    assert_error!(grid(&[0.0, 0.5]), SolveError::BadPoint { name: "grid", index: 1, value: 0.5, .. });
    assert_error!(
        grid(&[0.0, 0.5, 0.5, 1.0]),
        SolveError::BadPoint { name: "grid", index: 2, value: 0.5, .. }
    );
    assert_error!(
        grid(&[0.0, 0.7, 0.3, 1.0]),
        SolveError::BadPoint { name: "grid", index: 2, value: 0.3, .. }
    );
    assert_error!(grid(&[0.0, f64::NAN, 1.0]), SolveError::BadPoint { name: "grid", index: 1, .. });
}

#[test]
fn questions_to_a_solution() {
    let solution = MODEL.solve(Y0, 0.0..1.0).expect("solves");
    for t in [-1e-9, 1.0 + 1e-9, f64::NAN, f64::INFINITY] {
        assert_error!(solution.at(t), SolveError::OutsideSpan { t: found, start: 0.0, end: 1.0 } if same(found, t));
    }
    assert!(solution.at(0.0).is_ok() && solution.at(1.0).is_ok());
    let backwards = MODEL.solve(Y0, 1.0..0.0).expect("solves");
    assert_error!(backwards.at(1.1), SolveError::OutsideSpan { start: 1.0, end: 0.0, .. });
    assert!(backwards.at(0.0).is_ok() && backwards.at(1.0).is_ok());
    let saved = MODEL.solve(Y0, &[0.0, 0.5, 1.0]).expect("solves");
    assert_error!(saved.at(0.5), SolveError::NoDenseOutput);
    assert_error!("dopri9".parse::<Method>(), SolveError::UnknownMethod { name } if name == "dopri9");
}

#[test]
fn cotangents() {
    let (_, pullback) = MODEL.solver().solve_with_pullback(Y0, &[0.0, 0.5, 1.0]).expect("solves");
    assert_error!(pullback.apply(&[[1.0, 0.0]; 2]), SolveError::CotangentCount { found: 2, saved: 3 });
    assert_error!(pullback.apply(&[]), SolveError::CotangentCount { found: 0, saved: 3 });
    for x in STRANGE {
        assert_error!(pullback.apply(&[[0.0, 0.0], [1.0, x], [0.0, 0.0]]),
            SolveError::NonFiniteCotangent { index: 1, component, value } if component == "predator" && same(value, x));
    }
    let loss = |_: &[[f64; 2]], cotangents: &mut [[f64; 2]]| {
        cotangents[0][0] = f64::NAN;
        0.0
    };
    assert_error!(
        MODEL.solver().gradient(Y0, 0.0..1.0, loss),
        SolveError::NonFiniteCotangent { index: 0, .. }
    );
}

/// The texts that most users meet, as a whole.
#[test]
fn messages() {
    let text =
        |result: Result<Solution<LotkaVolterra>, SolveError>| result.expect_err("bad input").to_string();
    let solver = || MODEL.solver();
    assert_eq!(
        text(solver().solve([1.0, f64::NAN], 0.0..1.0)),
        "y0 `predator` is NaN: every input must be finite (no step was taken)"
    );
    assert_eq!(
        text(solver().rtol(-1.0).solve(Y0, 0.0..1.0)),
        "rtol is -1: a tolerance must be a finite number, not negative"
    );
    assert_eq!(
        text(solver().rtol(0.0).atol(0.0).solve(Y0, 0.0..1.0)),
        "rtol and atol are both 0, so no step could be accepted; the defaults for f64 are 1e-7 and 1e-9"
    );
    assert_eq!(
        text(solver().atol([1e-6; 3]).solve(Y0, 0.0..1.0)),
        "3 values of atol for 2 states: give one number for all, or one for each state in order"
    );
    assert_eq!(
        text(solver().solve(Y0, &[0.0])),
        "1 save time: give the start, then each time to save at, at least two in all"
    );
    assert_eq!(
        text(solver().solve(Y0, &[0.0, 0.7, 0.5])),
        "save times must run one way: times[2] = 0.5 follows times[1] = 0.7, but the first two rise; sort them"
    );
    assert_eq!(
        text(solver().solve(Y0, 1.0..1.0)),
        "the span starts and ends at 1: there is nothing to solve; give an end that differs from the start"
    );
    assert_eq!(
        MODEL.solver().method(Rk4).solve(Y0, 0.0..1.0).expect_err("no step").to_string(),
        "rk4 has no error estimate, so it cannot choose its steps over a span: give `.step_size(h)`, or take an \
         adaptive method such as Dopri5"
    );
    assert_eq!(
        text(solver().max_num_steps(3).solve(Y0, 0.0..10.0))
            .split_once(", max_num_steps")
            .expect("the limit")
            .1,
        " = 3 attempts were used up (3 accepted, 0 rejected); allow more, loosen the tolerances, or try an implicit \
         method if the problem is stiff. See the partial solution in this error"
    );
    assert_eq!(
        "rk45".parse::<Method>().expect_err("unknown").to_string(),
        "there is no method `rk45`; there are dopri5, tsit5, bosh3, fehlberg2, adaptive_heun, dopri8, dop853, vern6, \
         vern7, vern8, vern9, euler, midpoint, heun2, heun3, rk4, rk4_classic"
    );
    let solution = MODEL.solve(Y0, &[0.0, 1.0]).expect("solves");
    assert_eq!(
        solution.at(0.5).expect_err("no dense output").to_string(),
        "this solution keeps its save points alone; solve over a span `a..b`, or with `.dense(true)`, to have it at any \
         time"
    );
}
