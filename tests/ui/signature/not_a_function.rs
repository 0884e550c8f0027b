//! The attribute on a struct.

use odec::prelude::*;

#[ode]
struct Decay {
    rate: f64,
}

fn main() {
    println!("{}", Decay { rate: 1.0 }.rate);
}
