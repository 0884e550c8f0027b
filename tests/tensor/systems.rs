//! Systems that have every operation.

use odec::prelude::*;

/// torchdiffeq's spiral.
#[ode]
pub fn spiral<const B: usize>(
    _t: f32,
    y: Tensor<Rank2<B, 2>>,
    w1: Tensor<Rank2<2, 50>>,
    b1: Tensor<Rank1<50>>,
    w2: Tensor<Rank2<50, 2>>,
    b2: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    let hidden = (y.powi(3).matmul(w1) + b1).tanh();
    hidden.matmul(w2) + b2
}

/// The functions that dfdx has.
#[ode]
pub fn smooth<const B: usize>(t: f64, y: Tensor<Rank2<B, 3>>, w: Tensor<Rank1<3>>) -> Tensor<Rank2<B, 3>> {
    let a = (y * w).sin() * y.cos() + (t * y).exp() / (1.0 + y.square());
    let b = (y.abs() + 1.0).ln() - (y.square() + 0.5).sqrt();
    let c = y.sigmoid() * w.tanh() + (y - 0.1).relu();
    a - b + 2.0 * c - y.powi(3).recip() * 0.01 + (-y).tanh()
}

/// Functions that dfdx lacks.
#[ode]
pub fn elementary<const B: usize>(
    t: f64,
    y: Tensor<Rank2<B, 3>>,
    w: Tensor<Rank1<3>>,
) -> Tensor<Rank2<B, 3>> {
    let a = y.softplus() + (y * w).atan() + (y * 0.1).tan() + (y * 0.3).sinh();
    let b = (y.abs() + 1.5).powf(1.7) + y.atan2(w) + y.hypot(w) + y.cbrt();
    let c = (y * 0.1).asin() + (y.abs() + 1.0).log10() + y.exp_m1() + (y.square() + w).max(t) + y.min(w);
    a + b * 0.1 - c + y.clamp(-0.4, 0.6) + (y * 2.0).floor() + t.sin() * y.gelu()
}

/// Axes of length 1, missing axes, numbers and time.
#[ode]
pub fn broadcasting<const B: usize, const N: usize>(
    t: f64,
    y: Tensor<Rank3<B, N, 3>>,
    row: Tensor<Rank2<1, 3>>,
    column: Tensor<Rank2<N, 1>>,
    scale: Tensor<Rank0>,
) -> Tensor<Rank3<B, N, 3>> {
    let grid = row * column;
    (y * grid + column) * scale - row / (1.0 + t * scale * scale)
}

/// Sums, means and extremes over axes.
#[ode]
pub fn reductions<const B: usize>(
    _t: f64,
    y: Tensor<Rank3<B, 3, 5>>,
    w: Tensor<Rank2<3, 5>>,
) -> Tensor<Rank3<B, 3, 5>> {
    let all = y.sum() * 0.01 + w.mean();
    let rows = (y * w).sum(2);
    let columns = y.mean(1).reshape([B, 1, 5]);
    let largest = y.max([1, 2]).reshape([B, 1, 1]);
    let smallest = (y + w).min(0);
    let pairs = (y * y).sum([0, 2]);
    y * rows.reshape([B, 3, 1]) + columns * largest - smallest * all + pairs.reshape([3, 1])
}

/// Attention of each point to all others.
#[ode]
pub fn attention<const B: usize, const N: usize>(
    _t: f64,
    y: Tensor<Rank3<B, N, 4>>,
    query: Tensor<Rank2<4, 3>>,
    key: Tensor<Rank2<4, 3>>,
    value: Tensor<Rank2<4, 4>>,
) -> Tensor<Rank3<B, N, 4>> {
    let scores = y.matmul(query).matmul(y.matmul(key).transpose()) * 0.5;
    scores.softmax(-1).matmul(y.matmul(value)) - y
}

/// Parts of tensors moved about.
#[ode]
pub fn arranged<const B: usize>(
    _t: f64,
    y: Tensor<Rank2<B, 6>>,
    w: Tensor<Rank2<3, 2>>,
) -> Tensor<Rank2<B, 6>> {
    let (left, right) = (y.slice(1, 0..2), y.slice(1, 2..6));
    let turned = concat([right.tanh(), left], 1);
    let cells = y.reshape([B, 3, 2]).permute([0, 2, 1]);
    let folded = (cells * w.permute([1, 0])).permute([0, 2, 1]).reshape([B, 6]);
    let stacked = stack([y.select(1, 0), y.select(1, 5).sin(), w.select(0, 1).sum() + y.select(1, 2)], 1);
    let twice = concat([stacked, stacked * 2.0], 1);
    turned + folded * twice + w[2].sum()
}

/// A tuple of states.
#[ode]
pub fn oscillators<const B: usize>(
    _t: f64,
    (q, p): (Tensor<Rank2<B, 2>>, Tensor<Rank2<B, 2>>),
    stiffness: Tensor<Rank2<2, 2>>,
    damping: Tensor<Rank1<2>>,
) -> (Tensor<Rank2<B, 2>>, Tensor<Rank2<B, 2>>) {
    (p, -q.matmul(stiffness) - damping * p)
}

/// Decisions: by numbers, and for each element.
#[ode]
pub fn decisions<const B: usize>(t: f64, y: Tensor<Rank2<B, 3>>, w: Tensor<Rank1<3>>) -> Tensor<Rank2<B, 3>> {
    let pushed = if t < 0.5 { y * w } else { y + w };
    let pulled = if w.sum() > 0.0 && t >= 0.0 { pushed.sin() } else { pushed.cos() };
    let outside = y.abs().gt(w) || y.lt(0.2);
    let mut z = outside.choose(pulled, y * y);
    if t > 10.0 {
        z = z * 2.0;
    }
    (z < w).choose(z, 1.0)
}

/// Modules by their types.
#[ode]
pub fn network<const B: usize>(
    t: f64,
    y: Tensor<Rank2<B, 2>>,
    net: (Linear<2, 7>, Tanh, Linear<7, 5>, Sigmoid),
    last: Linear<5, 2>,
) -> Tensor<Rank2<B, 2>> {
    last.forward(net.forward(y * t)) - y
}

/// A batch whose size is known when the program runs.
#[ode]
pub fn batch(_t: f64, y: Tensor<(usize, Const<3>)>, w: Tensor<Rank2<3, 3>>) -> Tensor<(usize, Const<3>)> {
    y.matmul(w) * 0.1 - y.mean(0)
}

/// A vector, and loops that are unrolled.
#[ode]
pub fn vector(t: f64, y: Tensor<Rank1<5>>, a: Tensor<Rank2<5, 5>>) -> Tensor<Rank1<5>> {
    fn squashed(x: f64, factor: f64) -> f64 {
        (x * factor).tanh()
    }
    let mut sum = y;
    for i in 1..3 {
        sum = squashed(a.matmul(sum), i as f64 * t) + y.matmul(a) * 0.1;
    }
    sum - y[0] * y
}

/// Names that generated code has too.
#[ode]
pub fn names<const L: usize, const D: usize>(
    t: f64,
    state: Tensor<Rank2<L, D>>,
    tape: Tensor<Rank1<D>>,
    device: Tensor<Rank2<D, D>>,
    lengths: Tensor<Rank0>,
) -> Tensor<Rank2<L, D>> {
    let work = state.matmul(device) * tape;
    let p = work.tanh() * lengths;
    let out = p + t * work;
    out / D as f64
}

/// Results that are no loops of their own: an input, a view of a parameter, a constant.
#[ode]
pub fn views<const B: usize>(
    t: f64,
    (a, b, c): (Tensor<Rank2<B, 3>>, Tensor<Rank2<3, B>>, Tensor<Rank1<2>>),
    w: Tensor<Rank2<3, 2>>,
    scale: Tensor<Rank0>,
) -> (Tensor<Rank2<B, 3>>, Tensor<Rank2<3, B>>, Tensor<Rank1<2>>) {
    let spread = stack([w.select(1, 0), w.select(1, 0) * scale], 0).sum(0);
    (a, a.transpose() * t + b * 0.0, w[0] * 0.0 + scale.tanh() + c - c)
}

/// Extremes, paddings and sums that go straight to gradients, masks used by several loops, `if` in `if`.
#[ode]
pub fn corners<const B: usize>(
    t: f64,
    y: Tensor<Rank3<B, 2, 3>>,
    w: Tensor<Rank2<3, 3>>,
    v: Tensor<Rank1<3>>,
) -> Tensor<Rank3<B, 2, 3>> {
    let big = y.abs() > v;
    let (inside, outside) = (big.choose(y * y, 0.5), big.choose(1.0, y.exp()));
    let best = w.max(0) * v + w.max() * w.min(1);
    let turned = y.permute([0, 2, 1]).matmul(inside);
    let mixed = if t > 0.0 {
        if v.sum() > 100.0 { turned } else { turned.permute([0, 2, 1]).tanh() }
    } else {
        w + turned * 0.1
    };
    let rows = outside.matmul(w.transpose()).matmul(mixed.mean(0));
    let ones = (v * 0.0 + 1.0).sum() + y.sum([1, 2]).sum() * 0.01;
    rows * best + inside / ones + y.matmul(v.reshape([3, 1])) + v.slice(0, 1..3).reshape([2, 1])
}

/// Names that loops have too, factors that are one tensor, and truth values inside of an `if`.
#[ode]
pub fn tangled<const B: usize>(
    t: f64,
    y: Tensor<Rank2<B, 3>>,
    w: Tensor<Rank2<3, 3>>,
) -> Tensor<Rank2<B, 3>> {
    let a0 = y.matmul(w.matmul(w)).tanh();
    let i0 = t.sin();
    let x7 = t.cos();
    let dy = y * a0 + x7;
    let positive = y.gt(0.0);
    let chosen = positive.choose(y.sin(), y);
    let mut z = if t > 0.5 { chosen } else { y * 2.0 };
    z = if t > 0.0 { positive.choose(z, -z) } else { z };
    for i in 0..3 {
        z = (z.gt(0.5) && i > 0).choose(z, z + 1.0);
        z = (i > 1 && z.lt(0.9)).choose(z * z, z);
    }
    let twice = concat([w, w], 0).sum(0) + stack([dy, dy], 0).mean(0);
    dy.matmul(w) * i0 + z + twice + w.matmul(w.transpose()).sum(0)
}

/// A parameter with a row for each row of the batch.
#[ode]
pub fn paired(_t: f64, y: Tensor<(usize, Const<3>)>, w: Tensor<Rank2<5, 3>>) -> Tensor<(usize, Const<3>)> {
    y + w
}

/// A function that is called as its code is.
#[ode]
pub fn kernel<const B: usize>(_t: f64, y: Tensor<Rank1<B>>, rate: Tensor<Rank0>) -> Tensor<Rank1<B>> {
    y * rate
}

/// Wide enough for a large batch to be shared out.
#[ode]
pub fn layer<const B: usize>(
    _t: f64,
    y: Tensor<Rank2<B, 64>>,
    w: Tensor<Rank2<64, 64>>,
) -> Tensor<Rank2<B, 64>> {
    y.matmul(w).tanh() - y
}
