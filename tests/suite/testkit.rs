//! What the modules share: comparison, the reference files, systems by name.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use odec::Space;
use odec::prelude::*;
use serde_json::Value;

pub use crate::support::{assert_close, derivative};
use crate::{detest, systems};

/// Fails unless each component is right to `tolerance` of the largest component.
#[track_caller]
pub fn assert_close_all(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: count");
    let size = largest(expected);
    for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        assert_close(actual, expected, 0.0, tolerance * size, &format!("{what}, component {i}"));
    }
}

/// The largest absolute value.
pub fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()))
}

/// The largest difference, relative to the largest expected component.
pub fn distance(actual: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let differences: Vec<f64> = actual.iter().zip(expected).map(|(a, b)| a - b).collect();
    // `max` would lose a NaN.
    if differences.iter().any(|x| x.is_nan()) { f64::NAN } else { largest(&differences) / largest(expected) }
}

/// A state or a value as its numbers.
pub trait Flat: Clone {
    fn from_flat(numbers: &[f64]) -> Self;
    fn flat(&self) -> Vec<f64>;
}

impl Flat for f64 {
    fn from_flat(numbers: &[f64]) -> Self {
        let &[number] = numbers else { panic!("one number, not {numbers:?}") };
        number
    }

    fn flat(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<const N: usize> Flat for [f64; N] {
    fn from_flat(numbers: &[f64]) -> Self {
        numbers.try_into().unwrap_or_else(|_| panic!("{N} numbers, not {numbers:?}"))
    }

    fn flat(&self) -> Vec<f64> {
        self.to_vec()
    }
}

impl Flat for Vec<f64> {
    fn from_flat(numbers: &[f64]) -> Self {
        numbers.to_vec()
    }

    fn flat(&self) -> Vec<f64> {
        self.clone()
    }
}

impl Flat for (f64, f64) {
    fn from_flat(numbers: &[f64]) -> Self {
        let &[first, second] = numbers else { panic!("two numbers, not {numbers:?}") };
        (first, second)
    }

    fn flat(&self) -> Vec<f64> {
        vec![self.0, self.1]
    }
}

/// A system of f64 whose state is made of numbers.
pub trait TestSystem: System<Real = f64, State: Flat + PartialEq> + Debug {
    /// The parameters.
    fn numbers(&self) -> Vec<f64> {
        self.parameters().values().collect()
    }
}

impl<S: System<Real = f64, State: Flat + PartialEq> + Debug> TestSystem for S {}

/// Something to do with any system.
pub trait Visitor {
    type Output;
    fn visit<S: TestSystem + Sync + 'static>(self, model: S) -> Self::Output;
}

/// The system that a reference file names, with these parameters.
pub fn visit<V: Visitor>(name: &str, parameters: &[f64], visitor: V) -> V::Output {
    macro_rules! by_name {
        ($($($name:literal)|+ => $Model:path;)*) => {
            match name {
                $($($name)|+ => {
                    let parameters = parameters.try_into().unwrap_or_else(|_| panic!("{name}: {parameters:?}"));
                    visitor.visit(<$Model>::from_params(parameters))
                })*
                _ => panic!("no system is called {name}"),
            }
        };
    }
    by_name! {
        "lotka_volterra" => systems::LotkaVolterra;
        "van_der_pol" => systems::VanDerPol;
        "lorenz" | "lorenz_t20" => systems::Lorenz;
        "fitzhugh_nagumo" => systems::FitzhughNagumo;
        "brusselator" => systems::Brusselator;
        "pendulum" => systems::Pendulum;
        "pendulum_friction" => systems::PendulumFriction;
        "harmonic_oscillator" => systems::HarmonicOscillator;
        "forced_linear" => systems::ForcedLinear;
        "forced_decay" => systems::ForcedDecay;
        "arenstorf" | "arenstorf_full_inputs" => systems::Arenstorf;
        "pleiades" => systems::Pleiades;
        "lorenz96" => systems::Lorenz96;
        "three_body_figure_eight" => systems::ThreeBodyFigureEight;
        "mlp" => systems::Mlp;
        "known" => systems::Known;
        "detest_a1" => detest::DetestA1;
        "detest_a2" => detest::DetestA2;
        "detest_a3" => detest::DetestA3;
        "detest_a4" => detest::DetestA4;
        "detest_a5" => detest::DetestA5;
        "detest_b1" => detest::DetestB1;
        "detest_b2" => detest::DetestB2;
        "detest_b3" => detest::DetestB3;
        "detest_b4" => detest::DetestB4;
        "detest_b5" => detest::DetestB5;
        "detest_c1" => detest::DetestC1;
        "detest_c2" => detest::DetestC2;
        "detest_c3" => detest::DetestC3;
        "detest_c4" => detest::DetestC4;
        "detest_c5" => detest::DetestC5;
        "detest_d1" | "detest_d2" | "detest_d3" | "detest_d4" | "detest_d5" => detest::DetestD;
        "detest_e1" => detest::DetestE1;
        "detest_e2" => detest::DetestE2;
        "detest_e3" => detest::DetestE3;
        "detest_e4" => detest::DetestE4;
        "detest_e5" => detest::DetestE5;
    }
}

/// A problem of `nonstiff.json` or `gradients.json`.
#[derive(Debug, Clone)]
pub struct Problem {
    pub name: String,
    pub params: Vec<f64>,
    pub y0: Vec<f64>,
    pub t: Vec<f64>,
    pub states: Vec<Vec<f64>>,
    /// The largest row sum of |d y(end) / d y0|, where it is known.
    pub condition: Option<f64>,
    pub loss: f64,
    pub dloss_dy0: Vec<f64>,
    pub dloss_dparams: Vec<f64>,
    /// In `gradients.json` alone.
    pub dloss_dt: Option<Vec<f64>>,
}

/// The problems of a file that has a list of them.
pub fn problems(file: &str) -> Vec<Problem> {
    let problem = |value: &Value| Problem {
        name: value["name"].as_str().expect("a name").to_owned(),
        params: numbers(&value["params"]),
        y0: numbers(&value["y0"]),
        t: numbers(&value["t"]),
        states: rows(&value["states"]),
        condition: value["condition_at_end"].as_f64(),
        loss: number(&value["loss"]),
        dloss_dy0: numbers(&value["dloss_dy0"]),
        dloss_dparams: numbers(&value["dloss_dparams"]),
        dloss_dt: value.get("dloss_dt").map(numbers),
    };
    list(&json(file)["problems"]).iter().map(problem).collect()
}

/// A file of `tests/reference`.
pub fn json(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list, not {value}"))
}

pub fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

pub fn rows(value: &Value) -> Vec<Vec<f64>> {
    list(value).iter().map(numbers).collect()
}

pub fn table(value: &Value) -> BTreeMap<&str, &Value> {
    let object = value.as_object().unwrap_or_else(|| panic!("an object, not {value}"));
    object.iter().map(|(key, value)| (key.as_str(), value)).collect()
}

/// The sum of the squares of all saved states, and their cotangents.
pub fn sum_of_squares<Y: Flat>(states: &[Y], cotangents: &mut [Y]) -> f64 {
    let mut loss = 0.0;
    for (state, cotangent) in states.iter().zip(cotangents) {
        let numbers = state.flat();
        loss += numbers.iter().map(|x| x * x).sum::<f64>();
        *cotangent = Y::from_flat(&numbers.iter().map(|x| 2.0 * x).collect::<Vec<_>>());
    }
    loss
}

/// Random numbers that are the same on every machine (splitmix64).
pub struct Random(pub u64);

impl Random {
    /// Between `low` and `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let unit = ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        low + (high - low) * unit
    }

    /// So many of them.
    pub fn vector(&mut self, count: usize, low: f64, high: f64) -> Vec<f64> {
        (0..count).map(|_| self.between(low, high)).collect()
    }
}
