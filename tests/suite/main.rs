//! The scalar runtime and the compiled systems as a user has them.

#![allow(missing_docs, clippy::cast_precision_loss)]

mod any;
mod coefficients;
mod convergence;
mod detest;
mod gradients;
mod reference;
mod solution;
mod systems;
mod testkit;
mod torchdiffeq;
