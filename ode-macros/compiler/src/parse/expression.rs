//! Expressions.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::language::{Arithmetic, BinaryOperator, Block, Closure, Expression, Kind};
use super::pattern::pattern;
use super::statement::{block, compound};
use super::types::{Real, local_type};
use crate::diagnostic::{Errors, refusal as say};
use crate::operation::{Comparison, Logic};

pub(super) fn expression(expr: &syn::Expr, errors: &Errors) -> Expression {
    let boxed = |expr: &syn::Expr| Box::new(expression(expr, errors));
    let (kind, span) = match expr {
        syn::Expr::Paren(inner) => return expression(&inner.expr, errors),
        syn::Expr::Group(inner) => return expression(&inner.expr, errors),
        syn::Expr::Reference(inner) if inner.mutability.is_none() => return expression(&inner.expr, errors),
        syn::Expr::Unary(unary) => match unary.op {
            syn::UnOp::Deref(_) => return expression(&unary.expr, errors),
            syn::UnOp::Neg(_) => (negate(boxed(&unary.expr)), unary.op.span()),
            _ => (Kind::Not(boxed(&unary.expr)), unary.op.span()),
        },
        syn::Expr::Lit(literal) => (self::literal(&literal.lit, errors), literal.span()),
        syn::Expr::Path(path) if path.qself.is_none() => match path.path.get_ident() {
            Some(name) => (Kind::Name(name.to_string()), path.span()),
            None => (Kind::Path(path.path.clone()), last_span(&path.path)),
        },
        syn::Expr::Binary(binary) => {
            let span = binary.op.span();
            match operator(&binary.op) {
                Some(operator) => (Kind::Binary(operator, boxed(&binary.left), boxed(&binary.right)), span),
                None if compound(&binary.op).is_some() => (refuse(span, say::PLACE, errors), span),
                None => (refuse(span, say::BITS, errors), span),
            }
        }
        syn::Expr::Index(index) => (Kind::Index(boxed(&index.expr), boxed(&index.index)), index.index.span()),
        syn::Expr::Field(field) => match &field.member {
            syn::Member::Unnamed(member) => {
                (Kind::Field(boxed(&field.base), member.index as usize), member.span)
            }
            syn::Member::Named(name) => (refuse(name.span(), say::NOT_A_TUPLE, errors), name.span()),
        },
        syn::Expr::Array(array) => (Kind::Array(all(&array.elems, errors)), array.span()),
        syn::Expr::Repeat(repeat) => (Kind::Repeat(boxed(&repeat.expr), boxed(&repeat.len)), repeat.span()),
        syn::Expr::Tuple(tuple) => (Kind::Tuple(all(&tuple.elems, errors)), tuple.span()),
        syn::Expr::Call(call) => (self::call(call, errors), called_span(&call.func)),
        syn::Expr::MethodCall(call) => {
            let method = Kind::Method(boxed(&call.receiver), call.method.clone(), all(&call.args, errors));
            (method, call.method.span())
        }
        syn::Expr::Closure(closure) => {
            let parameters = closure.inputs.iter().map(|input| pattern(input, errors)).collect();
            let body = expression(&closure.body, errors);
            (Kind::Closure(Box::new(Closure { parameters, body })), closure.or1_token.span())
        }
        syn::Expr::If(branch) => {
            let then = block(&branch.then_branch, errors);
            let otherwise = branch.else_branch.as_ref().map(|(_, otherwise)| boxed(otherwise));
            (Kind::If(boxed(&branch.cond), then, otherwise), branch.if_token.span)
        }
        syn::Expr::Block(inner) => (Kind::Block(block(&inner.block, errors)), inner.span()),
        syn::Expr::Const(inner) => (Kind::Block(block(&inner.block, errors)), inner.span()),
        syn::Expr::Cast(cast) => {
            (Kind::Cast(boxed(&cast.expr), local_type(&cast.ty, errors)), cast.as_token.span)
        }
        syn::Expr::Range(range) => (self::range(range, errors), range.limits.span()),
        // A loop as the last expression of a block, or an assignment as an arm.
        syn::Expr::ForLoop(_) | syn::Expr::Assign(_) => {
            (Kind::Block(statement_block(expr, errors)), expr.span())
        }
        syn::Expr::Reference(inner) => {
            errors.over(inner, say::MUTABLE_REFERENCE);
            (Kind::Poison, inner.span())
        }
        other => {
            let (span, text) = refusal(other);
            (refuse(span, text, errors), span)
        }
    };
    Expression { kind, span }
}

/// A negative literal is a literal: `powi(-2)`, `x[-1]`.
fn negate(operand: Box<Expression>) -> Kind {
    match operand.kind {
        Kind::Integer(value) => Kind::Integer(-value),
        _ => Kind::Negate(operand),
    }
}

fn refuse(span: Span, text: &str, errors: &Errors) -> Kind {
    errors.at(span, text);
    Kind::Poison
}

fn refusal(expr: &syn::Expr) -> (Span, &'static str) {
    match expr {
        syn::Expr::While(inner) => (inner.while_token.span, say::WHILE),
        syn::Expr::Loop(inner) => (inner.loop_token.span, say::LOOP),
        syn::Expr::Break(inner) => (inner.break_token.span, say::BREAK),
        syn::Expr::Continue(inner) => (inner.continue_token.span, say::BREAK),
        syn::Expr::Return(inner) => (inner.return_token.span, say::RETURN),
        syn::Expr::Match(inner) => (inner.match_token.span, say::MATCH),
        syn::Expr::Let(inner) => (inner.let_token.span, say::LET_CONDITION),
        syn::Expr::Macro(inner) => (inner.mac.path.span(), say::MACRO),
        syn::Expr::Try(inner) => (inner.question_token.span(), say::QUESTION),
        syn::Expr::Unsafe(inner) => (inner.unsafe_token.span, say::UNSAFE),
        syn::Expr::Struct(inner) => (inner.path.span(), say::STRUCT),
        other => (other.span(), say::NOT_COMPILED),
    }
}

/// Where errors about a path sit: at the name that it leads to.
fn last_span(path: &syn::Path) -> Span {
    path.segments.last().map_or_else(|| path.span(), |segment| segment.ident.span())
}

fn called_span(function: &syn::Expr) -> Span {
    match function {
        syn::Expr::Path(path) => last_span(&path.path),
        other => other.span(),
    }
}

fn all<'a>(exprs: impl IntoIterator<Item = &'a syn::Expr>, errors: &Errors) -> Vec<Expression> {
    exprs.into_iter().map(|expr| expression(expr, errors)).collect()
}

fn statement_block(expr: &syn::Expr, errors: &Errors) -> Block {
    let block = syn::Block {
        brace_token: syn::token::Brace(expr.span()),
        stmts: vec![syn::Stmt::Expr(expr.clone(), None)],
    };
    self::block(&block, errors)
}

fn literal(literal: &syn::Lit, errors: &Errors) -> Kind {
    match literal {
        syn::Lit::Float(float) => {
            let real = match float.suffix() {
                "f32" => Some(Real::F32),
                "f64" => Some(Real::F64),
                _ => None,
            };
            float.base10_digits().parse().map_or_else(
                |_| refuse(float.span(), say::NUMBER_EXPECTED, errors),
                |value| Kind::Float(value, real),
            )
        }
        syn::Lit::Int(int) => match int.suffix() {
            "f32" => {
                int.base10_digits().parse().map_or(Kind::Poison, |value| Kind::Float(value, Some(Real::F32)))
            }
            "f64" => {
                int.base10_digits().parse().map_or(Kind::Poison, |value| Kind::Float(value, Some(Real::F64)))
            }
            _ => int
                .base10_parse()
                .map_or_else(|_| refuse(int.span(), say::INTEGER_RANGE, errors), Kind::Integer),
        },
        syn::Lit::Bool(value) => Kind::Truth(value.value),
        other => refuse(other.span(), say::STRING, errors),
    }
}

fn call(call: &syn::ExprCall, errors: &Errors) -> Kind {
    let arguments = all(&call.args, errors);
    match &*call.func {
        syn::Expr::Path(path) if path.qself.is_none() => {
            let segments: Vec<String> =
                path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if segments.last().is_some_and(|last| last == "from_fn") && arguments.len() == 1 {
                let length = from_fn_length(&path.path, errors).map(Box::new);
                return Kind::FromFn(length, Box::new(arguments.into_iter().next().expect("one")));
            }
            Kind::Call(segments.join("::"), arguments)
        }
        other => {
            let name = other.to_token_stream().to_string();
            refuse(other.span(), &say::unknown_function(&name, ""), errors)
        }
    }
}

/// The second type argument of `from_fn::<f64, 3, _>`.
fn from_fn_length(path: &syn::Path, errors: &Errors) -> Option<Expression> {
    let syn::PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    match arguments.args.iter().nth(1)? {
        syn::GenericArgument::Const(length) => Some(expression(length, errors)),
        syn::GenericArgument::Type(syn::Type::Path(path)) => {
            let name = path.path.get_ident()?;
            Some(Expression { kind: Kind::Name(name.to_string()), span: name.span() })
        }
        _ => None,
    }
}

fn range(range: &syn::ExprRange, errors: &Errors) -> Kind {
    match (&range.start, &range.end) {
        (Some(start), Some(end)) => Kind::Range {
            start: Box::new(expression(start, errors)),
            end: Box::new(expression(end, errors)),
            inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
        },
        _ => refuse(range.limits.span(), say::OPEN_RANGE, errors),
    }
}

fn operator(operator: &syn::BinOp) -> Option<BinaryOperator> {
    use BinaryOperator::{Arithmetic as A, Compare as C, Logic as L};
    Some(match operator {
        syn::BinOp::Add(_) => A(Arithmetic::Add),
        syn::BinOp::Sub(_) => A(Arithmetic::Sub),
        syn::BinOp::Mul(_) => A(Arithmetic::Mul),
        syn::BinOp::Div(_) => A(Arithmetic::Div),
        syn::BinOp::Rem(_) => A(Arithmetic::Rem),
        syn::BinOp::Lt(_) => C(Comparison::Less),
        syn::BinOp::Le(_) => C(Comparison::LessEqual),
        syn::BinOp::Gt(_) => C(Comparison::Greater),
        syn::BinOp::Ge(_) => C(Comparison::GreaterEqual),
        syn::BinOp::Eq(_) => C(Comparison::Equal),
        syn::BinOp::Ne(_) => C(Comparison::NotEqual),
        syn::BinOp::And(_) => L(Logic::And),
        syn::BinOp::Or(_) => L(Logic::Or),
        _ => return None,
    })
}
