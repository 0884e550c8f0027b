//! The ensemble: odec on one thread and on two, and a loop over a solver for one trajectory written out by hand.

use std::error::Error;
use std::hint::black_box;

use odec::prelude::*;
use rayon::ThreadPoolBuilder;
use worker::Answer;

use crate::lorenz_ensemble::{COUNT, Lorenz, TOLERANCE, Y0, by_hand, models};

pub fn run(answer: &mut Answer) {
    let models = models(COUNT);
    let ensemble = Lorenz::ensemble(&models).method(Tsit5).rtol(TOLERANCE).atol(TOLERANCE);
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        answer.contestant("odec", &format!("tsit5, threads: {threads}"), || {
            let solution = pool.install(|| ensemble.solve(black_box(Y0), 0.0..1.0))?;
            Ok::<_, SolveError>(
                solution.iter().flat_map(|one| one.map_or([f64::NAN; 3], |one| one.last())).collect(),
            )
        });
    }
    answer.contestant("by hand", "tsit5, threads: 1", || {
        let states: Vec<_> = models.iter().map(|model| by_hand(black_box(model), Y0, 1.0)).collect();
        Ok::<_, Box<dyn Error>>(states.into_iter().flatten().collect())
    });
}
