//! Zeros of an event function within a step, on its interpolant.

use super::list::Probe;
use super::track::Tracker;

/// How many parts of a step are looked at when a zero may lie in it.
const PARTS: usize = 16;

/// How often a bracket is narrowed; every third time it is halved.
const NARROWINGS: usize = 150;

/// A step, as an event function sees it.
pub(super) struct Path<'a, V, A> {
    pub(super) t: f64,
    pub(super) h: f64,
    pub(super) start: (&'a V, &'a V),
    pub(super) end: (f64, &'a V, &'a V),
    /// The state at a part of the step.
    pub(super) at: A,
}

/// A zero on the interpolant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing {
    /// The part of the step before it.
    pub(super) theta: f64,
    /// The sign of the function before it.
    pub(super) before: f64,
    /// That after it; 0 where the function is zero to the end of the step.
    pub(super) after: f64,
}

/// Why there is no answer.
pub(crate) enum Trouble {
    /// The function is no number at this time.
    NotANumber { t: f64 },
    /// A reset made this component of the state so.
    WildReset { t: f64, component: usize, value: f64 },
    /// After a reset it is zero again before numbers can tell.
    PilesUp,
}

/// The zeros of one event in a step.
pub(super) struct Scan {
    pub(super) crossings: Vec<Crossing>,
    /// The sign at its start; where the function is zero there, the one that it takes.
    pub(super) start: f64,
    /// Sign and value at its end.
    pub(super) end: (f64, f64),
    /// The part of the step after which the function is no number any more, if there is one.
    pub(super) domain: Option<f64>,
}

/// All zeros that can be told apart, in order.
pub(super) fn scan<V, A: Fn(f64) -> V>(
    probe: &dyn Probe<V>,
    tracker: &Tracker,
    path: &Path<'_, V, A>,
) -> Result<Scan, Trouble> {
    let (end_t, end_y, end_dy) = path.end;
    let value = |theta: f64| {
        if theta == 1.0 {
            probe.value(end_t, end_y)
        } else {
            probe.value(path.t + theta * path.h, &(path.at)(theta))
        }
    };
    // The derivative by the part of the step.
    let slope = |t: f64, y: &V, dy: &V| probe.slope(t, y, dy, path.h) * path.h;

    #[allow(clippy::cast_precision_loss)]
    let mut nodes: Vec<(f64, f64)> =
        (1..=PARTS).map(|part| part as f64 / PARTS as f64).map(|theta| (theta, value(theta))).collect();
    let mut domain = None;
    let mut end_slope = f64::NAN;
    match nodes.iter().position(|(_, w)| w.is_nan()) {
        None => end_slope = slope(end_t, end_y, end_dy),
        Some(place) => {
            let before = if place == 0 { (0.0, tracker.value) } else { nodes[place - 1] };
            let (last, edge) = edge(&value, before, nodes[place].0);
            nodes.truncate(place);
            nodes.extend((last.0 > before.0).then_some(last));
            domain = Some(edge);
        }
    }
    let mut sign = tracker.sign;
    let mut start = (0.0, tracker.value);
    let start_slope = slope(path.t, path.start.0, path.start.1);
    if let (true, Some(&first)) = (tracker.value.is_nan(), nodes.first()) {
        // Its sign is the one with which it comes into its domain.
        start = edge(&value, first, 0.0).0;
        sign = signum(start.1);
    } else if sign == 0.0 {
        sign = signum(start_slope);
        // Nearer to its zero the function is rounding.
        let left = nodes.iter().position(|(_, w)| w.abs() > tracker.rounding).unwrap_or(nodes.len());
        nodes.drain(..left);
        match nodes.first() {
            None => sign = 0.0,
            Some(&(first, w)) if w * sign < 0.0 => {
                // It turns back before: where, is looked for down to the spacing of time.
                let spacing = path.t.abs().next_up() - path.t.abs();
                let parts = std::iter::successors(Some(0.5 * first), |theta| Some(0.5 * theta));
                let parts = parts.take_while(|theta| (theta * path.h).abs() > spacing);
                match parts.map(|theta| (theta, value(theta))).find(|(_, w)| w * sign > tracker.rounding) {
                    Some(node) => nodes.insert(0, node),
                    None if tracker.fresh => return Err(Trouble::PilesUp),
                    None => sign = 0.0,
                }
            }
            Some(_) => {}
        }
    }
    nodes.insert(0, start);
    let dips = dips(&nodes, sign, start_slope, end_slope, &value);
    nodes.extend(dips);
    nodes.sort_by(|a, b| a.0.total_cmp(&b.0));

    let start_sign = sign;
    let mut crossings = Vec::new();
    let mut place = 1;
    while place < nodes.len() {
        // Where it is zero, what comes after tells whether it goes through or turns back.
        let next = (place..nodes.len()).find(|&next| nodes[next].1 != 0.0).unwrap_or(nodes.len() - 1);
        let after = signum(nodes[next].1);
        if sign != 0.0 && after != sign {
            let theta = zero(&value, nodes[place - 1], nodes[place], sign);
            crossings.push(Crossing { theta, before: sign, after });
        }
        sign = after;
        place = next + 1;
    }
    Ok(Scan { crossings, start: start_sign, end: (sign, nodes[nodes.len() - 1].1), domain })
}

/// The place next to the end of its domain where the function is a number, with its value, and the one where it is none.
fn edge(value: &impl Fn(f64) -> f64, mut inside: (f64, f64), mut outside: f64) -> ((f64, f64), f64) {
    for _ in 0..NARROWINGS {
        if (outside - inside.0).abs() <= f64::EPSILON * outside {
            break;
        }
        let middle = 0.5 * (inside.0 + outside);
        match value(middle) {
            w if w.is_nan() => outside = middle,
            w => inside = (middle, w),
        }
    }
    (inside, outside)
}

/// Places where the function comes to the other side between two values on one side.
fn dips(
    nodes: &[(f64, f64)],
    start_sign: f64,
    start_slope: f64,
    end_slope: f64,
    value: &impl Fn(f64) -> f64,
) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    if nodes.len() < 2 {
        return found;
    }
    let mut look = |left: f64, right: f64, sign: f64| found.extend(dip(value, left, right, sign));
    for triple in nodes.windows(3) {
        let sign = signum(triple[1].1);
        let [before, here, after] = [triple[0].1, triple[1].1, triple[2].1].map(|w| w * sign);
        if sign != 0.0 && before > 0.0 && after > 0.0 && here <= before && here <= after {
            look(triple[0].0, triple[2].0, sign);
        }
    }
    let last = nodes.len() - 1;
    let (first, second) = (nodes[0].1 * start_sign, nodes[1].1 * start_sign);
    if first > 0.0 && second >= first && start_slope * start_sign < 0.0 {
        look(nodes[0].0, nodes[1].0, start_sign);
    }
    let sign = signum(nodes[last].1);
    let (before, end) = (nodes[last - 1].1 * sign, nodes[last].1 * sign);
    if end > 0.0 && before >= end && end_slope * sign > 0.0 {
        look(nodes[last - 1].0, nodes[last].0, sign);
    }
    found
}

/// Goes to the least of the function times `sign` between two places by golden sections, until it has the other sign.
fn dip(value: &impl Fn(f64) -> f64, left: f64, right: f64, sign: f64) -> Option<(f64, f64)> {
    let golden = (5.0f64.sqrt() - 1.0) / 2.0;
    let (mut a, mut b) = (left, right);
    let (mut c, mut d) = (b - golden * (b - a), a + golden * (b - a));
    let (mut at_c, mut at_d) = (value(c), value(d));
    for _ in 0..45 {
        if let Some(found) = [(c, at_c), (d, at_d)].into_iter().find(|(_, w)| w * sign <= 0.0) {
            return Some(found);
        }
        if at_c * sign < at_d * sign {
            (b, d, at_d) = (d, c, at_c);
            c = b - golden * (b - a);
            at_c = value(c);
        } else {
            (a, c, at_c) = (c, d, at_d);
            d = a + golden * (b - a);
            at_d = value(d);
        }
    }
    None
}

/// The zero between two places with values of different signs: false position after Dowell and Jarratt (*A modified
/// regula falsi method*, BIT 11, 1971), with halving where it is slow.
fn zero(value: &impl Fn(f64) -> f64, left: (f64, f64), right: (f64, f64), sign: f64) -> f64 {
    let (mut a, mut at_a) = left;
    let (mut b, mut at_b) = right;
    let mut kept = 0.0;
    for narrowing in 0..NARROWINGS {
        if b - a <= f64::EPSILON * b {
            break;
        }
        let secant = b - at_b * ((b - a) / (at_b - at_a));
        let middle = if narrowing % 3 == 2 || !(secant > a && secant < b) { 0.5 * (a + b) } else { secant };
        let w = value(middle);
        // An end that stays twice counts for half. A zero is after the crossing: of many the first is wanted.
        if w * sign > 0.0 {
            (a, at_a) = (middle, w);
            at_b *= if kept > 0.0 { 0.5 } else { 1.0 };
            kept = 1.0;
        } else {
            (b, at_b) = (middle, w);
            at_a *= if kept < 0.0 { 0.5 } else { 1.0 };
            kept = -1.0;
        }
    }
    b
}

pub(super) fn signum(w: f64) -> f64 {
    if w > 0.0 {
        1.0
    } else if w < 0.0 {
        -1.0
    } else {
        0.0
    }
}
