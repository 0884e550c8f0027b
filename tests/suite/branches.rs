//! Branches that are not taken, and functions that are no systems.

use odec::prelude::*;
use odec::{Lane, Pack};

use crate::testkit::{assert_close, derivative};

#[ode]
fn guarded(_t: f64, [x, y]: [f64; 2]) -> [f64; 2] {
    let r = (x * x + y * y).sqrt();
    [if x > 0.0 { x.ln() } else { 0.0 }, if r > 0.0 { y / r } else { y }]
}

type Matrix<L> = <Guarded as System>::Matrix<L>;

/// Value, Jacobian, tangent along (1, 2) and cotangent of (1, 3).
fn evaluate<L: Lane<Scalar = f64>>(y: [L; 2]) -> ([L; 2], Matrix<L>, [L; 2], [L; 2]) {
    let (zero, one) = (L::constant(0.0), L::constant(1.0));
    let mut value = [zero; 2];
    let mut tangent = [zero; 2];
    let mut cotangent = [zero; 2];
    let mut jacobian = [[zero; 2]; 2];
    Guarded::rhs(&[], zero, &y, &mut value);
    Guarded::jvp(&[], zero, &y, &[], zero, &[one, L::constant(2.0)], &mut tangent);
    Guarded::vjp(&[], zero, &y, &[one, L::constant(3.0)], &mut [], &mut cotangent);
    Guarded::jacobian(&[], zero, &y, &mut jacobian);
    (value, jacobian, tangent, cotangent)
}

/// What it should be.
fn expected([x, y]: [f64; 2]) -> ([f64; 2], [[f64; 2]; 2]) {
    let r = x.hypot(y);
    let logarithm = if x > 0.0 { (x.ln(), 1.0 / x) } else { (0.0, 0.0) };
    let (ratio, by_x, by_y) =
        if r > 0.0 { (y / r, -x * y / r.powi(3), x * x / r.powi(3)) } else { (y, 0.0, 1.0) };
    ([logarithm.0, ratio], [[logarithm.1, 0.0], [by_x, by_y]])
}

#[test]
fn what_a_branch_guards_against_does_not_come_back_through_derivatives() {
    let points = [
        [0.0, 0.0],
        [-1.5, 0.0],
        [2.0, 1.0],
        [0.0, -1.0],
        [0.5, 0.0],
        [-0.0, 0.0],
        [-1e-300, 3.0],
        [1e-3, -2.0],
    ];
    for y in points {
        let (value, jacobian, tangent, cotangent) = evaluate(y);
        let (expected_value, expected_jacobian) = expected(y);
        for i in 0..2 {
            let [a, b] = expected_jacobian[i];
            assert_close(value[i], expected_value[i], 1e-14, 0.0, &format!("value {i} at {y:?}"));
            assert_close(jacobian[i][0], a, 1e-14, 1e-15, &format!("jacobian[{i}][0] at {y:?}"));
            assert_close(jacobian[i][1], b, 1e-14, 1e-15, &format!("jacobian[{i}][1] at {y:?}"));
            assert_close(tangent[i], a + 2.0 * b, 1e-13, 1e-15, &format!("jvp {i} at {y:?}"));
            let back = expected_jacobian[0][i] + 3.0 * expected_jacobian[1][i];
            assert_close(cotangent[i], back, 1e-13, 1e-15, &format!("vjp {i} at {y:?}"));
        }
    }
    // The same side by side, where both arms are computed for all.
    let packed = evaluate([0, 1].map(|i| Pack::<8>(std::array::from_fn(|lane| points[lane][i]))));
    for (lane, &y) in points.iter().enumerate() {
        let of = |x: [Pack<8>; 2]| x.map(|x| x.0[lane].to_bits());
        let (value, jacobian, tangent, cotangent) = evaluate(y);
        assert_eq!(of(packed.0), value.map(f64::to_bits), "value at {y:?}");
        assert_eq!(packed.1.map(of), jacobian.map(|row| row.map(f64::to_bits)), "jacobian at {y:?}");
        assert_eq!(of(packed.2), tangent.map(f64::to_bits), "jvp at {y:?}");
        assert_eq!(of(packed.3), cotangent.map(f64::to_bits), "vjp at {y:?}");
    }
}

/// Solved across the switch, forwards and in the gradient.
#[test]
fn a_solve_over_a_guarded_right_hand_side_stays_finite() {
    let model = Guarded {};
    for y0 in [[0.0, 0.0], [-1.0, 0.0], [2.0, 0.5]] {
        let gradient = model.solver().gradient(y0, 0.0..1.0, |states, cotangents| {
            cotangents[1] = [1.0, 1.0];
            states[1][0] + states[1][1]
        });
        let gradient = gradient.expect("solves");
        assert!(gradient.loss.is_finite() && gradient.y0.iter().all(|x| x.is_finite()), "{gradient:?}");
    }
}

#[differentiable]
fn energy(t: f64, [x, v]: [f64; 2], stiffness: f64, drift: f64) -> f64 {
    0.5 * v * v + stiffness * (1.0 - x.cos()) + drift * t.sin() * x
}

#[differentiable]
fn kick(t: f64, [x, v]: [f64; 2], strength: f64) -> [f64; 2] {
    [x, if x > 0.0 { -strength * v } else { v + strength * t }]
}

#[test]
fn differentiable_functions() {
    let (t, y, p) = (0.7, [0.4, -1.2], [2.0, 0.3]);
    let model = Energy::from_params(p);
    assert_eq!(model.value(t, y), energy(t, y, p[0], p[1]));
    assert_eq!(Energy::PARAMETERS, ["stiffness", "drift"]);
    let (t_dot, y_dot, p_dot) = (0.3, [1.0, -0.5], [0.2, 0.9]);
    let mut tangent = [0.0];
    Energy::jvp(&p, t, &y, &p_dot, t_dot, &y_dot, &mut tangent);
    let difference = derivative(1e-3, |d| {
        let y = [y[0] + d * y_dot[0], y[1] + d * y_dot[1]];
        energy(t + d * t_dot, y, p[0] + d * p_dot[0], p[1] + d * p_dot[1])
    });
    assert_close(tangent[0], difference, 1e-11, 0.0, "jvp");
    let (mut p_bar, mut y_bar) = ([0.0; 2], [0.0; 2]);
    let t_bar = Energy::vjp(&p, t, &y, &[1.0], &mut p_bar, &mut y_bar);
    let sum =
        t_bar * t_dot + y_bar[0] * y_dot[0] + y_bar[1] * y_dot[1] + p_bar[0] * p_dot[0] + p_bar[1] * p_dot[1];
    assert_close(sum, difference, 1e-11, 0.0, "vjp");
    assert_close(p_bar[0], 1.0 - y[0].cos(), 1e-14, 0.0, "by stiffness");

    for x in [0.4, -0.4] {
        let value = Kick { strength: 0.9 }.value(t, [x, 2.0]);
        assert_eq!(value, kick(t, [x, 2.0], 0.9));
        let mut tangent = [0.0; 2];
        Kick::jvp(&[0.9], t, &[x, 2.0], &[1.0], 0.0, &[0.0, 0.0], &mut tangent);
        assert_eq!(tangent, [0.0, if x > 0.0 { -2.0 } else { t }]);
    }
}
