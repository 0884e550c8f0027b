//! Solves and gradients through loops that stay loops.

use odec::prelude::*;

use crate::support::assert_close;
use crate::systems;

#[test]
fn a_gradient_through_a_solve() -> Result<(), SolveError> {
    let y0: [f64; 4000] = std::array::from_fn(|i| 8.0 + (i as f64 * 0.7).sin());
    let loss = |forcing: f64, bump: f64| -> Result<f64, SolveError> {
        let mut y0 = y0;
        y0[17] += bump;
        let end = systems::Lorenz96 { forcing }.solver().rtol(1e-9).atol(1e-9).solve(y0, 0.0..0.2)?.last();
        Ok(end.iter().map(|y| y * y).sum())
    };
    let model = systems::Lorenz96 { forcing: 8.0 };
    let gradient = model.solver().rtol(1e-9).atol(1e-9).gradient(y0, 0.0..0.2, |states, cotangents| {
        let end = &states[1];
        for (bar, y) in cotangents[1].iter_mut().zip(end) {
            *bar = 2.0 * y;
        }
        end.iter().map(|y| y * y).sum()
    })?;
    let h = 1e-4;
    let by_forcing = (loss(8.0 + h, 0.0)? - loss(8.0 - h, 0.0)?) / (2.0 * h);
    let by_state = (loss(8.0, h)? - loss(8.0, -h)?) / (2.0 * h);
    assert_close(gradient.params.forcing, by_forcing, 1e-5, 0.0, "by the forcing");
    assert_close(gradient.y0[17], by_state, 1e-4, 0.0, "by a state");
    Ok(())
}
