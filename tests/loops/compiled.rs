//! The compiled functions against the plain ones, against each other, and against differences.

use odec::{FixedLength, Space, System};

use crate::support::assert_close;
use crate::systems;

/// Numbers that look arbitrary, and are the same in each run.
fn numbers(count: usize, low: f64, high: f64, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (state >> 11) as f64 / (1_u64 << 53) as f64 * (high - low)
    };
    (0..count).map(|_| next()).collect()
}

fn dot<'a>(a: impl IntoIterator<Item = &'a f64>, b: impl IntoIterator<Item = f64>) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| a * b).sum()
}

fn all<V: Space<f64>>(vector: &V) -> Vec<f64> {
    vector.values().collect()
}

/// The value, the tangent by a difference, duality, and the derivative of the cotangents by a difference.
#[inline(never)]
fn check<S: System<Real = f64>>(plain: impl Fn(f64, &[f64], &[f64]) -> Vec<f64>) {
    let t = 0.7;
    let states = S::STATES.as_ref().len();
    let parameters = S::PARAMETERS.as_ref().len();
    let (y, p) = (numbers(states, -1.0, 1.5, 1), numbers(parameters, 0.3, 1.3, 2));
    let (y_dot, p_dot) = (numbers(states, -1.0, 1.0, 3), numbers(parameters, -1.0, 1.0, 4));
    let (bar, bar_dot) = (numbers(states, -1.0, 1.0, 5), numbers(states, -1.0, 1.0, 6));
    let t_dot = 0.3;

    let vector = |numbers: &[f64]| S::vector(|i| numbers[i]);
    let parameter_vector = |numbers: &[f64]| S::parameter_vector(|i| numbers[i]);
    let (flat_y, flat_p) = (vector(&y), parameter_vector(&p));
    let zero = flat_y.like(0.0);

    let mut found = zero.clone();
    S::rhs(&flat_p, t, &flat_y, &mut found);
    let expected = plain(t, &y, &p);
    for (i, (found, expected)) in all(&found).into_iter().zip(&expected).enumerate() {
        assert_close(found, *expected, 1e-12, 1e-12, &format!("rhs {i}"));
    }

    let mut tangent = zero.clone();
    S::jvp(&flat_p, t, &flat_y, &parameter_vector(&p_dot), t_dot, &vector(&y_dot), &mut tangent);
    let moved = |h: f64| {
        let along = |x: &[f64], dot: &[f64]| x.iter().zip(dot).map(|(x, d)| x + h * d).collect::<Vec<f64>>();
        plain(t + h * t_dot, &along(&y, &y_dot), &along(&p, &p_dot))
    };
    let h = 1e-5;
    for (i, ((after, before), found)) in moved(h).iter().zip(moved(-h)).zip(all(&tangent)).enumerate() {
        assert_close(found, (after - before) / (2.0 * h), 1e-6, 1e-7, &format!("jvp {i}"));
    }

    let (mut y_bar, mut p_bar) = (flat_y.like(f64::NAN), flat_p.like(0.25));
    let t_bar = S::vjp(&flat_p, t, &flat_y, &vector(&bar), &mut p_bar, &mut y_bar);
    let forwards = dot(&bar, all(&tangent));
    let backwards =
        dot(&y_dot, all(&y_bar)) + dot(&p_dot, all(&p_bar).iter().map(|bar| bar - 0.25)) + t_bar * t_dot;
    assert_close(backwards, forwards, 1e-11, 1e-11 * states as f64, "duality");

    // The tangent of the cotangents, along the direction of all inputs, tested by a number.
    let (test_y, test_p) = (numbers(states, -1.0, 1.0, 7), numbers(parameters, -1.0, 1.0, 8));
    let (mut y_bar_dot, mut p_bar_dot) = (flat_y.like(f64::NAN), flat_p.like(0.0));
    let t_bar_dot = S::vjp_jvp(
        &flat_p,
        t,
        &flat_y,
        &vector(&bar),
        &parameter_vector(&p_dot),
        t_dot,
        &vector(&y_dot),
        &vector(&bar_dot),
        &mut p_bar_dot,
        &mut y_bar_dot,
    );
    let found = dot(&test_y, all(&y_bar_dot)) + dot(&test_p, all(&p_bar_dot)) + t_bar_dot;
    let weighed = |h: f64| {
        let along = |x: &[f64], dot: &[f64]| x.iter().zip(dot).map(|(x, d)| x + h * d).collect::<Vec<f64>>();
        let (y, p, bar) = (along(&y, &y_dot), along(&p, &p_dot), along(&bar, &bar_dot));
        let (mut y_bar, mut p_bar) = (zero.clone(), flat_p.like(0.0));
        let t_bar =
            S::vjp(&parameter_vector(&p), t + h * t_dot, &vector(&y), &vector(&bar), &mut p_bar, &mut y_bar);
        dot(&test_y, all(&y_bar)) + dot(&test_p, all(&p_bar)) + t_bar
    };
    let difference = (weighed(h) - weighed(-h)) / (2.0 * h);
    assert_close(found, difference, 1e-5, 1e-6 * states as f64, "jvp of vjp");
    assert!(S::JACOBIAN_PATTERN.is_none(), "its loops are kept");
}

fn array<const N: usize>(numbers: &[f64]) -> [f64; N] {
    numbers.try_into().expect("as many numbers")
}

#[test]
fn a_rod() {
    check::<systems::Rod>(|t, y, p| systems::rod(t, array(y), p[0], p[1]).to_vec());
}

#[test]
fn lorenz_96_of_4000_states() {
    check::<systems::Lorenz96>(|t, y, p| systems::lorenz96(t, array(y), p[0]).to_vec());
}

#[test]
fn oscillators_that_are_all_coupled() {
    check::<systems::Kuramoto>(|t, y, p| systems::kuramoto(t, array(y), array(&p[..200]), p[200]).to_vec());
    check::<systems::Pulls>(|t, y, p| {
        let (dx, dv) = systems::pulls(t, (array(&y[..60]), array(&y[60..])), p[0]);
        [dx, dv].concat()
    });
}

#[test]
fn plates() {
    check::<systems::Plate>(|t, y, p| {
        let rows: Vec<[f64; 64]> = y.chunks(64).map(array).collect();
        systems::plate(t, rows.try_into().expect("64 rows"), p[0]).concat()
    });
    check::<systems::FlatPlate>(|t, y, p| systems::flat_plate(t, array(y), p[0]).to_vec());
}

#[test]
fn carried_values() {
    check::<systems::Chain>(|t, y, p| systems::chain(t, array(y), array(&p[..500]), p[500]).to_vec());
}

#[test]
fn conditions() {
    check::<systems::Walls>(|t, y, p| {
        let pairs: Vec<(f64, f64)> = y.chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let rates = systems::walls(t, pairs.try_into().expect("300 pairs"), p[0], p[1]);
        rates.iter().flat_map(|&(x, v)| [x, v]).collect()
    });
}

#[test]
fn the_jacobian_has_the_columns_of_the_tangent() {
    type S = systems::Pulls;
    let (y, p) = (numbers(120, -1.0, 1.0, 1), numbers(1, 0.3, 1.3, 2));
    let (y, p) = (S::vector(|i| y[i]), S::parameter_vector(|i| p[i]));
    let mut jacobian = <<S as System>::Matrix<f64> as Zeros>::zeros();
    S::jacobian(&p, 0.0, &y, &mut jacobian);
    for j in [0, 59, 60, 119] {
        let mut column = y.like(0.0);
        S::jvp(&p, 0.0, &y, &p.like(0.0), 0.0, &S::vector(|i| f64::from(u8::from(i == j))), &mut column);
        for i in 0..120 {
            assert_eq!(AsRef::<[_]>::as_ref(&jacobian)[i][j], column[i], "({i}, {j})");
        }
    }
}

/// A matrix that can be made.
trait Zeros {
    fn zeros() -> Self;
}

impl<const N: usize> Zeros for odec::Boxed<odec::Boxed<f64, N>, N> {
    fn zeros() -> Self {
        Self::from_fn(|_| odec::Boxed::from_fn(|_| 0.0))
    }
}
