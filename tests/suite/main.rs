//! The scalar runtime and the compiled systems as a user has them.

#![allow(missing_docs, unreachable_pub, clippy::cast_precision_loss)]

mod adjoints;
mod any;
mod branches;
mod coefficients;
mod convergence;
mod detest;
mod duality;
mod failures;
mod gradients;
mod input;
mod losses;
mod reference;
mod sensitivities;
mod solution;
#[path = "../support/mod.rs"]
mod support;
mod systems;
mod testkit;
mod torchdiffeq;
