//! The compiled functions of every system: against the plain function, and against each other.

use odec::prelude::*;
use odec::{Lane, Pack, Space};

use crate::testkit::{Flat, Random, assert_close, assert_close_all, derivative, largest};
use crate::{detest, systems};

/// Every system with the count of its states and parameters, and its plain function.
macro_rules! every_system {
    ($($name:literal $states:literal ($($p:ident)*) $f:path, $Model:ty;)*) => {
        #[test]
        fn every_system_is_compiled_right() {
            $({
                let parameters: &[&str] = &[$(stringify!($p)),*];
                check::<$Model>($name, $states, parameters.len());
            })*
        }

        /// The function as the user wrote it.
        fn plain(name: &str, t: f64, y: &[f64], p: &[f64]) -> Vec<f64> {
            match name {
                $($name => {
                    let &[$($p),*] = p else { panic!("{name}: {p:?}") };
                    $f(t, Flat::from_flat(y), $($p),*).flat()
                })*
                _ => panic!("{name}"),
            }
        }
    };
}
every_system! {
    "lotka_volterra" 2 (a b c d) systems::lotka_volterra, systems::LotkaVolterra;
    "van_der_pol" 2 (a) systems::van_der_pol, systems::VanDerPol;
    "lorenz" 3 (a b c) systems::lorenz, systems::Lorenz;
    "pendulum" 2 (a b) systems::pendulum, systems::Pendulum;
    "pendulum_friction" 2 (a b) systems::pendulum_friction, systems::PendulumFriction;
    "fitzhugh_nagumo" 2 (a b c d) systems::fitzhugh_nagumo, systems::FitzhughNagumo;
    "brusselator" 2 (a b) systems::brusselator, systems::Brusselator;
    "harmonic_oscillator" 2 (a) systems::harmonic_oscillator, systems::HarmonicOscillator;
    "forced_linear" 1 (a b c) systems::forced_linear, systems::ForcedLinear;
    "forced_decay" 1 (a) systems::forced_decay, systems::ForcedDecay;
    "arenstorf" 4 (a) systems::arenstorf, systems::Arenstorf;
    "pleiades" 28 () systems::pleiades, systems::Pleiades;
    "lorenz96" 40 (a) systems::lorenz96, systems::Lorenz96;
    "three_body_figure_eight" 12 () systems::three_body_figure_eight, systems::ThreeBodyFigureEight;
    "known" 2 () systems::known, systems::Known;
    "detest_a1" 1 () detest::detest_a1, detest::DetestA1;
    "detest_a2" 1 () detest::detest_a2, detest::DetestA2;
    "detest_a3" 1 () detest::detest_a3, detest::DetestA3;
    "detest_a4" 1 () detest::detest_a4, detest::DetestA4;
    "detest_a5" 1 () detest::detest_a5, detest::DetestA5;
    "detest_b1" 2 () detest::detest_b1, detest::DetestB1;
    "detest_b2" 3 () detest::detest_b2, detest::DetestB2;
    "detest_b3" 3 () detest::detest_b3, detest::DetestB3;
    "detest_b4" 3 () detest::detest_b4, detest::DetestB4;
    "detest_b5" 3 () detest::detest_b5, detest::DetestB5;
    "detest_c1" 10 () detest::detest_c1, detest::DetestC1;
    "detest_c2" 10 () detest::detest_c2, detest::DetestC2;
    "detest_c3" 10 () detest::detest_c3, detest::DetestC3;
    "detest_c4" 51 () detest::detest_c4, detest::DetestC4;
    "detest_c5" 30 () detest::detest_c5, detest::DetestC5;
    "detest_d1" 4 () detest::detest_d, detest::DetestD;
    "detest_e1" 2 () detest::detest_e1, detest::DetestE1;
    "detest_e2" 2 () detest::detest_e2, detest::DetestE2;
    "detest_e3" 2 () detest::detest_e3, detest::DetestE3;
    "detest_e4" 2 () detest::detest_e4, detest::DetestE4;
    "detest_e5" 2 () detest::detest_e5, detest::DetestE5;
}

/// A place at which everything is evaluated, and directions.
struct Point {
    t: f64,
    y: Vec<f64>,
    p: Vec<f64>,
    t_dot: f64,
    y_dot: Vec<f64>,
    p_dot: Vec<f64>,
    dy_bar: Vec<f64>,
}

fn points(states: usize, parameters: usize, count: usize) -> Vec<Point> {
    let mut random = Random(states as u64 * 1000 + parameters as u64);
    let point = |_| Point {
        t: random.between(0.1, 2.0),
        y: random.vector(states, 0.3, 1.7),
        p: random.vector(parameters, 0.2, 2.0),
        t_dot: random.between(-1.0, 1.0),
        y_dot: random.vector(states, -1.0, 1.0),
        p_dot: random.vector(parameters, -1.0, 1.0),
        dy_bar: random.vector(states, -1.0, 1.0),
    };
    (0..count).map(point).collect()
}

/// All that the compiled functions give at some points, one in each lane.
#[derive(Debug, Clone, PartialEq)]
struct All<L> {
    rhs: Vec<L>,
    jvp: Vec<L>,
    y_bar: Vec<L>,
    p_bar: Vec<L>,
    t_bar: L,
    jacobian: Vec<Vec<L>>,
}

/// A matrix that can be made.
trait Square<L> {
    fn filled(value: L) -> Self;
}

impl<L: Copy, const N: usize> Square<L> for [[L; N]; N] {
    fn filled(value: L) -> Self {
        [[value; N]; N]
    }
}

#[inline(never)]
fn apart<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// `lane` makes a lane of the numbers that a function takes from a point.
#[inline(never)]
fn all<S: System, L: Lane<Scalar = S::Real>>(
    lane: impl Fn(&dyn Fn(usize) -> f64) -> L,
    points: &[Point],
) -> All<L>
where
    S::Matrix<L>: Square<L>,
{
    let vector = |of: &dyn Fn(&Point) -> &Vec<f64>| S::vector(|i| lane(&|k| of(&points[k])[i]));
    let parameters = |of: &dyn Fn(&Point) -> &Vec<f64>| S::parameter_vector(|i| lane(&|k| of(&points[k])[i]));
    let (p, y) = (parameters(&|point| &point.p), vector(&|point| &point.y));
    let (p_dot, y_dot) = (parameters(&|point| &point.p_dot), vector(&|point| &point.y_dot));
    let dy_bar = vector(&|point| &point.dy_bar);
    let (t, t_dot) = (lane(&|k| points[k].t), lane(&|k| points[k].t_dot));
    let zero = L::constant(0.0);
    let (mut rhs, mut jvp, mut y_bar, mut p_bar) = (y.like(zero), y.like(zero), y.like(zero), p.like(zero));
    let mut jacobian = S::Matrix::<L>::filled(zero);
    // Each in a function of its own: all in one would take the compiler minutes for the large systems.
    apart(|| S::rhs(&p, t, &y, &mut rhs));
    apart(|| S::jvp(&p, t, &y, &p_dot, t_dot, &y_dot, &mut jvp));
    let t_bar = apart(|| S::vjp(&p, t, &y, &dy_bar, &mut p_bar, &mut y_bar));
    apart(|| S::jacobian(&p, t, &y, &mut jacobian));
    All {
        rhs: rhs.values().collect(),
        jvp: jvp.values().collect(),
        y_bar: y_bar.values().collect(),
        p_bar: p_bar.values().collect(),
        t_bar,
        jacobian: jacobian.as_ref().iter().map(|row| row.values().collect()).collect(),
    }
}

fn scalar<S: System<Real = f64>>(point: &Point) -> All<f64>
where
    S::Matrix<f64>: Square<f64>,
{
    all::<S, f64>(|number| number(0), std::slice::from_ref(point))
}

fn dot(a: &[f64], b: &[f64]) -> (f64, f64) {
    let terms = || a.iter().zip(b).map(|(a, b)| a * b);
    (terms().sum(), terms().map(f64::abs).sum())
}

fn check<S: System<Real = f64>>(name: &str, states: usize, parameters: usize)
where
    S::Matrix<f64>: Square<f64>,
    S::Matrix<Pack<4>>: Square<Pack<4>>,
    S::Matrix<Pack<8>>: Square<Pack<8>>,
{
    let points = points(states, parameters, 8);
    let found: Vec<All<f64>> = points.iter().map(scalar::<S>).collect();
    for (point, found) in points.iter().zip(&found) {
        let Point { t, y, p, t_dot, y_dot, p_dot, dy_bar } = point;
        assert_close_all(&found.rhs, &plain(name, *t, y, p), 1e-14, &format!("{name}: rhs"));

        // <v, J u> = <Jᵀ v, u>
        let (forward, size) = dot(dy_bar, &found.jvp);
        let (by_y, size_y) = dot(&found.y_bar, y_dot);
        let (by_p, size_p) = dot(&found.p_bar, p_dot);
        let backward = by_y + by_p + found.t_bar * t_dot;
        let size = size.max(size_y).max(size_p).max(found.t_bar.abs());
        assert_close(backward, forward, 0.0, 1e-13 * size, &format!("{name}: duality"));

        // A rule that is wrong in both modes alike is found by differences.
        let moved = |d: f64| {
            let along =
                |x: &[f64], dot: &[f64]| x.iter().zip(dot).map(|(x, dot)| x + d * dot).collect::<Vec<_>>();
            plain(name, t + d * t_dot, &along(y, y_dot), &along(p, p_dot))
        };
        let differences: Vec<f64> = (0..states).map(|i| derivative(2e-4, |d| moved(d)[i])).collect();
        assert_close_all(&found.jvp, &differences, 1e-7, &format!("{name}: jvp"));

        let size = found.jacobian.iter().map(|row| largest(row)).fold(0.0, f64::max);
        for j in 0..states {
            let mut unit = vec![0.0; states];
            unit[j] = 1.0;
            let still = Point { t_dot: 0.0, p_dot: vec![0.0; parameters], y_dot: unit, ..point.copy() };
            let column = scalar::<S>(&still).jvp;
            for (i, &expected) in column.iter().enumerate() {
                let entry = found.jacobian[i][j];
                assert_close(entry, expected, 0.0, 1e-14 * size, &format!("{name}: jacobian[{i}][{j}]"));
                let listed = S::JACOBIAN_PATTERN.is_none_or(|pattern| pattern.contains(&(i, j)));
                assert!(listed || entry == 0.0, "{name}: {entry} at ({i}, {j}) is not in the pattern");
            }
        }
    }
    assert!(S::JACOBIAN_PATTERN.is_none_or(|pattern| pattern.is_sorted()), "{name}: pattern");

    // A pack holds a problem in each lane, and computes each as if it were alone.
    let bits = |x: f64| x.to_bits();
    for start in [0, 4] {
        let packed = all::<S, Pack<4>>(|number| Pack(std::array::from_fn(number)), &points[start..]);
        for lane in 0..4 {
            assert_eq!(packed.lane(|x| bits(x.0[lane])), found[start + lane].lane(bits), "{name}, Pack<4>");
        }
    }
    let packed = all::<S, Pack<8>>(|number| Pack(std::array::from_fn(number)), &points);
    for (lane, found) in found.iter().enumerate().take(8) {
        assert_eq!(packed.lane(|x| bits(x.0[lane])), found.lane(bits), "{name}, Pack<8>");
    }
}

impl Point {
    fn copy(&self) -> Self {
        let Self { t, y, p, t_dot, y_dot, p_dot, dy_bar } = self;
        let (y, p, y_dot, p_dot, dy_bar) =
            (y.clone(), p.clone(), y_dot.clone(), p_dot.clone(), dy_bar.clone());
        Self { t: *t, y, p, t_dot: *t_dot, y_dot, p_dot, dy_bar }
    }
}

impl<L: Copy> All<L> {
    /// One number of each of its lanes.
    fn lane<T>(&self, number: impl Fn(L) -> T) -> Vec<T> {
        let rows = self.jacobian.iter().flatten();
        let numbers = self.rhs.iter().chain(&self.jvp).chain(&self.y_bar).chain(&self.p_bar).chain(rows);
        numbers.chain([&self.t_bar]).map(|&x| number(x)).collect()
    }
}

#[test]
fn networks_are_compiled_right() {
    let mut random = Random(3);
    for _ in 0..5 {
        let (y, p) = (random.vector(2, -1.0, 1.0), random.vector(42, -1.0, 1.0));
        let model = systems::Mlp::from_params(Flat::from_flat(&p));
        let value = systems::mlp(0.0, Flat::from_flat(&y), model.w1, model.b1, model.w2, model.b2);
        let directions =
            (random.vector(2, -1.0, 1.0), random.vector(42, -1.0, 1.0), random.vector(2, -1.0, 1.0));
        let (y_dot, p_dot, dy_bar) = directions;
        let point = Point { t: 0.0, y, p, t_dot: 0.0, y_dot, p_dot, dy_bar };
        let found = scalar::<systems::Mlp>(&point);
        assert_close_all(&found.rhs, &value, 1e-14, "mlp: rhs");
        let (forward, backward) = (dot(&point.dy_bar, &found.jvp).0, dot(&found.y_bar, &point.y_dot).0);
        assert_close(backward + dot(&found.p_bar, &point.p_dot).0, forward, 0.0, 1e-13, "mlp: duality");
    }
}

#[test]
fn single_precision_is_compiled_right() {
    for point in points(2, 4, 8) {
        let lane = |number: &dyn Fn(usize) -> f64| number(0) as f32;
        let single = all::<systems::LotkaVolterraF32, f32>(lane, std::slice::from_ref(&point));
        let double = scalar::<systems::LotkaVolterra>(&point);
        assert_close_all(&single.lane(f64::from), &double.lane(|x| x), 1e-6, "lotka_volterra in f32");
    }
}
