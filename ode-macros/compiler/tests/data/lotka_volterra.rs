/// Prey and predator.
pub fn lotka_volterra(_t: f64, [prey, predator]: [f64; 2], alpha: f64, beta: f64, delta: f64, gamma: f64) -> [f64; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}
