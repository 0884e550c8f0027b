//! Any test system behind a pointer: a solver of it is compiled once for all systems, not once for each.

// Lanes are read as the numbers that they are; nothing safe does that for a private type.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ops::{Index, IndexMut};

use odec::prelude::*;
use odec::{FixedLength, Lane, Space};

use crate::testkit::{Flat, TestSystem, Visitor, visit};

/// What the runtime asks of a system, on slices.
trait Raw: Sync {
    fn rhs(&self, p: &[f64], t: f64, y: &[f64], dy: &mut [f64]);
    fn vjp(&self, p: &[f64], t: f64, y: &[f64], dy_bar: &[f64], p_bar: &mut [f64], y_bar: &mut [f64]) -> f64;
}

struct Typed<S>(S);

thread_local! {
    /// The runtime makes vectors without an example of one: this many states had the last state that it saw.
    static STATES: Cell<usize> = const { Cell::new(0) };
    /// The same of parameters, with their system.
    static PARAMETERS: Cell<Option<(&'static dyn Raw, usize)>> = const { Cell::new(None) };
}

impl<S: TestSystem> Typed<S> {
    fn parameters(&self, p: &[f64]) -> S::Parameters<f64> {
        let mut parameters = self.0.parameters();
        for (i, &number) in p.iter().enumerate() {
            parameters[i] = number;
        }
        parameters
    }
}

fn vector<S: TestSystem>(numbers: &[f64]) -> S::Vector<f64> {
    S::flatten(&S::State::from_flat(numbers))
}

fn store(vector: &impl Space<f64>, numbers: &mut [f64]) {
    for (number, value) in numbers.iter_mut().zip(vector.values()) {
        *number = value;
    }
}

impl<S: TestSystem + Sync> Raw for Typed<S> {
    fn rhs(&self, p: &[f64], t: f64, y: &[f64], dy: &mut [f64]) {
        let mut rate = vector::<S>(dy);
        S::rhs(&self.parameters(p), t, &vector::<S>(y), &mut rate);
        store(&rate, dy);
    }

    fn vjp(&self, p: &[f64], t: f64, y: &[f64], dy_bar: &[f64], p_bar: &mut [f64], y_bar: &mut [f64]) -> f64 {
        let (mut p_sum, mut y_bar_typed) = (self.parameters(p_bar), vector::<S>(y_bar));
        let t_bar = S::vjp(
            &self.parameters(p),
            t,
            &vector::<S>(y),
            &vector::<S>(dy_bar),
            &mut p_sum,
            &mut y_bar_typed,
        );
        store(&p_sum, p_bar);
        store(&y_bar_typed, y_bar);
        t_bar
    }
}

/// A system whose state is a `Vec`.
#[derive(Clone)]
pub struct AnySystem(AnyParameters<f64>);

/// Numbers on the heap.
#[derive(Clone)]
pub struct Numbers<L>(Vec<L>);

/// Parameters, with the system that they are of: the right-hand side gets nothing else.
#[derive(Clone)]
pub struct AnyParameters<L> {
    system: &'static dyn Raw,
    numbers: Vec<L>,
}

/// The system that a reference file names, with these parameters.
pub fn any(name: &str, parameters: &[f64]) -> AnySystem {
    struct Erase;
    impl Visitor for Erase {
        type Output = AnySystem;
        fn visit<S: TestSystem + Sync + 'static>(self, model: S) -> AnySystem {
            any_of(model)
        }
    }
    visit(name, parameters, Erase)
}

/// This system.
pub fn any_of<S: TestSystem + Sync + 'static>(model: S) -> AnySystem {
    let numbers = model.numbers();
    AnySystem(AnyParameters { system: Box::leak(Box::new(Typed(model))), numbers })
}

impl AnySystem {
    pub fn solver(&self) -> Solver<'_, Self> {
        Solver::new(self)
    }

    pub fn numbers(&self) -> &[f64] {
        &self.0.numbers
    }

    /// The system with other parameters.
    pub fn with(&self, numbers: &[f64]) -> Self {
        Self(AnyParameters { system: self.0.system, numbers: numbers.to_vec() })
    }
}

impl std::fmt::Debug for AnySystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0.numbers)
    }
}

macro_rules! space {
    ($Type:ident, $($numbers:tt)+) => {
        impl<L> Index<usize> for $Type<L> {
            type Output = L;
            fn index(&self, index: usize) -> &L {
                &self.$($numbers)+[index]
            }
        }

        impl<L> IndexMut<usize> for $Type<L> {
            fn index_mut(&mut self, index: usize) -> &mut L {
                &mut self.$($numbers)+[index]
            }
        }
    };
}
space!(Numbers, 0);
space!(AnyParameters, numbers);

impl<L: Lane> Space<L> for Numbers<L> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn like(&self, value: L) -> Self {
        Self(vec![value; self.0.len()])
    }
}

impl<L: Lane> Space<L> for AnyParameters<L> {
    fn len(&self) -> usize {
        self.numbers.len()
    }

    fn like(&self, value: L) -> Self {
        Self { system: self.system, numbers: vec![value; self.numbers.len()] }
    }
}

impl Model for AnySystem {
    type Real = f64;
    type State = Vec<f64>;
    type Vector<L: Lane> = Numbers<L>;
    type Parameters<L: Lane> = AnyParameters<L>;
    type StateNames = [&'static str; 64];
    type ParameterNames = [&'static str; 64];
    const STATES: [&'static str; 64] = ["state"; 64];
    const PARAMETERS: [&'static str; 64] = ["parameter"; 64];

    fn convert<A: Lane, B: Lane>(from: &Numbers<A>, number: impl FnMut(A) -> B) -> Numbers<B> {
        Numbers(from.0.iter().copied().map(number).collect())
    }

    fn convert_parameters<A: Lane, B: Lane>(
        from: &AnyParameters<A>,
        number: impl FnMut(A) -> B,
    ) -> AnyParameters<B> {
        AnyParameters { system: from.system, numbers: from.numbers.iter().copied().map(number).collect() }
    }

    fn parameters(&self) -> AnyParameters<f64> {
        PARAMETERS.set(Some((self.0.system, self.0.numbers.len())));
        self.0.clone()
    }

    fn from_parameters(flat: &AnyParameters<f64>) -> Self {
        Self(flat.clone())
    }

    fn flatten(state: &Vec<f64>) -> Numbers<f64> {
        STATES.set(state.len());
        Numbers(state.clone())
    }

    fn unflatten(flat: &Numbers<f64>) -> Vec<f64> {
        flat.0.clone()
    }
}

impl FixedLength for AnySystem {
    fn vector<L: Lane>(element: impl FnMut(usize) -> L) -> Numbers<L> {
        Numbers((0..STATES.get()).map(element).collect())
    }

    fn parameter_vector<L: Lane>(element: impl FnMut(usize) -> L) -> AnyParameters<L> {
        let (system, count) = PARAMETERS.get().expect("a solve asks for the parameters first");
        AnyParameters { system, numbers: (0..count).map(element).collect() }
    }
}

/// Lanes of one f64 as numbers: f64 itself, or the runtime's transparent wrapper for fused arithmetic.
fn plain<L: Lane<Scalar = f64>>(lanes: &[L]) -> &[f64] {
    assert_eq!((size_of::<L>(), align_of::<L>()), (size_of::<f64>(), align_of::<f64>()), "one number a lane");
    // SAFETY: same size and alignment, and every bit pattern is an f64.
    unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), lanes.len()) }
}

fn plain_mut<L: Lane<Scalar = f64>>(lanes: &mut [L]) -> &mut [f64] {
    let _ = plain(lanes);
    // SAFETY: as above; what is written through the reference is a number of both types.
    unsafe { std::slice::from_raw_parts_mut(lanes.as_mut_ptr().cast(), lanes.len()) }
}

impl System for AnySystem {
    type Matrix<L: Lane> = Vec<Numbers<L>>;
    /// So that solves run as those of small systems do.
    const INLINED: bool = true;
    const JACOBIAN_PATTERN: Option<&'static [(usize, usize)]> = None;

    fn rhs<L: Lane<Scalar = f64>>(p: &AnyParameters<L>, t: L, y: &Numbers<L>, dy: &mut Numbers<L>) {
        p.system.rhs(plain(&p.numbers), plain(&[t])[0], plain(&y.0), plain_mut(&mut dy.0));
    }

    fn jvp<L: Lane<Scalar = f64>>(
        _: &AnyParameters<L>,
        _: L,
        _: &Numbers<L>,
        _: &AnyParameters<L>,
        _: L,
        _: &Numbers<L>,
        _: &mut Numbers<L>,
    ) {
        unimplemented!("no test needs it")
    }

    fn vjp<L: Lane<Scalar = f64>>(
        p: &AnyParameters<L>,
        t: L,
        y: &Numbers<L>,
        dy_bar: &Numbers<L>,
        p_bar: &mut AnyParameters<L>,
        y_bar: &mut Numbers<L>,
    ) -> L {
        let (p_sum, y_bar) = (plain_mut(&mut p_bar.numbers), plain_mut(&mut y_bar.0));
        let slope =
            p.system.vjp(plain(&p.numbers), plain(&[t])[0], plain(&y.0), plain(&dy_bar.0), p_sum, y_bar);
        L::splat(slope)
    }

    fn vjp_jvp<L: Lane<Scalar = f64>>(
        _: &AnyParameters<L>,
        _: L,
        _: &Numbers<L>,
        _: &Numbers<L>,
        _: &AnyParameters<L>,
        _: L,
        _: &Numbers<L>,
        _: &Numbers<L>,
        _: &mut AnyParameters<L>,
        _: &mut Numbers<L>,
    ) -> L {
        unimplemented!("no test needs it")
    }

    fn jacobian<L: Lane<Scalar = f64>>(_: &AnyParameters<L>, _: L, _: &Numbers<L>, _: &mut Vec<Numbers<L>>) {
        unimplemented!("no test needs it")
    }
}
