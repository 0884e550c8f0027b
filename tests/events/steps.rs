//! Zeros of the method's own steps, however coarse these are.

use odec::prelude::*;

use crate::systems::*;

#[ode]
fn decay(_t: f64, y: f64, rate: f64) -> f64 {
    -rate * y
}

#[differentiable]
fn level(_t: f64, y: f64, at: f64) -> f64 {
    y - at
}

#[test]
fn one_long_step_of_euler_ends_at_its_own_zero() {
    let model = Decay { rate: 1.0 };
    let solver = model.solver().method(Euler).step_size(1.0).until(Level { at: 0.3 });
    let (solution, pullback) = solver.solve_with_pullback(1.0, 0.0..5.0).expect("a solution");
    // The step is 1 - h.
    assert_near(solution.event().expect("an event").time, 0.7, 1e-15, "time");
    let gradient = pullback.apply_event(1.0, 0.0).expect("a gradient");
    assert_near(gradient.event.at, -1.0, 1e-14, "by level");
    assert_near(gradient.params.rate, -0.7, 1e-14, "by rate");
    assert_near(gradient.y0, 0.3, 1e-14, "by y0");
}

#[test]
fn coarse_steps_of_all_methods_end_where_the_function_is_zero() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    for &method in Method::ALL {
        for (step, interpolation) in
            [(0.3, Interpolation::Method), (0.11, Interpolation::Cubic), (0.3, Interpolation::Linear)]
        {
            let solver = model.solver().method(method).step_size(step).interp(interpolation);
            for level in [1.05, 1.2, 1.9] {
                let until = |level: f64| {
                    let solver = solver.clone().until(rising(First { level }));
                    solver.solve_with_pullback([1.0, 1.0], 0.0..40.0).expect("a solution")
                };
                let (solution, pullback) = until(level);
                let event = solution.event().expect("an event");
                let what = format!("{method}, steps of {step}, level {level}");
                // Rounding is large in vern6, whose coefficients are.
                assert_near(event.before[0], level, 1e-13, &what);
                let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
                let time = |d: f64| until(level + d).0.event().expect("an event").time;
                assert_near(gradient.event.level / derivative(1e-4, time), 1.0, 1e-6, &what);
            }
        }
    }
}

#[test]
fn steps_of_a_grid_stop_and_go_on() {
    let grid = [0.0, 0.5, 1.0, 2.0, 3.0, 4.0];
    let solver =
        (Oscillator {}).solver().method(Rk4).grid(&grid).reset(Clock { at: 1.3 }, Dose { amount: 0.5 });
    let solution = solver.solve([1.0, 0.0], &[0.0, 1.5, 4.0]).expect("a solution");
    assert_eq!(times(&solution), [1.3]);
    // The same by hand: two solves.
    let solver = (Oscillator {}).solver().method(Rk4);
    let before = solver.clone().grid(&[0.0, 0.5, 1.0, 1.3]).solve([1.0, 0.0], 0.0..1.3).expect("a solution");
    let [x, v] = before.last();
    let after = solver.grid(&[1.3, 2.0, 3.0, 4.0]).solve([x + 0.5, v], 1.3..4.0).expect("a solution");
    for (found, wanted) in solution.last().iter().zip(after.last()) {
        assert_near(*found, wanted, 1e-14, "state");
    }
}

/// x' = v, where v jumps from 1 to 3 at t = 1: exact for every method that knows of the jump.
#[ode]
fn jumping(t: f64, [_x, _v]: [f64; 2]) -> [f64; 2] {
    [if t < 1.0 { 1.0 } else { 3.0 }, 0.0]
}

#[test]
fn an_event_at_a_jump_is_one_event() {
    for direction in [1.0, -1.0] {
        let (start, end) = if direction > 0.0 { (0.0, 2.0) } else { (2.0, 0.0) };
        let solver = (Jumping {}).solver().jump_t(&[1.0]);
        let x0 = if direction > 0.0 { 0.0 } else { 4.0 };
        for at in [1.0f64.next_down(), 1.0, 1.0f64.next_up()] {
            let noted = solver.clone().record(Clock { at }).solve([x0, 0.0], start..end).expect("a solution");
            assert_eq!(times(&noted), [at]);
            let reset = solver.clone().reset(Clock { at }, Dose { amount: 10.0 });
            let solution = reset.solve([x0, 0.0], &[start, end]).expect("a solution");
            assert_eq!(times(&solution), [at]);
            let expected = if direction > 0.0 { 14.0 } else { 10.0 };
            assert_near(solution.last()[0], expected, 1e-13, "state");
        }
        let crossing = solver.record(First { level: 1.0 }).solve([x0, 0.0], start..end).expect("a solution");
        assert_eq!(crossing.events().len(), 1);
        assert_near(crossing.events()[0].time, 1.0, 1e-15, "the level that is reached at the jump");
    }
}

#[test]
fn an_event_on_a_step_point_is_one_event() {
    let solver = (Oscillator {}).solver().step_t(&[1.0, 2.0]);
    let noted = solver.clone().record(Clock { at: 2.0 }).solve([1.0, 0.0], 0.0..3.0).expect("a solution");
    assert_eq!(times(&noted), [2.0]);
    let until = solver.until(Clock { at: 2.0 }).solve([1.0, 0.0], &[0.0, 1.0, 2.0, 3.0]).expect("a solution");
    assert_eq!(until.times(), [0.0, 1.0, 2.0]);
}

#[test]
fn a_function_that_jumps_over_zero_happens_at_the_jump() {
    let time = |solution: Result<Solution<Oscillator>, SolveError>| {
        solution.expect("a solution").event().expect("an event").time
    };
    for level in [0.3, -0.7, 0.99] {
        let solver = (Oscillator {}).solver().rtol(1e-9).atol(1e-9);
        let smooth = time(solver.clone().until(First { level }).solve([1.0, 0.0], 0.0..));
        let truth = |_t: f64, [x, _v]: [f64; 2]| if x < level { -1.0 } else { 1.0 };
        assert_near(time(solver.clone().until(truth).solve([1.0, 0.0], 0.0..)), smooth, 1e-14, "truth");
        let pole = |_t: f64, [x, _v]: [f64; 2]| 1.0 / (x - level);
        assert_near(time(solver.clone().until(pole).solve([1.0, 0.0], 0.0..)), smooth, 1e-14, "pole");
        let flip = |_t: f64, [x, _v]: [f64; 2]| [x, -0.5];
        let flips = solver.reset(truth, flip).solve([1.0, 0.0], 0.0..10.0).expect("a solution");
        assert!(flips.events().len() >= 3 && times(&flips).is_sorted(), "{:?}", times(&flips));
        for event in flips.events() {
            assert_near(event.before[0], level, 1e-12, "state");
        }
    }
    let at = |t: f64, _y: [f64; 2]| if t < 1.234 { 1.0 } else { -1.0 };
    assert_near(time((Oscillator {}).solver().until(at).solve([1.0, 0.0], 0.0..)), 1.234, 0.0, "time");
}

/// Functions that jump over zero, come to stay zero, or are flat there, at many places of coarse steps.
#[test]
fn places_of_functions_that_are_not_smooth() {
    for number in 0..60 {
        let level = 0.97 - 0.03 * f64::from(number) + 0.001_23;
        let solver = (Oscillator {}).solver().method(Rk4).step_size(0.5);
        let at = |event: Result<Solution<Oscillator>, SolveError>| {
            event.expect("a solution").event().expect("an event").before[0]
        };
        let solve = |event: &dyn Fn(f64, [f64; 2]) -> f64| {
            at(solver.clone().until(|t: f64, y: [f64; 2]| event(t, y)).solve([1.0, 0.0], 0.0..3.1))
        };
        let what = format!("level {level}");
        assert_near(solve(&|_, [x, _]| if x > level { 0.3 } else { -1.0 }), level, 1e-14, &what);
        assert_near(solve(&|_, [x, _]| if x > level { 1.0 } else { -1.0 }), level, 1e-14, &what);
        assert_near(solve(&|_, [x, _]| (x - level).max(0.0)), level, 1e-14, &what);
        assert_near(solve(&|_, [x, _]| 1.0 / (x - level)), level, 1e-14, &what);
        assert_near(solve(&|_, [x, _]| (x - level).powi(3)), level, 1e-7, &what);
        assert_near(solve(&|_, [x, _]| (x - level).powi(5)), level, 1e-4, &what);
    }
}

/// What the interpolant alone does is no event.
#[test]
fn every_event_is_a_zero_of_a_step() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().method(Rk4).step_size(0.3);
    let largest = solver.clone().solve([1.0, 1.0], 0.0..4.0).expect("a solution");
    let largest =
        (0..4000).map(|i| largest.at(f64::from(i) / 1000.0).expect("inside")[0]).fold(0.0, f64::max);
    for below in [1e-5, 1e-4, 1e-3, 1e-2] {
        let noted = solver.clone().record(First { level: largest - below });
        let noted = noted.solve([1.0, 1.0], 0.0..4.0).expect("a solution");
        for event in noted.events() {
            assert_near(event.before[0], largest - below, 1e-13, "level");
        }
    }
}

/// y = 1 up to t = 10, then 1 - 8 s (1 - s)^2 with s = t - 10, which is below zero for a while: in one step, whose
/// derivative at the start is another than that at the end of the step before.
#[test]
fn zeros_after_a_jump_are_seen() {
    #[ode]
    fn dip(t: f64, _y: f64) -> f64 {
        let s = t - 10.0;
        if s < 0.0 { 0.0 } else { -8.0 * (1.0 - s) * (1.0 - 3.0 * s) }
    }
    let solver = (Dip {}).solver().jump_t(&[10.0]).record(Level { at: 0.0 });
    let solution = solver.solve(1.0, 0.0..11.0).expect("a solution");
    assert_eq!(solution.events().len(), 2, "{:?}", times(&solution));
    for time in times(&solution) {
        let s = time - 10.0;
        assert_near(1.0 - 8.0 * s * (1.0 - s) * (1.0 - s), 0.0, 1e-12, "zero");
    }
}

#[test]
fn a_reset_at_a_pole_does_not_end_the_event() {
    #[ode]
    fn counted(_t: f64, [x, v, _count]: [f64; 3]) -> [f64; 3] {
        [v, -x, 0.0]
    }
    #[differentiable]
    fn pole(_t: f64, [x, _v, _count]: [f64; 3]) -> f64 {
        1.0 / x
    }
    let count = |_t: f64, [x, v, count]: [f64; 3]| [x, v, count + 1.0];
    let solver = (Counted {}).solver().rtol(1e-9).atol(1e-9).reset(Pole {}, count);
    let solution = solver.solve([1.0, 0.0, 0.0], 0.0..20.0).expect("a solution");
    assert_near(solution.last()[2], 6.0, 0.0, "zeros of the cosine");
}

#[ode]
fn single_oscillator(_t: f32, [x, v]: [f32; 2]) -> [f32; 2] {
    [v, -x]
}

#[test]
fn closures_in_single_precision() {
    // Found, and gone on from by a reset that changes nothing.
    let solver = (SingleOscillator {}).solver().max_step(0.01);
    let product = |_t: f64, [x, v]: [f32; 2]| (x + 1.5) * v - 0.5;
    let solution = solver.clone().reset(product, |_t: f64, y: [f32; 2]| y).solve([0.0, 1.0], 0.0..20.0);
    let solution = solution.expect("a solution");
    let value = |t: f64| (t.sin() + 1.5) * t.cos() - 0.5;
    let count =
        (1..200_000).filter(|&i| value(f64::from(i) * 1e-4) * value(f64::from(i - 1) * 1e-4) < 0.0).count();
    assert_eq!(solution.events().len(), count, "{:?}", times(&solution));
    for time in times(&solution) {
        assert_near(value(time), 0.0, 1e-3, "zero");
    }
    // Their time is f64.
    let start = 1e5;
    #[allow(clippy::cast_possible_truncation)]
    let clocks = solver.until(move |t: f64, _y: [f32; 2]| (t - (start + 0.04)) as f32);
    let solution = clocks.solve([0.0, 1.0], start..start + 1.0).expect("a solution");
    assert_eq!(solution.event().expect("an event").time, start + 0.04);
}
