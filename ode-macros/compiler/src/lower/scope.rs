//! Names: variables, constants and inner functions, block by block.

use super::value::Value;
use crate::parse::{Block, Constant, Function, Import};

/// A variable or constant.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) kind: Kind,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Seen in inner functions too.
    Constant,
    /// `let x`
    Fixed,
    /// `let mut x`
    Mutable,
}

/// The place of a variable: its block, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    block: usize,
    index: usize,
}

#[derive(Debug, Clone, Default)]
struct Scope<'a> {
    variables: Vec<Variable>,
    functions: &'a [Function],
    imports: &'a [Import],
    /// Constants that have no value yet.
    pending: Vec<&'a Constant>,
    /// An inner function or a closure: what lies further out cannot be changed from inside.
    barrier: Barrier,
}

/// What a block hides of those around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Barrier {
    /// A plain block sees and changes all.
    #[default]
    None,
    /// A closure sees all and changes nothing.
    Closure,
    /// An inner function sees constants and functions alone.
    Function,
}

/// The blocks that lowering is in, outermost first.
#[derive(Debug, Clone)]
pub(super) struct Scopes<'a> {
    scopes: Vec<Scope<'a>>,
}

/// Blocks that have been set aside.
pub(super) struct Hidden<'a>(Vec<Scope<'a>>);

/// What a look-up of a variable to assign to finds.
pub(super) enum Assignable {
    Found(Slot),
    Captured,
    Missing,
}

impl<'a> Scopes<'a> {
    pub(super) fn new() -> Self {
        Self { scopes: vec![Scope::default()] }
    }

    pub(super) fn enter(&mut self) {
        self.scopes.push(Scope::default());
    }

    pub(super) fn enter_behind(&mut self, barrier: Barrier) {
        self.scopes.push(Scope { barrier, ..Scope::default() });
    }

    pub(super) fn leave(&mut self) {
        self.scopes.pop();
    }

    pub(super) fn declare(&mut self, name: &str, value: Value, kind: Kind) -> Slot {
        let block = self.scopes.len() - 1;
        let scope = self.scopes.last_mut().expect("the outermost block");
        scope.variables.push(Variable { name: name.to_owned(), value, kind });
        Slot { block, index: scope.variables.len() - 1 }
    }

    /// Makes the items of a block known; its constants still need values.
    pub(super) fn declare_items(&mut self, block: &'a Block) {
        let scope = self.scopes.last_mut().expect("the outermost block");
        scope.functions = &block.functions;
        scope.imports = &block.imports;
        scope.pending = block.constants.iter().collect();
    }

    /// Takes the constant of this name that has no value yet out of its block, whose number is given too.
    pub(super) fn take_pending(&mut self, name: &str) -> Option<(usize, &'a Constant)> {
        for (block, scope) in self.scopes.iter_mut().enumerate().rev() {
            if let Some(place) = scope.pending.iter().position(|constant| constant.name == name) {
                return Some((block, scope.pending.remove(place)));
            }
            if scope.variables.iter().any(|variable| variable.name == name) {
                return None;
            }
        }
        None
    }

    /// A constant of the innermost block that has no value yet.
    pub(super) fn next_pending(&self) -> Option<&'a Constant> {
        self.scopes.last().and_then(|scope| scope.pending.first().copied())
    }

    /// Hides the blocks inside of this one: what an item means does not depend on where it is used.
    pub(super) fn hide_inside(&mut self, block: usize) -> Hidden<'a> {
        Hidden(self.scopes.split_off(block + 1))
    }

    pub(super) fn show(&mut self, hidden: Hidden<'a>) {
        self.scopes.extend(hidden.0);
    }

    /// The value of a name. Behind a function's barrier only constants are seen.
    pub(super) fn find(&self, name: &str) -> Option<&Value> {
        let mut constants_only = false;
        for scope in self.scopes.iter().rev() {
            let visible = |variable: &&Variable| !constants_only || variable.kind == Kind::Constant;
            if let Some(variable) = scope.variables.iter().rev().filter(visible).find(|v| v.name == name) {
                return Some(&variable.value);
            }
            constants_only |= scope.barrier == Barrier::Function;
        }
        None
    }

    /// Whether there is a variable of this name that an inner function hides.
    pub(super) fn hides(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.variables.iter().any(|variable| variable.name == name))
    }

    /// The path that `use` gives a name.
    pub(super) fn import(&self, name: &str) -> Option<&'a syn::Path> {
        let named =
            |scope: &Scope<'a>| scope.imports.iter().find(|import| import.name.as_deref() == Some(name));
        self.scopes.iter().rev().find_map(named).map(|import| &import.path)
    }

    /// The modules whose names are brought in by `use module::*`, innermost first.
    pub(super) fn globs(&self) -> impl Iterator<Item = &'a syn::Path> {
        let imports = self.scopes.iter().rev().flat_map(|scope| scope.imports);
        imports.filter(|import| import.name.is_none()).map(|import| &import.path)
    }

    /// The inner function of this name, and the number of the block that it stands in.
    pub(super) fn find_function(&self, name: &str) -> Option<(usize, &'a Function)> {
        self.scopes.iter().enumerate().rev().find_map(|(block, scope)| {
            scope.functions.iter().find(|function| function.name == name).map(|function| (block, function))
        })
    }

    /// The variable of this name as something to assign to.
    pub(super) fn assignable(&self, name: &str) -> Assignable {
        let mut captured = false;
        for (block, scope) in self.scopes.iter().enumerate().rev() {
            if let Some(index) = scope.variables.iter().rposition(|variable| variable.name == name) {
                return if captured {
                    Assignable::Captured
                } else {
                    Assignable::Found(Slot { block, index })
                };
            }
            match scope.barrier {
                Barrier::None => {}
                Barrier::Closure => captured = true,
                Barrier::Function => return Assignable::Missing,
            }
        }
        Assignable::Missing
    }

    pub(super) fn variable(&self, slot: Slot) -> &Variable {
        &self.scopes[slot.block].variables[slot.index]
    }

    pub(super) fn variable_mut(&mut self, slot: Slot) -> &mut Variable {
        &mut self.scopes[slot.block].variables[slot.index]
    }

    pub(super) fn assign(&mut self, slot: Slot, value: Value) {
        self.scopes[slot.block].variables[slot.index].value = value;
    }

    /// The variables whose values differ from those in `before`, a copy from the same block.
    pub(super) fn changed_since(&self, before: &Self) -> Vec<Slot> {
        let mut changed = Vec::new();
        for (block, (now, then)) in self.scopes.iter().zip(&before.scopes).enumerate() {
            for (index, (now, then)) in now.variables.iter().zip(&then.variables).enumerate() {
                if !now.value.is_same(&then.value) {
                    changed.push(Slot { block, index });
                }
            }
        }
        changed
    }

    /// The names that can be seen, for suggestions.
    pub(super) fn names(&self) -> Vec<String> {
        let function = self.scopes.iter().rposition(|scope| scope.barrier == Barrier::Function).unwrap_or(0);
        let all = self.scopes.iter().enumerate().flat_map(|(block, scope)| {
            scope.variables.iter().filter(move |v| block >= function || v.kind == Kind::Constant)
        });
        all.map(|variable| variable.name.clone()).collect()
    }

    /// The inner functions that can be called, for suggestions.
    pub(super) fn function_names(&self) -> Vec<String> {
        self.scopes.iter().flat_map(|scope| scope.functions.iter().map(|f| f.name.to_string())).collect()
    }
}
