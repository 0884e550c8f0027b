//! Systems whose loops stay loops, as a user has them.

#![allow(missing_docs, unreachable_pub, clippy::cast_precision_loss, clippy::needless_range_loop)]

mod compiled;
mod solving;
#[path = "../support/mod.rs"]
mod support;
mod systems;
