//! Any test system behind a pointer: a solver of it is compiled once for all systems, not once for each.

use std::any::Any;
use std::ops::{Index, IndexMut};

use odec::prelude::*;

use crate::testkit::{Flat, TestSystem, Visitor, visit};

/// What the runtime asks of a system, on slices.
trait Raw: Sync {
    fn rhs(&self, p: &[f64], t: f64, y: &[f64], dy: &mut [f64]);
    fn vjp(&self, p: &[f64], t: f64, y: &[f64], dy_bar: &[f64], p_bar: &mut [f64], y_bar: &mut [f64]) -> f64;
}

struct Typed<S>(S);

impl<S: TestSystem> Typed<S> {
    fn parameters(&self, p: &[f64]) -> S::Parameters<f64> {
        let mut parameters = self.0.parameters();
        parameters.as_mut().copy_from_slice(p);
        parameters
    }
}

fn vector<S: TestSystem>(numbers: &[f64]) -> S::Vector<f64> {
    S::flatten(&S::State::from_flat(numbers))
}

impl<S: TestSystem + Sync> Raw for Typed<S> {
    fn rhs(&self, p: &[f64], t: f64, y: &[f64], dy: &mut [f64]) {
        let mut rate = vector::<S>(dy);
        S::rhs(&self.parameters(p), t, &vector::<S>(y), &mut rate);
        dy.copy_from_slice(rate.as_ref());
    }

    fn vjp(&self, p: &[f64], t: f64, y: &[f64], dy_bar: &[f64], p_bar: &mut [f64], y_bar: &mut [f64]) -> f64 {
        let (mut p_sum, mut y_bar_typed) = (self.parameters(p_bar), vector::<S>(y_bar));
        let t_bar =
            S::vjp(&self.parameters(p), t, &vector::<S>(y), &vector::<S>(dy_bar), &mut p_sum, &mut y_bar_typed);
        p_bar.copy_from_slice(p_sum.as_ref());
        y_bar.copy_from_slice(y_bar_typed.as_ref());
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
        fn visit<S: TestSystem + Sync>(self, model: S) -> AnySystem {
            any_of(model)
        }
    }
    visit(name, parameters, Erase)
}

/// This system.
pub fn any_of<S: TestSystem + Sync>(model: S) -> AnySystem {
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

        impl<L> AsRef<[L]> for $Type<L> {
            fn as_ref(&self) -> &[L] {
                &self.$($numbers)+
            }
        }

        impl<L> AsMut<[L]> for $Type<L> {
            fn as_mut(&mut self) -> &mut [L] {
                &mut self.$($numbers)+
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

    fn parameters(&self) -> AnyParameters<f64> {
        self.0.clone()
    }

    fn from_parameters(flat: &AnyParameters<f64>) -> Self {
        Self(flat.clone())
    }

    fn flatten(state: &Vec<f64>) -> Numbers<f64> {
        Numbers(state.clone())
    }

    fn unflatten(flat: &Numbers<f64>) -> Vec<f64> {
        flat.0.clone()
    }
}

/// These numbers as f64, which they are.
fn same<T: 'static>(value: &dyn Any) -> &T {
    value.downcast_ref().expect("the scalar runtime computes in f64")
}

fn same_mut<T: 'static>(value: &mut dyn Any) -> &mut T {
    value.downcast_mut().expect("the scalar runtime computes in f64")
}

impl System for AnySystem {
    type Matrix<L: Lane> = Vec<Numbers<L>>;
    const JACOBIAN_PATTERN: &'static [(usize, usize)] = &[];

    fn rhs<L: Lane<Scalar = f64>>(p: &AnyParameters<L>, t: L, y: &Numbers<L>, dy: &mut Numbers<L>) {
        let p: &AnyParameters<f64> = same(p);
        p.system.rhs(&p.numbers, *same(&t), &same::<Numbers<f64>>(y).0, &mut same_mut::<Numbers<f64>>(dy).0);
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
        let p: &AnyParameters<f64> = same(p);
        let t_bar = p.system.vjp(
            &p.numbers,
            *same(&t),
            &same::<Numbers<f64>>(y).0,
            &same::<Numbers<f64>>(dy_bar).0,
            &mut same_mut::<AnyParameters<f64>>(p_bar).numbers,
            &mut same_mut::<Numbers<f64>>(y_bar).0,
        );
        *same(&t_bar)
    }

    fn jacobian<L: Lane<Scalar = f64>>(
        _: &AnyParameters<L>,
        _: L,
        _: &Numbers<L>,
        _: &mut Vec<Numbers<L>>,
    ) {
        unimplemented!("no test needs it")
    }
}
