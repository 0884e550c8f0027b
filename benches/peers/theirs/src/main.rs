//! The runs of other Rust crates, each used as its documentation recommends for speed.

mod problems;
mod with_differential_equations;
mod with_diffsol;
mod with_ode_solvers;

use std::error::Error;

use problems::{Arenstorf, Lorenz, Lorenz96, LotkaVolterra, Pleiades, Problem};
use worker::Answer;

fn main() -> Result<(), Box<dyn Error>> {
    worker::serve(|answer| match answer.request.problem.as_str() {
        "lotka_volterra" => run::<2, LotkaVolterra>(answer),
        "lorenz" => run::<3, Lorenz>(answer),
        "arenstorf" => run::<4, Arenstorf>(answer),
        "pleiades" => run::<28, Pleiades>(answer),
        "lorenz96" => run::<40, Lorenz96>(answer),
        other => panic!("no problem {other}"),
    })
}

fn run<const N: usize, P: Problem<N>>(answer: &mut Answer) {
    let system = P::new(&answer.request.parameters);
    let y0 = std::array::from_fn(|i| answer.request.y0[i]);
    with_diffsol::run(answer, system, y0);
    with_ode_solvers::run(answer, system, y0);
    with_differential_equations::run(answer, system, y0);
}
