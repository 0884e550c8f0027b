//! The scalar runtime and the compiled systems as a user has them.

#![allow(missing_docs, clippy::cast_precision_loss)]

mod any;
mod branches;
mod coefficients;
mod convergence;
mod detest;
mod duality;
mod failures;
mod gradients;
mod input;
mod reference;
mod solution;
mod systems;
mod testkit;
mod torchdiffeq;
