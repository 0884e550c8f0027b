//! Zeros at which a step begins: at the start, after a reset, and in single precision.

use odec::prelude::*;

use crate::systems::*;

#[ode]
fn single_ball(_t: f32, [_height, velocity]: [f32; 2], gravity: f32) -> [f32; 2] {
    [velocity, -gravity]
}

#[differentiable]
fn single_impact(_t: f32, [height, _velocity]: [f32; 2], floor: f32) -> f32 {
    height - floor
}

#[differentiable]
fn single_bounce(_t: f32, [height, velocity]: [f32; 2], restitution: f32) -> [f32; 2] {
    [height, -restitution * velocity]
}

#[test]
fn single_precision_bounces_too() {
    let (flight, pullback) = (SingleBall { gravity: 9.81 })
        .solver()
        .reset(SingleImpact { floor: 0.0 }, SingleBounce { restitution: 0.9 })
        .until(nth(10, SingleImpact { floor: 0.0 }))
        .solve_with_pullback([10.0, 0.0], 0.0..)
        .expect("a flight");
    assert_near(flight.event().expect("an event").time, 17.171_857, 2e-4, "time");
    let gradient = pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    // The times are proportional to the root of the height.
    assert_near(f64::from(gradient.y0[0]), 17.171_857 / 20.0, 1e-4, "by height");
}

#[test]
fn a_solve_that_goes_on_from_an_event_leaves_it_behind() {
    let ball = Ball { gravity: 9.81 };
    for height in [1.0, 1.7, 2.3, 10.0, 123.4] {
        let solver = ball.solver().rtol(1e-9).atol(1e-9).until(Impact { floor: 0.0 });
        let mut state = [height, 0.0];
        let mut t = 0.0;
        let mut expected = 0.0;
        let first = (2.0 * height / 9.81f64).sqrt();
        for bounce in 0..8 {
            let hit = solver.solve(state, t..).expect("an impact");
            let event = hit.event().expect("an event");
            expected += if bounce == 0 { first } else { 2.0 * first * 0.9f64.powi(bounce) };
            assert_near(event.time, expected, 1e-6, "impact");
            (t, state) = (event.time, [event.before[0], -0.9 * event.before[1]]);
        }
    }
    // The same where the state goes through.
    let mut start = (0.0, [1.0, 0.0]);
    for crossing in 1..9 {
        let solver = (Oscillator {}).solver().rtol(1e-9).atol(1e-9).until(First { level: 0.3 });
        let solution = solver.solve(start.1, start.0..).expect("a crossing");
        start = (solution.times()[1], solution.last());
        let turn = (crossing + 1) / 2;
        let angle = 0.3f64.acos() * if crossing % 2 == 1 { 1.0 } else { -1.0 };
        let expected =
            angle + 2.0 * std::f64::consts::PI * f64::from(if crossing % 2 == 1 { turn - 1 } else { turn });
        assert_near(start.0, expected, 1e-7, "crossing");
    }
}

#[test]
fn a_floor_far_from_zero_is_bounced_off_in_single_precision() {
    let drop = (SingleBall { gravity: 9.81 })
        .solver()
        .max_step(1e-3)
        .reset(SingleImpact { floor: 1000.0 }, SingleBounce { restitution: 0.5 })
        .solve([1000.02, 0.0], 0.0..0.12)
        .expect("a flight");
    assert_eq!(drop.events().len(), 1, "{:?}", times(&drop));
    assert_near(drop.events()[0].time, (0.04f64 / 9.81).sqrt(), 2e-3, "impact");
    assert!(drop.last()[0] >= 1000.0);
}

#[test]
fn a_slow_bounce_far_from_zero_is_one() {
    let back = |_t: f64, [x, v]: [f64; 2]| [x, -v];
    // Whose zero is at no number: what is left of it may be on either side.
    let floor = |_t: f64, [x, _v]: [f64; 2]| 0.3 * x - 300.03;
    for place in 0..40 {
        let x = 1000.1 + 1e-11 + 1e-12 * f64::from(place);
        let solver = (Uniform {}).solver().max_step(1e-9).reset(floor, back);
        let solution = solver.solve([x, -1e-3], 0.0..2e-7).expect("a bounce");
        assert_eq!(solution.events().len(), 1, "{:?}", times(&solution));
        assert!(solution.last()[0] > 1000.1);
    }
}

#[test]
fn a_ball_bounces_off_a_floor_that_is_a_truth_value() {
    for floor in [1.0, 10.0, 100.0] {
        let above = |_t: f64, [height, _]: [f64; 2]| if height > floor { 1.0 } else { -1.0 };
        let flight = (Ball { gravity: 10.0 })
            .solver()
            .max_step(2.0)
            .reset(falling(above), Bounce { restitution: 0.9 })
            .solve([floor + 5.0, 0.0], 0.0..8.0)
            .expect("a flight");
        let expected: Vec<f64> =
            (0..5).map(|n| 1.0 + 2.0 * (1..=n).map(|k| 0.9f64.powi(k)).sum::<f64>()).collect();
        assert_eq!(flight.events().len(), 5, "{:?}", times(&flight));
        for (found, expected) in times(&flight).iter().zip(expected) {
            assert_near(*found, expected, 1e-7, "impact");
        }
    }
}

#[test]
fn an_event_that_was_not_left_is_left_by_another_reset() {
    #[ode]
    fn hopper(_t: f64, [_height, velocity, mode]: [f64; 3]) -> [f64; 3] {
        [velocity, -9.81 * mode, 0.0]
    }
    for place in 0..40 {
        let height = 1.0 + 0.037 * f64::from(place);
        let flight = (Hopper {})
            .solver()
            .reset(
                falling(|_t: f64, [height, _v, _m]: [f64; 3]| height),
                |_t: f64, [height, _v, _m]: [f64; 3]| [height, 0.0, 0.0],
            )
            .reset(|t: f64, _y: [f64; 3]| t - 5.0, |_t: f64, [height, _v, _m]: [f64; 3]| [height, 5.0, 1.0])
            .solve([height, 0.0, 1.0], 0.0..7.0)
            .expect("a flight");
        let indices: Vec<usize> = flight.events().iter().map(|event| event.index).collect();
        assert_eq!(indices, [0, 1, 0], "{:?}", times(&flight));
        assert_near(flight.events()[2].time, 5.0 + 10.0 / 9.81, 1e-7, "second impact");
    }
}

#[ode]
fn single_uniform(_t: f32, [_x, v]: [f32; 2]) -> [f32; 2] {
    [v, 0.0]
}

#[differentiable]
fn single_square(t: f32, [_x, _v]: [f32; 2]) -> f32 {
    t * t - 2.0
}

#[test]
fn a_solve_in_single_precision_goes_on_from_an_event() {
    let solver = (SingleUniform {}).solver().record(SingleSquare {});
    let first = solver.solve([0.0, 1.0], 0.0..3.0).expect("a solution");
    assert_eq!(first.events().len(), 1);
    let event = &first.events()[0];
    let rest = solver.solve(event.after, event.time..3.0).expect("a solution");
    assert_eq!(rest.events().len(), 0, "{:?}", times(&rest));
}

#[test]
fn an_event_of_a_mode_does_not_happen_where_that_begins() {
    #[ode]
    fn spring_leg(_t: f64, [y, v, mode]: [f64; 3]) -> [f64; 3] {
        [v, if mode > 0.5 { 400.0 * (1.0 - y) } else { 0.0 } - 9.81, 0.0]
    }
    #[differentiable]
    fn touch(_t: f64, [y, _v, mode]: [f64; 3]) -> f64 {
        if mode < 0.5 { y - 1.0 } else { 1.0 }
    }
    #[differentiable]
    fn lift(_t: f64, [y, _v, mode]: [f64; 3]) -> f64 {
        if mode > 0.5 { y - 1.0 } else { -1.0 }
    }
    #[differentiable]
    fn land(_t: f64, [y, v, _mode]: [f64; 3]) -> [f64; 3] {
        [y, v, 1.0]
    }
    #[differentiable]
    fn fly(_t: f64, [y, v, _mode]: [f64; 3]) -> [f64; 3] {
        [y, v, 0.0]
    }
    for place in 0..60 {
        let height = 1.3 + 0.011 * f64::from(place);
        let solver =
            (SpringLeg {}).solver().rtol(1e-9).atol(1e-9).reset(Touch {}, Land {}).reset(Lift {}, Fly {});
        let run = solver.solve([height, 0.0, 0.0], 0.0..6.0).expect("a run");
        let indices: Vec<usize> = run.events().iter().map(|event| event.index).collect();
        assert!(
            indices.len() > 10 && indices.iter().enumerate().all(|(i, &index)| index == i % 2),
            "{indices:?}"
        );
        // Nothing is lost on the way.
        let [y, v, mode] = run.last();
        let spring = if mode > 0.5 { 200.0 * (1.0 - y) * (1.0 - y) } else { 0.0 };
        assert_near(9.81 * y + v * v / 2.0 + spring, 9.81 * height, 1e-5, "energy");
    }
}

#[test]
fn a_zero_that_is_left_slowly_is_left() {
    let (amplitude, omega) = (0.02, 31.415_926_535_897_93f64);
    let gap = |t: f64, [height, _v]: [f64; 2]| height - amplitude * (omega * t).sin();
    let ball = Ball { gravity: 9.81 };
    for turn in 0..200 {
        let angle =
            (9.81 / (amplitude * omega * omega)).asin() + 2.0 * std::f64::consts::PI * f64::from(turn);
        let start = angle / omega;
        let state = [amplitude * (omega * start).sin(), amplitude * omega * (omega * start).cos()];
        let flight = ball.solver().until(gap).solve(state, start..).expect("it comes down");
        // Up and down again takes most of a period.
        assert!(flight.times()[1] - start > 0.01, "after {:e}", flight.times()[1] - start);
    }
}
