//! Blocks and statements.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;

use super::expression::expression;
use super::language::{
    Arithmetic, Assignment, Block, Constant, Expression, ForLoop, Function, Import, Kind, Let, Place,
    PlaceStep, Statement,
};
use super::pattern::pattern;
use super::types::{dimensions, local_type};
use crate::diagnostic::{Errors, refusal as say};

pub(super) fn block(block: &syn::Block, errors: &Errors) -> Block {
    let mut result = Block::empty(block.brace_token.span.close());
    let last = block.stmts.len().saturating_sub(1);
    for (place, statement) in block.stmts.iter().enumerate() {
        match statement {
            syn::Stmt::Local(local) => {
                result.statements.extend(let_statement(local, errors).map(Statement::Let))
            }
            syn::Stmt::Item(item) => self::item(item, &mut result, errors),
            syn::Stmt::Expr(expr, semicolon) => match expr {
                // A lone `;`.
                syn::Expr::Verbatim(tokens) if tokens.is_empty() => {}
                syn::Expr::Assign(_) | syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Loop(_) => {
                    result.statements.extend(self::statement(expr, errors));
                }
                syn::Expr::Binary(binary) if compound(&binary.op).is_some() => {
                    result.statements.extend(self::statement(expr, errors));
                }
                _ if place == last && semicolon.is_none() => {
                    result.result = Some(Box::new(expression(expr, errors)));
                }
                _ => result.statements.push(Statement::Expression(expression(expr, errors))),
            },
            syn::Stmt::Macro(call) => {
                result.statements.push(refused(call.mac.path.span(), say::MACRO, errors))
            }
        }
    }
    result
}

fn let_statement(local: &syn::Local, errors: &Errors) -> Option<Let> {
    let dimensions = match &local.pat {
        syn::Pat::Type(typed) => dimensions(&typed.ty, errors),
        _ => Vec::new(),
    };
    let pattern = pattern(&local.pat, errors);
    let Some(init) = &local.init else {
        errors.over(local, say::LET_WITHOUT_VALUE);
        let value = Expression { kind: Kind::Poison, span: local.span() };
        return Some(Let { pattern, dimensions, value });
    };
    if let Some((keyword, _)) = &init.diverge {
        errors.at(keyword.span(), say::LET_ELSE);
    }
    Some(Let { pattern, dimensions, value: expression(&init.expr, errors) })
}

fn item(item: &syn::Item, block: &mut Block, errors: &Errors) {
    match item {
        syn::Item::Const(constant) => {
            local_type(&constant.ty, errors);
            let value = expression(&constant.expr, errors);
            let dimensions = dimensions(&constant.ty, errors);
            block.constants.push(Constant { name: constant.ident.clone(), dimensions, value });
        }
        syn::Item::Fn(function) => block.functions.push(self::function(function, errors)),
        syn::Item::Use(import) => {
            let start = syn::Path { leading_colon: import.leading_colon, segments: Punctuated::new() };
            imports(&import.tree, &start, &mut block.imports);
        }
        syn::Item::Macro(call) => errors.at(call.mac.path.span(), say::MACRO),
        other => errors.at(other.span(), say::ITEM),
    }
}

/// The names that a `use` brings into the block, each with its path.
fn imports(tree: &syn::UseTree, before: &syn::Path, found: &mut Vec<Import>) {
    let with = |name: &Ident| {
        let mut path = before.clone();
        path.segments.push(name.clone().into());
        path
    };
    match tree {
        syn::UseTree::Path(inner) => imports(&inner.tree, &with(&inner.ident), found),
        syn::UseTree::Name(inner) if inner.ident == "self" => {
            let name = before.segments.last().map(|segment| segment.ident.to_string());
            found.push(Import { name, path: before.clone() });
        }
        syn::UseTree::Name(inner) => {
            found.push(Import { name: Some(inner.ident.to_string()), path: with(&inner.ident) });
        }
        syn::UseTree::Rename(inner) => {
            let path = if inner.ident == "self" { before.clone() } else { with(&inner.ident) };
            found.push(Import { name: Some(inner.rename.to_string()), path });
        }
        syn::UseTree::Glob(_) => found.push(Import { name: None, path: before.clone() }),
        syn::UseTree::Group(inner) => inner.items.iter().for_each(|tree| imports(tree, before, found)),
    }
}

fn function(function: &syn::ItemFn, errors: &Errors) -> Function {
    let generic = !function.sig.generics.params.is_empty();
    if generic {
        errors.over(&function.sig.generics, say::INNER_GENERICS);
    }
    let parameters = function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            syn::FnArg::Typed(typed) => {
                if !generic {
                    local_type(&typed.ty, errors);
                }
                Some(pattern(&typed.pat, errors))
            }
            syn::FnArg::Receiver(receiver) => {
                errors.at(receiver.span(), say::SELF);
                None
            }
        })
        .collect();
    let dimensions = match &function.sig.output {
        syn::ReturnType::Type(_, ty) => dimensions(ty, errors),
        syn::ReturnType::Default => Vec::new(),
    };
    Function {
        name: function.sig.ident.clone(),
        parameters,
        dimensions,
        body: block(&function.block, errors),
    }
}

/// The arithmetic of a compound assignment.
pub(super) fn compound(operator: &syn::BinOp) -> Option<Arithmetic> {
    match operator {
        syn::BinOp::AddAssign(_) => Some(Arithmetic::Add),
        syn::BinOp::SubAssign(_) => Some(Arithmetic::Sub),
        syn::BinOp::MulAssign(_) => Some(Arithmetic::Mul),
        syn::BinOp::DivAssign(_) => Some(Arithmetic::Div),
        syn::BinOp::RemAssign(_) => Some(Arithmetic::Rem),
        _ => None,
    }
}

fn statement(expr: &syn::Expr, errors: &Errors) -> Option<Statement> {
    match expr {
        syn::Expr::Assign(assign) => {
            let place = place(&assign.left, errors);
            let value = expression(&assign.right, errors);
            Some(Statement::Assign(Assignment {
                place: place?,
                operator: None,
                value,
                span: assign.eq_token.span(),
            }))
        }
        syn::Expr::Binary(binary) => {
            let place = place(&binary.left, errors);
            let value = expression(&binary.right, errors);
            let operator = compound(&binary.op);
            Some(Statement::Assign(Assignment { place: place?, operator, value, span: binary.op.span() }))
        }
        syn::Expr::ForLoop(for_loop) => Some(Statement::For(ForLoop {
            pattern: pattern(&for_loop.pat, errors),
            iterated: expression(&for_loop.expr, errors),
            body: block(&for_loop.body, errors),
        })),
        syn::Expr::While(while_loop) => Some(refused(while_loop.while_token.span, say::WHILE, errors)),
        syn::Expr::Loop(endless) => Some(refused(endless.loop_token.span, say::LOOP, errors)),
        _ => None,
    }
}

/// What has been reported: a block that ends with it is not asked for a result too.
fn refused(span: Span, text: &str, errors: &Errors) -> Statement {
    errors.at(span, text);
    Statement::Expression(Expression { kind: Kind::Poison, span })
}

fn place(expr: &syn::Expr, errors: &Errors) -> Option<Place> {
    match expr {
        syn::Expr::Path(path) => match path.path.get_ident() {
            Some(name) => Some(Place { name: Ident::clone(name), steps: Vec::new() }),
            None => {
                errors.at(expr.span(), say::PLACE);
                None
            }
        },
        syn::Expr::Index(index) => {
            let mut place = place(&index.expr, errors)?;
            place.steps.push(PlaceStep::Index(expression(&index.index, errors)));
            Some(place)
        }
        syn::Expr::Field(field) => {
            let mut place = place(&field.base, errors)?;
            match &field.member {
                syn::Member::Unnamed(member) => {
                    place.steps.push(PlaceStep::Field(member.index as usize, member.span));
                    Some(place)
                }
                syn::Member::Named(name) => {
                    errors.at(name.span(), say::NOT_A_TUPLE);
                    None
                }
            }
        }
        syn::Expr::Paren(inner) => place(&inner.expr, errors),
        // Only a mutable reference is assigned through, and it is refused where it is made.
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => None,
        _ => {
            errors.at(expr.span(), say::PLACE);
            None
        }
    }
}
