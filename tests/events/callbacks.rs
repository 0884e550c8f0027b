//! Callbacks: what they are told, and that they can stop.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::ProgressBar;
use odec::prelude::*;
use odec::{Callback, Moment, Notice, Pass, Progress, Traced};

use crate::systems::*;

#[test]
fn every_step_is_told() {
    let told = RefCell::new(Vec::new());
    let each = |notice: &Notice<'_>| {
        told.borrow_mut().push((notice.moment, notice.pass, notice.t, notice.h, notice.state.to_vec()));
        ControlFlow::Continue(())
    };
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solver = model.solver().first_step(1.0).callback(&each);
    let (solution, pullback) = solver.solve_with_pullback([1.0, 1.0], &[0.0, 10.0]).expect("a solution");
    let count = |moment: Moment| told.borrow().iter().filter(|notice| notice.0 == moment).count();
    assert_eq!(count(Moment::Accepted), solution.stats().accepted);
    assert_eq!(count(Moment::Rejected), solution.stats().rejected);
    assert!(solution.stats().rejected > 0);
    assert_eq!(count(Moment::Step), solution.stats().accepted + solution.stats().rejected);
    assert!(told.borrow().iter().all(|notice| notice.1 == Pass::Forward && notice.3 > 0.0));
    assert_eq!(told.borrow()[0].4, [1.0, 1.0]);
    let plain = model.solver().first_step(1.0).solve([1.0, 1.0], &[0.0, 10.0]).expect("a solution");
    assert_eq!(plain.states(), solution.states());

    told.borrow_mut().clear();
    pullback.apply(&[[0.0, 0.0], [1.0, 0.0]]).expect("a gradient");
    let told = told.borrow();
    assert_eq!(told.len(), solution.stats().accepted);
    assert!(told.iter().all(|notice| notice.1 == Pass::Adjoint && notice.3 < 0.0));
}

#[test]
fn a_solve_that_is_stopped_keeps_what_there_is() {
    let model = Ball { gravity: 10.0 };
    for moment in [Moment::Step, Moment::Accepted] {
        let stop = |notice: &Notice<'_>| {
            if notice.pass == Pass::Forward && notice.moment == moment && notice.t > 1.0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let solver = model.solver().max_step(0.1).callback(&stop);
        let (solution, pullback) = solver.solve_with_pullback([5.0, 0.0], 0.0..).expect("a solution");
        assert_eq!(solution.ended(), Ended::ByCallback);
        let end = solution.times()[1];
        assert!(end > 1.0 && end < 1.3, "{end}");
        assert_near(solution.last()[0], 5.0 - 5.0 * end * end, 1e-9, "height");
        let gradient = pullback.apply(&[[0.0, 0.0], [1.0, 0.0]]).expect("a gradient");
        assert_near(gradient.y0[1], end, 1e-9, "by velocity");
        assert_near(gradient.params.gravity, -end * end / 2.0, 1e-9, "by gravity");
    }
}

#[test]
fn a_solve_that_is_stopped_at_once_is_its_start() {
    let stop = |_: &Notice<'_>| ControlFlow::Break(());
    let model = Ball { gravity: 10.0 };
    let solver = model.solver().callback(&stop);
    let (solution, pullback) = solver.solve_with_pullback([5.0, 1.0], 0.0..1.0).expect("a solution");
    assert_eq!((solution.times(), solution.states()), (&[0.0][..], &[[5.0, 1.0]][..]));
    assert_eq!(pullback.apply(&[[2.0, 3.0]]).expect("a gradient").y0, [2.0, 3.0]);
}

#[test]
fn stopping_after_a_reset_keeps_the_state_after_it() {
    let stop = |notice: &Notice<'_>| {
        let rises = notice.pass == Pass::Forward && notice.t > 0.0 && notice.state[1] > 0.0;
        if rises { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let model = Ball { gravity: 10.0 };
    let (solution, pullback) = model
        .solver()
        .reset(Impact { floor: 0.0 }, Bounce { restitution: 0.5 })
        .callback(&stop)
        .solve_with_pullback([5.0, 0.0], 0.0..)
        .expect("a solution");
    assert_near(solution.last()[1], 5.0, 1e-9, "velocity");
    let gradient = pullback.apply(&[[0.0, 0.0], [0.0, 1.0]]).expect("a gradient");
    assert_near(gradient.event.1.restitution, 10.0, 1e-8, "by restitution");
}

#[test]
fn an_adjoint_can_be_stopped() {
    let stop = |notice: &Notice<'_>| {
        if notice.pass == Pass::Adjoint && notice.t < 0.5 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let times = [0.0, 1.0];
    let cotangents = [[0.0, 0.0], [1.0, 0.0]];
    let solver = model.solver().callback(&stop);
    let discrete = solver.solve_with_pullback([1.0, 1.0], &times).expect("a solution").1.apply(&cotangents);
    let solver = model.solver().adjoint(Backsolve::default()).callback(&stop);
    let backsolve = solver.solve_with_pullback([1.0, 1.0], &times).expect("a solution").1.apply(&cotangents);
    let solver = model.solver().adjoint(Quadrature::default()).callback(&stop);
    let quadrature = solver.solve_with_pullback([1.0, 1.0], &times).expect("a solution").1.apply(&cotangents);
    for result in [discrete, backsolve, quadrature] {
        match result {
            Err(SolveError::Stopped { t }) => assert!(t < 0.5, "{t}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_progress_bar_follows_the_span() {
    let model = Ball { gravity: 10.0 };
    let plain = model.solver().solve([5.0, 0.0], 0.0..1.0).expect("a solution");
    let bar = ProgressBar::hidden();
    let progress = Progress::with_bar(bar.clone());
    let half = |notice: &Notice<'_>| {
        let flow = progress.notice(notice);
        if notice.moment == Moment::Accepted {
            let part = (notice.t + notice.h) / 2.0;
            #[allow(clippy::cast_precision_loss)]
            let shown = bar.position() as f64 / bar.length().expect("a length") as f64;
            assert_near(shown, part, 2e-3, "part");
        }
        flow
    };
    let solution =
        model.solver().max_step(0.3).callback(&half).solve([5.0, 0.0], 0.0..2.0).expect("a solution");
    assert!(solution.stats().accepted > 5 && bar.position() == bar.length().expect("a length"));
    assert_eq!(model.solver().callback(&progress).solve([5.0, 0.0], 0.0..1.0).expect("a solution"), plain);
    drop(progress);
    assert!(bar.is_finished());
}

/// Counts the events of `tracing` by their target.
struct Counting(Arc<AtomicUsize>);

impl tracing::Subscriber for Counting {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "odec::step"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn every_step_is_an_event_of_tracing() {
    let count = Arc::new(AtomicUsize::new(0));
    let model = LotkaVolterra { alpha: 1.5, beta: 1.0, gamma: 3.0, delta: 1.0 };
    let solution = tracing::subscriber::with_default(Counting(count.clone()), || {
        model.solver().first_step(1.0).callback(&Traced).solve([1.0, 1.0], 0.0..10.0).expect("a solution")
    });
    let stats = solution.stats();
    assert_eq!(count.load(Ordering::Relaxed), 2 * (stats.accepted + stats.rejected));
}

#[test]
fn derivatives_of_a_solve_that_was_stopped() {
    let stop = |notice: &Notice<'_>| {
        if notice.pass == Pass::Forward && notice.t > 0.5 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    #[differentiable]
    fn loss(t: f64, [height, _velocity]: [f64; 2]) -> f64 {
        t * height
    }
    let model = Ball { gravity: 10.0 };
    let times = [0.0, 0.25, 1.0, 2.0];
    let solver = model.solver().max_step(0.2).callback(&stop);
    let sensitivities = solver.solve_sensitivities([5.0, 0.0], &times).expect("a solution");
    let end = *sensitivities.solution().times().last().expect("the end");
    assert_eq!(sensitivities.solution().times().len(), 3);
    assert_near(sensitivities.by_y0(2)[1][0], end, 1e-9, "height by velocity");
    assert!(sensitivities.by_y0(3).is_empty() && sensitivities.by_params(3).is_empty());
    let direction = Ball { gravity: 1.0 };
    let product =
        solver.hessian_product([5.0, 0.0], &times, |_| Loss {}, &direction, [0.0, 0.0]).expect("a product");
    let gradient = solver.gradient_of([5.0, 0.0], &times, |_| Loss {}).expect("a gradient");
    assert_near(product.loss, gradient.loss, 1e-12, "loss");
    assert_near(product.gradient_y0[0], 0.25 + end, 1e-12, "by height");
}

#[test]
fn the_adjoint_of_an_open_solve_has_an_end() {
    let spans = RefCell::new(Vec::new());
    let each = |notice: &Notice<'_>| {
        spans.borrow_mut().push((notice.pass, notice.span));
        ControlFlow::Continue(())
    };
    let model = Ball { gravity: 10.0 };
    let solver = model.solver().until(Impact { floor: 0.0 }).callback(&each);
    let (hit, pullback) = solver.solve_with_pullback([5.0, 0.0], 0.0..).expect("an impact");
    pullback.apply_event(1.0, [0.0, 0.0]).expect("a gradient");
    let end = hit.event().expect("an event").time;
    for (pass, span) in spans.borrow().iter() {
        let expected = if *pass == Pass::Forward { (0.0, f64::INFINITY) } else { (end, 0.0) };
        assert_eq!(*span, expected);
    }
}
