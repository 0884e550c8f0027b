//! A state of tuples of arrays, nested in every way.

use odec::prelude::*;

#[ode]
fn bodies(
    _t: f64,
    (position, (velocity, heat)): ([[f64; 2]; 2], ([[f64; 2]; 2], f64)),
    k: f64,
) -> ([[f64; 2]; 2], ([[f64; 2]; 2], f64)) {
    let mut force = [[0.0; 2]; 2];
    let mut power = 0.0;
    for i in 0..2 {
        for j in 0..2 {
            force[i][j] = k * (position[1 - i][j] - position[i][j]) - velocity[i][j];
            power += velocity[i][j] * velocity[i][j];
        }
    }
    (velocity, (force, power - heat))
}

fn main() -> Result<(), SolveError> {
    let y0 = ([[0.0, 1.0], [1.0, 0.0]], ([[0.1, 0.2], [0.3, 0.4]], 0.0));
    let model = Bodies { k: 2.0 };
    let solution = model.solve(y0, 0.0..1.0)?;
    let (position, (velocity, heat)) = solution.last();
    assert!(position.iter().chain(&velocity).flatten().chain([&heat]).all(|x| x.is_finite()));
    assert_eq!(Bodies::STATES.len(), 9);
    assert_eq!(bodies(0.0, y0, 2.0).0, [[0.1, 0.2], [0.3, 0.4]]);
    Ok(())
}
