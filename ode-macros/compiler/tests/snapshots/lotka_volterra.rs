#[allow(dead_code, clippy::too_many_arguments)]
/// Prey and predator.
pub fn lotka_volterra(
    _t: f64,
    [prey,
    predator,
    ]: [f64; 2],
    alpha: f64,
    beta: f64,
    delta: f64,
    gamma: f64,
) -> [f64; 2] {
    let meeting = prey * predator;
    [alpha * prey - beta * meeting, delta * meeting - gamma * predator]
}
/// Prey and predator.
#[derive(Debug, Clone, PartialEq)]
pub struct LotkaVolterra {
    /// The parameter `alpha`.
    pub alpha: f64,
    /// The parameter `beta`.
    pub beta: f64,
    /// The parameter `delta`.
    pub delta: f64,
    /// The parameter `gamma`.
    pub gamma: f64,
}
#[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
const _: () = {
    use ::odec::__private as rt;
    use rt::Mask as _;
    impl LotkaVolterra {
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
    impl rt::Model for LotkaVolterra {
        type Real = f64;
        type State = [f64; 2];
        type Vector<L: rt::Lane> = [L; 2];
        type Parameters<L: rt::Lane> = [L; 4];
        type StateNames = [&'static str; 2];
        type ParameterNames = [&'static str; 4];
        const STATES: Self::StateNames = ["prey", "predator"];
        const PARAMETERS: Self::ParameterNames = ["alpha", "beta", "delta", "gamma"];
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
            [self.alpha, self.beta, self.delta, self.gamma]
        }
        fn from_parameters(flat: &[f64; 4]) -> Self {
            Self {
                alpha: flat[0],
                beta: flat[1],
                delta: flat[2],
                gamma: flat[3],
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
    impl rt::FixedLength for LotkaVolterra {
        fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 2] {
            ::core::array::from_fn(element)
        }
        fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 4] {
            ::core::array::from_fn(element)
        }
    }
    impl rt::System for LotkaVolterra {
        type Matrix<L: rt::Lane> = [[L; 2]; 2];
        const INLINED: bool = true;
        const JACOBIAN_PATTERN: ::core::option::Option<&'static [(usize, usize)]> = ::core::option::Option::Some(
            &[(0, 0), (0, 1), (1, 0), (1, 1)],
        );
        #[inline(always)]
        fn rhs<L: rt::Lane<Scalar = f64>>(
            p: &[L; 4],
            t: L,
            y: &[L; 2],
            dy: &mut [L; 2],
        ) {
            let prey = y[0];
            let predator = y[1];
            let meeting = prey * predator;
            dy[0] = p[0] * prey - p[1] * meeting;
            dy[1] = p[2] * meeting - p[3] * predator;
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
            let prey = y[0];
            let predator = y[1];
            let meeting = prey * predator;
            let n1 = predator * y_dot[0] + prey * y_dot[1];
            dy_dot[0] = prey * p_dot[0] + p[0] * y_dot[0]
                - (meeting * p_dot[1] + p[1] * n1);
            dy_dot[1] = meeting * p_dot[2] + p[2] * n1
                - (predator * p_dot[3] + p[3] * y_dot[1]);
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
            let prey = y[0];
            let predator = y[1];
            let meeting = prey * predator;
            let n1 = p[2] * dy_bar[1] - p[1] * dy_bar[0];
            y_bar[0] = p[0] * dy_bar[0] + predator * n1;
            y_bar[1] = prey * n1 - p[3] * dy_bar[1];
            p_bar[0] += prey * dy_bar[0];
            p_bar[1] += -(meeting * dy_bar[0]);
            p_bar[2] += meeting * dy_bar[1];
            p_bar[3] += -(predator * dy_bar[1]);
            L::constant(0.0)
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
            let prey = y[0];
            let predator = y[1];
            let meeting = prey * predator;
            let n1 = p[2] * dy_bar[1] - p[1] * dy_bar[0];
            let n2 = predator * y_dot[0] + prey * y_dot[1];
            let n3 = dy_bar[1] * p_dot[2] + p[2] * dy_bar_dot[1]
                - (dy_bar[0] * p_dot[1] + p[1] * dy_bar_dot[0]);
            y_bar_dot[0] = dy_bar[0] * p_dot[0] + p[0] * dy_bar_dot[0]
                + (n1 * y_dot[1] + predator * n3);
            y_bar_dot[1] = n1 * y_dot[0] + prey * n3
                - (dy_bar[1] * p_dot[3] + p[3] * dy_bar_dot[1]);
            p_bar_dot[0] += dy_bar[0] * y_dot[0] + prey * dy_bar_dot[0];
            p_bar_dot[1] += -(dy_bar[0] * n2 + meeting * dy_bar_dot[0]);
            p_bar_dot[2] += dy_bar[1] * n2 + meeting * dy_bar_dot[1];
            p_bar_dot[3] += -(dy_bar[1] * y_dot[1] + predator * dy_bar_dot[1]);
            L::constant(0.0)
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
            let prey = y[0];
            let predator = y[1];
            jacobian[0][0] = p[0] - p[1] * predator;
            jacobian[0][1] = -(p[1] * prey);
            jacobian[1][0] = p[2] * predator;
            jacobian[1][1] = p[2] * prey - p[3];
        }
    }
};
