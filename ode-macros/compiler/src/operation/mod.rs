//! The table of operations: each row states a function's value and its partial derivatives, once.
//!
//! Folding of constants, the interpreter, both derivatives, the code and the tests come from the rows.

mod elementwise;
mod tensor;
mod term;
mod truth;

pub use elementwise::{Elementwise, Value};
pub use tensor::Tensor;
pub use term::Term;
pub use truth::{Comparison, Logic};
