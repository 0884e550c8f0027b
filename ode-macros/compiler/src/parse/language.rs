//! The subset as types: whatever cannot be said with them cannot be compiled.

use proc_macro2::{Ident, Span};

use super::types::{Real, Type};
use crate::operation::{Comparison, Logic};

/// An expression and its place.
#[derive(Debug, Clone)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Where errors about it sit: its operator or name rather than its whole extent.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum Kind {
    /// What could not be parsed and has been reported.
    Poison,
    /// `1.5`, with the type where a suffix gives it.
    Float(f64, Option<Real>),
    /// `3`
    Integer(i128),
    /// `true`
    Truth(bool),
    /// A variable, or a constant of this function.
    Name(String),
    /// A constant from outside, as the user spelled it.
    Path(syn::Path),
    /// `-x`
    Negate(Box<Expression>),
    /// `!x`
    Not(Box<Expression>),
    /// `a + b`, `a < b`, `a && b`
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `a[i]`
    Index(Box<Expression>, Box<Expression>),
    /// `a.0`
    Field(Box<Expression>, usize),
    /// `[a, b]`
    Array(Vec<Expression>),
    /// `[a; 3]`
    Repeat(Box<Expression>, Box<Expression>),
    /// `(a, b)`; without elements it is no value.
    Tuple(Vec<Expression>),
    /// `f(a, b)` with the name as written, path included.
    Call(String, Vec<Expression>),
    /// `std::array::from_fn(|i| …)`, with its length where it is written.
    FromFn(Option<Box<Expression>>, Box<Expression>),
    /// `a.f(b, c)`
    Method(Box<Expression>, Ident, Vec<Expression>),
    /// `|x| x * x`, as an argument.
    Closure(Box<Closure>),
    /// `if a { b } else { c }`
    If(Box<Expression>, Block, Option<Box<Expression>>),
    /// `{ … }`
    Block(Block),
    /// `a as f64`
    Cast(Box<Expression>, Type),
    /// `a..b`, or `a..=b` where inclusive.
    Range {
        /// The first.
        start: Box<Expression>,
        /// The last, or the one after it.
        end: Box<Expression>,
        /// Whether the end belongs to it.
        inclusive: bool,
    },
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Arithmetic(Arithmetic),
    Compare(Comparison),
    Logic(Logic),
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Arithmetic {
    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }
}

/// `|a, b| body`
#[derive(Debug, Clone)]
pub struct Closure {
    /// Its parameters.
    pub parameters: Vec<Pattern>,
    /// Its result.
    pub body: Expression,
}

/// `{ items; statements; result }`
#[derive(Debug, Clone)]
pub struct Block {
    /// Inner functions; they are known in the whole block.
    pub functions: Vec<Function>,
    /// What `use` brings in; it is known in the whole block.
    pub imports: Vec<Import>,
    /// Inner constants; they are known in the whole block.
    pub constants: Vec<Constant>,
    /// What is done, in order.
    pub statements: Vec<Statement>,
    /// The last expression, where there is one without `;`.
    pub result: Option<Box<Expression>>,
    /// The closing end, for errors about a missing result.
    pub span: Span,
}

impl Block {
    /// Nothing yet; it ends at `span`.
    #[must_use]
    pub fn empty(span: Span) -> Self {
        Self {
            functions: Vec::new(),
            imports: Vec::new(),
            constants: Vec::new(),
            statements: Vec::new(),
            result: None,
            span,
        }
    }
}

/// A name from a `use`.
#[derive(Debug, Clone)]
pub struct Import {
    /// The name; `None` where it is `*`.
    pub name: Option<String>,
    /// What it stands for, or the module whose names it brings in.
    pub path: syn::Path,
}

/// `const NAME: T = value;`
#[derive(Debug, Clone)]
pub struct Constant {
    /// Its name.
    pub name: Ident,
    /// The lengths of the array that it is, outermost first.
    pub dimensions: Vec<Expression>,
    /// Its value.
    pub value: Expression,
}

/// `fn name(a: f64) -> f64 { … }`
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub parameters: Vec<Pattern>,
    /// The lengths of the array that it returns, outermost first.
    pub dimensions: Vec<Expression>,
    /// What it computes.
    pub body: Block,
}

/// A statement.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `let pattern = value;`
    Let(Let),
    /// `place = value;`, `place += value;`
    Assign(Assignment),
    /// `for pattern in iterated { … }`
    For(ForLoop),
    /// An expression whose value is dropped.
    Expression(Expression),
}

/// `let pattern = value;`
#[derive(Debug, Clone)]
pub struct Let {
    /// What is bound.
    pub pattern: Pattern,
    /// The lengths of the array that its type is, outermost first.
    pub dimensions: Vec<Expression>,
    /// To what.
    pub value: Expression,
}

/// `place = value;`
#[derive(Debug, Clone)]
pub struct Assignment {
    /// What changes.
    pub place: Place,
    /// The operator of a compound assignment.
    pub operator: Option<Arithmetic>,
    /// The right-hand side.
    pub value: Expression,
    /// The operator's place.
    pub span: Span,
}

/// A variable, or an element of one.
#[derive(Debug, Clone)]
pub struct Place {
    /// The variable.
    pub name: Ident,
    /// The way from the variable to the element, outermost first.
    pub steps: Vec<PlaceStep>,
}

/// A step from a value to a part of it.
#[derive(Debug, Clone)]
pub enum PlaceStep {
    /// `[i]`
    Index(Expression),
    /// `.0`
    Field(usize, Span),
}

/// `for pattern in iterated { body }`
#[derive(Debug, Clone)]
pub struct ForLoop {
    /// The loop variable.
    pub pattern: Pattern,
    /// What it runs over.
    pub iterated: Expression,
    /// What is done.
    pub body: Block,
}

/// A pattern.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// `_`
    Wild,
    /// `x`, `mut x`
    Name {
        /// The name.
        name: Ident,
        /// Whether it can be assigned to.
        mutable: bool,
    },
    /// `[a, b]`
    Array(Vec<Pattern>, Span),
    /// `(a, b)`
    Tuple(Vec<Pattern>, Span),
}
