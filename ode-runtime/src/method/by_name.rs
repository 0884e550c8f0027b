//! Methods chosen while running: steps that read their tableau.

use std::fmt;
use std::str::FromStr;

use super::{
    AdaptiveHeun, AtStage, Bosh3, Dop853, Dopri5, Dopri8, Euler, ExtraStage, Fehlberg2, Heun2, Heun3,
    Midpoint, Rk4, Rk4Classic, Stepper, Tableau, Tsit5, Vern6, Vern7, Vern8, Vern9,
};
use crate::number::Lane;
use crate::solve::SolveError;
use crate::space::Space;

/// The stages of the largest method, the completion included.
const STAGES: usize = 17;

/// The extra stages of the method that has most.
const EXTRA: usize = 9;

macro_rules! methods {
    ($($Name:ident)*) => {
        /// A method chosen while running, by its name: `"dopri5".parse()`.
        ///
        /// Its step is one loop that reads the tableau, compiled once for all methods, where that of a type such as
        /// [`Dopri5`] is unrolled. Both return the same numbers, to the last bit; the type is faster, up to twice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Method { $($Name),* }

        impl Method {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$Name),*];

            #[inline]
            fn table(self) -> &'static Tableau {
                match self { $(Self::$Name => $Name.tableau()),* }
            }
        }

        $(
            impl From<$Name> for Method {
                fn from(_: $Name) -> Self {
                    Self::$Name
                }
            }
        )*

        #[test]
        fn the_steps_are_those_of_the_types() {
            $(
                tests::agree::<$Name, 3>($Name, Method::$Name);
                tests::agree::<$Name, { FEW + 3 }>($Name, Method::$Name);
            )*
        }
    };
}

methods! {
    Dopri5 Tsit5 Bosh3 Fehlberg2 AdaptiveHeun Dopri8 Dop853 Vern6 Vern7 Vern8 Vern9
    Euler Midpoint Heun2 Heun3 Rk4 Rk4Classic
}

impl Stepper for Method {
    type Stages<V> = [V; STAGES];
    type ExtraStages<V> = [V; EXTRA];

    #[inline]
    fn tableau(&self) -> &'static Tableau {
        self.table()
    }

    fn stages<V: Clone>(&self, zero: &V) -> [V; STAGES] {
        std::array::from_fn(|_| zero.clone())
    }

    fn extra_stages<V: Clone>(&self, zero: &V) -> [V; EXTRA] {
        std::array::from_fn(|_| zero.clone())
    }

    #[inline(always)]
    fn advance<L: Lane, V: Space<L>>(
        &self,
        mut rhs: impl AtStage<f64, V>,
        h: L,
        y: &V,
        k: &mut [V; STAGES],
        y1: &mut V,
    ) {
        let Tableau { c, a, b, .. } = self.table();
        for stage in 1..a.len() {
            Terms(stage, |j| (a[stage][j], &k[j])).argument(h, y, y1);
            rhs.fill(c[stage], y1, &mut k[stage]);
        }
        Terms(b.len(), |j| (b[j], &k[j])).sum(y1);
        for n in 0..y.len() {
            y1[n] = y1[n].mul_add_fast(h, y[n]);
        }
    }

    #[inline(always)]
    fn error<L: Lane, V: Space<L>>(&self, k: &[V; STAGES], error: &mut V) {
        let weights = self.table().estimates[0].weights;
        Terms(weights.len(), |j| (weights[j], &k[j])).sum(error);
    }

    #[inline(always)]
    fn second_error<L: Lane, V: Space<L>>(&self, k: &[V; STAGES], error: &mut V) {
        let weights = self.table().estimates[1].weights;
        Terms(weights.len(), |j| (weights[j], &k[j])).sum(error);
    }

    #[inline(always)]
    fn transpose<L: Lane, V: Space<L>>(
        &self,
        mut vjp: impl AtStage<usize, V>,
        h: L,
        lambda: &mut V,
        k_bar: &mut [V; STAGES],
        y_bar: &mut [V; STAGES],
    ) {
        let Tableau { a, b, .. } = self.table();
        for stage in (0..a.len()).rev() {
            let (here, later) = y_bar.split_at_mut(stage + 1);
            let y_bar = &mut here[stage];
            let terms = Terms(a.len() - stage, |j| match j {
                0 => (b[stage], &*lambda),
                _ => (a[stage + j][stage], &later[j - 1]),
            });
            if terms.sum(y_bar) {
                for n in 0..lambda.len() {
                    k_bar[stage][n] = h.mul_add_fast(y_bar[n], k_bar[stage][n]);
                }
            }
            vjp.fill(stage, &k_bar[stage], y_bar);
        }
        for y_bar in &y_bar[..a.len()] {
            add(lambda, y_bar);
        }
    }

    #[inline(always)]
    fn evaluate_extra<L: Lane, V: Space<L>>(
        &self,
        mut rhs: impl FnMut(f64, &V, &mut V),
        h: L,
        y: &V,
        k: &[V; STAGES],
        extra: &mut [V; EXTRA],
        point: &mut V,
    ) {
        let tableau = self.table();
        let stages = tableau.stages();
        for (i, ExtraStage { c, a }) in tableau.extra.iter().enumerate() {
            let (before, rest) = extra.split_at_mut(i);
            let stage = |j: usize| if j < stages { &k[j] } else { &before[j - stages] };
            Terms(a.len(), |j| (a[j], stage(j))).argument(h, y, point);
            rhs(*c, point, &mut rest[0]);
        }
    }

    #[inline(always)]
    fn transpose_extra<L: Lane, V: Space<L>>(
        &self,
        mut vjp: impl FnMut(usize, &V, &mut V),
        h: L,
        y0_bar: &mut V,
        k_bar: &mut [V; STAGES],
        extra_bar: &mut [V; EXTRA],
        y_bar: &mut [V; EXTRA],
    ) {
        let tableau = self.table();
        let (stages, extra) = (tableau.stages(), tableau.extra);
        // `to += h Σ a_ji y_bar[j]` over the extra stages `j` from `first` on, where `i` counts all stages.
        let gather = |to: &mut V, i: usize, first: usize, y_bar: &[V; EXTRA]| {
            let terms = Terms(extra.len() - first, |j: usize| (extra[first + j].a[i], &y_bar[first + j]));
            if terms.newest().is_some() {
                for n in 0..to.len() {
                    to[n] = h.mul_add_fast(terms.element(n), to[n]);
                }
            }
        };
        for i in (0..extra.len()).rev() {
            gather(&mut extra_bar[i], stages + i, i + 1, y_bar);
            vjp(i, &extra_bar[i], &mut y_bar[i]);
        }
        for (i, k_bar) in k_bar[..stages].iter_mut().enumerate() {
            gather(k_bar, i, 0, y_bar);
        }
        for y_bar in &y_bar[..extra.len()] {
            add(y0_bar, y_bar);
        }
    }
}

/// Up to so many elements are summed one by one, in sums that stay in registers; more of them term by term, in long loops.
const FEW: usize = 8;

/// Terms of a sum over stages, so many of them: a coefficient and a stage each. Those whose coefficient is 0 are none.
///
/// The sums are those of the unrolled steps, which the compiler makes in `tableau/emit`: the same terms in the same order.
struct Terms<F>(usize, F);

impl<F> Terms<F> {
    /// The last term.
    #[inline(always)]
    fn newest<'v, V: 'v>(&self) -> Option<usize>
    where
        F: Fn(usize) -> (f64, &'v V),
    {
        (0..self.0).rev().find(|&j| self.1(j).0 != 0.0)
    }

    /// `to = y + h Σ a_j k_j`, with a product of its own for the last term.
    #[inline(always)]
    fn argument<'v, L: Lane, V: Space<L>>(self, h: L, y: &V, to: &mut V)
    where
        F: Fn(usize) -> (f64, &'v V),
    {
        let Some(place) = self.newest() else { return to.clone_from(y) };
        let (a, newest) = self.1(place);
        let last = h * L::constant(a);
        if Terms(place, self.1).sum(to) {
            for n in 0..y.len() {
                to[n] = newest[n].mul_add_fast(last, to[n].mul_add_fast(h, y[n]));
            }
        } else {
            for n in 0..y.len() {
                to[n] = newest[n].mul_add_fast(last, y[n]);
            }
        }
    }

    /// `to = Σ a_j k_j`, 0 where there is no term; whether there is any.
    #[inline(always)]
    fn sum<'v, L: Lane, V: Space<L>>(self, to: &mut V) -> bool
    where
        F: Fn(usize) -> (f64, &'v V),
    {
        if to.len() <= FEW {
            for n in 0..to.len() {
                to[n] = self.element(n);
            }
            return self.newest().is_some();
        }
        let mut terms = (0..self.0).map(self.1).filter(|(a, _)| *a != 0.0);
        let first = terms.next();
        for n in 0..to.len() {
            to[n] = first.map_or(L::constant(0.0), |(a, k)| k[n] * L::constant(a));
        }
        for (a, k) in terms {
            let a = L::constant(a);
            for n in 0..to.len() {
                to[n] = k[n].mul_add_fast(a, to[n]);
            }
        }
        first.is_some()
    }

    /// One element of the sum; 0 where there is no term.
    #[inline(always)]
    fn element<'v, L: Lane, V: Space<L>>(&self, n: usize) -> L
    where
        F: Fn(usize) -> (f64, &'v V),
    {
        let mut terms = (0..self.0).map(&self.1).filter(|(a, _)| *a != 0.0);
        let Some((a, k)) = terms.next() else { return L::constant(0.0) };
        let mut sum = k[n] * L::constant(a);
        for (a, k) in terms {
            sum = k[n].mul_add_fast(L::constant(a), sum);
        }
        sum
    }
}

/// `to += more`
#[inline(always)]
fn add<L: Lane, V: Space<L>>(to: &mut V, more: &V) {
    for n in 0..to.len() {
        to[n] += more[n];
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tableau().name)
    }
}

impl FromStr for Method {
    type Err = SolveError;

    fn from_str(name: &str) -> Result<Self, SolveError> {
        let known = Self::ALL.iter().copied().find(|method| method.tableau().name == name);
        known.ok_or_else(|| SolveError::UnknownMethod { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the step of this type and the one that reads its tableau return the same bits, forwards and back.
    pub(super) fn agree<M: Stepper, const N: usize>(method: M, named: Method) {
        let tableau = method.tableau();
        let (stages, extra) = (tableau.stages(), tableau.extra.len());
        let wave = |phase: f64| -> [f64; N] { std::array::from_fn(|n| (phase + 1.7 * n as f64).sin()) };
        let rhs = |node: f64, y: &[f64; N], dy: &mut [f64; N]| {
            for n in 0..N {
                dy[n] = (3.0 * y[n] + node).cos() - y[(n + 1) % N];
            }
        };
        let (h, y) = (0.37, wave(0.2));
        let (mut k, mut k_named) = (method.stages(&y), named.stages(&y));
        let (mut y1, mut y1_named) = (y, y);
        rhs(0.0, &y, &mut k.as_mut()[0]);
        rhs(0.0, &y, &mut k_named[0]);
        method.advance(rhs, h, &y, &mut k, &mut y1);
        named.advance(rhs, h, &y, &mut k_named, &mut y1_named);
        assert_eq!(y1, y1_named, "{named}");
        rhs(1.0, &y1, &mut k.as_mut()[stages - 1]);
        rhs(1.0, &y1, &mut k_named[stages - 1]);
        assert_eq!(k.as_ref(), &k_named[..stages], "{named}");

        let (mut error, mut error_named) = (y, y);
        if tableau.is_adaptive() {
            method.error(&k, &mut error);
            named.error(&k_named, &mut error_named);
            assert!(error == error_named && error != y, "{named}");
        }
        if tableau.estimates.len() > 1 {
            method.second_error(&k, &mut error);
            named.second_error(&k_named, &mut error_named);
            assert_eq!(error, error_named, "{named}");
        }
        let (mut more, mut more_named) = (method.extra_stages(&y), named.extra_stages(&y));
        method.evaluate_extra(rhs, h, &y, &k, &mut more, &mut y1);
        named.evaluate_extra(rhs, h, &y, &k_named, &mut more_named, &mut y1_named);
        assert_eq!(more.as_ref(), &more_named[..extra], "{named}");

        let vjp = |stage: usize, k_bar: &[f64; N], y_bar: &mut [f64; N]| {
            for n in 0..N {
                y_bar[n] = (stage as f64 - 1.3) * k_bar[n] + 0.4 * k_bar[(n + 2) % N];
            }
        };
        let (mut k_bar, mut y_bar) = (method.stages(&y), method.stages(&y));
        let (mut k_bar_named, mut y_bar_named) = (named.stages(&y), named.stages(&y));
        let (mut more_bar, mut y_more) = (method.extra_stages(&y), method.extra_stages(&y));
        let (mut more_bar_named, mut y_more_named) = (named.extra_stages(&y), named.extra_stages(&y));
        let (mut y0_bar, mut y0_bar_named) = (y, y);
        for (i, (k_bar, named)) in k_bar.as_mut().iter_mut().zip(&mut k_bar_named).enumerate() {
            (*k_bar, *named) = (wave(i as f64), wave(i as f64));
        }
        for (i, (more, named)) in more_bar.as_mut().iter_mut().zip(&mut more_bar_named).enumerate() {
            (*more, *named) = (wave(-1.0 - i as f64), wave(-1.0 - i as f64));
        }
        method.transpose_extra(vjp, h, &mut y0_bar, &mut k_bar, &mut more_bar, &mut y_more);
        named.transpose_extra(
            vjp,
            h,
            &mut y0_bar_named,
            &mut k_bar_named,
            &mut more_bar_named,
            &mut y_more_named,
        );
        assert_eq!((y0_bar, k_bar.as_ref()), (y0_bar_named, &k_bar_named[..stages]), "{named}");
        let (mut lambda, mut lambda_named) = (wave(0.9), wave(0.9));
        method.transpose(vjp, h, &mut lambda, &mut k_bar, &mut y_bar);
        named.transpose(vjp, h, &mut lambda_named, &mut k_bar_named, &mut y_bar_named);
        assert_eq!(lambda, lambda_named, "{named}");
    }
}
