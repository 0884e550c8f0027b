//! Patterns of arguments, `let`, `for`, closures and inner functions.

use odec::prelude::*;

#[ode]
fn pendulums(_: f64, [[a, va], [b, vb]]: [[f64; 2]; 2], lengths: [f64; 2], mut pull: f64) -> [[f64; 2]; 2] {
    let [la, lb] = lengths;
    let (first, [second, _]) = (a - b, [b - a, 0.0]);
    let mut forces = [0.0; 2];
    for (i, (&angle, l)) in [a, b].iter().zip([la, lb]).enumerate() {
        forces[i] = -angle.sin() / l;
    }
    pull *= 0.5;
    fn along((x, [y, z]): (f64, [f64; 2]), _unused: f64) -> f64 {
        x + y * z
    }
    let [[fa, fb]] = [forces];
    [[va, fa - along((pull * first, [0.0, 1.0]), la)], [vb, fb - pull * second]]
}

fn main() -> Result<(), SolveError> {
    let model = Pendulums { lengths: [1.0, 1.5], pull: 0.2 };
    let solution = model.solve([[0.3, 0.0], [-0.1, 0.0]], 0.0..2.0)?;
    assert!(solution.last()[0][0].abs() < 0.5);
    assert_eq!(Pendulums::STATES, ["a", "va", "b", "vb"]);
    Ok(())
}
