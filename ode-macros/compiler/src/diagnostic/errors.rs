//! The collector of errors.

use std::cell::RefCell;
use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

/// The errors found so far. To drop it unread is a bug of the compiler, and panics.
#[derive(Debug, Default)]
pub struct Errors {
    /// With the place of each.
    found: RefCell<Option<Vec<(String, syn::Error)>>>,
    /// Where: what is unrolled or inlined is met again and again, and one mistake is one error.
    places: RefCell<HashSet<String>>,
}

impl Errors {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self { found: RefCell::new(Some(Vec::new())), places: RefCell::default() }
    }

    /// Notes an error at the user's token, unless there is one already.
    pub fn at(&self, span: Span, text: impl std::fmt::Display) {
        self.note(span, syn::Error::new(span, text));
    }

    /// Notes an error at all of the user's tokens, unless there is one already; a span would be that of the first.
    pub fn over(&self, tokens: &(impl ToTokens + Spanned), text: impl std::fmt::Display) {
        self.note(tokens.span(), syn::Error::new_spanned(tokens, text));
    }

    fn note(&self, span: Span, error: syn::Error) {
        // Spans cannot be compared, but their debug form tells places apart.
        let place = format!("{span:?}");
        let first = self.places.borrow_mut().insert(place.clone());
        if let Some(found) = self.found.borrow_mut().as_mut().filter(|_| first) {
            found.push((place, error));
        }
    }

    /// How many there are so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Forgets all but the first `count`: those of an attempt that is given up.
    pub fn forget_after(&self, count: usize) {
        if let Some(found) = self.found.borrow_mut().as_mut() {
            for (place, _) in found.drain(count.min(found.len())..) {
                self.places.borrow_mut().remove(&place);
            }
        }
    }

    /// Whether there is none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// All of them as one, if there is any.
    ///
    /// # Errors
    /// What was noted.
    pub fn into_result(self) -> syn::Result<()> {
        let found = self.found.borrow_mut().take().unwrap_or_default();
        let all = found.into_iter().map(|(_, error)| error).reduce(|mut all, error| {
            all.combine(error);
            all
        });
        all.map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if self.found.borrow().is_some() && !std::thread::panicking() {
            panic!("errors were collected and never read");
        }
    }
}
