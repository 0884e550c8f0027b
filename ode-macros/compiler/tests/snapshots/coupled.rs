#[allow(dead_code, clippy::too_many_arguments)]
/// Masses in a row, each with a position and a velocity, and a heat bath.
pub(crate) fn coupled(
    _t: f64,
    (motion, heat): ([[f64; 2]; 3], f64),
    springs: [f64; 2],
    (bath): (f64, [f64; 2]),
) -> ([[f64; 2]; 3], f64) {
    const DAMPING: f64 = 0.1;
    let mut pull = [0.0; 3];
    for (i, k) in springs.iter().enumerate() {
        let force = k * (motion[i + 1][0] - motion[i][0]);
        pull[i] += force;
        pull[i + 1] -= force;
    }
    let (rate, [low, high]) = bath;
    let change: [[f64; 2]; 3] = std::array::from_fn(|i| [
        motion[i][1],
        pull[i] - DAMPING * motion[i][1],
    ]);
    let friction = DAMPING * motion.iter().map(|[_, v]| v * v).sum::<f64>();
    (change, friction - rate * (heat - 0.5 * (low + high)))
}
/// Masses in a row, each with a position and a velocity, and a heat bath.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coupled {
    /// The parameter `springs`.
    pub springs: [f64; 2],
    /// The parameter `bath`.
    pub bath: (f64, [f64; 2]),
}
#[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
const _: () = {
    use ::odec::__private as rt;
    use rt::Mask as _;
    impl Coupled {
        /// The name of each number of the state.
        pub const STATES: [&'static str; 7] = <Self as rt::Model>::STATES;
        /// The name of each number of the parameters.
        pub const PARAMETERS: [&'static str; 5] = <Self as rt::Model>::PARAMETERS;
        /// The parameters as one array, in the order of `PARAMETERS`.
        #[must_use]
        pub fn to_params(&self) -> [f64; 5] {
            <Self as rt::Model>::parameters(self)
        }
        /// The model of these parameters, in the order of `PARAMETERS`.
        #[must_use]
        pub fn from_params(parameters: [f64; 5]) -> Self {
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
    impl rt::Model for Coupled {
        type Real = f64;
        type State = ([[f64; 2]; 3], f64);
        type Vector<L: rt::Lane> = [L; 7];
        type Parameters<L: rt::Lane> = [L; 5];
        type StateNames = [&'static str; 7];
        type ParameterNames = [&'static str; 5];
        const STATES: Self::StateNames = [
            "motion[0][0]",
            "motion[0][1]",
            "motion[1][0]",
            "motion[1][1]",
            "motion[2][0]",
            "motion[2][1]",
            "heat",
        ];
        const PARAMETERS: Self::ParameterNames = [
            "springs[0]",
            "springs[1]",
            "bath.0",
            "bath.1[0]",
            "bath.1[1]",
        ];
        #[inline(always)]
        fn convert<A: rt::Lane, B: rt::Lane>(
            from: &[A; 7],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 7] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        #[inline(always)]
        fn convert_parameters<A: rt::Lane, B: rt::Lane>(
            from: &[A; 5],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 5] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        fn parameters(&self) -> [f64; 5] {
            [
                self.springs[0],
                self.springs[1],
                self.bath.0,
                self.bath.1[0],
                self.bath.1[1],
            ]
        }
        fn from_parameters(flat: &[f64; 5]) -> Self {
            Self {
                springs: [flat[0], flat[1]],
                bath: (flat[2], [flat[3], flat[4]]),
            }
        }
        #[inline]
        fn flatten(state: &Self::State) -> [f64; 7] {
            [
                state.0[0][0],
                state.0[0][1],
                state.0[1][0],
                state.0[1][1],
                state.0[2][0],
                state.0[2][1],
                state.1,
            ]
        }
        #[inline]
        fn unflatten(flat: &[f64; 7]) -> Self::State {
            ([[flat[0], flat[1]], [flat[2], flat[3]], [flat[4], flat[5]]], flat[6])
        }
    }
    impl rt::FixedLength for Coupled {
        fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 7] {
            ::core::array::from_fn(element)
        }
        fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 5] {
            ::core::array::from_fn(element)
        }
    }
    impl rt::System for Coupled {
        type Matrix<L: rt::Lane> = [[L; 7]; 7];
        const INLINED: bool = true;
        const JACOBIAN_PATTERN: ::core::option::Option<&'static [(usize, usize)]> = ::core::option::Option::Some(
            &[
                (0, 1),
                (1, 0),
                (1, 1),
                (1, 2),
                (2, 3),
                (3, 0),
                (3, 2),
                (3, 3),
                (3, 4),
                (4, 5),
                (5, 2),
                (5, 4),
                (5, 5),
                (6, 1),
                (6, 3),
                (6, 5),
                (6, 6),
            ],
        );
        #[inline(always)]
        fn rhs<L: rt::Lane<Scalar = f64>>(
            p: &[L; 5],
            t: L,
            y: &[L; 7],
            dy: &mut [L; 7],
        ) {
            let v = y[1];
            let v_2 = y[3];
            let v_3 = y[5];
            let heat = y[6];
            let k = p[0];
            let k_2 = p[1];
            let rate = p[2];
            let low = p[3];
            let high = p[4];
            let force = k * (y[2] - y[0]);
            let force_2 = k_2 * (y[4] - y[2]);
            let friction = L::constant(0.1) * (v * v + v_2 * v_2 + v_3 * v_3);
            dy[0] = v;
            dy[1] = L::constant(0.0) + force - L::constant(0.1) * v;
            dy[2] = v_2;
            dy[3] = L::constant(0.0) - force + force_2 - L::constant(0.1) * v_2;
            dy[4] = v_3;
            dy[5] = L::constant(0.0) - force_2 - L::constant(0.1) * v_3;
            dy[6] = friction - rate * (heat - L::constant(0.5) * (low + high));
        }
        #[inline(always)]
        fn jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 5],
            t: L,
            y: &[L; 7],
            p_dot: &[L; 5],
            t_dot: L,
            y_dot: &[L; 7],
            dy_dot: &mut [L; 7],
        ) {
            let v = y[1];
            let v_2 = y[3];
            let v_3 = y[5];
            let heat = y[6];
            let k = p[0];
            let k_2 = p[1];
            let rate = p[2];
            let low = p[3];
            let high = p[4];
            let n1 = (y[2] - y[0]) * p_dot[0] + k * (y_dot[2] - y_dot[0]);
            let n2 = (y[4] - y[2]) * p_dot[1] + k_2 * (y_dot[4] - y_dot[2]);
            let n3 = v * y_dot[1];
            let n4 = v_2 * y_dot[3];
            let n5 = v_3 * y_dot[5];
            dy_dot[0] = y_dot[1];
            dy_dot[1] = n1 - L::constant(0.1) * y_dot[1];
            dy_dot[2] = y_dot[3];
            dy_dot[3] = n2 - n1 - L::constant(0.1) * y_dot[3];
            dy_dot[4] = y_dot[5];
            dy_dot[5] = -n2 - L::constant(0.1) * y_dot[5];
            dy_dot[6] = L::constant(0.1) * (n3 + n3 + (n4 + n4) + (n5 + n5))
                - ((heat - L::constant(0.5) * (low + high)) * p_dot[2]
                    + rate * (y_dot[6] - L::constant(0.5) * (p_dot[3] + p_dot[4])));
        }
        #[inline(always)]
        fn vjp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 5],
            t: L,
            y: &[L; 7],
            dy_bar: &[L; 7],
            p_bar: &mut [L; 5],
            y_bar: &mut [L; 7],
        ) -> L {
            let v = y[1];
            let v_2 = y[3];
            let v_3 = y[5];
            let heat = y[6];
            let k = p[0];
            let k_2 = p[1];
            let rate = p[2];
            let low = p[3];
            let high = p[4];
            let n1 = rate * dy_bar[6];
            let n2 = L::constant(0.5) * n1;
            let n3 = L::constant(0.1) * dy_bar[6];
            let n4 = v_3 * n3;
            let n5 = v_2 * n3;
            let n6 = v * n3;
            let n7 = dy_bar[3] - dy_bar[5];
            let n8 = k_2 * n7;
            let n9 = dy_bar[1] - dy_bar[3];
            let n10 = k * n9;
            y_bar[0] = -n10;
            y_bar[1] = dy_bar[0] + n6 + n6 - L::constant(0.1) * dy_bar[1];
            y_bar[2] = n10 - n8;
            y_bar[3] = dy_bar[2] + n5 + n5 - L::constant(0.1) * dy_bar[3];
            y_bar[4] = n8;
            y_bar[5] = dy_bar[4] + n4 + n4 - L::constant(0.1) * dy_bar[5];
            y_bar[6] = -n1;
            p_bar[0] += (y[2] - y[0]) * n9;
            p_bar[1] += (y[4] - y[2]) * n7;
            p_bar[2] += -((heat - L::constant(0.5) * (low + high)) * dy_bar[6]);
            p_bar[3] += n2;
            p_bar[4] += n2;
            L::constant(0.0)
        }
        #[inline(always)]
        fn vjp_jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 5],
            t: L,
            y: &[L; 7],
            dy_bar: &[L; 7],
            p_dot: &[L; 5],
            t_dot: L,
            y_dot: &[L; 7],
            dy_bar_dot: &[L; 7],
            p_bar_dot: &mut [L; 5],
            y_bar_dot: &mut [L; 7],
        ) -> L {
            let v = y[1];
            let v_2 = y[3];
            let v_3 = y[5];
            let heat = y[6];
            let k = p[0];
            let k_2 = p[1];
            let rate = p[2];
            let low = p[3];
            let high = p[4];
            let n1 = L::constant(0.1) * dy_bar[6];
            let n2 = dy_bar[3] - dy_bar[5];
            let n3 = dy_bar[1] - dy_bar[3];
            let n4 = dy_bar[6] * p_dot[2] + rate * dy_bar_dot[6];
            let n5 = L::constant(0.5) * n4;
            let n6 = L::constant(0.1) * dy_bar_dot[6];
            let n7 = n1 * y_dot[5] + v_3 * n6;
            let n8 = n1 * y_dot[3] + v_2 * n6;
            let n9 = n1 * y_dot[1] + v * n6;
            let n10 = dy_bar_dot[3] - dy_bar_dot[5];
            let n11 = n2 * p_dot[1] + k_2 * n10;
            let n12 = dy_bar_dot[1] - dy_bar_dot[3];
            let n13 = n3 * p_dot[0] + k * n12;
            y_bar_dot[0] = -n13;
            y_bar_dot[1] = dy_bar_dot[0] + n9 + n9 - L::constant(0.1) * dy_bar_dot[1];
            y_bar_dot[2] = n13 - n11;
            y_bar_dot[3] = dy_bar_dot[2] + n8 + n8 - L::constant(0.1) * dy_bar_dot[3];
            y_bar_dot[4] = n11;
            y_bar_dot[5] = dy_bar_dot[4] + n7 + n7 - L::constant(0.1) * dy_bar_dot[5];
            y_bar_dot[6] = -n4;
            p_bar_dot[0] += n3 * (y_dot[2] - y_dot[0]) + (y[2] - y[0]) * n12;
            p_bar_dot[1] += n2 * (y_dot[4] - y_dot[2]) + (y[4] - y[2]) * n10;
            p_bar_dot[2]
                += -(dy_bar[6] * (y_dot[6] - L::constant(0.5) * (p_dot[3] + p_dot[4]))
                    + (heat - L::constant(0.5) * (low + high)) * dy_bar_dot[6]);
            p_bar_dot[3] += n5;
            p_bar_dot[4] += n5;
            L::constant(0.0)
        }
        #[inline(always)]
        fn jacobian<L: rt::Lane<Scalar = f64>>(
            p: &[L; 5],
            t: L,
            y: &[L; 7],
            jacobian: &mut [[L; 7]; 7],
        ) {
            for row in jacobian.iter_mut() {
                row.fill(L::constant(0.0));
            }
            let v = y[1];
            let v_2 = y[3];
            let v_3 = y[5];
            let k = p[0];
            let k_2 = p[1];
            let rate = p[2];
            let n1 = -k;
            jacobian[0][1] = L::constant(1.0);
            jacobian[1][0] = n1;
            jacobian[1][1] = L::constant(-0.1);
            jacobian[1][2] = k;
            jacobian[2][3] = L::constant(1.0);
            jacobian[3][0] = k;
            jacobian[3][2] = n1 - k_2;
            jacobian[3][3] = L::constant(-0.1);
            jacobian[3][4] = k_2;
            jacobian[4][5] = L::constant(1.0);
            jacobian[5][2] = k_2;
            jacobian[5][4] = -k_2;
            jacobian[5][5] = L::constant(-0.1);
            jacobian[6][1] = L::constant(0.1) * (v + v);
            jacobian[6][3] = L::constant(0.1) * (v_2 + v_2);
            jacobian[6][5] = L::constant(0.1) * (v_3 + v_3);
            jacobian[6][6] = -rate;
        }
    }
};
