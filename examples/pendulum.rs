//! A pendulum that swings from ever greater angles: the times at which it passes its lowest point, and its period
//! against the complete elliptic integral, with the derivative of the period by the angle.
//!
//! `cargo run --release --example pendulum` prints a table and draws the swings into `target/pendulum.svg`; `-- --quick`
//! swings less.

use std::error::Error;
use std::f64::consts::{FRAC_PI_2, PI};

use odec::Progress;
use odec::prelude::*;
use plotters::prelude::*;

/// Angle in radians, `stiffness` is gravity over length.
#[ode]
fn pendulum(_t: f64, [angle, speed]: [f64; 2], stiffness: f64) -> [f64; 2] {
    [speed, -stiffness * angle.sin()]
}

#[differentiable]
fn lowest(_t: f64, [angle, _speed]: [f64; 2]) -> f64 {
    angle
}

const MODEL: Pendulum = Pendulum { stiffness: 9.81 };

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let periods = if quick { 20 } else { 2_000 };
    println!(
        "angle  period           elliptic         by angle         elliptic         drift after {periods} periods"
    );
    for degrees in [1.0, 30.0, 60.0, 90.0, 120.0, 150.0, 179.0] {
        let angle = f64::to_radians(degrees);
        let exact = period(angle);
        // A quarter of the period passes until the lowest point.
        let solver = MODEL.solver().method(Dopri8).rtol(1e-12).atol(1e-12);
        let (quarter, pullback) = solver.until(Lowest {}).solve_with_pullback([angle, 0.0], 0.0..)?;
        let found = 4.0 * quarter.event().ok_or("the pendulum does not swing")?.time;
        let by_angle = 4.0 * pullback.apply_event(1.0, [0.0, 0.0])?.y0[0];
        let exact_by_angle = (period(angle + 1e-5) - period(angle - 1e-5)) / 2e-5;

        // Every passage over many periods: the last one shows how the phase drifts.
        let progress = Progress::new();
        let swings = MODEL
            .solver()
            .method(Dopri8)
            .rtol(1e-12)
            .atol(1e-12)
            .max_num_steps(usize::MAX)
            .dense(false)
            .record(falling(Lowest {}))
            .callback(&progress)
            .solve([angle, 0.0], 0.0..exact * f64::from(periods))?;
        let last = swings.events().last().ok_or("the pendulum does not swing")?.time;
        #[allow(clippy::cast_precision_loss)]
        let drift = last - exact * (swings.events().len() as f64 - 0.75);
        println!("{degrees:5} {found:.14} {exact:.14} {by_angle:.14} {exact_by_angle:.14} {drift:.1e}");
    }
    let path = "target/pendulum.svg";
    draw(path)?;
    println!("\nthe picture: {path}");
    Ok(())
}

/// The period from rest at this angle: 4 K(sin(angle/2)) / sqrt(stiffness), K by the arithmetic-geometric mean.
fn period(angle: f64) -> f64 {
    let (mut a, mut b): (f64, f64) = (1.0, (angle / 2.0).cos());
    while (a - b).abs() > 1e-15 * a {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    4.0 * FRAC_PI_2 / a / MODEL.stiffness.sqrt()
}

fn draw(path: &str) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = std::path::Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    let area = SVGBackend::new(path, (860, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("A pendulum: angle and speed, lowest points marked", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(-PI..PI, -7.0..7.0)?;
    chart.configure_mesh().light_line_style(WHITE).x_desc("angle").y_desc("angular speed").draw()?;
    let (blue, red) = (RGBColor(38, 100, 180), RGBColor(200, 80, 30));
    for degrees in (20..=170).step_by(30) {
        let angle = f64::to_radians(f64::from(degrees));
        let end = period(angle);
        let swing = MODEL.solver().rtol(1e-9).record(Lowest {}).solve([angle, 0.0], 0.0..end)?;
        let curve =
            linspace(0.0, end, 401).into_iter().map(|t| swing.at(t).map(|[angle, speed]| (angle, speed)));
        let curve: Vec<(f64, f64)> = curve.collect::<Result<_, _>>()?;
        chart.draw_series(LineSeries::new(curve, blue.stroke_width(2)))?;
        let lowest = swing.events().iter().map(|event| (event.before[0], event.before[1]));
        chart.draw_series(lowest.map(|point| Circle::new(point, 4, red.filled())))?;
    }
    area.present()?;
    Ok(())
}
