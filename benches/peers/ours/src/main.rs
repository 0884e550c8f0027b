//! odec's runs.

#[path = "../../../shared/lorenz_ensemble.rs"]
mod lorenz_ensemble;
#[path = "../../../shared/training.rs"]
mod training;

mod ensemble;
mod systems;
mod trajectories;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    worker::serve(|answer| match answer.request.problem.as_str() {
        "ensemble" => ensemble::run(answer),
        "neural" => training::cases(&mut |case, call| {
            answer.contestant("odec", case, || {
                call();
                Ok::<_, Box<dyn Error>>(Vec::new())
            });
        }),
        _ => trajectories::run(answer),
    })
}
