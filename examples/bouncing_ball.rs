//! A ball that bounces ten times, solved in one go: when it hits the floor, and how the last of these times depends on
//! everything, against the closed form. The problem is that of torchdiffeq's `bouncing_ball.py`.
//!
//! `cargo run --release --example bouncing_ball` prints both and draws the flight into `target/bouncing_ball.svg`.

use std::error::Error;

use odec::prelude::*;
use plotters::prelude::*;

#[ode]
fn flight(_t: f64, [_position, velocity]: [f64; 2], gravity: f64) -> [f64; 2] {
    [velocity, -gravity]
}

/// The ball touches the floor.
#[differentiable]
fn touch(_t: f64, [position, _velocity]: [f64; 2], radius: f64) -> f64 {
    position - radius
}

/// It loses a part of its speed.
#[differentiable]
fn bounce(_t: f64, [position, velocity]: [f64; 2], absorption: f64) -> [f64; 2] {
    [position, -(1.0 - absorption) * velocity]
}

const BOUNCES: usize = 10;
const BALL: Flight = Flight { gravity: 9.8 };
const TOUCH: Touch = Touch { radius: 0.2 };
const BOUNCE: Bounce = Bounce { absorption: 0.2 };
const START: [f64; 2] = [10.0, 0.0];

fn main() -> Result<(), Box<dyn Error>> {
    let solver = BALL.solver().rtol(1e-8).atol(1e-8).reset(TOUCH, BOUNCE).until(nth(BOUNCES, falling(TOUCH)));
    let (solution, pullback) = solver.solve_with_pullback(START, 0.0..)?;

    println!("bounce      time    closed form     speed");
    let impacts = solution.events().iter().filter(|event| event.index == 0);
    for (bounce, impact) in (1..).zip(impacts) {
        let exact = closed_form(bounce, START[0], BALL.gravity, TOUCH.radius, BOUNCE.absorption);
        println!("{bounce:6} {:12.9} {exact:12.9} {:9.4}", impact.time, -impact.before[1]);
    }

    // The time of the last bounce: its cotangent is 1, that of the state 0.
    let gradient = pullback.apply_event(1.0, [0.0, 0.0])?;
    let ((touch, bounce), _) = gradient.event;
    let by = |place: usize| {
        let step = 1e-5;
        let time = |step: f64| {
            let mut numbers = [START[0], BALL.gravity, TOUCH.radius, BOUNCE.absorption];
            numbers[place] += step;
            closed_form(BOUNCES, numbers[0], numbers[1], numbers[2], numbers[3])
        };
        (time(step) - time(-step)) / (2.0 * step)
    };
    println!("\nthe time of bounce {BOUNCES} by   gradient    closed form");
    let found = [gradient.y0[0], gradient.params.gravity, touch.radius, bounce.absorption];
    for (place, (name, value)) in ["height", "gravity", "radius", "absorption"].iter().zip(found).enumerate()
    {
        println!("{name:>24} {value:12.7} {:12.7}", by(place));
    }

    let path = "target/bouncing_ball.svg";
    draw(path)?;
    println!("\nthe picture: {path}");
    Ok(())
}

/// When the ball that falls from `height` hits the floor for the n-th time.
fn closed_form(n: usize, height: f64, gravity: f64, radius: f64, absorption: f64) -> f64 {
    let fall = (2.0 * (height - radius) / gravity).sqrt();
    let powers = (1..n).scan(1.0, |power, _| {
        *power *= 1.0 - absorption;
        Some(*power)
    });
    fall * (1.0 + 2.0 * powers.sum::<f64>())
}

fn draw(path: &str) -> Result<(), Box<dyn Error>> {
    let end = 12.0;
    let solution = BALL.solver().rtol(1e-8).atol(1e-8).reset(TOUCH, BOUNCE).solve(START, 0.0..end)?;
    if let Some(folder) = std::path::Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    let area = SVGBackend::new(path, (860, 360)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("A bouncing ball: height, and the events found", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..end, 0.0..10.5)?;
    chart.configure_mesh().light_line_style(WHITE).x_desc("time").y_desc("height").draw()?;
    let (blue, red) = (RGBColor(38, 100, 180), RGBColor(200, 80, 30));
    let curve = linspace(0.0, end, 1201).into_iter().map(|t| solution.at(t).map(|[height, _]| (t, height)));
    let curve: Vec<(f64, f64)> = curve.collect::<Result<_, _>>()?;
    chart.draw_series(LineSeries::new(curve, blue.stroke_width(2)))?;
    let impacts = solution.events().iter().map(|event| (event.time, event.before[0]));
    chart.draw_series(impacts.map(|point| Circle::new(point, 4, red.filled())))?;
    area.present()?;
    Ok(())
}
