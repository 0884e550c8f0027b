//! Solves until nothing changes any more.

use odec::prelude::*;

use crate::systems::*;

/// A species that grows to its capacity, and one that is extinct.
#[ode]
fn species(_t: f64, [x, y]: [f64; 2], capacity: f64) -> [f64; 2] {
    [x * (1.0 - x / capacity), -y]
}

#[test]
fn a_solution_at_rest_ends_the_solve() {
    let model = Species { capacity: 3.0 };
    // With rtol alone, what is exactly 0 is at rest.
    for (rtol, atol) in [(1e-8, 0.0), (0.0, 1e-8), (1e-8, 1e-8)] {
        let (rest, pullback) = model
            .solver()
            .rtol(1e-10)
            .atol(1e-10)
            .until(steady_state(rtol, atol))
            .solve_with_pullback([0.1, 0.0], 0.0..)
            .expect("a steady state");
        assert_eq!(rest.ended(), Ended::ByEvent);
        assert_near(rest.last()[0], 3.0, 1e-6, "state");
        let gradient = pullback.apply_event(0.0, [1.0, 0.0]).expect("a gradient");
        assert_near(gradient.params.capacity, 1.0, 1e-5, "by capacity");
    }
}

#[test]
fn rest_has_no_direction() {
    let model = Species { capacity: 3.0 };
    let time = |event: odec::Zeros<odec::SteadyState>| {
        let solution = model.solver().until(event).solve([0.1, 1.0], 0.0..).expect("a steady state");
        solution.event().expect("an event").time
    };
    assert_eq!(time(rising(steady_state(0.0, 1e-6))), time(falling(steady_state(0.0, 1e-6))));
}

#[test]
fn coming_to_rest_is_one_event() {
    let model = Species { capacity: 3.0 };
    let rest = || steady_state(0.0, 1e-3);
    let noted = model.solver().record(rest()).solve([0.1, 0.0], 0.0..100.0).expect("a solution");
    assert_eq!(noted.events().len(), 1, "{:?}", times(&noted));
    // Each time half of them die, until that was so three times.
    let halve = |_t: f64, [x, y]: [f64; 2]| [x / 2.0, y];
    let culled = model.solver().until(nth(3, rest())).reset(rest(), halve);
    let culled = culled.solve([0.1, 0.0], 0.0..).expect("a solution");
    assert_eq!(culled.events().iter().map(|event| event.index).collect::<Vec<_>>(), [1, 1, 0]);
    for event in &culled.events()[..2] {
        assert_near(event.after[0], 1.5, 1e-2, "half of them");
    }
}

#[test]
fn what_rests_at_the_start_ends_after_a_step() {
    let solution = (Species { capacity: 3.0 }).solver().until(steady_state(0.0, 1e-6));
    let solution = solution.solve([3.0, 0.0], 0.0..).expect("a steady state");
    assert_eq!((solution.stats().accepted, solution.last()), (1, [3.0, 0.0]));
}

#[test]
fn a_reset_that_leaves_it_at_rest_does_not_bring_it_to_rest_again() {
    #[ode]
    fn decay(_t: f64, [x, _other]: [f64; 2]) -> [f64; 2] {
        [-x, 0.0]
    }
    let touch = |_t: f64, [x, other]: [f64; 2]| [x, other + 1.0];
    let solver = (Decay {}).solver().record(steady_state(0.0, 1e-3)).reset(Clock { at: 20.0 }, touch);
    let solution = solver.solve([1.0, 0.0], 0.0..30.0).expect("a solution");
    assert_eq!(solution.events().iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1]);
    // A reset at rest that changes nothing happens once.
    let solver = (Decay {}).solver().reset(steady_state(0.0, 1e-3), touch);
    assert_eq!(solver.solve([1.0, 0.0], 0.0..30.0).expect("a solution").events().len(), 1);
}
