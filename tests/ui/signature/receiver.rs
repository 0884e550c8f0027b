//! A method.

use odec::prelude::*;

struct Ball {
    gravity: f64,
}

impl Ball {
    #[ode]
    fn falling(&self, _t: f64, [_height, speed]: [f64; 2]) -> [f64; 2] {
        [speed, -self.gravity]
    }
}

fn main() {
    println!("{:?}", Ball { gravity: 9.81 }.falling(0.0, [1.0, 0.0]));
}
