//! One trajectory of one system, by all adaptive methods.

use std::hint::black_box;

use odec::{Method, SolveError, Solver, Stepper, System};
use worker::Answer;

use crate::lorenz_ensemble::Lorenz;
use crate::systems::{Arenstorf, Lorenz96, LotkaVolterra, Pleiades};

pub fn run(answer: &mut Answer) {
    let request = answer.request;
    let p = &request.parameters;
    match request.problem.as_str() {
        "lotka_volterra" => solves(answer, &LotkaVolterra::from_params(array(p))),
        "lorenz" => solves(answer, &Lorenz { sigma: p[0], rho: p[1], beta: p[2] }),
        "arenstorf" => solves(answer, &Arenstorf { mu: p[0] }),
        "pleiades" => solves(answer, &Pleiades {}),
        "lorenz96" => solves(answer, &Lorenz96 { forcing: p[0] }),
        other => panic!("no problem {other}"),
    }
}

fn array<const N: usize>(numbers: &[f64]) -> [f64; N] {
    std::array::from_fn(|i| numbers[i])
}

/// Measures a method as a type, which compiles a solver for it alone. A match, so that none is missing.
macro_rules! measure_as_type {
    ($answer:ident, $model:ident, $method:ident: $($Name:ident)*) => {
        match $method { $(Method::$Name => contestant($answer, $model, odec::$Name)),* }
    };
}

fn solves<const N: usize, S: System<Real = f64, State = [f64; N]>>(answer: &mut Answer, model: &S) {
    for &method in Method::ALL.iter().filter(|method| !method.tableau().estimates.is_empty()) {
        measure_as_type! {
            answer, model, method:
            Dopri5 Tsit5 Bosh3 Fehlberg2 AdaptiveHeun Dopri8 Dop853 Vern6 Vern7 Vern8 Vern9 Euler Midpoint Heun2 Heun3
            Rk4 Rk4Classic
        }
    }
}

fn contestant<const N: usize, S, M>(answer: &mut Answer, model: &S, method: M)
where
    S: System<Real = f64, State = [f64; N]>,
    M: Stepper,
{
    let tolerance = answer.request.tolerance;
    let y0: [f64; N] = array(&answer.request.y0);
    let end = answer.request.end;
    let name = method.tableau().name;
    let solver = Solver::new(model).method(method).rtol(tolerance).atol(tolerance).dense(false);
    answer.contestant("odec", name, || {
        let solution = solver.solve(black_box(y0), 0.0..end)?;
        Ok::<_, SolveError>(solution.last().to_vec())
    });
}
