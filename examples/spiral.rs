//! A neural ODE learns the dynamics of a spiral from pieces of its trajectory: torchdiffeq's `ode_demo`.
//!
//! `cargo run --release --example spiral` trains it, and draws the trajectory, the phase portrait and the vector field
//! into `target/spiral.svg`; `-- --quick` trains less.

use std::error::Error;

use dfdx::optim::RMSprop;
use dfdx::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use odec::prelude::*;
use plotters::prelude::*;
use rand::rngs::StdRng;
use rand::seq::index::sample;
use rand::{Rng, SeedableRng};

/// What is to be learned: a cubic spiral, y' = y³ A.
#[ode]
fn truth(_t: f64, [x, y]: [f64; 2], a: [[f64; 2]; 2]) -> [f64; 2] {
    let (x3, y3) = (x.powi(3), y.powi(3));
    [x3 * a[0][0] + y3 * a[1][0], x3 * a[0][1] + y3 * a[1][1]]
}

/// What learns it: a network with one hidden layer, of y³.
#[ode]
fn spiral<const B: usize>(
    _t: f32,
    y: Tensor<Rank2<B, 2>>,
    w1: Tensor<Rank2<2, 50>>,
    b1: Tensor<Rank1<50>>,
    w2: Tensor<Rank2<50, 2>>,
    b2: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    let hidden = (y.powi(3).matmul(w1) + b1).tanh();
    hidden.matmul(w2) + b2
}

/// Save points of the whole trajectory, and of a piece of it.
const POINTS: usize = 1000;
const PIECE: usize = 10;
const BATCH: usize = 20;

type Trajectory = Vec<[f32; 2]>;

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let iterations = if quick { 60 } else { 3000 };
    let times = linspace(0.0, 25.0, POINTS);
    let truth = Truth { a: [[-0.1, 2.0], [-2.0, -0.1]] };
    #[allow(clippy::cast_possible_truncation)]
    let data: Trajectory =
        truth.solve([2.0, 0.0], &times)?.states().iter().map(|state| state.map(|x| x as f32)).collect();

    let dev = Cpu::seed_from_u64(0);
    let mut rng = StdRng::seed_from_u64(0);
    let mut model = Spiral {
        w1: dev.sample_normal() * 0.1,
        b1: dev.zeros(),
        w2: dev.sample_normal() * 0.1,
        b2: dev.zeros(),
    };
    // As torchdiffeq's, but for a rate that decays, and for the best model, which is kept: at a constant rate the error
    // swings by a factor of ten.
    let rate = |iteration: usize| 1e-2 * 0.1_f64.powf(iteration as f64 / iterations as f64);
    let mut optimizer =
        RMSprop::new(&model, RMSpropConfig { lr: rate(0), alpha: 0.99, ..Default::default() });
    let mut grads = model.alloc_grads();
    let piece: [f64; PIECE] = std::array::from_fn(|i| times[i]);

    let mut best = (f32::INFINITY, model.clone(), Trajectory::new());
    let bar = ProgressBar::new(iterations as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {elapsed}")?);
    for iteration in 0..iterations {
        let (y0, target) = batch(&data, &mut rng, &dev);
        let prediction = model.solver().rtol(1e-7).atol(1e-9).solve(y0.traced(grads), &piece)?;
        let loss = (prediction - target).abs().mean();
        grads = loss.backward();
        optimizer.cfg.lr = rate(iteration);
        optimizer.update(&mut model, &grads)?;
        model.zero_grads(&mut grads);
        if iteration % 10 == 9 {
            let learned = whole(&model, &times)?;
            let error = error(&learned, &data);
            if error < best.0 {
                best = (error, model.clone(), learned);
            }
            bar.set_message(format!("error {error:.3}, best {:.3}", best.0));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (error, model, learned) = best;
    println!("mean absolute error of the best model on the whole trajectory: {error:.4}");
    let path = "target/spiral.svg";
    draw(path, &model, &times, &data, &learned)?;
    println!("the picture: {path}");
    Ok(())
}

/// Pieces of the trajectory that begin anywhere, and what follows them.
#[allow(clippy::type_complexity)]
fn batch(
    data: &Trajectory,
    rng: &mut impl Rng,
    dev: &Cpu,
) -> (Tensor<Rank2<BATCH, 2>, f32, Cpu>, Tensor<Rank3<PIECE, BATCH, 2>, f32, Cpu>) {
    let starts = sample(rng, POINTS - PIECE, BATCH).into_vec();
    let at = |i: usize| -> [[f32; 2]; BATCH] { std::array::from_fn(|row| data[starts[row] + i]) };
    (dev.tensor(at(0)), dev.tensor(std::array::from_fn::<_, PIECE, _>(at)))
}

/// The trajectory that the model has learned.
fn whole(model: &Spiral, times: &[f64]) -> Result<Trajectory, SolveError> {
    let y0: Tensor<Rank2<1, 2>, f32, Cpu> = model.w1.device().tensor([[2.0, 0.0]]);
    let states = model.solver().rtol(1e-7).atol(1e-9).solve(y0, times)?.as_vec();
    Ok(states.chunks(2).map(|state| [state[0], state[1]]).collect())
}

/// The mean absolute difference.
fn error(learned: &Trajectory, data: &Trajectory) -> f32 {
    let pairs = learned.as_flattened().iter().zip(data.as_flattened());
    let sum: f32 = pairs.map(|(a, b)| (a - b).abs()).sum();
    sum / (2.0 * data.len() as f32)
}

fn draw(
    path: &str,
    model: &Spiral,
    times: &[f64],
    data: &Trajectory,
    learned: &Trajectory,
) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = std::path::Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    let (blue, red, gray) = (RGBColor(38, 100, 180), RGBColor(200, 80, 30), RGBColor(150, 150, 150));
    let root = SVGBackend::new(path, (1290, 430)).into_drawing_area();
    root.fill(&WHITE)?;
    let [trajectory, portrait, field] = &root.split_evenly((1, 3))[..] else { return Ok(()) };

    let mut chart = ChartBuilder::on(trajectory)
        .caption("Trajectory: true and learned (dark)", ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(36)
        .build_cartesian_2d(0.0..25.0, -2.2_f32..2.2)?;
    chart.configure_mesh().light_line_style(WHITE).x_desc("t").draw()?;
    for (states, width, shade) in [(data, 4, 0.35), (learned, 1, 1.0)] {
        for (component, color) in [(0, blue), (1, red)] {
            let curve = times.iter().zip(states).map(|(&t, state)| (t, state[component]));
            chart.draw_series(LineSeries::new(curve, color.mix(shade).stroke_width(width)))?;
        }
    }

    let mut chart = ChartBuilder::on(portrait)
        .caption("Phase portrait", ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(36)
        .build_cartesian_2d(-2.2_f32..2.2, -2.2_f32..2.2)?;
    chart.configure_mesh().light_line_style(WHITE).draw()?;
    for (states, style) in [(data, blue.mix(0.35).stroke_width(4)), (learned, red.stroke_width(1))] {
        chart.draw_series(LineSeries::new(states.iter().map(|state| (state[0], state[1])), style))?;
    }

    // The function itself is still there: here on a grid of 441 points at once.
    const GRID: usize = 21;
    let dev = model.w1.device().clone();
    let place = |i: usize| -2.0 + 0.2 * i as f32;
    let grid: [[f32; 2]; GRID * GRID] = std::array::from_fn(|i| [place(i % GRID), place(i / GRID)]);
    let Spiral { w1, b1, w2, b2 } = model.clone();
    let slopes = spiral(0.0, dev.tensor(grid), w1, b1, w2, b2).array();
    let mut chart = ChartBuilder::on(field)
        .caption("Learned vector field", ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(36)
        .build_cartesian_2d(-2.2_f32..2.2, -2.2_f32..2.2)?;
    chart.configure_mesh().light_line_style(WHITE).draw()?;
    for ([x, y], [u, v]) in grid.into_iter().zip(slopes) {
        let size = u.hypot(v).max(1e-6) / 0.16;
        let arrow = [(x, y), (x + u / size, y + v / size)];
        chart.draw_series([PathElement::new(arrow, gray), PathElement::new([arrow[1], arrow[1]], red)])?;
        chart.draw_series([Circle::new(arrow[1], 1, red.filled())])?;
    }
    root.present()?;
    Ok(())
}
