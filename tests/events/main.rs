//! Events, resets and callbacks as a user has them.

#![allow(missing_docs, unreachable_pub)]

mod callbacks;
mod coincidence;
mod failures;
mod gradients;
mod polynomials;
mod reference;
#[path = "../support/mod.rs"]
mod support;
mod systems;
