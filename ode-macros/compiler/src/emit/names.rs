//! Names of locals: the user's where there is one, each used once.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};

/// The names taken in a function.
#[derive(Debug)]
pub(super) struct Names {
    taken: HashSet<String>,
    numbered: usize,
}

impl Names {
    /// The function's own arguments are taken.
    pub(super) fn new(arguments: &[&str]) -> Self {
        Self { taken: arguments.iter().map(|&name| name.to_owned()).collect(), numbered: 0 }
    }

    /// A new local, called as the user called it, or numbered. It points at the user's expression, and cannot be seen
    /// by the user's code.
    pub(super) fn local(&mut self, name: Option<&str>, at: Span) -> Ident {
        let name = match name {
            Some(name) => self.free(name.trim_start_matches("r#").trim_start_matches('_')),
            None => {
                self.numbered += 1;
                let name = format!("n{}", self.numbered);
                self.free(&name)
            }
        };
        Ident::new(&name, Span::mixed_site().located_at(at))
    }

    fn free(&mut self, name: &str) -> String {
        let name = name.to_lowercase();
        let usable = |name: &str| syn::parse_str::<Ident>(name).is_ok();
        let name = [name.clone(), format!("{name}_")].into_iter().find(|name| usable(name));
        let name = name.unwrap_or_else(|| "value".to_owned());
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.taken.contains(name));
        let free = free.unwrap_or(name);
        self.taken.insert(free.clone());
        free
    }
}
