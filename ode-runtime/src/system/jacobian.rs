//! The Jacobian of a system whose loops stay loops.

use super::System;
use crate::number::Lane;
use crate::space::Space;

/// The Jacobian by the state, a column at a time by the tangent of the right-hand side.
pub fn jacobian_by_columns<S: System, L: Lane<Scalar = S::Real>>(
    p: &S::Parameters<L>,
    t: L,
    y: &S::Vector<L>,
    jacobian: &mut S::Matrix<L>,
) {
    let zero = L::constant(0.0);
    let p_dot = p.like(zero);
    let (mut y_dot, mut column) = (y.like(zero), y.like(zero));
    for j in 0..y.len() {
        y_dot[j] = L::constant(1.0);
        S::jvp(p, t, y, &p_dot, zero, &y_dot, &mut column);
        for (row, entry) in jacobian.as_mut().iter_mut().zip(column.values()) {
            row[j] = entry;
        }
        y_dot[j] = zero;
    }
}
