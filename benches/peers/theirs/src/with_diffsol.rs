//! diffsol: closures over slices, the problem built once, steps taken up to the stop time.

use diffsol::{DiffsolError, NalgebraMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason, Vector};
use worker::Answer;

use crate::problems::Problem;

pub fn run<const N: usize, P: Problem<N>>(answer: &mut Answer, system: P, y0: [f64; N]) {
    let (tolerance, end) = (answer.request.tolerance, answer.request.end);
    let problem = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(tolerance)
        .atol([tolerance])
        .rhs(move |y: &[f64], _p: &[f64], _t: f64, dy: &mut [f64]| {
            system.rate(y.try_into().expect("N numbers"), dy.try_into().expect("N numbers"));
        })
        .init(move |_p: &[f64], _t: f64, y: &mut [f64]| y.copy_from_slice(&y0), N)
        .build()
        .expect("a problem");
    answer.contestant("diffsol", "tsit45", || {
        let mut solver = problem.tsit45()?;
        solver.set_stop_time(end)?;
        while !matches!(solver.step()?, OdeSolverStopReason::TstopReached) {}
        Ok::<_, DiffsolError>(solver.state().y.clone_as_vec())
    });
}
