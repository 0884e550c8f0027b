#[allow(dead_code, clippy::too_many_arguments)]
/// The energy of a pendulum.
pub fn energy(_t: f32, [angle, velocity]: [f32; 2], length: f32, mass: f32) -> f32 {
    let kinetic = 0.5 * mass * (length * velocity).powi(2);
    kinetic + mass * GRAVITY * length * (1.0 - angle.cos())
}
/// The energy of a pendulum.
#[derive(Debug, Clone, PartialEq)]
pub struct Energy {
    /// The parameter `length`.
    pub length: f32,
    /// The parameter `mass`.
    pub mass: f32,
}
#[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
const _: () = {
    use ::odec::__private as rt;
    use rt::Mask as _;
    impl Energy {
        /// The name of each number of the state.
        pub const STATES: [&'static str; 2] = <Self as rt::Model>::STATES;
        /// The name of each number of the parameters.
        pub const PARAMETERS: [&'static str; 2] = <Self as rt::Model>::PARAMETERS;
        /// The parameters as one array, in the order of `PARAMETERS`.
        #[must_use]
        pub fn to_params(&self) -> [f32; 2] {
            <Self as rt::Model>::parameters(self)
        }
        /// The model of these parameters, in the order of `PARAMETERS`.
        #[must_use]
        pub fn from_params(parameters: [f32; 2]) -> Self {
            <Self as rt::Model>::from_parameters(&parameters)
        }
        /// The value at this time and state.
        #[must_use]
        pub fn value(
            &self,
            t: f32,
            y: <Self as rt::Model>::State,
        ) -> <Self as rt::Function>::Output {
            rt::value(self, t, y)
        }
    }
    impl rt::Model for Energy {
        type Real = f32;
        type State = [f32; 2];
        type Vector<L: rt::Lane> = [L; 2];
        type Parameters<L: rt::Lane> = [L; 2];
        type StateNames = [&'static str; 2];
        type ParameterNames = [&'static str; 2];
        const STATES: Self::StateNames = ["angle", "velocity"];
        const PARAMETERS: Self::ParameterNames = ["length", "mass"];
        #[inline(always)]
        fn convert<A: rt::Lane, B: rt::Lane>(
            from: &[A; 2],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 2] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        #[inline(always)]
        fn convert_parameters<A: rt::Lane, B: rt::Lane>(
            from: &[A; 2],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 2] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        fn parameters(&self) -> [f32; 2] {
            [self.length, self.mass]
        }
        fn from_parameters(flat: &[f32; 2]) -> Self {
            Self {
                length: flat[0],
                mass: flat[1],
            }
        }
        #[inline]
        fn flatten(state: &Self::State) -> [f32; 2] {
            [state[0], state[1]]
        }
        #[inline]
        fn unflatten(flat: &[f32; 2]) -> Self::State {
            [flat[0], flat[1]]
        }
    }
    impl rt::FixedLength for Energy {
        fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 2] {
            ::core::array::from_fn(element)
        }
        fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 2] {
            ::core::array::from_fn(element)
        }
    }
    impl rt::Function for Energy {
        type Output = f32;
        type Value<L: rt::Lane> = [L; 1];
        fn value_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 1] {
            ::core::array::from_fn(element)
        }
        fn output(flat: &[f32; 1]) -> Self::Output {
            flat[0]
        }
        #[inline(always)]
        fn evaluate<L: rt::Lane<Scalar = f32>>(
            p: &[L; 2],
            t: L,
            y: &[L; 2],
            dy: &mut [L; 1],
        ) {
            let angle = y[0];
            let velocity = y[1];
            let n1 = p[0] * velocity;
            let kinetic = L::constant(0.5) * p[1] * (n1 * n1);
            dy[0] = kinetic
                + p[1] * L::splat(const { GRAVITY }) * p[0]
                    * (L::constant(1.0) - angle.cos());
        }
        #[inline(always)]
        fn jvp<L: rt::Lane<Scalar = f32>>(
            p: &[L; 2],
            t: L,
            y: &[L; 2],
            p_dot: &[L; 2],
            t_dot: L,
            y_dot: &[L; 2],
            dy_dot: &mut [L; 1],
        ) {
            let n1 = L::splat(const { GRAVITY });
            let angle = y[0];
            let velocity = y[1];
            let n2 = p[0] * velocity;
            let n3 = p[1] * n1;
            let n4 = n2 * (velocity * p_dot[0] + p[0] * y_dot[1]);
            dy_dot[0] = n2 * n2 * (L::constant(0.5) * p_dot[1])
                + L::constant(0.5) * p[1] * (n4 + n4)
                + ((L::constant(1.0) - angle.cos())
                    * (p[0] * (n1 * p_dot[1]) + n3 * p_dot[0])
                    + n3 * p[0] * (angle.sin() * y_dot[0]));
        }
        #[inline(always)]
        fn vjp<L: rt::Lane<Scalar = f32>>(
            p: &[L; 2],
            t: L,
            y: &[L; 2],
            dy_bar: &[L; 1],
            p_bar: &mut [L; 2],
            y_bar: &mut [L; 2],
        ) -> L {
            let n1 = L::splat(const { GRAVITY });
            let angle = y[0];
            let velocity = y[1];
            let n2 = p[0] * velocity;
            let n3 = p[1] * n1;
            let n4 = (L::constant(1.0) - angle.cos()) * dy_bar[0];
            let n5 = n2 * (L::constant(0.5) * p[1] * dy_bar[0]);
            let n6 = n5 + n5;
            y_bar[0] = angle.sin() * (n3 * p[0] * dy_bar[0]);
            y_bar[1] = p[0] * n6;
            p_bar[0] += n3 * n4 + velocity * n6;
            p_bar[1] += n1 * (p[0] * n4) + L::constant(0.5) * (n2 * n2 * dy_bar[0]);
            L::constant(0.0)
        }
        #[inline(always)]
        fn vjp_jvp<L: rt::Lane<Scalar = f32>>(
            p: &[L; 2],
            t: L,
            y: &[L; 2],
            dy_bar: &[L; 1],
            p_dot: &[L; 2],
            t_dot: L,
            y_dot: &[L; 2],
            dy_bar_dot: &[L; 1],
            p_bar_dot: &mut [L; 2],
            y_bar_dot: &mut [L; 2],
        ) -> L {
            let n1 = L::splat(const { GRAVITY });
            let angle = y[0];
            let velocity = y[1];
            let n2 = L::constant(0.5) * p[1];
            let n3 = p[0] * velocity;
            let n4 = p[1] * n1;
            let n5 = n4 * p[0];
            let n6 = angle.cos();
            let n7 = L::constant(1.0) - n6;
            let n8 = n7 * dy_bar[0];
            let n9 = angle.sin();
            let n10 = n2 * dy_bar[0];
            let n11 = n3 * n10;
            let n12 = n11 + n11;
            let n13 = velocity * p_dot[0] + p[0] * y_dot[1];
            let n14 = n3 * n13;
            let n15 = n1 * p_dot[1];
            let n16 = dy_bar[0] * (n9 * y_dot[0]) + n7 * dy_bar_dot[0];
            let n17 = n10 * n13
                + n3 * (dy_bar[0] * (L::constant(0.5) * p_dot[1]) + n2 * dy_bar_dot[0]);
            let n18 = n17 + n17;
            y_bar_dot[0] = n5 * dy_bar[0] * (n6 * y_dot[0])
                + n9 * (dy_bar[0] * (p[0] * n15 + n4 * p_dot[0]) + n5 * dy_bar_dot[0]);
            y_bar_dot[1] = n12 * p_dot[0] + p[0] * n18;
            p_bar_dot[0] += n8 * n15 + n4 * n16 + (n12 * y_dot[1] + velocity * n18);
            p_bar_dot[1]
                += n1 * (n8 * p_dot[0] + p[0] * n16)
                    + L::constant(0.5)
                        * (dy_bar[0] * (n14 + n14) + n3 * n3 * dy_bar_dot[0]);
            L::constant(0.0)
        }
    }
};
