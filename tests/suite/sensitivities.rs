//! Forward mode: derivatives of the saved states, and Hessians of a loss.

use odec::Stepper;
use odec::prelude::*;
use serde_json::Value;

use crate::systems::{ForcedLinear, HarmonicOscillator, LotkaVolterra, Mlp, PendulumFriction, VanDerPol};
use crate::testkit::{
    Flat, Random, TestSystem, assert_close, assert_close_all, derivative, json, largest, list, numbers, rows,
};

/// The problem of this name in the reference.
fn problem(name: &str) -> Value {
    let file = json("gradients.json");
    list(&file["problems"]).iter().find(|value| value["name"] == name).expect("it is in the file").clone()
}

/// Nonlinear and driven: five directions, which four lanes take twice.
#[ode]
fn driven(t: f64, [x, v]: [f64; 2], stiffness: f64, friction: f64, force: f64) -> [f64; 2] {
    [v, -stiffness * x.sin() - friction * v.powi(3) + force * (1.3 * t).cos()]
}

/// All derivatives of a save point's state, one direction after the other.
fn columns<S: TestSystem>(sensitivities: &Sensitivities<S>, save: usize) -> Vec<Vec<f64>> {
    sensitivities.by_y0(save).iter().chain(sensitivities.by_params(save)).map(Flat::flat).collect()
}

fn against_the_reference<S: TestSystem>(name: &str) {
    let value = problem(name);
    let (y0, times) = (numbers(&value["y0"]), numbers(&value["t"]));
    let model = model::<S>(&numbers(&value["params"]));
    let solver = Solver::new(&model).rtol(1e-12).atol(1e-12);
    let sensitivities = solver.solve_sensitivities(S::State::from_flat(&y0), &times).expect("solves");
    let last = times.len() - 1;
    let by_y0 = rows(&value["sens_end_y0"]);
    let by_params = rows(&value["sens_end_params"]);
    let expected: Vec<f64> = by_y0.iter().zip(&by_params).flat_map(|(a, b)| [&a[..], b].concat()).collect();
    let columns = columns(&sensitivities, last);
    let found: Vec<f64> =
        (0..y0.len()).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    assert_close_all(&found, &expected, 1e-9, name);
}

/// The system with these parameters.
fn model<S: TestSystem>(parameters: &[f64]) -> S {
    S::from_parameters(&S::parameter_vector(|i| parameters[i]))
}

#[test]
fn sensitivities_are_those_of_the_reference() {
    against_the_reference::<LotkaVolterra>("lotka_volterra");
    against_the_reference::<VanDerPol>("van_der_pol");
    against_the_reference::<PendulumFriction>("pendulum_friction");
    against_the_reference::<ForcedLinear>("forced_linear");
    against_the_reference::<Mlp>("mlp");
}

/// Against difference quotients of the same steps, and against the adjoint.
fn against_the_same_steps<S: TestSystem, M: Stepper>(
    what: &str,
    model: &S,
    y0: &[f64],
    times: &[f64],
    method: M,
    pace: impl Fn(Solver<'_, S, M>) -> Solver<'_, S, M>,
) {
    let start = |y0: &[f64]| S::State::from_flat(y0);
    let solver = pace(Solver::new(model).method(method));
    let sensitivities = solver.clone().dense(true).solve_sensitivities(start(y0), times).expect("solves");
    let grid = sensitivities.solution().steps().to_vec();
    assert_eq!(*sensitivities.solution(), solver.solve(start(y0), times).expect("solves"), "{what}");

    let (n, parameters) = (y0.len(), model.numbers());
    let point = [y0, &parameters[..]].concat();
    // All saved states where one number is moved and the steps are held.
    let states = |direction: usize, d: f64| -> Vec<f64> {
        let mut point = point.clone();
        point[direction] += d;
        let moved = self::model::<S>(&point[n..]);
        let solver = pace(Solver::new(&moved).method(method)).grid(&grid);
        let solution = solver.solve(start(&point[..n]), times).expect("solves");
        solution.states().iter().flat_map(Flat::flat).collect()
    };
    let by_save: Vec<Vec<Vec<f64>>> = (0..times.len()).map(|save| columns(&sensitivities, save)).collect();
    for direction in 0..point.len() {
        let found: Vec<f64> = by_save.iter().flat_map(|columns| columns[direction].clone()).collect();
        let expected = quotient(1e-3, |d| states(direction, d));
        assert_close_all(&found, &expected, 1e-9, &format!("{what}, direction {direction}"));
    }

    let mut random = Random(7);
    let cotangents: Vec<Vec<f64>> = times.iter().map(|_| random.vector(n, -1.0, 1.0)).collect();
    let (_, pullback) = solver.solve_with_pullback(start(y0), times).expect("solves");
    let gradient = pullback.apply(&cotangents.iter().map(|v| start(v)).collect::<Vec<_>>()).expect("applies");
    let adjoint = [gradient.y0.flat(), gradient.params.numbers()].concat();
    let chained: Vec<f64> = (0..point.len())
        .map(|direction| {
            let products = by_save
                .iter()
                .zip(&cotangents)
                .flat_map(|(columns, v)| columns[direction].iter().zip(v).map(|(a, b)| a * b));
            products.sum()
        })
        .collect();
    assert_close_all(&chained, &adjoint, 1e-12, &format!("{what}: chained"));

    let outside = times.len();
    assert!(sensitivities.by_y0(outside).is_empty() && sensitivities.by_params(outside).is_empty());
}

/// The derivative of a vector, by differences of sixth order.
fn quotient(h: f64, f: impl Fn(f64) -> Vec<f64>) -> Vec<f64> {
    let at: Vec<(f64, Vec<f64>)> = [1.0, -1.0, 2.0, -2.0, 3.0, -3.0].map(|n| (n * h, f(n * h))).into();
    let value = |d: f64, i: usize| at.iter().find(|(place, _)| *place == d).expect("it was computed").1[i];
    (0..at[0].1.len()).map(|i| derivative(h, |d| value(d, i))).collect()
}

/// Save points on both sides of many steps, several of them in one.
const TIMES: [f64; 8] = [0.0, 0.3012, 0.3024, 0.3037, 0.911, 1.4333, 1.921, 2.5];

#[test]
fn sensitivities_are_the_derivatives_of_the_same_steps() {
    let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
    let model = Driven { stiffness: 2.0, friction: 0.03, force: 0.8 };
    for (direction, times) in [("forwards", &TIMES[..]), ("backwards", &backwards)] {
        let y0 = [1.1, -0.2];
        let what = |method: &str| format!("{method}, {direction}");
        against_the_same_steps(&what("dopri5"), &model, &y0, times, Dopri5, |solver| solver.rtol(1e-4));
        against_the_same_steps(&what("bosh3"), &model, &y0, times, Bosh3, |solver| {
            solver.rtol(1e-4).jump_t(&[1.0]).interp(Interpolation::Linear)
        });
        against_the_same_steps(&what("vern7"), &model, &y0, times, Vern7, |solver| solver.rtol(1e-4));
        against_the_same_steps(&what("dop853"), &model, &y0, times, Dop853, |solver| {
            solver.rtol(1e-4).jump_t(&[1.0])
        });
        against_the_same_steps(&what("vern9"), &model, &y0, times, Vern9, |solver| solver.step_size(0.3));
        against_the_same_steps(&what("rk4"), &model, &y0, times, Rk4, |solver| solver.step_size(0.12));
    }
    let tuple = HarmonicOscillator { omega: 1.3 };
    against_the_same_steps("a tuple", &tuple, &[1.0, 0.5], &TIMES, Dopri5, |solver| solver.rtol(1e-5));
    let mlp = self::model::<Mlp>(&numbers(&problem("mlp")["params"]));
    against_the_same_steps("44 directions", &mlp, &[0.5, -0.3], &TIMES, Dopri5, |solver| solver.rtol(1e-5));
}

#[differentiable]
fn squares(_t: f64, [a, b]: [f64; 2]) -> f64 {
    a * a + b * b
}

#[differentiable]
fn square(_t: f64, y: f64) -> f64 {
    y * y
}

/// The Hessian by (y0, parameters), a column for each unit direction, and the gradient.
fn hessian<S, F>(
    solver: &Solver<'_, S>,
    y0: &[f64],
    times: &[f64],
    parameters: usize,
    loss: impl Fn(usize) -> F,
) -> (Vec<Vec<f64>>, Vec<f64>)
where
    S: TestSystem,
    F: Function<Real = f64, State = S::State, Output = f64>,
{
    let (n, start) = (y0.len(), S::State::from_flat(y0));
    let plain = solver.gradient_of(start.clone(), times, &loss).expect("solves");
    let plain_gradient = [plain.y0.flat(), plain.params.numbers()].concat();
    let column = |direction: usize| {
        let unit: Vec<f64> = (0..n + parameters).map(|i| f64::from(u8::from(i == direction))).collect();
        let (y_dot, p_dot) = (S::State::from_flat(&unit[..n]), model::<S>(&unit[n..]));
        let product = solver.hessian_product(start.clone(), times, &loss, &p_dot, y_dot).expect("solves");
        let gradient = [product.gradient_y0.flat(), product.gradient_params.numbers()].concat();
        assert_close(product.loss, plain.loss, 1e-15, 0.0, "the loss");
        assert_close_all(&gradient, &plain_gradient, 1e-14, "the gradient");
        [product.y0.flat(), product.params.numbers()].concat()
    };
    ((0..n + parameters).map(column).collect(), plain_gradient)
}

fn hessian_checks<S, F>(name: &str, loss: impl Fn(usize) -> F)
where
    S: TestSystem,
    F: Function<Real = f64, State = S::State, Output = f64>,
{
    let value = problem(name);
    let (y0, times, parameters) = (numbers(&value["y0"]), numbers(&value["t"]), numbers(&value["params"]));
    let model = self::model::<S>(&parameters);
    let count = parameters.len();

    let tight = Solver::new(&model).rtol(1e-12).atol(1e-12);
    let (found, _) = hessian(&tight, &y0, &times, count, &loss);
    let expected = rows(&value["hessian"]);
    assert_close_all(&found.concat(), &expected.concat(), 1e-8, name);

    // With long steps, and save points between them.
    let loose = Solver::new(&model).rtol(1e-5).atol(1e-5);
    let start = S::State::from_flat(&y0);
    let (found, _) = hessian(&loose, &y0, &times, count, &loss);
    let size = largest(&found.concat());
    let steps = loose.clone().dense(true).solve(start, &times).expect("solves").steps().to_vec();
    let n = y0.len();
    let point = [&y0[..], &parameters].concat();
    for (i, column) in found.iter().enumerate() {
        for (j, entry) in column.iter().enumerate() {
            assert_close(*entry, found[j][i], 0.0, 1e-12 * size, &format!("{name}: symmetry in {i}, {j}"));
        }
        let expected = quotient(1e-3, |d| {
            let mut point = point.clone();
            point[i] += d;
            let moved = self::model::<S>(&point[n..]);
            let held = Solver::new(&moved).grid(&steps);
            let gradient = held.gradient_of(S::State::from_flat(&point[..n]), &times, &loss).expect("solves");
            [gradient.y0.flat(), gradient.params.numbers()].concat()
        });
        assert_close_all(column, &expected, 1e-8, &format!("{name}: column {i}"));
    }
}

#[test]
fn hessians_are_those_of_the_reference_and_of_the_same_steps() {
    hessian_checks::<LotkaVolterra, _>("lotka_volterra", |_| Squares {});
    hessian_checks::<VanDerPol, _>("van_der_pol", |_| Squares {});
    hessian_checks::<PendulumFriction, _>("pendulum_friction", |_| Squares {});
    hessian_checks::<ForcedLinear, _>("forced_linear", |_| Square {});
}

/// The product is linear in its direction.
#[test]
fn the_product_with_a_sum_is_the_sum_of_products() {
    let model = VanDerPol { mu: 2.0 };
    let product = |mu: f64, y0: [f64; 2]| {
        let solver = model.solver().rtol(1e-5);
        let product = solver.hessian_product([2.0, 0.0], &TIMES, |_| Squares {}, &VanDerPol { mu }, y0);
        let product = product.expect("solves");
        [product.y0.flat(), product.params.numbers()].concat()
    };
    let (a, b) = (product(1.0, [0.0, 0.0]), product(0.0, [0.3, -2.0]));
    let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a + b).collect();
    assert_close_all(&product(2.0, [0.3, -2.0]), &sum, 1e-13, "2 a + b");
    assert_eq!(product(0.0, [0.0, 0.0]), [0.0; 3]);
}
