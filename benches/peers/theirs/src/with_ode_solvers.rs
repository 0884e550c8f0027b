//! ode_solvers: static vectors, sparse output.

use ode_solvers::dop_shared::{IntegrationError, OutputType};
use ode_solvers::{Dop853, Dopri5, SVector, System};
use worker::Answer;

use crate::problems::Problem;

#[derive(Clone, Copy)]
struct Adapter<P>(P);

impl<const N: usize, P: Problem<N>> System<f64, SVector<f64, N>> for Adapter<P> {
    fn system(&self, _t: f64, y: &SVector<f64, N>, dy: &mut SVector<f64, N>) {
        self.0.rate(&y.data.0[0], &mut dy.data.0[0]);
    }
}

pub fn run<const N: usize, P: Problem<N>>(answer: &mut Answer, system: P, y0: [f64; N]) {
    let (tolerance, end) = (answer.request.tolerance, answer.request.end);
    let y0 = SVector::from(y0);
    answer.contestant("ode_solvers", "dopri5", || {
        let mut stepper = Dopri5::new(Adapter(system), 0.0, end, end, y0, tolerance, tolerance);
        stepper.set_output(OutputType::Sparse);
        stepper.integrate()?;
        Ok::<_, IntegrationError>(stepper.y_out().last().expect("the end").as_slice().to_vec())
    });
    answer.contestant("ode_solvers", "dop853", || {
        let mut stepper = Dop853::new(Adapter(system), 0.0, end, end, y0, tolerance, tolerance);
        stepper.set_output(OutputType::Sparse);
        stepper.integrate()?;
        Ok::<_, IntegrationError>(stepper.y_out().last().expect("the end").as_slice().to_vec())
    });
}
