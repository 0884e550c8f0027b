//! Every function, called as a method and as a function.

use odec::prelude::*;

#[ode]
fn all(_t: f64, x: f64, a: f64) -> f64 {
    let angles = x.sin() + x.cos() + x.tan() + (x / 2.0).asin() + (x / 2.0).acos() + x.atan() + x.atan2(a);
    let hyperbolic = x.sinh() + x.cosh() + x.tanh() + x.asinh() + (x + 2.0).acosh() + (x / 2.0).atanh();
    let growth = x.exp() + x.exp2() + x.exp_m1() + x.ln() + x.ln_1p() + x.log2() + x.log10() + x.log(a);
    let powers = x.sqrt() + x.cbrt() + x.hypot(a) + x.powi(3) + x.powf(a) + x.recip() + x.mul_add(a, 1.0);
    let steps = x.abs() + x.signum() + x.floor() + x.ceil() + x.round() + x.trunc() + x.fract();
    let choice = x.max(a) + x.min(a) + x.clamp(0.0, a) + x.to_radians() + x.to_degrees();
    let called = sin(x) + f64::exp(x) + atan2(x, a) + sigmoid(x) + relu(x) + softplus(x) + erf(x) + gelu(x) + powi(x, 2);
    (angles + hyperbolic + growth + powers + steps + choice + called) * -1e-3
}

fn main() -> Result<(), SolveError> {
    let model = All { a: 1.5 };
    let end = model.solve(0.9, 0.0..0.1)?.last();
    assert!((end - 0.9 - 0.1 * all(0.0, 0.9, 1.5)).abs() < 1e-3);
    Ok(())
}
