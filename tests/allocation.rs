//! A solve allocates before its first step and after its last, not between.

// Counting allocations takes a global allocator, which is unsafe to write.
#![allow(missing_docs, unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System as Heap};
use std::cell::Cell;

use odec::Stepper;
use odec::prelude::*;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // The thread may be on its way out, where nothing is counted.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: all is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { Heap.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { Heap.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { Heap.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[ode]
fn lotka_volterra(
    _t: f64,
    [prey, predator]: [f64; 2],
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
) -> [f64; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}

/// The allocations and steps of a solve.
fn cost<M: Stepper>(solver: &Solver<'_, LotkaVolterra, M>, end: f64) -> (usize, usize) {
    let before = ALLOCATIONS.get();
    let solution = solver.solve([1.0, 1.0], 0.0..end).expect("solves");
    let made = ALLOCATIONS.get() - before;
    (made, solution.stats().accepted)
}

fn check<M: Stepper>(what: &str, solver: &Solver<'_, LotkaVolterra, M>) {
    let (few, few_steps) = cost(solver, 0.1);
    let (many, many_steps) = cost(solver, 100.0);
    assert!(few_steps <= 11 && many_steps >= 9_900, "{what}: {few_steps} and {many_steps} steps");
    assert_eq!(few, many, "{what}: allocations of {few_steps} and of {many_steps} steps");
    assert!(few < 20, "{what}: {few} allocations before the first step");
}

#[test]
fn no_allocation_between_the_first_step_and_the_last() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().dense(false);
    for &method in Method::ALL {
        check(&format!("{method}, step_size"), &solver.clone().method(method).step_size(0.01));
    }
    let adaptive = solver.clone().max_step(0.01).rtol(1e-6);
    check("dopri5", &adaptive.clone().first_step(0.01));
    check("dopri8", &adaptive.clone().method(Dopri8));
    check("max norm", &adaptive.clone().norm(Norm::Max));
    let largest = |errors: &[f64]| errors.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    check("own norm", &adaptive.clone().norm(Norm::Custom(largest)));
}

/// The count counts: dense output has to grow.
#[test]
fn dense_output_allocates() {
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().step_size(0.01).dense(true);
    assert!(cost(&solver, 100.0).0 > cost(&solver, 0.1).0);
}
