//! Comparisons and connectives. They decide branches and have no derivative.

/// A comparison of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    /// The method of a lane that does it.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::Less => "lt",
            Self::LessEqual => "le",
            Self::Greater => "gt",
            Self::GreaterEqual => "ge",
            Self::Equal => "eq",
            Self::NotEqual => "ne",
        }
    }

    /// Its value; false where a number is NaN, but for "not equal".
    #[must_use]
    #[allow(clippy::float_cmp)]
    pub fn evaluate<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
            Self::Equal => a == b,
            Self::NotEqual => a != b,
        }
    }
}

/// A connective of truth values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Logic {
    And,
    Or,
    Not,
    /// The constant.
    Constant(bool),
}

impl Logic {
    /// The method of a mask that does it.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Not => "not",
            Self::Constant(true) => "true",
            Self::Constant(false) => "false",
        }
    }

    /// The number of arguments.
    #[must_use]
    pub fn arity(self) -> usize {
        match self {
            Self::And | Self::Or => 2,
            Self::Not => 1,
            Self::Constant(_) => 0,
        }
    }

    /// Its value.
    #[must_use]
    pub fn evaluate(self, arguments: &[bool]) -> bool {
        match self {
            Self::And => arguments[0] && arguments[1],
            Self::Or => arguments[0] || arguments[1],
            Self::Not => !arguments[0],
            Self::Constant(value) => value,
        }
    }
}
