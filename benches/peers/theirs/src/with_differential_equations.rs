//! differential-equations: arrays as states, and an output that keeps the newest state only.

use differential_equations::prelude::*;
use worker::Answer;

use crate::problems::Problem;

struct Adapter<P>(P);

impl<const N: usize, P: Problem<N>> ODE<f64, [f64; N]> for Adapter<P> {
    fn diff(&self, _t: f64, y: &[f64; N], dy: &mut [f64; N]) {
        self.0.rate(y, dy);
    }
}

/// Keeps the newest state.
struct Last<'a, const N: usize>(&'a mut [f64; N]);

impl<const N: usize> Solout<f64, [f64; N]> for Last<'_, N> {
    fn solout<I: Interpolation<f64, [f64; N]> + ?Sized>(
        &mut self,
        _t: f64,
        _t_before: f64,
        y: &[f64; N],
        _y_before: &[f64; N],
        _interpolator: &mut I,
        _solution: &mut Solution<f64, [f64; N]>,
    ) -> ControlFlag<f64, [f64; N]> {
        *self.0 = *y;
        ControlFlag::Continue
    }
}

macro_rules! contestants {
    ($answer:ident, $system:ident, $y0:ident: $($method:ident)*) => {$(
        let (tolerance, end) = ($answer.request.tolerance, $answer.request.end);
        $answer.contestant("differential-equations", stringify!($method), || {
            let mut last = $y0;
            let method = ExplicitRungeKutta::$method().rtol(tolerance).atol(tolerance).max_steps(usize::MAX);
            match IVP::ode(&$system, 0.0, end, $y0).solout(Last(&mut last)).method(method).solve() {
                Ok(_) => Ok(last.to_vec()),
                Err(error) => Err(format!("{error:?}")),
            }
        });
    )*};
}

pub fn run<const N: usize, P: Problem<N>>(answer: &mut Answer, system: P, y0: [f64; N]) {
    let system = Adapter(system);
    contestants! { answer, system, y0: rkf45 cash_karp dopri5 rkv655e rkv766e dop853 rkv877e rkv988e }
}
