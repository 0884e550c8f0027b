//! Tokens to the subset of Rust that is the language: what can be written. What it means is said in `lower`.

mod expression;
mod language;
mod opaque;
mod pattern;
mod signature;
mod statement;
mod tensor;
mod types;

pub use language::{
    Arithmetic, Assignment, BinaryOperator, Block, Closure, Constant, Expression, ForLoop, Function, Import,
    Kind, Let, Pattern, Place, PlaceStep, Statement,
};
pub use opaque::{OpaqueSystem, opaque};
pub use signature::{Parameter, Role, System, system};
pub(crate) use signature::{pattern_names, struct_name};
pub use tensor::{Axis, Layer};
pub use types::{Real, Type};
pub(crate) use types::{mentions, real};
