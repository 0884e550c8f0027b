//! Each construct of the language has the value that rustc gives it: both compile the same source.

// The sources are written as users may write them.
#![allow(unused, nonstandard_style, clippy::all)]

use super::agrees;

pub(super) const RATE: f64 = 1.75;

pub(super) mod sea {
    pub(crate) const DEPTH: f64 = 11.5;
}

#[test]
fn arithmetic_and_literals() {
    agrees!((0.3, [1.7, -2.2], 3.0), (-1.0, [-0.0, 0.0], 1e300) => fn f(t: f64, y: [f64; 2], k: f64) -> [f64; 4] {
        [y[0] + y[1] * k - t / k, -y[0] % 0.7, (y[0] - y[1]) * (t + 1e-3), 1_000.5 * -y[1] + 2f64 + 0.5_f64]
    });
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> f64 { &y[0] - *&y[1] - -t });
}

#[test]
fn let_shadowing_and_assignment() {
    agrees!((0.3, [1.7, -2.2], 3.0) => fn f(t: f64, y: [f64; 2], mut k: f64) -> [f64; 3] {
        let x = y[0];
        let x = x * x + t;
        let mut z: f64 = x;
        z += k;
        z -= 0.5 * x;
        z *= 2.0;
        z /= y[1];
        z %= 1.3;
        k = k + z;
        { let z = 100.0; k += z; }
        let mut a = [x, z, k];
        a[1] = a[0] + 1.0;
        a[0 + 2] += a[1];
        a
    });
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, mut y: [f64; 2]) -> [f64; 2] {
        let mut m = [[0.0; 2]; 2];
        m[0][1] = y[0];
        m[1][0] -= y[1];
        y[0] = m[0][1] + m[1][0];
        let mut pair = (1.0, [t, t]);
        pair.0 += y[0];
        pair.1[1] = pair.0;
        [pair.1[1], y[0]]
    });
}

#[test]
fn arrays_tuples_and_patterns() {
    agrees!((0.3, ([1.0, 2.0], 3.0), [[1.0, 2.0], [3.0, 4.0]], (5.0, 6.0)) =>
    fn f(t: f64, (a, b): ([f64; 2], f64), m: [[f64; 2]; 2], p: (f64, f64)) -> ([f64; 2], f64) {
        let [[m00, _], [_, m11]] = m;
        let (p0, p1) = p;
        let [first, second]: [f64; 2] = a;
        ([m00 * first + p0, m11 * second + p.1], b + p1 * m[0][1])
    });
    agrees!((0.3, [[1.0, 2.0], [3.0, 4.0]]) => fn f(_: f64, [[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
        let nested = ((a, b), [c; 2]);
        [[nested.0.1, nested.1[1]], [d, nested.0.0]]
    });
}

#[test]
fn loops() {
    agrees!((0.3, [1.7, -2.2, 0.4], [0.1, 0.2, 0.3]) => fn f(t: f64, y: [f64; 3], w: [f64; 3]) -> [f64; 8] {
        const N: usize = 3;
        let mut r = [0.0; 8];
        for i in 0..N { r[0] += y[i] * i as f64; }
        for i in 1..=N - 1 { r[1] += y[i] * y[i - 1]; }
        for x in y { r[2] = r[2] * t + x; }
        for (i, x) in y.iter().enumerate() { r[3] += x * (i as f64 + 1.0); }
        for (x, w) in y.iter().zip(&w) { r[4] += x * w; }
        for i in (0..y.len()).rev() { r[5] = r[5] * 0.5 + y[i]; }
        for pair in y.windows(2) { r[6] += pair[0] * pair[1]; }
        for (i, (x, w)) in y.iter().zip(w.iter()).enumerate().skip(1) {
            for j in 0..i { r[7] += x * w * y[j]; }
        }
        r
    });
    agrees!((0.3, [1.7, -2.2, 0.4, 5.0]) => fn f(t: f64, y: [f64; 4]) -> [f64; 3] {
        let mut s = [0.0, 0.0, 0.0];
        for i in (0..4).step_by(2) { s[0] += y[i]; }
        for &x in y.iter().take(2) { s[1] += x; }
        for x in &y { s[2] -= *x; }
        for _ in 0..0 { s[2] = 0.0; }
        s
    });
}

#[test]
fn iterators_and_from_fn() {
    agrees!((0.3, [1.7, -2.2, 0.4]) => fn f(t: f64, y: [f64; 3]) -> [f64; 9] {
        let a: [f64; 3] = std::array::from_fn(|i| y[i] * i as f64);
        let b = std::array::from_fn::<f64, 3, _>(|i| y[2 - i]);
        let m: [[f64; 2]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| y[i] + j as f64));
        let n: [[f64; 2]; 2] = [std::array::from_fn(|j| y[j]), [t; 2]];
        [
            a[2] + b[0],
            m[2][1] + n[0][1],
            y.iter().sum::<f64>(),
            y.iter().map(|x| x * x).sum(),
            y.iter().product::<f64>(),
            y.iter().fold(0.25, |s, x| s * t + x),
            y.map(|x| x.sin())[1],
            (0..3).map(|i| y[i] / (i + 1) as f64).sum::<f64>(),
            y.iter().zip(a.iter()).map(|(x, a)| x * a).sum::<f64>() + (0..0).map(|i| y[i]).product::<f64>(),
        ]
    });
    agrees!((0.3, [1.7, -2.2, 0.4]) => fn f(t: f64, y: [f64; 3]) -> [f64; 3] {
        fn twice(x: f64) -> f64 { 2.0 * x }
        fn shifted(y: [f64; 3]) -> [f64; 3] { std::array::from_fn(|i| y[(i + 1) % 3]) }
        let z = shifted(y).map(twice);
        std::array::from_fn(|i| if i == 0 { t } else { z[i] - z[i - 1] })
    });
}

#[test]
fn branches() {
    let points = [(0.3, [1.7, -2.2]), (0.3, [-1.0, 2.0]), (2.0, [0.0, 0.0]), (2.0, [f64::NAN, 1.0])];
    for (t, y) in points {
        agrees!((t, y) => fn f(t: f64, y: [f64; 2]) -> [f64; 2] {
            let [x, z] = y;
            let mut force = -x;
            let mut count = [0.0; 2];
            if x > 0.0 { force = force * z; count[0] += 1.0; }
            if z >= 0.0 && !(t > 1.0) || x == z {
                let x = force;
                force += x;
            } else if x != z {
                count[1] = if t < 1.0 { x } else { z };
            } else {
                force = 7.0;
            }
            [force, count[0] + count[1]]
        });
        agrees!((t, y) => fn f(t: f64, y: [f64; 2]) -> (f64, [f64; 2]) {
            let (a, b) = if y[0] > y[1] { (y[0], [t, 1.0]) } else { (y[1], [2.0, t]) };
            (a, b)
        });
    }
}

#[test]
fn truth_values() {
    for (t, y) in [(0.3, [1.7, -2.2]), (0.3, [-1.0, 2.0]), (2.0, [3.0, 3.0])] {
        agrees!((t, y) => fn f(t: f64, y: [f64; 2]) -> [f64; 3] {
            let up = y[0] > y[1];
            let mut late = false;
            if t > 1.0 { late = true; }
            let both = if up { late } else { true };
            let either = if up { y[1] > 0.0 } else { false };
            let flags = [up, late && up];
            let mut on = flags[1];
            if y[1] > 0.0 { on = !on; }
            [
                if both { 1.0 } else { 2.0 },
                if either || late { y[0] } else { y[1] },
                if on { t } else { -t },
            ]
        });
    }
}

#[test]
fn conditions_known_while_compiling() {
    agrees!((0.3, [1.7, -2.2, 0.4]) => fn f(t: f64, y: [f64; 3]) -> [f64; 3] {
        const WRAP: bool = true;
        let mut r = [0.0; 3];
        for i in 0..3 {
            let left = if i == 0 { y[2] } else { y[i - 1] };
            if i > 0 && y[i - 1] > 0.0 { r[i] += 10.0; }
            if i == 0 || y[i - 1] < 0.0 { r[i] += 20.0; }
            if WRAP && i % 2 == 1 { r[i] -= left; } else { r[i] += left; }
        }
        r
    });
}

#[test]
fn inner_functions_and_constants() {
    agrees!((0.3, [1.7, -2.2], 0.5) => fn f(t: f64, y: [f64; 2], k: f64) -> [f64; 4] {
        const AREA: f64 = WIDTH * 2.0;
        const WIDTH: f64 = 1.5;
        const TABLE: [f64; 3] = [0.1, WIDTH, 0.3];
        const lower: f64 = 0.01;
        let outer = early(y[0], k);
        fn early(x: f64, k: f64) -> f64 { late(x) * k + AREA }
        fn late(x: f64) -> f64 {
            const WIDTH: f64 = 100.0;
            x + WIDTH + lower
        }
        fn pair(a: f64) -> (f64, [f64; 2]) { (a, [a, late(a)]) }
        let (a, [b, c]) = pair(t);
        [outer, a + b + c, TABLE.iter().sum(), { let early = 1.0; early + late(early) }]
    });
}

#[test]
fn items_mean_what_they_mean_where_they_stand() {
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> [f64; 2] {
        const K: f64 = 1.0;
        fn scaled(x: f64) -> f64 { K * helper(x) }
        fn helper(x: f64) -> f64 { x + 1.0 }
        let inside = {
            const K: f64 = 50.0;
            fn helper(x: f64) -> f64 { x - 1000.0 }
            scaled(y[0]) + helper(K)
        };
        [inside, scaled(y[1])]
    });
}

#[test]
fn constants_from_outside() {
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> [f64; 4] {
        let inside = if y[0] > 0.0 { RATE * y[0] } else { 0.0 };
        [inside, RATE * sea::DEPTH, f64::EPSILON + RATE, std::f64::consts::PI * core::f64::consts::TAU]
    });
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> [f64; 4] {
        use std::f64::consts::{self, LN_2, PI as HALF_TURN};
        use sea::DEPTH;
        [HALF_TURN * t, consts::FRAC_PI_2, LN_2, DEPTH]
    });
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> f64 {
        use std::f64::consts::*;
        E * RATE * SQRT_2
    });
}

#[test]
fn integers_and_casts() {
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> [f64; 5] {
        let n = 7;
        let mut m: i32 = n / 2 - 5;
        m = m * m;
        let powers = [1, 2, 3];
        [
            (n % 4) as f64,
            m as f64 + y[0] as f64,
            3_i32.pow(2) as f64 + (2_i32.max(m) - m.abs()) as f64,
            powers[2] as f64,
            (n > 3) as i32 as f64,
        ]
    });
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> [f64; 2] {
        let mut r = [y[0].powi(-2), t as _];
        for n in -3..4 { r[0] += y[1].powi(n) * f64::powi(y[0], n + 1); }
        r
    });
}

#[test]
fn blocks_and_statements() {
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> [f64; 2] {
        let a = { let b = y[0]; b * b };
        let c = (a + { t });
        c + 1.0;
        ;
        { let a = 5.0; }
        const { 2.0 };
        if a > 0.0 { [a, c] } else { [c, a] }
    });
    agrees!((0.3, [1.7, -2.2]) => fn f(t: f64, y: [f64; 2]) -> f64 {
        let mut s = 0.0;
        let mut add = 1.0;
        if y[0] > 0.0 { for x in y { s += x } } else { s = t }
        s
    });
}

#[test]
fn reserved_and_odd_names() {
    agrees!((0.3, [1.7, -2.2], 0.5) => fn f(r#fn: f64, r#type: [f64; 2], r#match: f64) -> [f64; 2] {
        let [r#loop, MOVE] = r#type;
        let n1 = r#loop * r#match;
        let dy = n1 + r#fn;
        let größe = MOVE * dy;
        [dy, größe]
    });
}
