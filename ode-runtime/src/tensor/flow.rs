//! A kernel with its parameters, as the driver and the adjoints see it.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::names::Names;
use super::{EventKernel, TensorKernel};
use crate::number::{Elementary, Lane, Single, Task, dispatch};
use crate::space::Heap;
use crate::system::{Dynamics, Model};

/// The model of any system of tensors: its states are flat.
#[doc(hidden)]
#[derive(Clone)]
pub struct Flat<T>(PhantomData<T>);

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

/// A kernel with its parameters.
pub(crate) struct Flow<T, K> {
    pub(crate) kernel: K,
    parameters: Arc<[T]>,
    pub(crate) names: Arc<Names>,
    /// Parts of the rows that are computed side by side; one for all where that would not be worth it.
    chunks: Vec<Chunk<T, K>>,
}

/// Some of the rows, with the workspace that is made once for all steps.
struct Chunk<T, K> {
    kernel: K,
    space: Mutex<Workspace<T>>,
}

struct Workspace<T> {
    work: Vec<T>,
    /// The part of these rows in the cotangent of the parameters, where there are other chunks.
    p_bar: Vec<T>,
}

/// Fewer multiplications than this are not worth a second thread.
const WORTH_A_THREAD: usize = 1 << 20;

/// The rows of a chunk are at least so many, and chunks at most 8, however many threads there are: results do not depend
/// on that.
const LEAST_ROWS: usize = 128;

impl<T: Elementary, K: TensorKernel<T>> Flow<T, K> {
    pub(crate) fn new(kernel: K, parameters: Arc<[T]>, names: Arc<Names>) -> Self {
        let zeros = |count: usize| vec![T::from_f64(0.0); count];
        let rows =
            kernel.rows().filter(|rows| names.0.len() == 1 && rows * parameters.len() >= WORTH_A_THREAD);
        let chunks = match rows {
            Some(rows) if cfg!(feature = "threads") && rows > LEAST_ROWS => {
                let most = rows.div_ceil(8).max(LEAST_ROWS);
                let chunk = |start: usize| {
                    let kernel = kernel.with_rows(most.min(rows - start));
                    let (work, p_bar) = (zeros(kernel.workspace()), zeros(parameters.len()));
                    Chunk { kernel, space: Mutex::new(Workspace { work, p_bar }) }
                };
                (0..rows).step_by(most).map(chunk).collect()
            }
            _ => {
                let space = Workspace { work: zeros(kernel.workspace()), p_bar: Vec::new() };
                vec![Chunk { kernel: kernel.clone(), space: Mutex::new(space) }]
            }
        };
        Self { kernel, parameters, names, chunks }
    }

    /// The same, whose cotangents by time are found too.
    pub(crate) fn by_time(self, scale: f64) -> Self {
        Self::new(self.kernel.by_time(scale), self.parameters, self.names)
    }

    /// The same for one of the rows, where they are independent.
    pub(crate) fn of_row(&self, row: usize) -> Self {
        Self::new(self.kernel.with_rows(1), Arc::clone(&self.parameters), Arc::new(self.names.of_row(row)))
    }

    /// Whether its rows are shared out among threads.
    pub(crate) fn is_shared_out(&self) -> bool {
        self.chunks.len() > 1
    }

    /// `dy` = f(t, y)
    pub(crate) fn rhs(&self, t: f64, y: &[T], dy: &mut [T]) {
        self.in_chunks(y, y, dy, |chunk, y, _, dy| {
            let work = &mut chunk.space().work;
            dispatch(Rhs { kernel: &chunk.kernel, p: &self.parameters, t, y, dy, work });
        });
    }

    /// f_t + f_y `dy`, of a function that returns one number.
    pub(crate) fn slope(&self, t: f64, y: &[T], dy: &[T]) -> T
    where
        K: EventKernel<T>,
    {
        let Chunk { kernel, .. } = &self.chunks[0];
        let work = &mut self.chunks[0].space().work;
        dispatch(Slope { kernel, p: &self.parameters, t, y, dy, work })
    }

    /// `y_bar` = f_yᵀ v, `p_bar` += f_pᵀ v, which is complete only once it is [settled](Self::settle); returns f_t · v.
    pub(crate) fn vjp(&self, t: f64, y: &[T], v: &[T], p_bar: &mut [T], y_bar: &mut [T]) -> T {
        let p = &self.parameters;
        if let [chunk] = &self.chunks[..] {
            let work = &mut chunk.space().work;
            return dispatch(Vjp { kernel: &chunk.kernel, p, t, y, v, p_bar, y_bar, work });
        }
        let slopes: Vec<T> = self.in_chunks(y, v, y_bar, |chunk, y, v, y_bar| {
            let mut space = chunk.space();
            let Workspace { work, p_bar } = &mut *space;
            dispatch(Vjp { kernel: &chunk.kernel, p, t, y, v, p_bar, y_bar, work })
        });
        slopes.into_iter().fold(T::from_f64(0.0), |sum, slope| sum + slope)
    }

    /// Adds to `p_bar` what the chunks of rows have gathered.
    pub(crate) fn settle(&self, p_bar: &mut [T]) {
        for chunk in &self.chunks {
            for (sum, part) in p_bar.iter_mut().zip(&mut chunk.space().p_bar) {
                *sum += std::mem::take(part);
            }
        }
    }

    /// Runs all chunks, with their parts of states; on all threads where there are several.
    fn in_chunks<R: Send>(
        &self,
        a: &[T],
        b: &[T],
        out: &mut [T],
        run: impl Fn(&Chunk<T, K>, &[T], &[T], &mut [T]) -> R + Sync,
    ) -> Vec<R> {
        if let [chunk] = &self.chunks[..] {
            return vec![run(chunk, a, b, out)];
        }
        #[cfg(feature = "threads")]
        {
            use rayon::prelude::*;
            let length = self.chunks[0].kernel.states();
            let parts = a.par_chunks(length).zip(b.par_chunks(length)).zip(out.par_chunks_mut(length));
            self.chunks.par_iter().zip(parts).map(|(chunk, ((a, b), out))| run(chunk, a, b, out)).collect()
        }
        #[cfg(not(feature = "threads"))]
        unreachable!("without threads there is one chunk")
    }
}

impl<T, K> Chunk<T, K> {
    fn space(&self) -> MutexGuard<'_, Workspace<T>> {
        // What a panic leaves in a workspace is written over.
        self.space.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Rhs<'a, T, K> {
    kernel: &'a K,
    p: &'a [T],
    t: f64,
    y: &'a [T],
    dy: &'a mut [T],
    work: &'a mut [T],
}

impl<T: Elementary, K: TensorKernel<T>> Task<T> for Rhs<'_, T, K> {
    type Output = ();

    const INLINED: bool = true;
    const LONG: bool = true;

    #[inline(always)]
    fn run<L: Single<Scalar = T>>(self) {
        let (p, y) = (L::of_numbers(self.p), L::of_numbers(self.y));
        let (dy, work) = (L::of_numbers_mut(self.dy), L::of_numbers_mut(self.work));
        self.kernel.rhs(p, L::constant(self.t), y, dy, work);
    }
}

struct Slope<'a, T, K> {
    kernel: &'a K,
    p: &'a [T],
    t: f64,
    y: &'a [T],
    dy: &'a [T],
    work: &'a mut [T],
}

impl<T: Elementary, K: EventKernel<T>> Task<T> for Slope<'_, T, K> {
    type Output = T;

    const INLINED: bool = true;
    const LONG: bool = true;

    #[inline(always)]
    fn run<L: Single<Scalar = T>>(self) -> T {
        let (p, y, dy) = (L::of_numbers(self.p), L::of_numbers(self.y), L::of_numbers(self.dy));
        self.kernel.slope(p, L::constant(self.t), y, dy, L::of_numbers_mut(self.work)).get()
    }
}

struct Vjp<'a, T, K> {
    kernel: &'a K,
    p: &'a [T],
    t: f64,
    y: &'a [T],
    v: &'a [T],
    p_bar: &'a mut [T],
    y_bar: &'a mut [T],
    work: &'a mut [T],
}

impl<T: Elementary, K: TensorKernel<T>> Task<T> for Vjp<'_, T, K> {
    type Output = T;

    const INLINED: bool = true;
    const LONG: bool = true;

    #[inline(always)]
    fn run<L: Single<Scalar = T>>(self) -> T {
        let (p, y, v) = (L::of_numbers(self.p), L::of_numbers(self.y), L::of_numbers(self.v));
        let (p_bar, y_bar) = (L::of_numbers_mut(self.p_bar), L::of_numbers_mut(self.y_bar));
        let work = L::of_numbers_mut(self.work);
        self.kernel.vjp(p, L::constant(self.t), y, v, p_bar, y_bar, work).get()
    }
}

impl<T: Elementary, K: TensorKernel<T>> Dynamics for Flow<T, K> {
    type Model = Flat<T>;

    const INLINED: bool = true;
    // Most of the time is spent in the kernel, which chooses for itself.
    const LONG: bool = false;

    #[inline(always)]
    fn rhs<L: Single<Scalar = T>>(&self, _: &[L; 0], t: f64, y: &Heap<L>, dy: &mut Heap<L>) {
        self.rhs(t, L::numbers(&y.0), L::numbers_mut(&mut dy.0));
    }

    fn component(&self, index: usize) -> String {
        self.names.component(index)
    }
}
