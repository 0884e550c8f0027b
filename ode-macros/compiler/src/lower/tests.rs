//! What the language means, and what it refuses.

mod functions;
mod language;
mod loops;
mod refusals;

use crate::diagnostic::Errors;
use crate::graph::{Datum, evaluate};
use crate::parse::{self, Role};

/// The value of the function in the source, by the interpreter; outside constants are looked up by their last name.
fn value(source: &str, t: f64, y: &[f64], p: &[f64], outside: &[(&str, f64)]) -> Vec<f64> {
    let errors = Errors::new();
    let item = syn::parse_str(source).expect("a function");
    let system = parse::system(Role::Function, &item, &errors);
    let lowered = system.as_ref().map(|system| super::graph(system, &errors));
    errors.into_result().unwrap_or_else(|error| panic!("{error} in {source}"));
    let lowered = lowered.expect("a signature without errors");

    let array = |numbers: &[f64]| Datum::Array(numbers.iter().copied().map(Datum::Number).collect());
    let mut inputs = vec![Datum::Number(t), array(y), array(p)];
    for path in &lowered.outside {
        let name = &path.segments.last().expect("a path has a segment").ident;
        let known = outside.iter().find(|(known, _)| name == known);
        inputs.push(Datum::Number(known.unwrap_or_else(|| panic!("{name} is unknown")).1));
    }
    evaluate(&lowered.graph, &inputs)[0].numbers()
}

/// The numbers in a value, in order.
trait Flat {
    fn flat(&self) -> Vec<f64>;
}

impl Flat for f64 {
    fn flat(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    fn flat(&self) -> Vec<f64> {
        self.iter().flat_map(Flat::flat).collect()
    }
}

impl<A: Flat, B: Flat> Flat for (A, B) {
    fn flat(&self) -> Vec<f64> {
        [self.0.flat(), self.1.flat()].concat()
    }
}

#[track_caller]
fn assert_same(found: &[f64], expected: &[f64], source: &str) {
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(found), bits(expected), "{found:?} for {expected:?} in {source}");
}

/// Compiles the function `f` by rustc and by this compiler, and compares the values to the last bit.
macro_rules! agrees {
    ($(($t:expr, $y:expr $(, $p:expr)*)),+ => $item:item) => {{
        $item
        $({
            #[allow(unused_mut)]
            let mut p: Vec<f64> = Vec::new();
            $(p.extend(crate::lower::tests::Flat::flat(&$p));)*
            let y = crate::lower::tests::Flat::flat(&$y);
            let expected = crate::lower::tests::Flat::flat(&f($t, $y $(, $p)*));
            let source = stringify!($item);
            let found = crate::lower::tests::value(source, $t, &y, &p, super::OUTSIDE);
            crate::lower::tests::assert_same(&found, &expected, source);
        })+
    }};
}
use agrees;

/// Constants outside of the functions.
const OUTSIDE: &[(&str, f64)] =
    &[("RATE", language::RATE), ("DEPTH", language::sea::DEPTH), ("EPSILON", f64::EPSILON)];
