//! The scalar runtime and the compiled systems as a user has them.

#![allow(missing_docs, clippy::cast_precision_loss)]

mod any;
mod detest;
mod reference;
mod systems;
mod testkit;
