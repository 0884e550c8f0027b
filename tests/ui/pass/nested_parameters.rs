//! Parameters of arrays and tuples, as fields and flat.

use odec::prelude::*;

#[ode]
fn layer(_t: f64, y: [f64; 2], weights: [[f64; 2]; 2], bias: ([f64; 2], f64)) -> [f64; 2] {
    let mut out = bias.0;
    for (i, row) in weights.iter().enumerate() {
        for (w, x) in row.iter().zip(&y) {
            out[i] += w * x;
        }
        out[i] = (out[i] * bias.1).tanh();
    }
    out
}

fn main() -> Result<(), SolveError> {
    let model = Layer { weights: [[0.0, 1.0], [-1.0, 0.0]], bias: ([0.1, 0.2], 0.5) };
    let flat: [f64; 7] = model.to_params();
    assert_eq!(flat, [0.0, 1.0, -1.0, 0.0, 0.1, 0.2, 0.5]);
    assert_eq!(Layer::from_params(flat), model);
    assert_eq!(Layer::PARAMETERS[2..6], ["weights[1][0]", "weights[1][1]", "bias.0[0]", "bias.0[1]"]);
    let gradient = model.solver().gradient([1.0, 0.0], 0.0..1.0, |states, cotangents| {
        cotangents[1] = [1.0, 0.0];
        states[1][0]
    })?;
    let Layer { weights, bias: (shift, scale) } = gradient.params;
    assert!(weights.iter().flatten().chain(&shift).chain([&scale]).all(|x| *x != 0.0));
    Ok(())
}
