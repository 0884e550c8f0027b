//! Events, resets and callbacks as a user has them.

#![allow(missing_docs, unreachable_pub)]

mod callbacks;
mod coincidence;
mod extra_stages;
mod failures;
mod gradients;
mod leaving;
mod polynomials;
mod reference;
mod steady;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod systems;
