//! Names that generated code has too, or could have.

#![allow(non_snake_case)]

use odec::prelude::*;

#[derive(Clone)]
pub struct Lane;
pub struct Model;
pub trait System {}
pub mod rt {}
pub mod core {}

#[ode]
fn awkward(
    rt: f64,
    [dy, flat]: [f64; 2],
    p: f64,
    t: f64,
    y: [f64; 2],
    state: f64,
    L: (f64, f64),
) -> [f64; 2] {
    let n1 = p * rt;
    let p_bar = n1 + t;
    let y_bar = p_bar * y[0];
    let element = y_bar - state;
    let r#fn = element + L.0 * L.1;
    [r#fn - dy, y[1] * flat.sin()]
}

#[ode]
fn more(
    time: f64,
    p: [f64; 1],
    y: f64,
    dy_dot: f64,
    t_dot: f64,
    p_dot: f64,
    jacobian: f64,
    solver: f64,
    r#type: f64,
    self_: f64,
) -> [f64; 1] {
    [y * p[0] + dy_dot * time + t_dot + p_dot * jacobian + solver * r#type * self_]
}

fn main() -> Result<(), SolveError> {
    let model = Awkward { p: 0.1, t: 0.2, y: [0.3, 0.4], state: 0.5, L: (0.6, 0.7) };
    assert!(model.solve([1.0, 1.0], 0.0..1.0)?.last()[0].is_finite());
    assert_eq!(awkward(0.0, [0.0, 0.0], 0.1, 0.0, [0.0, 0.4], 0.0, (0.5, 1.0)), [0.5, 0.0]);
    let model = More {
        y: -1.0,
        dy_dot: 0.1,
        t_dot: 0.2,
        p_dot: 0.3,
        jacobian: 0.4,
        solver: 0.5,
        r#type: 0.6,
        self_: 0.7,
    };
    let gradient = model.solver().gradient([1.0], 0.0..1.0, |states, cotangents| {
        cotangents[1] = [1.0];
        states[1][0]
    })?;
    assert!(gradient.params.r#type > 0.0);
    assert_eq!(More::PARAMETERS[6], "type");
    Ok(())
}
