//! Where to keep states when not all can be kept.

/// How far to go from a kept state before the next is kept, where `steps` steps follow it, two or more, and `free` more
/// states can be kept: the binomial schedule.
///
/// With s states and each step computed again at most r times, β(s, r) = C(s + r, s) steps can be reversed. What follows
/// the new state must be within reach with one state fewer, what lies before it with one repeat fewer.
///
/// Griewank, Walther, *Algorithm 799: revolve*, ACM TOMS 26 (2000).
pub(super) fn stride(steps: usize, free: usize) -> usize {
    let states = free + 1;
    let reach = |states: usize, repeats: usize| binomial(states + repeats, states);
    let mut repeats = 1;
    while reach(states, repeats) < steps {
        repeats += 1;
    }
    let least = if repeats > 1 { reach(states, repeats - 2) } else { 1 };
    steps.saturating_sub(reach(free, repeats)).max(least)
}

/// n over k, or the largest number where it is larger.
fn binomial(n: usize, k: usize) -> usize {
    let k = k.min(n - k);
    let mut result: usize = 1;
    for i in 1..=k {
        match result.checked_mul(n - k + i) {
            Some(product) => result = product / i,
            None => return usize::MAX,
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{binomial, stride};

    #[test]
    fn binomials() {
        assert_eq!(binomial(36, 32), 58_905);
        assert_eq!(binomial(5, 0), 1);
        assert_eq!(binomial(1000, 500), usize::MAX);
    }

    /// The steps that are computed again to reverse so many with so many states besides the first.
    fn advances(steps: usize, free: usize) -> usize {
        let (mut kept, mut count, mut end) = (vec![0], 0, steps);
        while end > 0 {
            let at = kept[kept.len() - 1];
            if at + 1 == end {
                end -= 1;
                kept.retain(|&at| at < end);
            } else if kept.len() <= free {
                let next = at + stride(end - at, free + 1 - kept.len());
                count += next - at;
                kept.push(next);
            } else {
                count += end - 1 - at;
                end -= 1;
            }
        }
        count
    }

    #[test]
    fn the_schedule_is_the_binomial_optimum() {
        // r n - C(c + r, r - 1) with c states, the first included: Griewank and Walther's count.
        for (steps, states, repeats) in [(10, 3, 2), (35, 4, 3), (1000, 10, 4), (10_000, 32, 4)] {
            let optimum = repeats * steps - binomial(states + repeats, repeats - 1);
            assert_eq!(advances(steps, states - 1), optimum, "{steps} steps, {states} states");
        }
        assert_eq!(advances(100, 99), 99);
        assert_eq!(advances(100, 0), 99 * 100 / 2);
    }
}
