//! Branches on the state, as values and as statements; conditions as values.

use odec::prelude::*;

#[ode]
#[allow(deprecated)] // `low` only decides.
fn thermostat(t: f64, [heat, spent]: [f64; 2], low: f64, power: f64) -> [f64; 2] {
    let day = t % 24.0 > 6.0 && t % 24.0 < 22.0;
    let mut drawn = 0.0;
    let flow = if heat < low && day {
        drawn = power;
        power - 0.1 * heat
    } else if !day || heat > 30.0 {
        -0.2 * heat
    } else {
        -0.1 * heat
    };
    if spent > 100.0 {
        drawn *= 0.5;
    }
    [flow, drawn]
}

fn main() -> Result<(), SolveError> {
    let model = Thermostat { low: 18.0, power: 5.0 };
    assert_eq!(thermostat(12.0, [10.0, 0.0], 18.0, 5.0), [4.0, 5.0]);
    assert!(model.solve([20.0, 0.0], 0.0..2.0)?.last()[0] < 20.0);
    Ok(())
}
