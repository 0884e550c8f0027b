//! Fits predator and prey to a century-old record: the pelts of hare and lynx that the Hudson's Bay Company bought
//! from 1900 to 1920. Four parameters and two initial populations, least squares on the logarithms, gradients from the
//! discrete adjoint, L-BFGS by argmin.
//!
//! `cargo run --release --example lynx_hare` prints the fit and draws it into `target/lynx_hare.svg`; `-- --quick`
//! stops early.

use std::error::Error;

use argmin::core::observers::{Observe, ObserverMode};
use argmin::core::{CostFunction, Executor, Gradient, IterState, KV, State};
use argmin::solver::linesearch::BacktrackingLineSearch;
use argmin::solver::linesearch::condition::ArmijoCondition;
use argmin::solver::quasinewton::LBFGS;
use indicatif::{ProgressBar, ProgressStyle};
use odec::prelude::*;
use plotters::prelude::*;

/// Predator and prey, in thousands of pelts; rates per year.
#[ode]
fn lotka_volterra(
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

const START: [f64; 6] = [0.5, 0.03, 0.8, 0.02, 30.0, 5.0];

/// The record: years since 1900, and the populations.
struct Record {
    years: Vec<f64>,
    pelts: Vec<[f64; 2]>,
}

impl Record {
    fn read(csv: &str) -> Result<Self, Box<dyn Error>> {
        let mut record = Self { years: Vec::new(), pelts: Vec::new() };
        for line in csv.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let fields: Vec<f64> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
            record.years.push(fields[0] - 1900.0);
            record.pelts.push([fields[1], fields[2]]);
        }
        Ok(record)
    }

    /// The sum of squared residuals of the logarithms, and its gradient. All unknowns are positive and of different
    /// sizes, so the optimizer sees their logarithms.
    fn misfit(&self, logs: &[f64]) -> Result<(f64, Vec<f64>), SolveError> {
        let (model, y0) = unknowns(logs);
        let solver = model.solver().method(Tsit5).rtol(1e-9).atol(1e-9).max_num_steps(5_000);
        let gradient = solver.gradient(y0, &self.years, |states, cotangents| {
            let mut loss = 0.0;
            for ((y, bar), observed) in states.iter().zip(cotangents).zip(&self.pelts) {
                for i in 0..2 {
                    let residual = (y[i] / observed[i]).ln();
                    loss += residual * residual;
                    bar[i] = 2.0 * residual / y[i];
                }
            }
            loss
        })?;
        let by_unknowns = gradient.params.to_params().into_iter().chain(gradient.y0);
        Ok((gradient.loss, by_unknowns.zip(logs).map(|(by, log)| by * log.exp()).collect()))
    }
}

fn unknowns(logs: &[f64]) -> (LotkaVolterra, [f64; 2]) {
    let values: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
    let model = LotkaVolterra { alpha: values[0], beta: values[1], gamma: values[2], delta: values[3] };
    (model, [values[4], values[5]])
}

struct Fit<'a>(&'a Record);

impl CostFunction for Fit<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, logs: &Self::Param) -> Result<f64, argmin::core::Error> {
        // A trial that cannot be solved is infinitely bad: the line search then comes back.
        Ok(self.0.misfit(logs).map_or(f64::INFINITY, |(loss, _)| loss))
    }
}

impl Gradient for Fit<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, logs: &Self::Param) -> Result<Vec<f64>, argmin::core::Error> {
        Ok(self.0.misfit(logs)?.1)
    }
}

struct Progress(ProgressBar);

type Iteration = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;

impl Observe<Iteration> for Progress {
    fn observe_iter(&mut self, state: &Iteration, _: &KV) -> Result<(), argmin::core::Error> {
        self.0.set_position(state.get_iter());
        self.0.set_message(format!("sum of squares {:.6}", state.get_best_cost()));
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let iterations = if std::env::args().any(|argument| argument == "--quick") { 5 } else { 60 };
    let record = Record::read(include_str!("data/hudson_bay_lynx_hare.csv"))?;

    let bar = ProgressBar::new(iterations).with_style(ProgressStyle::with_template("{bar:30} {pos} {msg}")?);
    let start = START.map(f64::ln).to_vec();
    let search = BacktrackingLineSearch::new(ArmijoCondition::new(1e-4)?).rho(0.5)?;
    let optimizer = LBFGS::new(search, 6).with_tolerance_grad(1e-7)?;
    let result = Executor::new(Fit(&record), optimizer)
        .configure(|state| state.param(start).max_iters(iterations))
        .add_observer(Progress(bar.clone()), ObserverMode::Always)
        .run()?;
    bar.finish();

    let best = result.state.get_best_param().ok_or("no step was taken")?;
    let (model, y0) = unknowns(best);
    println!(
        "alpha {:.5}  beta {:.6}  gamma {:.5}  delta {:.6}",
        model.alpha, model.beta, model.gamma, model.delta
    );
    println!("hare in 1900: {:.3}  lynx: {:.4}", y0[0], y0[1]);
    println!(
        "sum of squares {:.6} after {} iterations\n",
        result.state.get_best_cost(),
        result.state.get_iter()
    );

    let fit = model.solver().method(Tsit5).solve(y0, &record.years)?;
    println!("year   hare    fit   lynx    fit");
    for ((year, [hare, lynx]), observed) in fit.iter().zip(&record.pelts) {
        println!("{:.0} {:6.1} {hare:6.1} {:6.1} {lynx:6.1}", 1900.0 + year, observed[0], observed[1]);
    }
    let path = "target/lynx_hare.svg";
    draw(path, &record, &model, y0)?;
    println!("\nthe picture: {path}");
    Ok(())
}

fn draw(path: &str, record: &Record, model: &LotkaVolterra, y0: [f64; 2]) -> Result<(), Box<dyn Error>> {
    let years = linspace(record.years[0], record.years[record.years.len() - 1], 401);
    let fit = model.solver().method(Tsit5).solve(y0, &years)?;
    if let Some(folder) = std::path::Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    let area = SVGBackend::new(path, (860, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Hare and lynx: pelts bought (points) and the fitted model", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(1900.0..1920.0, 0.0..90.0)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_labels(11)
        .x_label_formatter(&|year| format!("{year:.0}"))
        .y_desc("thousands")
        .draw()?;
    for (species, (name, color)) in
        [("hare", RGBColor(38, 100, 180)), ("lynx", RGBColor(200, 80, 30))].iter().enumerate()
    {
        let curve = fit.iter().map(|(year, y)| (1900.0 + year, y[species]));
        let points = record.years.iter().zip(&record.pelts).map(|(year, y)| (1900.0 + year, y[species]));
        chart
            .draw_series(LineSeries::new(curve, color.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        chart.draw_series(points.map(|point| Circle::new(point, 4, color.filled())))?;
    }
    chart.configure_series_labels().background_style(WHITE).border_style(BLACK.mix(0.3)).draw()?;
    area.present()?;
    Ok(())
}
