#[allow(dead_code, clippy::too_many_arguments)]
/// A mass on a belt that drags it by friction, and a wall.
fn stick_slip(
    t: f64,
    [x,
    v,
    ]: [f64; 2],
    stiffness: f64,
    belt: f64,
    friction: [f64; 2],
) -> [f64; 2] {
    let slip = v - belt;
    let mut force = -stiffness * x;
    let mut hit = false;
    if slip.abs() > THRESHOLD {
        force -= friction[0] * slip / (slip.abs() + THRESHOLD);
    } else if x > 1.0 {
        force += friction[1] * (x - 1.0).sqrt();
        hit = true;
    }
    if hit && v > 0.0 {
        force *= 0.5;
    }
    let drive = if t > 1.0 { t.ln() } else { 0.0 };
    [v, force + drive]
}
/// A mass on a belt that drags it by friction, and a wall.
#[derive(Debug, Clone, PartialEq)]
struct StickSlip {
    /// The parameter `stiffness`.
    pub stiffness: f64,
    /// The parameter `belt`.
    pub belt: f64,
    /// The parameter `friction`.
    pub friction: [f64; 2],
}
#[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
const _: () = {
    use ::odec::__private as rt;
    use rt::Mask as _;
    impl StickSlip {
        /// The name of each number of the state.
        pub const STATES: [&'static str; 2] = <Self as rt::Model>::STATES;
        /// The name of each number of the parameters.
        pub const PARAMETERS: [&'static str; 4] = <Self as rt::Model>::PARAMETERS;
        /// The parameters as one array, in the order of `PARAMETERS`.
        #[must_use]
        pub fn to_params(&self) -> [f64; 4] {
            <Self as rt::Model>::parameters(self)
        }
        /// The model of these parameters, in the order of `PARAMETERS`.
        #[must_use]
        pub fn from_params(parameters: [f64; 4]) -> Self {
            <Self as rt::Model>::from_parameters(&parameters)
        }
        /// A solver of this system, to be given a method, tolerances and more.
        pub fn solver(&self) -> rt::Solver<'_, Self> {
            rt::Solver::new(self)
        }
        /// Solves from `y0` over a span or at times, all options at their defaults.
        ///
        /// # Errors
        /// See `SolveError`.
        pub fn solve<T: rt::IntoTimes>(
            &self,
            y0: <Self as rt::Model>::State,
            times: T,
        ) -> ::core::result::Result<rt::Solution<Self>, rt::SolveError> {
            rt::Solver::new(self).solve(y0, times)
        }
        /// Many trajectories: of each model of a list, or of one model from many initial states.
        pub fn ensemble<'a, E: rt::Each<Self>>(models: E) -> rt::Ensemble<'a, Self, E> {
            rt::Ensemble::new(models)
        }
    }
    impl rt::Model for StickSlip {
        type Real = f64;
        type State = [f64; 2];
        type Vector<L: rt::Lane> = [L; 2];
        type Parameters<L: rt::Lane> = [L; 4];
        type StateNames = [&'static str; 2];
        type ParameterNames = [&'static str; 4];
        const STATES: Self::StateNames = ["x", "v"];
        const PARAMETERS: Self::ParameterNames = [
            "stiffness",
            "belt",
            "friction[0]",
            "friction[1]",
        ];
        #[inline(always)]
        fn convert<A: rt::Lane, B: rt::Lane>(
            from: &[A; 2],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 2] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        #[inline(always)]
        fn convert_parameters<A: rt::Lane, B: rt::Lane>(
            from: &[A; 4],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 4] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        fn parameters(&self) -> [f64; 4] {
            [self.stiffness, self.belt, self.friction[0], self.friction[1]]
        }
        fn from_parameters(flat: &[f64; 4]) -> Self {
            Self {
                stiffness: flat[0],
                belt: flat[1],
                friction: [flat[2], flat[3]],
            }
        }
        #[inline]
        fn flatten(state: &Self::State) -> [f64; 2] {
            [state[0], state[1]]
        }
        #[inline]
        fn unflatten(flat: &[f64; 2]) -> Self::State {
            [flat[0], flat[1]]
        }
    }
    impl rt::FixedLength for StickSlip {
        fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 2] {
            ::core::array::from_fn(element)
        }
        fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 4] {
            ::core::array::from_fn(element)
        }
    }
    impl rt::System for StickSlip {
        type Matrix<L: rt::Lane> = [[L; 2]; 2];
        const INLINED: bool = true;
        const JACOBIAN_PATTERN: ::core::option::Option<&'static [(usize, usize)]> = ::core::option::Option::Some(
            &[(0, 1), (1, 0), (1, 1)],
        );
        #[inline(always)]
        fn rhs<L: rt::Lane<Scalar = f64>>(
            p: &[L; 4],
            t: L,
            y: &[L; 2],
            dy: &mut [L; 2],
        ) {
            let n1 = L::splat(const { THRESHOLD });
            let x = y[0];
            let v = y[1];
            let slip = v - p[1];
            let force = -(p[0] * x);
            let n4 = L::branch(
                slip.abs().gt(n1),
                || {
                    let force_2 = force - p[2] * slip / (slip.abs() + n1);
                    [force_2, L::constant(0.0)]
                },
                || {
                    let n2 = x.gt(L::constant(1.0));
                    let n3 = L::branch(
                        n2,
                        || {
                            let force_3 = force + p[3] * (x - L::constant(1.0)).sqrt();
                            [force_3]
                        },
                        || [force],
                    );
                    [n3[0], L::select(n2, L::constant(1.0), L::constant(0.0))]
                },
            );
            let n5 = L::branch(
                n4[1].ne(L::constant(0.0)).and(v.gt(L::constant(0.0))),
                || {
                    let force_4 = n4[0] * L::constant(0.5);
                    [force_4]
                },
                || [n4[0]],
            );
            let n6 = L::branch(
                t.gt(L::constant(1.0)),
                || [t.ln()],
                || [L::constant(0.0)],
            );
            dy[0] = v;
            dy[1] = n5[0] + n6[0];
        }
        #[inline(always)]
        fn jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 4],
            t: L,
            y: &[L; 2],
            p_dot: &[L; 4],
            t_dot: L,
            y_dot: &[L; 2],
            dy_dot: &mut [L; 2],
        ) {
            let n1 = L::splat(const { THRESHOLD });
            let x = y[0];
            let v = y[1];
            let slip = v - p[1];
            let force = -(p[0] * x);
            let n2 = slip.abs().gt(n1);
            let n5 = L::branch(
                n2,
                || {
                    let force_2 = force - p[2] * slip / (slip.abs() + n1);
                    [force_2, L::constant(0.0)]
                },
                || {
                    let n3 = x.gt(L::constant(1.0));
                    let n4 = L::branch(
                        n3,
                        || {
                            let force_3 = force + p[3] * (x - L::constant(1.0)).sqrt();
                            [force_3]
                        },
                        || [force],
                    );
                    [n4[0], L::select(n3, L::constant(1.0), L::constant(0.0))]
                },
            );
            let n6 = y_dot[1] - p_dot[1];
            let n7 = -(x * p_dot[0] + p[0] * y_dot[0]);
            let n11 = L::branch(
                n2,
                || {
                    let n8 = slip.abs() + n1;
                    [
                        n7
                            - (n8.recip() * (slip * p_dot[2] + p[2] * n6)
                                - p[2] * slip / n8 / n8
                                    * (L::select(
                                        slip.gt(L::constant(0.0)),
                                        L::constant(1.0),
                                        L::select(
                                            slip.lt(L::constant(0.0)),
                                            L::constant(-1.0),
                                            L::constant(0.0),
                                        ),
                                    ) * n6)),
                    ]
                },
                || {
                    let n10 = L::branch(
                        x.gt(L::constant(1.0)),
                        || {
                            let n9 = (x - L::constant(1.0)).sqrt();
                            [
                                n7
                                    + (n9 * p_dot[3]
                                        + p[3] * (L::constant(0.5) / n9 * y_dot[0])),
                            ]
                        },
                        || [n7],
                    );
                    [n10[0]]
                },
            );
            let n12 = L::branch(
                n5[1].ne(L::constant(0.0)).and(v.gt(L::constant(0.0))),
                || [L::constant(0.5) * n11[0]],
                || [n11[0]],
            );
            let n13 = L::branch(
                t.gt(L::constant(1.0)),
                || [t.recip() * t_dot],
                || [L::constant(0.0)],
            );
            dy_dot[0] = y_dot[1];
            dy_dot[1] = n12[0] + n13[0];
        }
        #[inline(always)]
        fn vjp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 4],
            t: L,
            y: &[L; 2],
            dy_bar: &[L; 2],
            p_bar: &mut [L; 4],
            y_bar: &mut [L; 2],
        ) -> L {
            let n1 = L::splat(const { THRESHOLD });
            let x = y[0];
            let v = y[1];
            let slip = v - p[1];
            let force = -(p[0] * x);
            let n2 = slip.abs().gt(n1);
            let n6 = L::branch(
                n2,
                || {
                    let n3 = v - p[1];
                    let force_2 = force - p[2] * n3 / (n3.abs() + n1);
                    [force_2, L::constant(0.0)]
                },
                || {
                    let n4 = x.gt(L::constant(1.0));
                    let n5 = L::branch(
                        n4,
                        || {
                            let force_3 = force + p[3] * (x - L::constant(1.0)).sqrt();
                            [force_3]
                        },
                        || [force],
                    );
                    [n5[0], L::select(n4, L::constant(1.0), L::constant(0.0))]
                },
            );
            let n7 = L::branch(
                t.gt(L::constant(1.0)),
                || [t.recip() * dy_bar[1]],
                || [L::constant(0.0)],
            );
            let n8 = L::branch(
                n6[1].ne(L::constant(0.0)).and(v.gt(L::constant(0.0))),
                || [L::constant(0.5) * dy_bar[1]],
                || [dy_bar[1]],
            );
            let n15 = L::branch(
                n2,
                || {
                    let n9 = v - p[1];
                    let n10 = n9.abs() + n1;
                    let n11 = n10.recip() * n8[0];
                    let n12 = L::select(
                        n9.gt(L::constant(0.0)),
                        L::constant(1.0),
                        L::select(
                            n9.lt(L::constant(0.0)),
                            L::constant(-1.0),
                            L::constant(0.0),
                        ),
                    ) * (p[2] * n9 / n10 / n10 * n8[0]) - p[2] * n11;
                    [L::constant(0.0), n12, -n12, -(n9 * n11), L::constant(0.0)]
                },
                || {
                    let n14 = L::branch(
                        x.gt(L::constant(1.0)),
                        || {
                            let n13 = (x - L::constant(1.0)).sqrt();
                            [L::constant(0.5) / n13 * (p[3] * n8[0]), n13 * n8[0]]
                        },
                        || [L::constant(0.0), L::constant(0.0)],
                    );
                    [
                        n14[0],
                        L::constant(0.0),
                        L::constant(0.0),
                        L::constant(0.0),
                        n14[1],
                    ]
                },
            );
            y_bar[0] = n15[0] - p[0] * n8[0];
            y_bar[1] = dy_bar[0] + n15[1];
            p_bar[0] += -(x * n8[0]);
            p_bar[1] += n15[2];
            p_bar[2] += n15[3];
            p_bar[3] += n15[4];
            n7[0]
        }
        #[inline(always)]
        fn vjp_jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 4],
            t: L,
            y: &[L; 2],
            dy_bar: &[L; 2],
            p_dot: &[L; 4],
            t_dot: L,
            y_dot: &[L; 2],
            dy_bar_dot: &[L; 2],
            p_bar_dot: &mut [L; 4],
            y_bar_dot: &mut [L; 2],
        ) -> L {
            let n1 = L::splat(const { THRESHOLD });
            let x = y[0];
            let v = y[1];
            let slip = v - p[1];
            let n2 = slip.abs().gt(n1);
            let n3 = L::branch(
                n2,
                || [L::constant(0.0)],
                || [
                    L::select(x.gt(L::constant(1.0)), L::constant(1.0), L::constant(0.0)),
                ],
            );
            let n4 = n3[0].ne(L::constant(0.0)).and(v.gt(L::constant(0.0)));
            let n5 = L::branch(n4, || [L::constant(0.5) * dy_bar[1]], || [dy_bar[1]]);
            let n7 = L::branch(
                t.gt(L::constant(1.0)),
                || {
                    let n6 = t.recip();
                    [n6 * dy_bar_dot[1] - dy_bar[1] * (n6 * n6 * t_dot)]
                },
                || [L::constant(0.0)],
            );
            let n8 = L::branch(
                n4,
                || [L::constant(0.5) * dy_bar_dot[1]],
                || [dy_bar_dot[1]],
            );
            let n23 = L::branch(
                n2,
                || {
                    let n9 = v - p[1];
                    let n10 = n9.abs() + n1;
                    let n11 = n10.recip();
                    let n12 = p[2] * n9 / n10 / n10;
                    let n13 = n11 * n5[0];
                    let n14 = L::select(
                        n9.gt(L::constant(0.0)),
                        L::constant(1.0),
                        L::select(
                            n9.lt(L::constant(0.0)),
                            L::constant(-1.0),
                            L::constant(0.0),
                        ),
                    );
                    let n15 = y_dot[1] - p_dot[1];
                    let n16 = n14 * n15;
                    let n17 = n11 * n8[0] - n5[0] * (n11 * n11 * n16);
                    let n18 = n14
                        * (n5[0]
                            * (n11 * (n11 * (n9 * p_dot[2] + p[2] * n15) - n12 * n16)
                                - n12 / n10 * n16) + n12 * n8[0])
                        - (n13 * p_dot[2] + p[2] * n17);
                    [
                        L::constant(0.0),
                        n18,
                        -n18,
                        -(n13 * n15 + n9 * n17),
                        L::constant(0.0),
                    ]
                },
                || {
                    let n22 = L::branch(
                        x.gt(L::constant(1.0)),
                        || {
                            let n19 = (x - L::constant(1.0)).sqrt();
                            let n20 = L::constant(0.5) / n19;
                            let n21 = n20 * y_dot[0];
                            [
                                n20 * (n5[0] * p_dot[3] + p[3] * n8[0])
                                    - p[3] * n5[0] * (n20 / n19 * n21),
                                n5[0] * n21 + n19 * n8[0],
                            ]
                        },
                        || [L::constant(0.0), L::constant(0.0)],
                    );
                    [
                        n22[0],
                        L::constant(0.0),
                        L::constant(0.0),
                        L::constant(0.0),
                        n22[1],
                    ]
                },
            );
            y_bar_dot[0] = n23[0] - (n5[0] * p_dot[0] + p[0] * n8[0]);
            y_bar_dot[1] = dy_bar_dot[0] + n23[1];
            p_bar_dot[0] += -(n5[0] * y_dot[0] + x * n8[0]);
            p_bar_dot[1] += n23[2];
            p_bar_dot[2] += n23[3];
            p_bar_dot[3] += n23[4];
            n7[0]
        }
        #[inline(always)]
        fn jacobian<L: rt::Lane<Scalar = f64>>(
            p: &[L; 4],
            t: L,
            y: &[L; 2],
            jacobian: &mut [[L; 2]; 2],
        ) {
            for row in jacobian.iter_mut() {
                row.fill(L::constant(0.0));
            }
            let n1 = L::splat(const { THRESHOLD });
            let x = y[0];
            let v = y[1];
            let slip = v - p[1];
            let force = -(p[0] * x);
            let n2 = slip.abs().gt(n1);
            let n5 = L::branch(
                n2,
                || {
                    let force_2 = force - p[2] * slip / (slip.abs() + n1);
                    [force_2, L::constant(0.0)]
                },
                || {
                    let n3 = x.gt(L::constant(1.0));
                    let n4 = L::branch(
                        n3,
                        || {
                            let force_3 = force + p[3] * (x - L::constant(1.0)).sqrt();
                            [force_3]
                        },
                        || [force],
                    );
                    [n4[0], L::select(n3, L::constant(1.0), L::constant(0.0))]
                },
            );
            let n6 = n5[1].ne(L::constant(0.0)).and(v.gt(L::constant(0.0)));
            let n7 = -p[0];
            let n9 = L::branch(
                n2,
                || [n7],
                || {
                    let n8 = L::branch(
                        x.gt(L::constant(1.0)),
                        || [
                            n7
                                + p[3] * (L::constant(0.5) / (x - L::constant(1.0)).sqrt()),
                        ],
                        || [n7],
                    );
                    [n8[0]]
                },
            );
            let n10 = L::branch(n6, || [L::constant(0.5) * n9[0]], || [n9[0]]);
            let n12 = L::branch(
                n2,
                || {
                    let n11 = slip.abs() + n1;
                    [
                        -(n11.recip() * p[2]
                            - p[2] * slip / n11 / n11
                                * L::select(
                                    slip.gt(L::constant(0.0)),
                                    L::constant(1.0),
                                    L::select(
                                        slip.lt(L::constant(0.0)),
                                        L::constant(-1.0),
                                        L::constant(0.0),
                                    ),
                                )),
                    ]
                },
                || [L::constant(0.0)],
            );
            let n13 = L::branch(n6, || [L::constant(0.5) * n12[0]], || [n12[0]]);
            jacobian[0][1] = L::constant(1.0);
            jacobian[1][0] = n10[0];
            jacobian[1][1] = n13[0];
        }
    }
};
