//! Derivatives against differences, and against each other.

mod kinks;
mod tensors;

use proptest::prelude::*;

use super::{jacobian, jvp, vjp};
use crate::graph::random::{self, Choices, INPUT_NUMBERS, Values, data, input_shapes};
use crate::graph::{Datum, Graph, evaluate};

/// A random graph and its derivatives, as functions of vectors.
struct Case {
    graph: Graph,
    jvp: Graph,
    vjp: Graph,
}

impl Case {
    fn new(choices: &Choices) -> Self {
        let graph = random::graph(choices, Values::Tame);
        let active = [true; 3];
        Self { jvp: jvp(&graph, &active), vjp: vjp(&graph, &active), graph }
    }

    fn value(&self, x: &[f64]) -> Vec<f64> {
        numbers(&evaluate(&self.graph, &data(&input_shapes(), x)))
    }

    fn jvp(&self, x: &[f64], u: &[f64]) -> Vec<f64> {
        let inputs = [data(&input_shapes(), x), data(&input_shapes(), u)].concat();
        numbers(&evaluate(&self.jvp, &inputs))
    }

    fn vjp(&self, x: &[f64], v: &[f64]) -> Vec<f64> {
        let mut inputs = data(&input_shapes(), x);
        inputs.push(Datum::Array(v.iter().copied().map(Datum::Number).collect()));
        numbers(&evaluate(&self.vjp, &inputs))
    }

    /// The difference quotient in this direction, of fourth order.
    fn quotient(&self, x: &[f64], u: &[f64], h: f64) -> Vec<f64> {
        let at = |by: f64| self.value(&x.iter().zip(u).map(|(x, u)| x + by * u).collect::<Vec<_>>());
        let (a, b, c, d) = (at(-2.0 * h), at(-h), at(h), at(2.0 * h));
        (0..a.len()).map(|i| (a[i] - 8.0 * b[i] + 8.0 * c[i] - d[i]) / (12.0 * h)).collect()
    }
}

fn numbers(data: &[Datum]) -> Vec<f64> {
    data.iter().flat_map(Datum::numbers).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn vector(length: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-2.0..2.0_f64, length)
}

/// Finite, and small enough for the rounding of cancelling terms to stay below the tolerances.
fn moderate(values: &[f64]) -> bool {
    values.iter().all(|x| x.abs() < 1e3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn jvp_is_the_limit_of_the_difference_quotient(
        choices in random::choices(), x in vector(INPUT_NUMBERS), u in vector(INPUT_NUMBERS),
    ) {
        let case = Case::new(&choices);
        let (coarse, fine) = (case.quotient(&x, &u, 2e-4), case.quotient(&x, &u, 1e-4));
        prop_assume!(moderate(&case.value(&x)) && moderate(&fine));
        for ((exact, coarse), fine) in case.jvp(&x, &u).into_iter().zip(coarse).zip(fine) {
            // Quotients that differ cross a kink or a jump.
            if (coarse - fine).abs() < 1e-8 * (1.0 + fine.abs()) {
                prop_assert!((exact - fine).abs() < 1e-6 * (1.0 + fine.abs()), "{exact} for {fine}\n{}", case.graph);
            }
        }
    }

    #[test]
    fn vjp_is_the_transpose_of_jvp(
        choices in random::choices(), x in vector(INPUT_NUMBERS), u in vector(INPUT_NUMBERS), v in vector(3),
    ) {
        let case = Case::new(&choices);
        let (forward, backward) = (case.jvp(&x, &u), case.vjp(&x, &v));
        prop_assume!(moderate(&case.value(&x)) && moderate(&forward) && moderate(&backward));
        let size: f64 = forward.iter().zip(&v).map(|(a, b)| (a * b).abs()).sum::<f64>()
            + backward.iter().zip(&u).map(|(a, b)| (a * b).abs()).sum::<f64>();
        let (left, right) = (dot(&v, &forward), dot(&backward, &u));
        prop_assert!((left - right).abs() <= 1e-12 * (1.0 + size), "{left} and {right}\n{}", case.graph);
    }

    #[test]
    fn jacobian_has_the_columns_of_jvp(choices in random::choices(), x in vector(INPUT_NUMBERS)) {
        let case = Case::new(&choices);
        let mut offset = 0;
        for (input, shape) in input_shapes().iter().enumerate() {
            let (graph, pattern) = jacobian(&case.graph, input);
            let entries = numbers(&evaluate(&graph, &data(&input_shapes(), &x)));
            prop_assert!(pattern.is_sorted_by_key(|entry| (entry.row, entry.column)));
            for column in 0..shape.len() {
                let mut direction = vec![0.0; INPUT_NUMBERS];
                direction[offset + column] = 1.0;
                let tangents = case.jvp(&x, &direction);
                for (row, tangent) in tangents.into_iter().enumerate() {
                    let place = pattern.iter().position(|entry| (entry.row, entry.column) == (row, column));
                    let entry = place.map_or(0.0, |place| entries[place]);
                    prop_assume!(moderate(&[tangent, entry]));
                    // A full direction adds zeros, which round nothing.
                    prop_assert!(entry == tangent, "({row}, {column}): {entry} for {tangent}\n{}", case.graph);
                }
            }
            offset += shape.len();
        }
    }

    #[test]
    fn hessians_are_symmetric(
        choices in random::choices(), x in vector(INPUT_NUMBERS), u in vector(INPUT_NUMBERS),
        w in vector(INPUT_NUMBERS), v in vector(3),
    ) {
        let gradient = Case::new(&choices).vjp;
        let hessian = jvp(&gradient, &[true, true, true, false]);
        let product = |direction: &[f64]| {
            let mut inputs = data(&input_shapes(), &x);
            inputs.push(Datum::Array(v.iter().copied().map(Datum::Number).collect()));
            inputs.extend(data(&input_shapes(), direction));
            numbers(&evaluate(&hessian, &inputs))
        };
        let (by_u, by_w) = (product(&u), product(&w));
        prop_assume!(moderate(&by_u) && moderate(&by_w));
        let (left, right) = (dot(&w, &by_u), dot(&u, &by_w));
        let size: f64 = by_u.iter().chain(&by_w).map(|x| x.abs()).sum();
        prop_assert!((left - right).abs() <= 1e-9 * (1.0 + size), "{left} and {right}");
    }
}
