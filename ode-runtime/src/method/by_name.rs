//! Methods chosen while running.

use std::fmt;
use std::str::FromStr;

use super::{
    AdaptiveHeun, AtStage, Bosh3, Dop853, Dopri5, Dopri8, Euler, Fehlberg2, Heun2, Heun3, Midpoint, Rk4,
    Rk4Classic, Stepper, Tableau, Tsit5, Vern6, Vern7, Vern8, Vern9,
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
        /// It compiles every method's step for the system, but the solver around them once.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Method { $($Name),* }

        impl Method {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$Name),*];
        }

        $(
            impl From<$Name> for Method {
                fn from(_: $Name) -> Self {
                    Self::$Name
                }
            }
        )*

        impl Stepper for Method {
            type Stages<V> = [V; STAGES];
            type ExtraStages<V> = [V; EXTRA];

            #[inline]
            fn tableau(&self) -> &'static Tableau {
                match self { $(Self::$Name => $Name.tableau()),* }
            }

            fn stages<V: Clone>(&self, zero: &V) -> [V; STAGES] {
                std::array::from_fn(|_| zero.clone())
            }

            fn extra_stages<V: Clone>(&self, zero: &V) -> [V; EXTRA] {
                std::array::from_fn(|_| zero.clone())
            }

            // Inlined, so that it is compiled for the CPU features of the loop.
            #[inline(always)]
            fn advance<L: Lane, V: Space<L>>(
                &self,
                rhs: impl AtStage<f64, V>,
                h: L,
                y: &V,
                k: &mut [V; STAGES],
                y1: &mut V,
            ) {
                match self { $(Self::$Name => $Name.advance(rhs, h, y, first_mut(k), y1)),* }
            }

            #[inline(always)]
            fn error<L: Lane, V: Space<L>>(&self, k: &[V; STAGES], n: usize) -> L {
                match self { $(Self::$Name => $Name.error(first(k), n)),* }
            }

            #[inline(always)]
            fn second_error<L: Lane, V: Space<L>>(&self, k: &[V; STAGES], n: usize) -> L {
                match self { $(Self::$Name => $Name.second_error(first(k), n)),* }
            }

            #[inline(always)]
            fn transpose<L: Lane, V: Space<L>>(
                &self,
                vjp: impl AtStage<usize, V>,
                h: L,
                lambda: &mut V,
                k_bar: &mut [V; STAGES],
                y_bar: &mut [V; STAGES],
            ) {
                match self {
                    $(Self::$Name => $Name.transpose(vjp, h, lambda, first_mut(k_bar), first_mut(y_bar))),*
                }
            }

            #[inline(always)]
            fn evaluate_extra<L: Lane, V: Space<L>>(
                &self,
                rhs: impl FnMut(f64, &V, &mut V),
                h: L,
                y: &V,
                k: &[V; STAGES],
                extra: &mut [V; EXTRA],
                point: &mut V,
            ) {
                match self {
                    $(Self::$Name => $Name.evaluate_extra(rhs, h, y, first(k), first_mut(extra), point)),*
                }
            }

            #[inline(always)]
            fn transpose_extra<L: Lane, V: Space<L>>(
                &self,
                vjp: impl FnMut(usize, &V, &mut V),
                h: L,
                y0_bar: &mut V,
                k_bar: &mut [V; STAGES],
                extra_bar: &mut [V; EXTRA],
                y_bar: &mut [V; EXTRA],
            ) {
                match self {
                    $(Self::$Name => $Name.transpose_extra(
                        vjp, h, y0_bar, first_mut(k_bar), first_mut(extra_bar), first_mut(y_bar),
                    )),*
                }
            }
        }
    };
}

methods! {
    Dopri5 Tsit5 Bosh3 Fehlberg2 AdaptiveHeun Dopri8 Dop853 Vern6 Vern7 Vern8 Vern9
    Euler Midpoint Heun2 Heun3 Rk4 Rk4Classic
}

/// The stages of a smaller method, which are the first of the largest.
fn first<V, const N: usize, const MOST: usize>(stages: &[V; MOST]) -> &[V; N] {
    const { assert!(N <= MOST) };
    stages.first_chunk().unwrap_or_else(|| unreachable!("no method has more stages"))
}

fn first_mut<V, const N: usize, const MOST: usize>(stages: &mut [V; MOST]) -> &mut [V; N] {
    const { assert!(N <= MOST) };
    stages.first_chunk_mut().unwrap_or_else(|| unreachable!("no method has more stages"))
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
