//! The compiled systems, solved, against solutions in many digits.

use odec::prelude::*;

use crate::any::any;
use crate::testkit::{distance, problems};

const METHODS: [(Method, f64); 4] =
    [(Method::Dopri5, 1e-12), (Method::Tsit5, 1e-12), (Method::Dopri8, 1e-13), (Method::Bosh3, 1e-7)];

#[test]
fn look() {
    for problem in problems("nonstiff.json") {
        let model = any(&problem.name, &problem.params);
        let end = problem.t.len() - 1;
        for (method, tolerance) in METHODS {
            let solver = model.solver().method(method).rtol(tolerance).atol(tolerance);
            let start = std::time::Instant::now();
            let solution = solver.solve(problem.y0.clone(), &problem.t).unwrap();
            let mut back: f64 = 0.0;
            for i in 0..end {
                match solver.clone().max_num_steps(300_000).solve(problem.states[i + 1].clone(), problem.t[i + 1]..problem.t[i]) {
                    Ok(s) => back = back.max(distance(&s.last(), &problem.states[i])),
                    Err(e) => println!("  {e}"),
                }
            }
            let error = solution.states().iter().zip(&problem.states).map(|(a, b)| distance(a, b)).fold(0.0f64, f64::max);
            let g = solver.gradient(problem.y0.clone(), &problem.t, crate::testkit::sum_of_squares).unwrap();
            println!(
                "{:24} {method:8} {:?} {:.1e} back {:.1e} grad {:.1e} {:.1e} loss {:.1e} steps {} {:?}",
                problem.name,
                problem.condition,
                error,
                back, distance(&g.y0, &problem.dloss_dy0), distance(g.params.numbers(), &problem.dloss_dparams), g.loss/problem.loss-1.0, solution.stats().accepted,
                start.elapsed()
            );
        }
    }
}
