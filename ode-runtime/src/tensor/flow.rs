//! A kernel with its parameters, as the driver and the adjoints see it.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use super::TensorKernel;
use super::names::Names;
use crate::number::{Elementary, Lane, Single, Task, dispatch};
use crate::space::Heap;
use crate::system::{Dynamics, Model};

/// The model of any system of tensors: its states are flat.
#[derive(Clone)]
pub(crate) struct Flat<T>(PhantomData<T>);

impl<T: Elementary> Model for Flat<T> {
    type Real = T;
    type State = Heap<T>;
    type Vector<L: Lane> = Heap<L>;
    type Parameters<L: Lane> = [L; 0];
    type StateNames = [&'static str; 0];
    type ParameterNames = [&'static str; 0];
    const STATES: Self::StateNames = [];
    const PARAMETERS: Self::ParameterNames = [];

    #[inline(always)]
    fn convert<A: Lane, B: Lane>(from: &Heap<A>, number: impl FnMut(A) -> B) -> Heap<B> {
        Heap(from.0.iter().copied().map(number).collect())
    }

    #[inline(always)]
    fn convert_parameters<A: Lane, B: Lane>(_: &[A; 0], _: impl FnMut(A) -> B) -> [B; 0] {
        []
    }

    fn parameters(&self) -> [T; 0] {
        []
    }

    fn from_parameters(_: &[T; 0]) -> Self {
        Self(PhantomData)
    }

    fn flatten(state: &Heap<T>) -> Heap<T> {
        state.clone()
    }

    fn unflatten(flat: &Heap<T>) -> Heap<T> {
        flat.clone()
    }
}

/// A kernel with its parameters and its workspace, which is made once for all steps.
pub(crate) struct Flow<T, K> {
    pub(crate) kernel: K,
    parameters: Vec<T>,
    work: RefCell<Vec<T>>,
    pub(crate) names: Arc<Names>,
}

impl<T: Elementary, K: TensorKernel<T>> Flow<T, K> {
    pub(crate) fn new(kernel: K, parameters: Vec<T>, names: Names) -> Self {
        let work = RefCell::new(vec![T::from_f64(0.0); kernel.workspace()]);
        Self { kernel, parameters, work, names: Arc::new(names) }
    }

    /// `dy` = f(t, y)
    pub(crate) fn rhs(&self, t: f64, y: &[T], dy: &mut [T]) {
        let work = &mut self.work.borrow_mut();
        dispatch(true, Rhs { flow: self, t, y, dy, work });
    }

    /// `y_bar` = f_yᵀ v, `p_bar` += f_pᵀ v; returns f_t · v.
    pub(crate) fn vjp(&self, t: f64, y: &[T], v: &[T], p_bar: &mut [T], y_bar: &mut [T]) -> T {
        let work = &mut self.work.borrow_mut();
        dispatch(true, Vjp { flow: self, t, y, v, p_bar, y_bar, work })
    }
}

struct Rhs<'a, T, K> {
    flow: &'a Flow<T, K>,
    t: f64,
    y: &'a [T],
    dy: &'a mut [T],
    work: &'a mut [T],
}

impl<T: Elementary, K: TensorKernel<T>> Task<T> for Rhs<'_, T, K> {
    type Output = ();

    #[inline(always)]
    fn run<L: Single<Scalar = T>>(self) {
        let p = L::of_numbers(&self.flow.parameters);
        let (y, dy, work) = (L::of_numbers(self.y), L::of_numbers_mut(self.dy), L::of_numbers_mut(self.work));
        self.flow.kernel.rhs(p, L::constant(self.t), y, dy, work);
    }
}

struct Vjp<'a, T, K> {
    flow: &'a Flow<T, K>,
    t: f64,
    y: &'a [T],
    v: &'a [T],
    p_bar: &'a mut [T],
    y_bar: &'a mut [T],
    work: &'a mut [T],
}

impl<T: Elementary, K: TensorKernel<T>> Task<T> for Vjp<'_, T, K> {
    type Output = T;

    #[inline(always)]
    fn run<L: Single<Scalar = T>>(self) -> T {
        let p = L::of_numbers(&self.flow.parameters);
        let (y, v, work) = (L::of_numbers(self.y), L::of_numbers(self.v), L::of_numbers_mut(self.work));
        let (p_bar, y_bar) = (L::of_numbers_mut(self.p_bar), L::of_numbers_mut(self.y_bar));
        self.flow.kernel.vjp(p, L::constant(self.t), y, v, p_bar, y_bar, work).get()
    }
}

impl<T: Elementary, K: TensorKernel<T>> Dynamics for Flow<T, K> {
    type Model = Flat<T>;

    const INLINED: bool = true;

    #[inline(always)]
    fn rhs<L: Single<Scalar = T>>(&self, _: &[L; 0], t: f64, y: &Heap<L>, dy: &mut Heap<L>) {
        self.rhs(t, L::numbers(&y.0), L::numbers_mut(&mut dy.0));
    }

    fn component(&self, index: usize) -> String {
        self.names.component(index)
    }
}
