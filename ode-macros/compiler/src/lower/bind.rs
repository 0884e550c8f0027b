//! Patterns: values get names.

use super::Lower;
use super::scope::Kind;
use super::value::Value;
use crate::diagnostic::refusal as say;
use crate::parse::Pattern;

impl Lower<'_> {
    /// Gives the parts of the value the names of the pattern.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Value) {
        match pattern {
            Pattern::Wild => {}
            Pattern::Name { name, mutable } => {
                let name = name.to_string();
                if let Value::Number(number) | Value::Tensor(number, _) = value {
                    self.regions.name(number, &name);
                }
                self.scopes.declare(&name, value, if *mutable { Kind::Mutable } else { Kind::Fixed });
            }
            Pattern::Array(parts, span) => {
                let value = match value.compact_type() {
                    Some(_) => Value::Array(self.elements(&value, *span)),
                    None => value,
                };
                let kind = format!("an array of {}", say::count(parts.len(), "element"));
                self.bind_parts(parts, *span, &kind, value, |value| match value {
                    Value::Array(elements) => Some(elements),
                    _ => None,
                });
            }
            Pattern::Tuple(parts, span) => {
                let kind = format!("a tuple of {}", say::count(parts.len(), "element"));
                self.bind_parts(parts, *span, &kind, value, |value| match value {
                    Value::Tuple(elements) => Some(elements),
                    _ => None,
                });
            }
        }
    }

    fn bind_parts(
        &mut self,
        parts: &[Pattern],
        span: proc_macro2::Span,
        kind: &str,
        value: Value,
        elements: impl Fn(Value) -> Option<Vec<Value>>,
    ) {
        let description = value.describe(self.real);
        let poisoned = matches!(value, Value::Poison);
        let values = match elements(value) {
            Some(values) if values.len() == parts.len() => values,
            _ => {
                if !poisoned {
                    self.errors.at(span, say::pattern_shape(kind, &description));
                }
                vec![Value::Poison; parts.len()]
            }
        };
        for (part, value) in parts.iter().zip(values) {
            self.bind(part, value);
        }
    }
}
