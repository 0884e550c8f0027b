//! What the body of a loop assigns to, read off the source before it is lowered.

use crate::parse::{Arithmetic, Block, Expression, Kind, Pattern, PlaceStep, Statement};

/// The names that a body assigns to, in order of their first assignment.
pub(super) fn assigned(block: &Block) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    visit(block, &mut |part| {
        if let Part::Assigned(name, ..) = part
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    });
    names
}

/// Whether a body does nothing with a variable but add to it and subtract from it.
pub(super) fn is_only_added_to(block: &Block, name: &str) -> bool {
    let mut only = true;
    visit(block, &mut |part| match part {
        Part::Assigned(assigned, operator, whole) if assigned == name => {
            only &= whole && matches!(operator, Some(Arithmetic::Add | Arithmetic::Sub));
        }
        Part::Read(read) if read == name => only = false,
        Part::Declared(declared) if declared == name => only = false,
        _ => {}
    });
    only
}

/// What is met in a body.
enum Part<'a> {
    /// A variable that is assigned to, the operator, and whether the variable as a whole.
    Assigned(&'a str, Option<Arithmetic>, bool),
    Read(&'a str),
    Declared(&'a str),
}

fn visit(block: &Block, found: &mut dyn FnMut(Part)) {
    block.constants.iter().for_each(|constant| expression(&constant.value, found));
    for statement in &block.statements {
        match statement {
            Statement::Let(declaration) => {
                expression(&declaration.value, found);
                pattern(&declaration.pattern, found);
            }
            Statement::Assign(assignment) => {
                expression(&assignment.value, found);
                for step in &assignment.place.steps {
                    if let PlaceStep::Index(index) = step {
                        expression(index, found);
                    }
                }
                let name = assignment.place.name.to_string();
                let whole = assignment.place.steps.is_empty();
                found(Part::Assigned(&name, assignment.operator, whole));
            }
            Statement::For(for_loop) => {
                expression(&for_loop.iterated, found);
                pattern(&for_loop.pattern, found);
                visit(&for_loop.body, found);
            }
            Statement::Expression(value) => expression(value, found),
        }
    }
    if let Some(result) = &block.result {
        expression(result, found);
    }
}

fn pattern(pattern: &Pattern, found: &mut dyn FnMut(Part)) {
    match pattern {
        Pattern::Wild => {}
        Pattern::Name { name, .. } => found(Part::Declared(&name.to_string())),
        Pattern::Array(parts, _) | Pattern::Tuple(parts, _) => {
            parts.iter().for_each(|part| self::pattern(part, found));
        }
    }
}

fn expression(value: &Expression, found: &mut dyn FnMut(Part)) {
    match &value.kind {
        Kind::Poison | Kind::Float(..) | Kind::Integer(_) | Kind::Truth(_) | Kind::Path(_) => {}
        Kind::Name(name) => found(Part::Read(name)),
        Kind::Negate(a) | Kind::Not(a) | Kind::Field(a, _) | Kind::Cast(a, _) => expression(a, found),
        Kind::Binary(_, a, b) | Kind::Index(a, b) | Kind::Repeat(a, b) => {
            expression(a, found);
            expression(b, found);
        }
        Kind::Range { start, end, .. } => {
            expression(start, found);
            expression(end, found);
        }
        Kind::Array(all) | Kind::Tuple(all) | Kind::Call(_, all) => {
            all.iter().for_each(|value| expression(value, found));
        }
        Kind::FromFn(length, closure) => {
            length.iter().for_each(|length| expression(length, found));
            expression(closure, found);
        }
        Kind::Method(receiver, _, arguments) => {
            expression(receiver, found);
            arguments.iter().for_each(|argument| expression(argument, found));
        }
        Kind::Closure(closure) => {
            closure.parameters.iter().for_each(|parameter| pattern(parameter, found));
            expression(&closure.body, found);
        }
        Kind::If(condition, then, otherwise) => {
            expression(condition, found);
            visit(then, found);
            otherwise.iter().for_each(|otherwise| expression(otherwise, found));
        }
        Kind::Block(block) => visit(block, found),
    }
}
