//! The stages of a step that dense output alone needs.

use super::clock::StepTimes;
use super::failure::non_finite;
use crate::method::Stepper;
use crate::number::Single;
use crate::space::Space;

/// Those of a step from `y` whose other stages are there, or the first number of them that is not finite. `rhs` gets times.
#[cold]
#[inline(never)]
pub(crate) fn extend<L: Single, V: Space<L>, M: Stepper>(
    method: &M,
    rhs: impl Fn(f64, &V, &mut V),
    times: &StepTimes,
    y: &V,
    stages: &M::Stages<V>,
) -> Result<M::ExtraStages<V>, (usize, f64)> {
    let (mut extra, mut point) = (method.extra_stages(y), y.clone());
    let rhs = |node: f64, y: &V, dy: &mut V| rhs(times.at(node), y, dy);
    method.evaluate_extra(rhs, L::constant(times.h), y, stages, &mut extra, &mut point);
    non_finite(extra.as_ref()).map_or(Ok(extra), Err)
}
