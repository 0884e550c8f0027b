use odec::prelude::*;

#[ode]
fn decay(_t: f64, y: f64, rate: f64) -> f64 {
    -rate * y
}

fn main() {
    let _ = Decay { rate: 1.0 }.solver().method("tsit5").solve(1.0, 0.0..1.0);
}
