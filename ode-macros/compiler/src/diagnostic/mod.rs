//! What the user is told: errors are collected, so that one compilation shows all of them, and every text is in one
//! place.

mod errors;
pub(crate) mod refusal;
mod suggest;

pub use errors::Errors;
pub(crate) use suggest::did_you_mean;
