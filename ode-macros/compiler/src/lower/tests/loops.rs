//! Loops that stay loops compute what the unrolled ones do, derivatives included.

use proptest::prelude::*;

use crate::derivative::{jvp, vjp};
use crate::diagnostic::Errors;
use crate::graph::{Datum, Graph, Operation, evaluate};
use crate::lower::{Unrolling, graph_by};
use crate::parse::{self, Role};
use crate::simplify::simplify;

/// Every loop that can stays one.
const KEPT: Unrolling = Unrolling { iterations: 2, operations: 0 };
const UNROLLED: Unrolling = Unrolling { iterations: usize::MAX, operations: usize::MAX };

/// The graph of a function without constants from outside, as it comes from lowering.
fn lowered(source: &str, unrolling: Unrolling) -> Result<Graph, String> {
    let errors = Errors::new();
    let item = syn::parse_str(source).unwrap_or_else(|error| panic!("{error} in {source}"));
    let system = parse::system(Role::Function, &item, &errors);
    let lowered = system.as_ref().map(|system| graph_by(system, unrolling, &errors));
    errors.into_result().map_err(|error| error.to_string())?;
    Ok(lowered.expect("a signature without errors").graph)
}

/// How many loops the graph has.
fn loops(graph: &Graph) -> usize {
    let inside = |operation: &Operation| match operation {
        Operation::Loop(repeated) => 1 + loops(&repeated.body),
        Operation::Branch { then, otherwise } => loops(then) + loops(otherwise),
        _ => 0,
    };
    graph.nodes().iter().map(|node| inside(&node.operation)).sum()
}

/// Numbers in (-1.5, 1.5) that look arbitrary, and are the same in each run.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 * 3.0 - 1.5
    };
    (0..count).map(|_| next()).collect()
}

fn datum(graph: &Graph, input: usize, seed: u64) -> Datum {
    let shape = graph.shape(graph.inputs()[input]);
    match shape.is_number() {
        true => Datum::Number(numbers(1, seed)[0]),
        false => Datum::Array(numbers(shape.len(), seed).into_iter().map(Datum::Number).collect()),
    }
}

/// The value and all derivatives, as the code computes them, at arbitrary places.
fn all(graph: &Graph) -> Vec<Vec<f64>> {
    let value = simplify(graph);
    let active = [true, true, !value.shape(value.inputs()[2]).is_empty()];
    let tangent = simplify(&jvp(&value, &active));
    let cotangent = simplify(&vjp(&value, &active));
    let second = simplify(&jvp(&cotangent, &[active.as_slice(), &[true]].concat()));
    let third = simplify(&vjp(&cotangent, &[active.as_slice(), &[true]].concat()));
    [graph, &value, &tangent, &cotangent, &second, &third]
        .into_iter()
        .map(|graph| {
            let inputs: Vec<Datum> =
                (0..graph.inputs().len()).map(|input| datum(graph, input, input as u64 + 7)).collect();
            evaluate(graph, &inputs).iter().flat_map(Datum::numbers).collect()
        })
        .collect()
}

/// Compares the kept form with the unrolled one; returns how many loops were kept.
fn agree(source: &str) -> usize {
    let (kept, unrolled) = (lowered(source, KEPT), lowered(source, UNROLLED));
    let (kept, unrolled) = match (kept, unrolled) {
        (Ok(kept), Ok(unrolled)) => (kept, unrolled),
        (kept, unrolled) => {
            assert_eq!(kept.err(), unrolled.err(), "{source}");
            return 0;
        }
    };
    assert_eq!(loops(&unrolled), 0, "{source}");
    let names = ["value", "simplified value", "jvp", "vjp", "jvp of vjp", "vjp of vjp"];
    for ((a, b), name) in all(&kept).iter().zip(&all(&unrolled)).zip(names) {
        assert_eq!(a.len(), b.len(), "{name}");
        let size = b.iter().fold(1.0_f64, |size, x| size.max(x.abs()));
        for (a, b) in a.iter().zip(b) {
            let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-11 * size;
            assert!(same, "{name}: {a} for {b} in {source}\n{}", simplify(&kept));
        }
    }
    loops(&simplify(&kept))
}

/// Compares, and checks that so many loops were kept.
#[track_caller]
fn stay(count: usize, source: &str) {
    assert_eq!(agree(source), count, "loops in {source}\n{}", lowered(source, KEPT).expect("no error"));
}

#[test]
fn neighbours() {
    stay(
        1,
        "fn f(t: f64, y: [f64; 6], k: f64) -> [f64; 6] {
        let mut dy = [0.0; 6];
        for i in 0..6 { dy[i] = k * y[i] * y[i] + t; }
        dy
    }",
    );
    // The ends are unrolled.
    stay(
        1,
        "fn f(t: f64, y: [f64; 9], k: f64) -> [f64; 9] {
        const N: usize = 9;
        let mut dy = [0.0; N];
        for i in 0..N {
            dy[i] = (y[(i + 1) % N] - y[(i + N - 2) % N]) * y[(i + N - 1) % N] - y[i] + k * t;
        }
        dy
    }",
    );
    stay(
        1,
        "fn f(t: f64, y: [f64; 8], k: f64) -> [f64; 8] {
        let mut dy = [0.0; 8];
        for i in 0..8 {
            let left = if i > 0 { y[i - 1] } else { t };
            let right = if i < 7 { y[i + 1] } else { k };
            dy[i] = left * right - 2.0 * y[i] * (i as f64);
        }
        dy
    }",
    );
    stay(
        1,
        "fn f(t: f64, y: [f64; 8], k: [f64; 8]) -> [f64; 8] {
        std::array::from_fn(|i| (y[(i + 1) % 8] - k[7 - i]) * y[i] + t)
    }",
    );
    stay(1, "fn f(_t: f64, y: [f64; 8], k: [f64; 8]) -> [f64; 8] { y.map(|y| y * y.sin() + k[3]) }");
    stay(
        2,
        "fn f(_t: f64, y: [f64; 8], k: f64) -> [f64; 8] {
        let mut dy = [0.0; 8];
        for i in (0..8).step_by(2) { dy[i] = y[i] * k; }
        for i in (1..8).rev().step_by(2) { dy[i] = y[i - 1] * y[i]; }
        dy
    }",
    );
}

#[test]
fn iterators() {
    stay(
        2,
        "fn f(_t: f64, y: [f64; 6], w: [f64; 6]) -> [f64; 6] {
        std::array::from_fn(|i| y.iter().zip(&w).map(|(other, w)| w * (other - y[i]).sin()).sum())
    }",
    );
    stay(
        3,
        "fn f(t: f64, y: [f64; 6], w: [f64; 6]) -> f64 {
        let mut value = t;
        for x in y { value = value * x + 1.0; }
        for (i, x) in y.iter().enumerate().skip(2) { value += x * i as f64 * w[i]; }
        for (pair, w) in y.windows(2).zip(w.iter().rev()) { value += pair[0] * pair[1] * w; }
        value
    }",
    );
    stay(1, "fn f(_t: f64, y: [f64; 6], w: f64) -> f64 { (1..6).map(|i| y[i] * y[i - 1] * w).sum() }");
    stay(
        1,
        "fn f(_t: f64, y: [[f64; 2]; 6], w: f64) -> f64 { y.iter().take(5).map(|[a, b]| a * b * w).sum() }",
    );
}

#[test]
fn accumulation_in_arrays() {
    stay(
        1,
        "fn f(_t: f64, y: [f64; 8], k: f64) -> [f64; 8] {
        let mut dy = [0.0; 8];
        for i in 1..8 {
            let flux = k * (y[i] - y[i - 1]).sin();
            dy[i] -= flux;
            dy[i - 1] += flux;
        }
        dy
    }",
    );
    stay(
        2,
        "fn f(_t: f64, y: [f64; 5], k: f64) -> [f64; 5] {
        let mut dy = [0.0; 5];
        for i in 0..5 { for j in 0..5 { dy[i] += (y[j] - y[i]).sin() * k; } }
        dy
    }",
    );
    stay(
        2,
        "fn f(_t: f64, y: [f64; 5], k: f64) -> [f64; 5] {
        let mut dy = [1.5; 5];
        for i in 0..5 { dy[i] *= y[i]; dy[i] += k; dy[i] -= y[i] * y[i]; }
        for i in 1..4 { dy[i] += y[i + 1] * k; }
        dy
    }",
    );
    stay(
        2,
        "fn f(_t: f64, y: [f64; 6], k: f64) -> [f64; 6] {
        let mut dy = y;
        dy[2] = k;
        for i in 1..4 { dy[i] = y[i] * y[i]; }
        for i in 0..6 { dy[i] += dy[i] * k; }
        dy[0] += 1.0;
        dy
    }",
    );
}

#[test]
fn sums_and_what_is_carried() {
    stay(
        1,
        "fn f(t: f64, y: [f64; 7], k: f64) -> f64 {
        let mut sum = t;
        for i in 0..7 { sum += k * y[i] * y[i]; sum -= y[i]; }
        sum * k
    }",
    );
    stay(
        1,
        "fn f(_t: f64, y: [f64; 7], x: f64) -> f64 {
        let mut value = 0.0;
        for i in (0..7).rev() { value = value * x + y[i]; }
        value
    }",
    );
    stay(
        1,
        "fn f(t: f64, y: [f64; 7], x: f64) -> [f64; 9] {
        let mut out = [0.0; 9];
        let mut pair = (t, [x, 1.0]);
        for i in 0..7 {
            pair.0 = pair.0 * y[i] + pair.1[1];
            pair.1 = [pair.1[1] * x, pair.0 - pair.1[0]];
            out[i] = pair.0 * pair.1[0];
        }
        out[7] = pair.0;
        out[8] = pair.1[1];
        out
    }",
    );
    // A product, and a variable that nothing needs in the end.
    stay(
        1,
        "fn f(_t: f64, y: [f64; 7], x: f64) -> f64 {
        let mut product = 1.0;
        let mut unused = 0.0;
        for i in 0..7 { product *= x - y[i]; unused = unused * y[i] + 1.0; }
        product
    }",
    );
}

#[test]
fn nests() {
    stay(
        2,
        "fn f(_t: f64, y: [f64; 6], k: f64) -> [f64; 6] {
        let mut dy = [0.0; 6];
        for i in 0..6 {
            let mut sum = 0.0;
            for j in 0..6 { if i != j { sum += (y[j] - y[i]).sin() / (y[j] - y[i]); } }
            dy[i] = k * sum;
        }
        dy
    }",
    );
    // The inner rows with their inner columns, the first row, and the last.
    stay(
        4,
        "fn f(_t: f64, y: [[f64; 5]; 6], k: f64) -> [[f64; 5]; 6] {
        let mut dy = [[0.0; 5]; 6];
        for i in 0..6 {
            for j in 0..5 {
                let up = if i > 0 { y[i - 1][j] } else { k };
                let down = if i < 5 { y[i + 1][j] } else { 0.0 };
                let left = if j > 0 { y[i][j - 1] } else { 0.0 };
                let right = if j < 4 { y[i][j + 1] } else { y[i][j] };
                dy[i][j] = up * down - left * right + k * y[i][j];
            }
        }
        dy
    }",
    );
    stay(
        2,
        "fn f(_t: f64, y: [f64; 30], k: f64) -> [f64; 30] {
        const N: usize = 6;
        let mut dy = [0.0; 30];
        for i in 1..4 {
            for j in 1..5 {
                let c = i * N + j;
                dy[c] = y[c - 1] * y[c + 1] + y[c - N] * y[c + N] - 4.0 * k * y[c];
            }
        }
        dy
    }",
    );
    stay(
        3,
        "fn f(_t: f64, y: [f64; 5], w: [[f64; 5]; 4]) -> [f64; 4] {
        let mut hidden = [0.0; 4];
        for i in 0..4 {
            for j in 0..5 { hidden[i] += w[i][j] * y[j]; }
        }
        let mut out = [0.0; 4];
        for i in 0..4 { out[i] = hidden[3 - i].tanh(); }
        out
    }",
    );
    // An array of the body.
    stay(
        3,
        "fn f(t: f64, y: [f64; 4], k: f64) -> f64 {
        let mut total = 0.0;
        for i in 0..4 {
            let mut row = [0.0; 5];
            for j in 0..5 { row[j] = y[i] * (j as f64) + k; }
            let mut product = t;
            for j in 0..5 { product = product * row[4 - j] + row[j]; }
            total += product;
        }
        total
    }",
    );
}

#[test]
fn conditions() {
    stay(
        1,
        "fn f(t: f64, y: [f64; 8], k: f64) -> [f64; 8] {
        let mut dy = [0.0; 8];
        for i in 0..8 {
            let root = y[i].sqrt();
            dy[i] = if y[i] > 0.0 { root * k } else { -t };
        }
        dy
    }",
    );
    stay(
        1,
        "fn f(_t: f64, y: [f64; 8], k: f64) -> [f64; 8] {
        let mut dy = [0.0; 8];
        for i in 1..8 {
            if y[i] > k { dy[i] = y[i - 1]; dy[i - 1] += y[i]; } else { dy[i] = k * y[i]; }
        }
        dy
    }",
    );
    stay(
        1,
        "fn f(_t: f64, y: [f64; 8], k: f64) -> [f64; 2] {
        let (mut above, mut count) = (0.0, 0.0);
        for i in 0..8 { if y[i] > k { above += y[i]; count += 1.0; } }
        [above / (count + 1.0), count]
    }",
    );
}

#[test]
fn arrays_of_tuples_and_rows() {
    stay(
        1,
        "fn f(_t: f64, y: [(f64, f64); 6], k: [f64; 3]) -> [(f64, f64); 6] {
        let mut dy = [(0.0, 0.0); 6];
        for i in 0..6 {
            let (x, v) = y[i];
            dy[i].0 = v;
            dy[i].1 = -k[0] * x - k[1] * v * y[(i + 1) % 6].0;
        }
        dy
    }",
    );
    stay(
        1,
        "fn f(_t: f64, (x, v): ([[f64; 3]; 5], [[f64; 3]; 5]), k: f64) -> ([[f64; 3]; 5], [[f64; 3]; 5]) {
        let mut dv = [[0.0; 3]; 5];
        for i in 0..5 {
            let [a, b, c] = x[i];
            dv[i] = [b * c, -k * a, v[i][2]];
        }
        (v, dv)
    }",
    );
    stay(
        1,
        "fn f(_t: f64, y: [f64; 6], k: f64) -> [f64; 6] {
        const WEIGHTS: [f64; 6] = [0.5, -1.0, 2.0, 0.25, 3.0, 1.5];
        let shifts = [k, 2.0 * k, k * k, 0.0, 1.0, k];
        let mut dy = [0.0; 6];
        for i in 0..6 { dy[i] = WEIGHTS[i] * y[i] + shifts[5 - i]; }
        dy
    }",
    );
}

#[test]
fn what_cannot_stay_a_loop_is_unrolled() {
    // An element that the iteration before has written, bounds that depend on a loop around, an integer that changes.
    stay(
        0,
        "fn f(_t: f64, y: [f64; 6], k: f64) -> [f64; 6] {
        let mut dy = [k; 6];
        dy[0] = y[0];
        for i in 1..6 { dy[i] = dy[i - 1] * y[i]; }
        dy
    }",
    );
    stay(
        0,
        "fn f(_t: f64, y: [f64; 6], k: f64) -> f64 {
        let mut n = 1;
        let mut sum = k;
        for i in 0..6 { sum += y[i] * n as f64; n += 2; }
        sum
    }",
    );
    assert!(
        agree(
            "fn f(_t: f64, y: [f64; 6], k: f64) -> f64 {
        let mut sum = k;
        for i in 0..6 { for j in 0..i { sum += y[i] * y[j]; } }
        sum
    }"
        ) > 0
    );
    stay(
        0,
        "fn f(_t: f64, y: [f64; 6], k: f64) -> f64 {
        let mut sum = k;
        if k > 0.0 { for i in 0..6 { sum += y[i]; } }
        sum
    }",
    );
}

/// Statements of a loop body over `i` in `0..N`, with `y: [f64; N]`, `dy: [f64; N]`, `s`, `c` and `t` around it.
fn statement() -> impl Strategy<Value = String> {
    let index = prop_oneof![
        Just("i".to_owned()),
        Just("(i + 1) % N".to_owned()),
        Just("(i + N - 2) % N".to_owned()),
        Just("N - 1 - i".to_owned()),
        Just("i / 2".to_owned()),
        Just("3".to_owned()),
    ];
    let leaf = prop_oneof![
        3 => index.clone().prop_map(|index| format!("y[{index}]")),
        1 => index.clone().prop_map(|index| format!("w[{index}]")),
        1 => Just("t".to_owned()),
        1 => Just("c".to_owned()),
        1 => Just("i as f64".to_owned()),
        1 => Just("(if i > 1 { y[i - 2] } else { 0.5 })".to_owned()),
        1 => Just("(if i == 3 || i + 1 == N { t } else { y[i + 1] })".to_owned()),
        1 => Just("0.75".to_owned()),
    ];
    let value = leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} * {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
            inner.clone().prop_map(|a| format!("({a}).sin()")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if ({a}) < {b} {{ ({b}).cos() }} else {{ {c} }})")),
        ]
    });
    let place = prop_oneof![
        4 => Just("i".to_owned()),
        2 => index,
    ];
    let simple = prop_oneof![
        4 => (place.clone(), value.clone()).prop_map(|(place, value)| format!("dy[{place}] = {value};")),
        4 => (place.clone(), value.clone()).prop_map(|(place, value)| format!("dy[{place}] += {value};")),
        1 => (place, value.clone()).prop_map(|(place, value)| format!("dy[{place}] *= {value};")),
        3 => value.clone().prop_map(|value| format!("s += {value};")),
        1 => value.clone().prop_map(|value| format!("s -= {value};")),
        2 => value.clone().prop_map(|value| format!("c = 0.5 * c + {value};")),
        1 => value.clone().prop_map(|value| format!("let t = {value};")),
    ];
    let nested = (simple.clone(), value.clone()).prop_map(|(inner, value)| {
        let inner = inner.replace('i', "j").replace("jf", "if").replace("sjn", "sin");
        format!("for j in 0..N {{ if j != i {{ s += y[j] * {value}; }} {inner} }}")
    });
    let chosen = (value, simple.clone(), simple.clone())
        .prop_map(|(value, a, b)| format!("if {value} > 0.25 {{ {a} }} else {{ {b} }}"));
    prop_oneof![6 => simple, 1 => nested, 1 => chosen]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_loop_agrees_with_the_unrolled_one(
        n in 4..7_usize,
        first in prop::collection::vec(statement(), 1..4),
        second in prop::collection::vec(statement(), 0..3),
        backwards in any::<bool>(),
    ) {
        let range = if backwards { "(0..N).rev()" } else { "0..N" };
        let (first, second) = (first.join("\n"), second.join("\n"));
        agree(&format!("fn f(t: f64, y: [f64; {n}], w: [f64; {n}]) -> ([f64; {n}], f64, f64) {{
            const N: usize = {n};
            let mut dy = [0.0; N];
            let mut s = t;
            let mut c = w[0];
            for i in {range} {{ {first} }}
            for i in 0..N {{ {second} }}
            (dy, s, c)
        }}"));
    }
}
