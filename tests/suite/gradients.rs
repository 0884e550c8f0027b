//! The discrete adjoint: against gradients in many digits, and against difference quotients of the same steps.

use odec::Stepper;
use odec::prelude::*;

use crate::any::{AnySystem, any, any_of};
use crate::testkit::{assert_close, assert_close_all, derivative, largest, problems, sum_of_squares};

/// Nonlinear and driven, with three parameters.
#[ode]
fn driven(t: f64, [x, v]: [f64; 2], stiffness: f64, friction: f64, force: f64) -> [f64; 2] {
    [v, -stiffness * x.sin() - friction * v.powi(3) + force * (1.3 * t).cos()]
}

/// As above with a force that is switched at t = 1.
#[ode]
fn switched(t: f64, [x, v]: [f64; 2], stiffness: f64, friction: f64, force: f64) -> [f64; 2] {
    let force = if t < 1.0 { force } else { -2.0 * force * x };
    [v, -stiffness * x.sin() - friction * v.powi(3) + force]
}

/// With little friction, since backwards in time it makes the state explode.
const PARAMETERS: [f64; 3] = [2.0, 0.03, 0.8];
const Y0: [f64; 2] = [1.1, -0.2];

/// A loss in which every save point and component counts differently.
fn loss(states: &[Vec<f64>], cotangents: &mut [Vec<f64>]) -> f64 {
    let mut loss = 0.0;
    for (i, (state, cotangent)) in states.iter().zip(cotangents).enumerate() {
        for (j, (y, bar)) in state.iter().zip(cotangent).enumerate() {
            let weight = 1.0 + (1.0 + i as f64 + 3.0 * j as f64).cos();
            loss += weight * (y - 0.4).powi(2);
            *bar = 2.0 * weight * (y - 0.4);
        }
    }
    loss
}

type AnySolver<'a> = Solver<'a, AnySystem, Method>;

/// A solve whose gradient is checked. `options` are those that stay when the steps are held.
struct Case<'a> {
    what: String,
    model: AnySystem,
    method: Method,
    times: &'a [f64],
    options: &'a dyn Fn(AnySolver<'_>) -> AnySolver<'_>,
    pace: &'a dyn Fn(AnySolver<'_>) -> AnySolver<'_>,
    /// Where steps end whatever their start.
    stops: &'a [f64],
    /// The save points whose times are moved.
    moved: std::ops::Range<usize>,
}

impl Case<'_> {
    /// The loss where the steps are held.
    fn held(&self, model: &AnySystem, y0: &[f64], times: &[f64], grid: &[f64]) -> f64 {
        let solver = (self.options)(model.solver().method(self.method)).grid(grid);
        let solution =
            solver.solve(y0.to_vec(), times).unwrap_or_else(|error| panic!("{}: {error}", self.what));
        let mut cotangents = vec![y0.to_vec(); times.len()];
        loss(solution.states(), &mut cotangents)
    }

    fn check(&self) {
        let Self { what, model, times, .. } = self;
        let solver = (self.pace)((self.options)(model.solver().method(self.method)));
        let gradient =
            solver.gradient(Y0.to_vec(), times, loss).unwrap_or_else(|error| panic!("{what}: {error}"));
        let dense = solver.clone().dense(true).solve(Y0.to_vec(), times).expect("solves");
        let grid = dense.steps().to_vec();
        let direction = (times[1] - times[0]).signum();

        // What rounding leaves of differences: the coefficients of vern6 are so large that its steps have 1e-11 of it.
        let rounding = match self.method {
            Method::Vern6 => 100.0,
            Method::Vern8 => 10.0,
            _ => 1.0,
        };

        // Held, the steps are the same to the last bit.
        let same = self.held(model, &Y0, times, &grid);
        assert_eq!(gradient.loss, same, "{what}: the loss of the held steps");

        let by_y0: Vec<f64> = (0..2)
            .map(|i| {
                derivative(1e-3, |d| {
                    let mut y0 = Y0;
                    y0[i] += d;
                    self.held(model, &y0, times, &grid)
                })
            })
            .collect();
        assert_close_all(&gradient.y0, &by_y0, 1e-9 * rounding, &format!("{what}: by y0"));

        let by_parameters: Vec<f64> = (0..3)
            .map(|i| {
                derivative(1e-3, |d| {
                    let mut parameters = PARAMETERS;
                    parameters[i] += d;
                    self.held(&model.with(&parameters), &Y0, times, &grid)
                })
            })
            .collect();
        assert_close_all(
            gradient.params.numbers(),
            &by_parameters,
            1e-9 * rounding,
            &format!("{what}: by parameters"),
        );

        let last = times.len() - 1;
        let size = largest(&gradient.times);
        for i in self.moved.clone() {
            let expected = derivative(1e-5, |d| {
                let (mut times, mut grid) = (times.to_vec(), grid.clone());
                times[i] += d;
                if i == 0 {
                    // Steps that are not cut to a stop begin and end later.
                    let stop = self.stops.first().copied().unwrap_or(times[last]);
                    let free = grid.iter_mut().take_while(|t| (stop - **t) * direction > 0.0);
                    free.for_each(|t| *t += d);
                } else if i == last {
                    *grid.last_mut().expect("a grid has an end") += d;
                }
                self.held(model, &Y0, &times, &grid)
            });
            assert_close(
                gradient.times[i],
                expected,
                0.0,
                1e-8 * rounding * size,
                &format!("{what}: by times[{i}]"),
            );
        }
    }
}

/// Save points on both sides of many steps, several of them in one.
const TIMES: [f64; 8] = [0.0, 0.3012, 0.3024, 0.3037, 0.911, 1.4333, 1.921, 2.5];

fn reversed() -> Vec<f64> {
    TIMES.iter().rev().copied().collect()
}

fn plain(solver: AnySolver<'_>) -> AnySolver<'_> {
    solver
}

fn loose(solver: AnySolver<'_>) -> AnySolver<'_> {
    solver.rtol(1e-4).atol(1e-5)
}

#[test]
fn every_method_and_interpolation_in_both_directions() {
    let backwards = reversed();
    for &method in Method::ALL {
        for interpolation in [Interpolation::Method, Interpolation::Cubic, Interpolation::Linear] {
            for (direction, times) in [("forwards", &TIMES[..]), ("backwards", &backwards)] {
                let adaptive = method.tableau().is_adaptive();
                let pace: &dyn Fn(AnySolver<'_>) -> AnySolver<'_> =
                    if adaptive { &loose } else { &|solver| solver.step_size(0.12) };
                Case {
                    what: format!("{method}, {interpolation:?}, {direction}"),
                    model: any_of(Driven::from_params(PARAMETERS)),
                    method,
                    times,
                    options: &|solver| solver.interp(interpolation),
                    pace,
                    stops: &[],
                    moved: 0..times.len(),
                }
                .check();
            }
        }
    }
}

#[test]
fn every_adaptive_method_at_a_step_size() {
    for &method in Method::ALL {
        Case {
            what: format!("{method}, step_size"),
            model: any_of(Driven::from_params(PARAMETERS)),
            method,
            times: &TIMES,
            options: &plain,
            pace: &|solver| solver.step_size(0.17),
            stops: &[],
            moved: 0..TIMES.len(),
        }
        .check();
    }
}

#[test]
fn tolerances_of_each_component_and_stops() {
    let backwards = reversed();
    let switched = || any_of(Switched::from_params(PARAMETERS));
    for method in [Method::Dopri5, Method::Tsit5, Method::Dopri8, Method::Bosh3, Method::Fehlberg2] {
        let case = |what: &str| Case {
            what: format!("{method}, {what}"),
            model: any_of(Driven::from_params(PARAMETERS)),
            method,
            times: &TIMES,
            options: &plain,
            pace: &loose,
            stops: &[],
            moved: 0..TIMES.len(),
        };
        Case { pace: &|solver| solver.rtol([1e-3, 1e-6]).atol([1e-6, 1e-3]), ..case("tolerances") }.check();
        Case { pace: &|solver| loose(solver).step_t(&[0.7, 1.6]), stops: &[0.7, 1.6], ..case("step_t") }
            .check();
        let jump = Case { options: &|solver| solver.jump_t(&[1.0]), stops: &[1.0], ..case("jump_t") };
        Case { model: switched(), ..jump }.check();
        let jump =
            Case { options: &|solver| solver.jump_t(&[1.0]), stops: &[1.0], ..case("jump_t backwards") };
        Case { model: switched(), times: &backwards, ..jump }.check();
        Case { options: &|solver| solver.perturb(true), ..case("perturb") }.check();
    }
}

/// The times of a grid are given: a save time between them moves along its step, and only the ends move steps.
#[test]
fn grids_with_save_points_on_and_between_them() {
    let grid = [0.0, 0.1, 0.3, 0.55, 0.8, 1.2, 1.7, 2.0, 2.5];
    let between = [0.0, 0.2, 0.5, 0.9, 1.0, 1.1, 1.9, 2.5];
    let on = [0.0, 0.3, 0.4, 0.8, 1.7, 2.5];
    for &method in Method::ALL {
        for (times, moved) in [(&between[..], 1..8), (&on[..], 5..6)] {
            Case {
                what: format!("{method}, grid"),
                model: any_of(Driven::from_params(PARAMETERS)),
                method,
                times,
                options: &plain,
                pace: &|solver| solver.grid(&grid),
                stops: &[0.1],
                moved,
            }
            .check();
        }
    }
}

/// Without a grid, methods that estimate no error step from save time to save time, which then move the steps.
#[test]
fn save_times_as_the_grid() {
    for method in [Method::Euler, Method::Midpoint, Method::Heun3, Method::Rk4] {
        for times in [linspace(0.0, 2.0, 15), linspace(2.0, 0.0, 15)] {
            let model = any_of(Driven::from_params(PARAMETERS));
            let solver = model.solver().method(method);
            let gradient = solver.gradient(Y0.to_vec(), &times, loss).expect("solves");
            let size = largest(&gradient.times);
            for i in 0..times.len() {
                let expected = derivative(1e-4, |d| {
                    let mut times = times.clone();
                    times[i] += d;
                    solver.gradient(Y0.to_vec(), &times, loss).expect("solves").loss
                });
                assert_close(
                    gradient.times[i],
                    expected,
                    0.0,
                    1e-9 * size,
                    &format!("{method}: by times[{i}]"),
                );
            }
        }
    }
}

#[test]
fn gradients_are_those_of_the_reference() {
    for problem in problems("gradients.json") {
        let model = any(&problem.name, &problem.params);
        let expected_times = problem.dloss_dt.as_ref().expect("this file has them");
        // Save points at the ends of steps, where the interpolant's slope is the right-hand side.
        for (what, stops, tolerance, of_times) in
            [("inside of steps", &[][..], 1e-9, 2e-9), ("at ends", &problem.t[1..], 1e-10, 1e-11)]
        {
            let what = format!("{}, save points {what}", problem.name);
            let solver = model.solver().method(Dopri8).rtol(1e-13).atol(1e-13).step_t(stops);
            let gradient = solver.gradient(problem.y0.clone(), &problem.t, sum_of_squares).expect("solves");
            assert_close(gradient.loss, problem.loss, tolerance, 0.0, &format!("{what}: loss"));
            assert_close_all(&gradient.y0, &problem.dloss_dy0, tolerance, &format!("{what}: by y0"));
            let by_parameters = gradient.params.numbers();
            assert_close_all(
                by_parameters,
                &problem.dloss_dparams,
                tolerance,
                &format!("{what}: by parameters"),
            );
            assert_close_all(&gradient.times, expected_times, of_times, &format!("{what}: by times"));
        }
    }
}

#[test]
fn the_pullback_is_linear() {
    let model = any_of(Driven::from_params(PARAMETERS));
    let (solution, pullback) = model.solver().solve_with_pullback(Y0.to_vec(), &TIMES).expect("solves");
    let cotangents = |a: f64, b: f64| -> Vec<Vec<f64>> {
        let state = |i: usize| vec![a * (i as f64).sin() + b, b * (2.0 * i as f64).cos() - a];
        (0..solution.times().len()).map(state).collect()
    };
    let apply = |a: f64, b: f64| {
        let gradient = pullback.apply(&cotangents(a, b)).expect("finite cotangents");
        [gradient.y0, gradient.params.numbers().to_vec(), gradient.times].concat()
    };
    let (first, second, both) = (apply(1.0, 0.0), apply(0.0, 1.0), apply(2.0, -3.0));
    let combined: Vec<f64> = first.iter().zip(&second).map(|(a, b)| 2.0 * a - 3.0 * b).collect();
    assert_close_all(&both, &combined, 1e-14, "2 a - 3 b");
    assert_eq!(apply(1.0, 0.0), first, "a pullback can be applied again");
    assert!(apply(0.0, 0.0).iter().all(|&x| x == 0.0));
}

#[test]
fn many_save_points_in_one_step() {
    let times = linspace(0.0, 0.1, 40);
    Case {
        what: "one step".to_owned(),
        model: any_of(Driven::from_params(PARAMETERS)),
        method: Method::Dopri5,
        times: &times,
        options: &plain,
        pace: &|solver| solver.step_size(0.1),
        stops: &[],
        moved: 0..40,
    }
    .check();
}
