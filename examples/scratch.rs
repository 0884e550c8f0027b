use odec::prelude::*;
/// Predator and prey.
#[ode]
pub fn lotka_volterra(
    _t: f64,
    [prey, predator]: [f64; 2],
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
) -> [f64; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}
#[ode]
fn forced(t: f64, y: f64, k: f64) -> f64 { -k * y + sin(2.0*t) }

fn main() -> Result<(), SolveError> {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solution = model.solve([1.0, 1.0], 0.0..10.0)?;
    println!("{:?} after {:?}", solution.last(), solution.stats());
    println!("{:?}", solution.at(5.0)?);
    let times = linspace(0.0, 10.0, 11);
    let method: Method = "dopri8".parse()?;
    let s = model.solver().method(method).solve([1.0, 1.0], &times)?;
    println!("{:?} {:?}", s.last(), s.stats());
    let s = model.solver().method(Rk4).step_size(0.01).solve([1.0, 1.0], &times)?;
    println!("{:?} {:?}", s.last(), s.stats());
    let s = model.solver().method(Tsit5).rtol(1e-9).atol(1e-9).solve([1.0, 1.0], &times)?;
    println!("{:?} {:?}", s.last(), s.stats());
    let g = model.solver().rtol(1e-10).atol(1e-10).gradient([1.0, 1.0], &times, |states, bars| {
        let mut l = 0.0;
        for (y, bar) in states.iter().zip(bars) { for i in 0..2 { l += y[i]*y[i]; bar[i] = 2.0*y[i]; } }
        l
    })?;
    println!("{} {:?} {:?} {:?}", g.loss, g.params, g.y0, g.times);
    let f = Forced { k: 0.5 };
    println!("{:?}", f.solve(1.0, 0.0..10.0)?.last());
    println!("{}", model.solve([1.0, f64::NAN], 0.0..10.0).unwrap_err());
    Ok(())
}
