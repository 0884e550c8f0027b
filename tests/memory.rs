//! What the gradients keep: the most bytes that live at once, by the number of steps.
//!
//! A `Vec` that is pushed to doubles: while it grows, its old and its new buffer live together. So n recorded times have
//! a peak of 12 bytes for each place of their capacity, the least power of two that is not less than n, and hold 8.

// Counting bytes takes a global allocator, which is unsafe to write.
#![allow(missing_docs, unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System as Heap};
use std::cell::Cell;

use odec::prelude::*;
use odec::{Adjoint, Stepper};

thread_local! {
    /// Below zero where the thread gave back what another took.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

fn take(bytes: usize) {
    // The thread may be on its way out, where nothing is counted.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + bytes.cast_signed());
        PEAK.set(PEAK.get().max(live.get()));
    });
}

fn give(bytes: usize) {
    let _ = LIVE.try_with(|live| live.set(live.get() - bytes.cast_signed()));
}

// SAFETY: all is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { Heap.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        give(layout.size());
        unsafe { Heap.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size);
        give(layout.size());
        unsafe { Heap.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The value, and the most bytes that lived while it was made, above those that did before.
fn peak_of<T>(make: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let value = make();
    (value, (PEAK.get() - before).cast_unsigned())
}

#[ode]
fn decay(_t: f64, y: f64, rate: f64) -> f64 {
    -rate * y
}

/// A state of `decay`, or a time.
const NUMBER: usize = size_of::<f64>();

/// The peaks of a solve forwards, and of the way back.
#[derive(Debug, Clone, Copy)]
struct Peaks {
    forward: usize,
    backward: usize,
}

fn peaks<M: Stepper, A: Adjoint<Decay, M>>(method: M, steps: usize, adjoint: A) -> Peaks {
    peaks_at(1.0, method, steps, adjoint)
}

fn peaks_at<M: Stepper, A: Adjoint<Decay, M>>(rate: f64, method: M, steps: usize, adjoint: A) -> Peaks {
    #[allow(clippy::cast_precision_loss)]
    let h = 1.0 / steps as f64;
    let model = Decay { rate };
    let solver = model.solver().method(method).step_size(h).adjoint(adjoint);
    let (solved, forward) = peak_of(|| solver.solve_with_pullback(1.0, &[0.0, 1.0]));
    let (solution, pullback) = solved.expect("solves");
    assert_eq!(solution.stats().accepted, steps);
    let (gradient, backward) = peak_of(|| pullback.apply(&[0.0, 1.0]));
    let gradient = gradient.expect("applies");
    // -exp(-rate), to the first order of Euler's method at the fewest steps.
    assert!((gradient.params.rate + (-rate).exp()).abs() < 1e-3, "{}", gradient.params.rate);
    Peaks { forward, backward }
}

const STEPS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// The capacity of a `Vec` that so many numbers were pushed to.
fn capacity(count: usize) -> usize {
    count.next_power_of_two()
}

/// Fails unless all are the first, but for a twentieth.
#[track_caller]
fn assert_flat(what: &str, bytes: [usize; 4]) {
    for (steps, found) in STEPS.into_iter().zip(bytes) {
        assert!(
            found.abs_diff(bytes[0]) * 20 <= bytes[0],
            "{what}: {found} bytes at {steps} steps of {bytes:?}"
        );
    }
}

#[test]
fn checkpoints_keep_eight_bytes_a_step() {
    let peaks = STEPS.map(|steps| peaks(Euler, steps, Discrete::default().checkpoints(32)));
    let times = STEPS.map(|steps| 12 * capacity(steps));
    assert_flat("forward but for times", std::array::from_fn(|i| peaks[i].forward - times[i]));
    assert_flat("backward", peaks.map(|peaks| peaks.backward));
}

/// Slow decay, and a coupling that a million steps back do not amplify.
#[test]
fn reversible_steps_keep_eight_bytes() {
    let adjoint = Reversible::default().coupling(1.0 - 1e-6);
    let peaks = STEPS.map(|steps| peaks_at(1e-3, Rk4, steps, adjoint));
    let times = STEPS.map(|steps| 12 * capacity(steps));
    assert_flat("forward but for times", std::array::from_fn(|i| peaks[i].forward - times[i]));
    assert_flat("backward", peaks.map(|peaks| peaks.backward));
}

#[test]
fn backsolve_keeps_nothing_of_its_steps() {
    let peaks = STEPS.map(|steps| peaks(Euler, steps, Backsolve::default()));
    assert_flat("forward", peaks.map(|peaks| peaks.forward));
    assert_flat("backward", peaks.map(|peaks| peaks.backward));
}

#[test]
fn the_default_keeps_a_state_a_step() {
    let peaks = STEPS.map(|steps| peaks(Euler, steps, Discrete::default()));
    // The last to grow is the times: the states have grown then.
    let kept = STEPS.map(|steps| NUMBER * capacity(steps) + 12 * capacity(steps));
    assert_flat("forward but for states and times", std::array::from_fn(|i| peaks[i].forward - kept[i]));
    assert_flat("backward", peaks.map(|peaks| peaks.backward));
}

/// The root of the number of steps, each a state and where it is.
#[test]
fn checkpoints_by_the_square_root() {
    let peaks =
        STEPS.map(|steps| peaks(Euler, steps, Discrete::default().checkpoints(Checkpoints::SquareRoot)));
    let none = STEPS.map(|steps| peaks_of_states(steps.isqrt()));
    assert_flat("backward but for states", std::array::from_fn(|i| peaks[i].backward - none[i]));
}

/// The peak of so many states with their places, pushed to a `Vec` that begins with one.
fn peaks_of_states(count: usize) -> usize {
    let place_and_state = size_of::<usize>() + NUMBER;
    place_and_state * (capacity(count) + capacity(count) / 2)
}

/// Gradients of a network: what is kept is states, never the layers' values.
mod tensors {
    use dfdx::prelude::*;

    use super::*;

    const BATCH: usize = 8;
    const WIDTH: usize = 128;

    /// A hidden layer of 64 times the numbers of the state.
    #[ode]
    fn network<const B: usize>(
        _t: f64,
        y: Tensor<Rank2<B, 2>>,
        w1: Tensor<Rank2<2, WIDTH>>,
        w2: Tensor<Rank2<WIDTH, 2>>,
    ) -> Tensor<Rank2<B, 2>> {
        y.matmul(w1).tanh().matmul(w2)
    }

    /// The peak of a solve and its gradient.
    fn peak<A: odec::TensorAdjoint<Euler>>(steps: usize, adjoint: A) -> usize {
        let dev = Cpu::default();
        let model = Network { w1: dev.ones() * 0.1, w2: dev.ones() * 0.01 };
        let y0: Tensor<Rank2<BATCH, 2>, f64, Cpu> = dev.ones();
        #[allow(clippy::cast_precision_loss)]
        let solver = model.solver().method(Euler).step_size(1.0 / steps as f64).adjoint(adjoint);
        let (grads, peak) = peak_of(|| {
            let solution = solver.solve(y0.clone().traced(Gradients::leaky()), 0.0..1.0).unwrap();
            solution.sum::<Rank0, _>().backward()
        });
        assert!(grads.get(&y0).as_vec().iter().all(|x| *x > 1.0));
        peak
    }

    #[test]
    fn backsolve_keeps_nothing() {
        let peaks = [100, 1_000, 10_000].map(|steps| peak(steps, Backsolve::default()));
        assert!(peaks[2] < peaks[0] + peaks[0] / 20, "{peaks:?}");
    }

    #[test]
    fn the_discrete_adjoint_keeps_states() {
        let peaks = [1_000, 10_000].map(|steps| peak(steps, Discrete::default()));
        // A state and a slope a step of Euler's method, their places, and the times.
        let state = BATCH * 2 * NUMBER + size_of::<Vec<f64>>();
        let most = 2 * state + 4 * size_of::<Vec<f64>>() + 3 * NUMBER;
        assert!(peaks[1] - peaks[0] <= 9_000 * most, "{peaks:?}, {most} a step");
        // The hidden layer alone would be more.
        assert!(most < BATCH * WIDTH * NUMBER / 4);
        let peaks = [1_000, 10_000].map(|steps| peak(steps, Discrete::default().checkpoints(16)));
        assert!(peaks[1] - peaks[0] <= 9_000 * 3 * NUMBER, "{peaks:?}");
    }
}
