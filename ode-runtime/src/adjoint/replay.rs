//! Recorded steps once more, with other states.

use crate::dense::{Slopes, Weights, interpolate};
use crate::method::Stepper;
use crate::number::Lane;
use crate::solve::{Placement, Tape};
use crate::space::Space;

/// Steps along the tape from `start` with another right-hand side, such as that of a state and its tangents; `keep` gets
/// each save point's number and state.
#[inline(always)]
pub(super) fn replay<L: Lane, V: Space<L>, M: Stepper, T: Clone>(
    rhs: impl Fn(f64, &V, &mut V),
    method: &M,
    weights: &Weights,
    tape: &Tape<T>,
    start: V,
    mut keep: impl FnMut(usize, &V),
) {
    let (mut y, mut y1) = (start.clone(), start);
    let mut k = method.stages(&y);
    let mut extra: Option<M::ExtraStages<V>> = None;
    let mut point = y.clone();
    let last = method.tableau().stages() - 1;
    let mut saved = 0;
    keep(0, &y);
    for step in 0..tape.len() {
        let (times, _) = tape.step(step);
        let h = L::constant(times.h);
        rhs(times.first, &y, &mut k.as_mut()[0]);
        let at_stage = |node: f64, y: &V, dy: &mut V| rhs(times.at(node), y, dy);
        method.advance(at_stage, h, &y, &mut k, &mut y1);
        let saves = saved;
        while tape.saves.get(saved).is_some_and(|save| save.step == step) {
            saved += 1;
        }
        if tape.saves[saves..saved].iter().any(Placement::is_inside) {
            rhs(times.last, &y1, &mut k.as_mut()[last]);
            if weights.extended() {
                let extra = extra.get_or_insert_with(|| method.extra_stages(&y));
                let rhs = |node: f64, y: &V, dy: &mut V| rhs(times.at(node), y, dy);
                method.evaluate_extra(rhs, h, &y, &k, extra, &mut point);
            }
        }
        let extra = extra.as_ref().map_or(&[][..], AsRef::as_ref);
        for save in saves..saved {
            match tape.saves[save].theta {
                1.0 => keep(save + 1, &y1),
                theta => {
                    let k = Slopes { stages: &k.as_ref()[..=last], extra };
                    keep(save + 1, &interpolate(weights, theta, times.h, &y, k));
                }
            }
        }
        std::mem::swap(&mut y, &mut y1);
    }
}
