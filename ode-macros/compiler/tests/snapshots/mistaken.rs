::core::compile_error! {
    "a `while` loop runs as often as its values say, so its derivative has no fixed size; use `for i in 0..N` with a constant N, and an `if` inside"
}
::core::compile_error! {
    "`raet` is not defined in this system; did you mean `rate`?"
}
/// A name that does not exist, and a loop that has no end.
#[allow(unused, clippy::all)]
pub fn mistaken(t: f64, y: [f64; 2], rate: f64) -> [f64; 2] {
    ::core::unimplemented!()
}
/// A name that does not exist, and a loop that has no end.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistaken {
    /// The parameter `rate`.
    pub rate: f64,
}
#[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
const _: () = {
    use ::odec::__private as rt;
    use rt::Mask as _;
    impl Mistaken {
        /// The name of each number of the state.
        pub const STATES: [&'static str; 2] = <Self as rt::Model>::STATES;
        /// The name of each number of the parameters.
        pub const PARAMETERS: [&'static str; 1] = <Self as rt::Model>::PARAMETERS;
        /// The parameters as one array, in the order of `PARAMETERS`.
        #[must_use]
        pub fn to_params(&self) -> [f64; 1] {
            <Self as rt::Model>::parameters(self)
        }
        /// The model of these parameters, in the order of `PARAMETERS`.
        #[must_use]
        pub fn from_params(parameters: [f64; 1]) -> Self {
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
    impl rt::Model for Mistaken {
        type Real = f64;
        type State = [f64; 2];
        type Vector<L: rt::Lane> = [L; 2];
        type Parameters<L: rt::Lane> = [L; 1];
        type StateNames = [&'static str; 2];
        type ParameterNames = [&'static str; 1];
        const STATES: Self::StateNames = ["y[0]", "y[1]"];
        const PARAMETERS: Self::ParameterNames = ["rate"];
        #[inline(always)]
        fn convert<A: rt::Lane, B: rt::Lane>(
            from: &[A; 2],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 2] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        #[inline(always)]
        fn convert_parameters<A: rt::Lane, B: rt::Lane>(
            from: &[A; 1],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 1] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        fn parameters(&self) -> [f64; 1] {
            [self.rate]
        }
        fn from_parameters(flat: &[f64; 1]) -> Self {
            Self { rate: flat[0] }
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
    impl rt::FixedLength for Mistaken {
        fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 2] {
            ::core::array::from_fn(element)
        }
        fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 1] {
            ::core::array::from_fn(element)
        }
    }
    impl rt::System for Mistaken {
        type Matrix<L: rt::Lane> = [[L; 2]; 2];
        const INLINED: bool = true;
        const JACOBIAN_PATTERN: ::core::option::Option<&'static [(usize, usize)]> = ::core::option::Option::None;
        #[inline(always)]
        fn rhs<L: rt::Lane<Scalar = f64>>(
            p: &[L; 1],
            t: L,
            y: &[L; 2],
            dy: &mut [L; 2],
        ) {
            ::core::unimplemented!()
        }
        #[inline(always)]
        fn jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 1],
            t: L,
            y: &[L; 2],
            p_dot: &[L; 1],
            t_dot: L,
            y_dot: &[L; 2],
            dy_dot: &mut [L; 2],
        ) {
            ::core::unimplemented!()
        }
        #[inline(always)]
        fn vjp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 1],
            t: L,
            y: &[L; 2],
            dy_bar: &[L; 2],
            p_bar: &mut [L; 1],
            y_bar: &mut [L; 2],
        ) -> L {
            ::core::unimplemented!()
        }
        #[inline(always)]
        fn vjp_jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 1],
            t: L,
            y: &[L; 2],
            dy_bar: &[L; 2],
            p_dot: &[L; 1],
            t_dot: L,
            y_dot: &[L; 2],
            dy_bar_dot: &[L; 2],
            p_bar_dot: &mut [L; 1],
            y_bar_dot: &mut [L; 2],
        ) -> L {
            ::core::unimplemented!()
        }
        #[inline(always)]
        fn jacobian<L: rt::Lane<Scalar = f64>>(
            p: &[L; 1],
            t: L,
            y: &[L; 2],
            jacobian: &mut [[L; 2]; 2],
        ) {
            ::core::unimplemented!()
        }
    }
};
