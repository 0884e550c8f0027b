//! Differentiable ODE solving by compilation.
//!
//! Write the right-hand side as a Rust function, annotate it with [`ode`], and it becomes a struct: its
//! parameters are the fields, and its solver, JVP, VJP and Jacobian are straight-line code made for that one system
//! while building.
//!
//! ```
//! use odec::prelude::*;
//!
//! /// Predator and prey.
//! #[ode]
//! pub fn lotka_volterra(
//!     _t: f64,
//!     [prey, predator]: [f64; 2],
//!     alpha: f64,
//!     beta: f64,
//!     gamma: f64,
//!     delta: f64,
//! ) -> [f64; 2] {
//!     let meeting = prey * predator;
//!     [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
//! }
//!
//! fn main() -> Result<(), SolveError> {
//!     let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
//!     let solution = model.solve([1.0, 1.0], 0.0..10.0)?;
//!     println!("{:?} after {} steps", solution.last(), solution.stats().accepted);
//!     println!("{:?}", solution.at(5.0)?);
//!     Ok(())
//! }
//! ```
//!
//! # Choosing
//!
//! Methods, tolerances, save points and all other options are methods of [`Solver`]; a method is a type, so that a
//! program compiles the one it uses, or a [`Method`] chosen by name while running.
//!
//! ```
//! # use odec::prelude::*;
//! # #[ode]
//! # fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
//! # fn main() -> Result<(), SolveError> {
//! let model = Decay { rate: 0.5 };
//! let times = linspace(0.0, 10.0, 101);
//! let solution = model.solver().method(Tsit5).rtol(1e-9).atol(1e-9).solve(1.0, &times)?;
//! for (t, y) in solution.iter() {
//!     assert!((y - (-0.5 * t).exp()).abs() < 1e-8);
//! }
//! let method: Method = "dopri8".parse()?;
//! let backwards = model.solver().method(method).solve(solution.last(), 10.0..0.0)?;
//! assert!((backwards.last() - 1.0).abs() < 1e-6);
//! let fixed = model.solver().method(Rk4).step_size(0.01).solve(1.0, &times)?;
//! assert!((fixed.last() - (-5.0f64).exp()).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! # Gradients
//!
//! [`Solver::gradient`] gives a loss of the saved states with its derivatives by the parameters, the initial state and
//! the times: the exact gradient of the numbers that the solve returned, step sizes held.
//!
//! ```
//! # use odec::prelude::*;
//! # #[ode]
//! # fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
//! # fn main() -> Result<(), SolveError> {
//! let model = Decay { rate: 0.5 };
//! let gradient = model.solver().gradient(1.0, &[0.0, 1.0, 2.0], |states, cotangents| {
//!     cotangents[2] = 1.0; // the loss is the last state
//!     states[2]
//! })?;
//! assert!((gradient.loss - (-1.0f64).exp()).abs() < 1e-8);
//! assert!((gradient.params.rate + 2.0 * (-1.0f64).exp()).abs() < 1e-7);
//! assert!((gradient.y0 - (-1.0f64).exp()).abs() < 1e-7);
//! assert!((gradient.times[2] + 0.5 * (-1.0f64).exp()).abs() < 1e-7);
//! # Ok(())
//! # }
//! ```
//!
//! # Events
//!
//! [`Solver::until`] ends a solve at a zero of a function, [`Solver::record`] notes the zeros, [`Solver::reset`] changes
//! the state there; gradients go through all of it. `docs/events.md` has the rules.
//!
//! ```
//! # use odec::prelude::*;
//! #[ode]
//! fn falling(_t: f64, [height, velocity]: [f64; 2], gravity: f64) -> [f64; 2] {
//!     [velocity, -gravity]
//! }
//!
//! #[differentiable]
//! fn impact(_t: f64, [height, _velocity]: [f64; 2], floor: f64) -> f64 {
//!     height - floor
//! }
//!
//! # fn main() -> Result<(), SolveError> {
//! let ball = Falling { gravity: 9.81 };
//! let solver = ball.solver().until(Impact { floor: 0.0 });
//! let (hit, pullback) = solver.solve_with_pullback([10.0, 0.0], 0.0..)?;
//! let time = hit.event().map(|event| event.time);
//! let gradient = pullback.apply_event(1.0, [0.0, 0.0])?;
//! assert!((gradient.event.floor + (0.05f64 / 9.81).sqrt()).abs() < 1e-9);
//! # assert!((time.unwrap() - (20.0f64 / 9.81).sqrt()).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! # Ensembles
//!
//! An [`Ensemble`] solves one system for many models, initial states or times, in the lanes of vector registers and on all
//! cores; each trajectory is that of a solve of it alone, to the last bit. `docs/ensembles.md` has more.
//!
//! ```
//! # use odec::prelude::*;
//! # #[ode]
//! # fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
//! # fn main() -> Result<(), SolveError> {
//! let models: Vec<Decay> = (0..1000).map(|i| Decay { rate: f64::from(i) / 500.0 }).collect();
//! let ensemble = Decay::ensemble(&models).solve(1.0, 0.0..1.0)?;
//! assert_eq!(ensemble.get(7)?.last(), models[7].solve(1.0, 0.0..1.0)?.last());
//! # Ok(())
//! # }
//! ```
//!
//! # A method of one's own
//!
//! [`tableau!`] checks a Butcher tableau while compiling, the order conditions included, and makes the same unrolled
//! stepper of it as of the library's own methods.
//!
//! ```
//! # use odec::prelude::*;
//! # #[ode]
//! # fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
//! tableau! {
//!     /// Ralston's third-order method.
//!     pub Ralston3, order 3 {
//!         0   |
//!         1/2 | 1/2
//!         3/4 | 0    3/4
//!         ----+----------------
//!             | 2/9  1/3  4/9
//!     }
//! }
//! # fn main() -> Result<(), SolveError> {
//! let solution = Decay { rate: 0.5 }.solver().method(Ralston3).step_size(0.01).solve(1.0, 0.0..1.0)?;
//! assert!((solution.last() - (-0.5f64).exp()).abs() < 1e-8);
//! # Ok(())
//! # }
//! ```
//!
//! A second row of weights, `| ..`, is that of an embedded method, whose order `embedded 2` states; with two such rows,
//! `embedded 3 and 2`, the second estimate tempers the first as in Hairer's DOP853. Under a second rule goes dense output,
//! whose order `dense 3` states: a row for each power of theta, with a coefficient for each stage and for the right-hand side
//! at the end of the step. Stages that it alone needs stand before it, with a rule of their own; they are evaluated only in
//! steps that are looked into.
//!
//! ```
//! # use odec::prelude::*;
//! # #[ode]
//! # fn decay(_t: f64, y: f64, rate: f64) -> f64 { -rate * y }
//! tableau! {
//!     /// Heun's method, and a stage in the middle of the step for its dense output.
//!     pub Heun, order 2, dense 2 {
//!         0 |
//!         1 | 1
//!         --+----------
//!           | 1/2  1/2
//!         --+----------
//!         1/2 | 1/2  0  0
//!         --+----------
//!         theta   | 1/2  -1/2  0  1
//!         theta^2 | 0    1     0  -1
//!     }
//! }
//! # fn main() -> Result<(), SolveError> {
//! let solution = Decay { rate: 0.5 }.solver().method(Heun).step_size(0.01).solve(1.0, 0.0..1.0)?;
//! assert!((solution.at(0.503)? - (-0.2515f64).exp()).abs() < 1e-5);
//! # Ok(())
//! # }
//! ```
//!
//! # What goes wrong
//!
//! A mistake in the function is a compile error at the token; a mistake in the numbers is a [`SolveError`] that says
//! which, where in time, and what to try. What was solved up to there is kept in it.
//!
//! ```
//! # use odec::prelude::*;
//! #[ode]
//! fn explosion(_t: f64, y: f64) -> f64 {
//!     y * y
//! }
//!
//! match (Explosion {}).solve(1.0, 0.0..2.0) {
//!     Err(SolveError::StepTooSmall { t, partial, .. }) => {
//!         assert!((t - 1.0).abs() < 1e-6);
//!         assert!(partial.last()[0] > 1e6);
//!     }
//!     other => panic!("{other:?}"),
//! }
//! ```
//!
//! # More
//!
//! The language that `#[ode]` compiles is described in `docs/language.md`, what differs from torchdiffeq in
//! `docs/torchdiffeq.md`, how the crate is built in `docs/architecture.md`, and its speed in `docs/benchmarks.md`.

pub use ode_runtime::{
    AdaptiveHeun, Adjoint, Approach, Backsolve, BackwardMethod, Bosh3, Boxed, Callback, Checkpoints,
    Controller, Discrete, Dop853, Dopri5, Dopri8, Each, EachTimes, Ended, Ensemble, EnsembleGradient,
    EnsembleSolution, Estimate, Euler, Event, EventCotangent, EventPullback, ExtraStage, Fehlberg2,
    FixedLength, Function, Gradient, HessianProduct, Heun2, Heun3, IntegralGradient, Interpolating,
    Interpolation, IntoEvent, IntoReset, IntoTimes, IntoTolerance, Lane, LossGradient, Mask, Method,
    Midpoint, Model, Moment, Norm, Notice, Pack, Partial, PartialEvent, Pass, Pullback, Quadrature, Ragged,
    Real, Reversible, Rk4, Rk4Classic, SameMethod, Sensitivities, Solution, SolveError, Solver, Space, Stats,
    SteadyState, Stepper, System, Tableau, Times, Tolerance, Trajectory, Tsit5, Vern6, Vern7, Vern8, Vern9,
    WithPullback, Zeros, differentiable, falling, functions, linspace, nth, ode, ragged, rising,
    steady_state, tableau,
};

#[cfg(feature = "progress")]
pub use ode_runtime::Progress;
#[cfg(feature = "tracing")]
pub use ode_runtime::Traced;
#[cfg(feature = "dfdx")]
pub use ode_runtime::{
    DeviceSystem, EventAdjoint, EventKernel, EventTimes, EventValue, IntoTensorEvent, IntoTensorReset,
    KeepsEvents, Loops, Operations, Parameter, Path, PlainState, Recorded, ReturnsNumber, ReturnsState,
    Saved, TapedEvents, TensorAdjoint, TensorEvent, TensorEvents, TensorFunction, TensorKernel, TensorModel,
    TensorReal, TensorSolution, TensorSolver, TensorState, TensorSystem, TensorTimes, TracedState, WithTime,
};

#[doc(hidden)]
pub use ode_runtime::__private;

/// What a program needs: `use odec::prelude::*;`.
pub mod prelude {
    #[cfg(feature = "progress")]
    pub use ode_runtime::Progress;
    pub use ode_runtime::functions::*;
    pub use ode_runtime::{
        AdaptiveHeun, Backsolve, Bosh3, Checkpoints, Controller, Discrete, Dop853, Dopri5, Dopri8, Ended,
        Ensemble, EnsembleGradient, EnsembleSolution, Euler, Event, EventCotangent, Fehlberg2, Function,
        Gradient, HessianProduct, Heun2, Heun3, IntegralGradient, Interpolating, Interpolation, LossGradient,
        Method, Midpoint, Model, Norm, Partial, Pullback, Quadrature, Reversible, Rk4, Rk4Classic,
        Sensitivities, Solution, SolveError, Solver, Stats, System, Tsit5, Vern6, Vern7, Vern8, Vern9,
        differentiable, falling, linspace, nth, ode, ragged, rising, steady_state, tableau,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../docs/language.md")]
mod language {}

#[cfg(doctest)]
#[doc = include_str!("../docs/torchdiffeq.md")]
mod torchdiffeq {}

#[cfg(doctest)]
#[doc = include_str!("../docs/gradients.md")]
mod gradients {}

#[cfg(doctest)]
#[doc = include_str!("../docs/events.md")]
mod events {}

#[cfg(doctest)]
#[doc = include_str!("../docs/tensors.md")]
mod tensors {}

#[cfg(doctest)]
#[doc = include_str!("../docs/ensembles.md")]
mod ensembles {}
