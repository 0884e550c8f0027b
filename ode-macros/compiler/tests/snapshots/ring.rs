#[allow(dead_code, clippy::too_many_arguments)]
/// Cells in a ring that exchange heat, and feel the mean of all.
fn ring(t: f64, y: [f64; 150], spread: f64, drive: f64) -> [f64; 150] {
    const N: usize = 150;
    let mut mean = 0.0;
    for i in 0..N {
        mean += y[i] * y[i];
    }
    let mut dy = [0.0; N];
    for i in 0..N {
        let (left, right) = (y[(i + N - 1) % N], y[(i + 1) % N]);
        dy[i] = spread * (left - 2.0 * y[i] + right) - drive * mean * y[i];
    }
    dy
}
/// Cells in a ring that exchange heat, and feel the mean of all.
#[derive(Debug, Clone, PartialEq)]
struct Ring {
    /// The parameter `spread`.
    pub spread: f64,
    /// The parameter `drive`.
    pub drive: f64,
}
#[allow(unused_imports, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
const _: () = {
    use ::odec::__private as rt;
    use rt::Mask as _;
    impl Ring {
        /// The name of each number of the state.
        pub const STATES: [&'static str; 150] = <Self as rt::Model>::STATES;
        /// The name of each number of the parameters.
        pub const PARAMETERS: [&'static str; 2] = <Self as rt::Model>::PARAMETERS;
        /// The parameters as one array, in the order of `PARAMETERS`.
        #[must_use]
        pub fn to_params(&self) -> [f64; 2] {
            <Self as rt::Model>::parameters(self)
        }
        /// The model of these parameters, in the order of `PARAMETERS`.
        #[must_use]
        pub fn from_params(parameters: [f64; 2]) -> Self {
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
    impl rt::Model for Ring {
        type Real = f64;
        type State = [f64; 150];
        type Vector<L: rt::Lane> = rt::Boxed<L, 150>;
        type Parameters<L: rt::Lane> = [L; 2];
        type StateNames = [&'static str; 150];
        type ParameterNames = [&'static str; 2];
        const STATES: Self::StateNames = [
            "y[0]",
            "y[1]",
            "y[2]",
            "y[3]",
            "y[4]",
            "y[5]",
            "y[6]",
            "y[7]",
            "y[8]",
            "y[9]",
            "y[10]",
            "y[11]",
            "y[12]",
            "y[13]",
            "y[14]",
            "y[15]",
            "y[16]",
            "y[17]",
            "y[18]",
            "y[19]",
            "y[20]",
            "y[21]",
            "y[22]",
            "y[23]",
            "y[24]",
            "y[25]",
            "y[26]",
            "y[27]",
            "y[28]",
            "y[29]",
            "y[30]",
            "y[31]",
            "y[32]",
            "y[33]",
            "y[34]",
            "y[35]",
            "y[36]",
            "y[37]",
            "y[38]",
            "y[39]",
            "y[40]",
            "y[41]",
            "y[42]",
            "y[43]",
            "y[44]",
            "y[45]",
            "y[46]",
            "y[47]",
            "y[48]",
            "y[49]",
            "y[50]",
            "y[51]",
            "y[52]",
            "y[53]",
            "y[54]",
            "y[55]",
            "y[56]",
            "y[57]",
            "y[58]",
            "y[59]",
            "y[60]",
            "y[61]",
            "y[62]",
            "y[63]",
            "y[64]",
            "y[65]",
            "y[66]",
            "y[67]",
            "y[68]",
            "y[69]",
            "y[70]",
            "y[71]",
            "y[72]",
            "y[73]",
            "y[74]",
            "y[75]",
            "y[76]",
            "y[77]",
            "y[78]",
            "y[79]",
            "y[80]",
            "y[81]",
            "y[82]",
            "y[83]",
            "y[84]",
            "y[85]",
            "y[86]",
            "y[87]",
            "y[88]",
            "y[89]",
            "y[90]",
            "y[91]",
            "y[92]",
            "y[93]",
            "y[94]",
            "y[95]",
            "y[96]",
            "y[97]",
            "y[98]",
            "y[99]",
            "y[100]",
            "y[101]",
            "y[102]",
            "y[103]",
            "y[104]",
            "y[105]",
            "y[106]",
            "y[107]",
            "y[108]",
            "y[109]",
            "y[110]",
            "y[111]",
            "y[112]",
            "y[113]",
            "y[114]",
            "y[115]",
            "y[116]",
            "y[117]",
            "y[118]",
            "y[119]",
            "y[120]",
            "y[121]",
            "y[122]",
            "y[123]",
            "y[124]",
            "y[125]",
            "y[126]",
            "y[127]",
            "y[128]",
            "y[129]",
            "y[130]",
            "y[131]",
            "y[132]",
            "y[133]",
            "y[134]",
            "y[135]",
            "y[136]",
            "y[137]",
            "y[138]",
            "y[139]",
            "y[140]",
            "y[141]",
            "y[142]",
            "y[143]",
            "y[144]",
            "y[145]",
            "y[146]",
            "y[147]",
            "y[148]",
            "y[149]",
        ];
        const PARAMETERS: Self::ParameterNames = ["spread", "drive"];
        #[inline(always)]
        fn convert<A: rt::Lane, B: rt::Lane>(
            from: &rt::Boxed<A, 150>,
            mut number: impl FnMut(A) -> B,
        ) -> rt::Boxed<B, 150> {
            rt::Boxed::from_fn(|i| number(from[i]))
        }
        #[inline(always)]
        fn convert_parameters<A: rt::Lane, B: rt::Lane>(
            from: &[A; 2],
            mut number: impl FnMut(A) -> B,
        ) -> [B; 2] {
            ::core::array::from_fn(|i| number(from[i]))
        }
        fn parameters(&self) -> [f64; 2] {
            [self.spread, self.drive]
        }
        fn from_parameters(flat: &[f64; 2]) -> Self {
            Self {
                spread: flat[0],
                drive: flat[1],
            }
        }
        #[inline]
        fn flatten(state: &Self::State) -> rt::Boxed<f64, 150> {
            rt::Boxed::collect(state.iter().copied())
        }
        #[inline]
        fn unflatten(flat: &rt::Boxed<f64, 150>) -> Self::State {
            ::core::array::from_fn(|i0| flat[i0 * 1 + 0])
        }
    }
    impl rt::FixedLength for Ring {
        fn vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> rt::Boxed<L, 150> {
            rt::Boxed::from_fn(element)
        }
        fn parameter_vector<L: rt::Lane>(element: impl FnMut(usize) -> L) -> [L; 2] {
            ::core::array::from_fn(element)
        }
    }
    impl rt::System for Ring {
        type Matrix<L: rt::Lane> = rt::Boxed<rt::Boxed<L, 150>, 150>;
        const INLINED: bool = true;
        const JACOBIAN_PATTERN: ::core::option::Option<&'static [(usize, usize)]> = ::core::option::Option::None;
        #[inline(always)]
        fn rhs<L: rt::Lane<Scalar = f64>>(
            p: &[L; 2],
            t: L,
            y: &rt::Boxed<L, 150>,
            dy: &mut rt::Boxed<L, 150>,
        ) {
            let y: &[L; 150] = y;
            let dy: &mut [L; 150] = dy;
            let mut terms = rt::terms::<L>();
            let mut mean = rt::Sum::<L>::new();
            for block in rt::blocks(0, 150) {
                let (start, length) = (block.start, block.len());
                let y_2 = &y[start..][..length];
                let terms = &mut terms[..length];
                for place in 0..length {
                    let mean_2 = y_2[place] * y_2[place];
                    terms[place] = mean_2;
                }
                mean.add(terms);
            }
            let mean = mean.total();
            let left = y[149];
            let right = y[1];
            let right_2 = y[0];
            let n1 = p[1] * mean;
            for i_2 in 1..149 {
                dy[i_2] = p[0] * (y[i_2 - 1] - L::constant(2.0) * y[i_2] + y[i_2 + 1])
                    - n1 * y[i_2];
            }
            let left_2 = y[148];
            dy[0] = p[0] * (left - L::constant(2.0) * right_2 + right) - n1 * right_2;
            dy[149] = p[0] * (left_2 - L::constant(2.0) * left + right_2) - n1 * left;
        }
        #[inline(always)]
        fn jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 2],
            t: L,
            y: &rt::Boxed<L, 150>,
            p_dot: &[L; 2],
            t_dot: L,
            y_dot: &rt::Boxed<L, 150>,
            dy_dot: &mut rt::Boxed<L, 150>,
        ) {
            let y: &[L; 150] = y;
            let y_dot: &[L; 150] = y_dot;
            let dy_dot: &mut [L; 150] = dy_dot;
            let mut terms = rt::terms::<L>();
            let mut mean = rt::Sum::<L>::new();
            for block in rt::blocks(0, 150) {
                let (start, length) = (block.start, block.len());
                let y_2 = &y[start..][..length];
                let terms = &mut terms[..length];
                for place in 0..length {
                    let mean_2 = y_2[place] * y_2[place];
                    terms[place] = mean_2;
                }
                mean.add(terms);
            }
            let mean = mean.total();
            let left = y[149];
            let right = y[1];
            let right_2 = y[0];
            let n1 = p[1] * mean;
            let left_2 = y[148];
            let mut terms_2 = rt::terms::<L>();
            let mut sum = rt::Sum::<L>::new();
            for block_2 in rt::blocks(0, 150) {
                let (start_2, length_2) = (block_2.start, block_2.len());
                let y_3 = &y[start_2..][..length_2];
                let y_dot_2 = &y_dot[start_2..][..length_2];
                let terms_2 = &mut terms_2[..length_2];
                for place_2 in 0..length_2 {
                    let n2 = y_3[place_2] * y_dot_2[place_2];
                    terms_2[place_2] = n2 + n2;
                }
                sum.add(terms_2);
            }
            let sum = sum.total();
            let n3 = mean * p_dot[1] + p[1] * sum;
            for i_3 in 1..149 {
                dy_dot[i_3] = (y[i_3 - 1] - L::constant(2.0) * y[i_3] + y[i_3 + 1])
                    * p_dot[0]
                    + p[0]
                        * (y_dot[i_3 - 1] - L::constant(2.0) * y_dot[i_3]
                            + y_dot[i_3 + 1]) - (y[i_3] * n3 + n1 * y_dot[i_3]);
            }
            dy_dot[0] = (left - L::constant(2.0) * right_2 + right) * p_dot[0]
                + p[0] * (y_dot[149] - L::constant(2.0) * y_dot[0] + y_dot[1])
                - (right_2 * n3 + n1 * y_dot[0]);
            dy_dot[149] = (left_2 - L::constant(2.0) * left + right_2) * p_dot[0]
                + p[0] * (y_dot[148] - L::constant(2.0) * y_dot[149] + y_dot[0])
                - (left * n3 + n1 * y_dot[149]);
        }
        #[inline(always)]
        fn vjp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 2],
            t: L,
            y: &rt::Boxed<L, 150>,
            dy_bar: &rt::Boxed<L, 150>,
            p_bar: &mut [L; 2],
            y_bar: &mut rt::Boxed<L, 150>,
        ) -> L {
            let y: &[L; 150] = y;
            let dy_bar: &[L; 150] = dy_bar;
            let y_bar: &mut [L; 150] = y_bar;
            y_bar[0..][..150].fill(L::constant(0.0));
            let mut terms = rt::terms::<L>();
            let mut mean = rt::Sum::<L>::new();
            for block in rt::blocks(0, 150) {
                let (start, length) = (block.start, block.len());
                let y_2 = &y[start..][..length];
                let terms = &mut terms[..length];
                for place in 0..length {
                    let mean_2 = y_2[place] * y_2[place];
                    terms[place] = mean_2;
                }
                mean.add(terms);
            }
            let mean = mean.total();
            let left = y[149];
            let right = y[1];
            let right_2 = y[0];
            let n1 = p[1] * mean;
            let left_2 = y[148];
            let n2 = p[0] * dy_bar[149];
            let mut terms_2 = rt::terms::<L>();
            let mut sum = rt::Sum::<L>::new();
            let mut terms_3 = rt::terms::<L>();
            let mut sum_2 = rt::Sum::<L>::new();
            let mut terms_4 = rt::terms::<L>();
            let mut terms_5 = rt::terms::<L>();
            for block_2 in rt::blocks(1, 149) {
                let (start_2, length_2) = (block_2.start, block_2.len());
                let y_3 = &y[start_2 - 1..][..length_2];
                let y_4 = &y[start_2 + 1..][..length_2];
                let y_5 = &y[start_2..][..length_2];
                let dy_bar_2 = &dy_bar[start_2..][..length_2];
                let terms_2 = &mut terms_2[..length_2];
                let terms_3 = &mut terms_3[..length_2];
                let terms_4 = &mut terms_4[..length_2];
                let terms_5 = &mut terms_5[..length_2];
                for place_2 in 0..length_2 {
                    let n3 = p[0] * dy_bar_2[place_2];
                    terms_2[place_2] = (y_3[place_2] - L::constant(2.0) * y_5[place_2]
                        + y_4[place_2]) * dy_bar_2[place_2];
                    terms_3[place_2] = -(y_5[place_2] * dy_bar_2[place_2]);
                    terms_4[place_2] = n3;
                    terms_5[place_2] = -(n1 * dy_bar_2[place_2]) - L::constant(2.0) * n3;
                }
                sum.add(terms_2);
                sum_2.add(terms_3);
                rt::add_to(&mut y_bar[start_2 - 1..][..length_2], terms_4);
                rt::add_to(&mut y_bar[start_2 + 1..][..length_2], terms_4);
                rt::add_to(&mut y_bar[start_2..][..length_2], terms_5);
            }
            let sum = sum.total();
            let sum_2 = sum_2.total();
            let n4 = sum_2 - left * dy_bar[149] - right_2 * dy_bar[0];
            let n5 = p[1] * n4;
            let n6 = p[0] * dy_bar[0];
            let mut terms_6 = rt::terms::<L>();
            for block_3 in rt::blocks(0, 150) {
                let (start_3, length_3) = (block_3.start, block_3.len());
                let y_6 = &y[start_3..][..length_3];
                let terms_6 = &mut terms_6[..length_3];
                for place_3 in 0..length_3 {
                    let n7 = y_6[place_3] * n5;
                    terms_6[place_3] = n7 + n7;
                }
                rt::add_to(&mut y_bar[start_3..][..length_3], terms_6);
            }
            y_bar[148] += n2;
            y_bar[0] += n2 - n1 * dy_bar[0] - L::constant(2.0) * n6;
            y_bar[1] += n6;
            y_bar[149] += -(n1 * dy_bar[149]) - L::constant(2.0) * n2 + n6;
            p_bar[0]
                += (left_2 - L::constant(2.0) * left + right_2) * dy_bar[149] + sum
                    + (left - L::constant(2.0) * right_2 + right) * dy_bar[0];
            p_bar[1] += mean * n4;
            L::constant(0.0)
        }
        #[inline(always)]
        fn vjp_jvp<L: rt::Lane<Scalar = f64>>(
            p: &[L; 2],
            t: L,
            y: &rt::Boxed<L, 150>,
            dy_bar: &rt::Boxed<L, 150>,
            p_dot: &[L; 2],
            t_dot: L,
            y_dot: &rt::Boxed<L, 150>,
            dy_bar_dot: &rt::Boxed<L, 150>,
            p_bar_dot: &mut [L; 2],
            y_bar_dot: &mut rt::Boxed<L, 150>,
        ) -> L {
            let y: &[L; 150] = y;
            let dy_bar: &[L; 150] = dy_bar;
            let y_dot: &[L; 150] = y_dot;
            let dy_bar_dot: &[L; 150] = dy_bar_dot;
            let y_bar_dot: &mut [L; 150] = y_bar_dot;
            y_bar_dot[0..][..150].fill(L::constant(0.0));
            let mut terms = rt::terms::<L>();
            let mut mean = rt::Sum::<L>::new();
            for block in rt::blocks(0, 150) {
                let (start, length) = (block.start, block.len());
                let y_2 = &y[start..][..length];
                let terms = &mut terms[..length];
                for place in 0..length {
                    let mean_2 = y_2[place] * y_2[place];
                    terms[place] = mean_2;
                }
                mean.add(terms);
            }
            let mean = mean.total();
            let left = y[149];
            let right = y[1];
            let right_2 = y[0];
            let n1 = p[1] * mean;
            let left_2 = y[148];
            let mut terms_2 = rt::terms::<L>();
            let mut sum = rt::Sum::<L>::new();
            for block_2 in rt::blocks(1, 149) {
                let (start_2, length_2) = (block_2.start, block_2.len());
                let y_3 = &y[start_2..][..length_2];
                let dy_bar_2 = &dy_bar[start_2..][..length_2];
                let terms_2 = &mut terms_2[..length_2];
                for place_2 in 0..length_2 {
                    terms_2[place_2] = -(y_3[place_2] * dy_bar_2[place_2]);
                }
                sum.add(terms_2);
            }
            let sum = sum.total();
            let n2 = sum - left * dy_bar[149] - right_2 * dy_bar[0];
            let n3 = p[1] * n2;
            let mut terms_3 = rt::terms::<L>();
            let mut sum_2 = rt::Sum::<L>::new();
            for block_3 in rt::blocks(0, 150) {
                let (start_3, length_3) = (block_3.start, block_3.len());
                let y_4 = &y[start_3..][..length_3];
                let y_dot_2 = &y_dot[start_3..][..length_3];
                let terms_3 = &mut terms_3[..length_3];
                for place_3 in 0..length_3 {
                    let n4 = y_4[place_3] * y_dot_2[place_3];
                    terms_3[place_3] = n4 + n4;
                }
                sum_2.add(terms_3);
            }
            let sum_2 = sum_2.total();
            let n5 = mean * p_dot[1] + p[1] * sum_2;
            let n6 = dy_bar[149] * p_dot[0] + p[0] * dy_bar_dot[149];
            let mut terms_4 = rt::terms::<L>();
            let mut sum_3 = rt::Sum::<L>::new();
            let mut terms_5 = rt::terms::<L>();
            let mut sum_4 = rt::Sum::<L>::new();
            let mut terms_6 = rt::terms::<L>();
            let mut terms_7 = rt::terms::<L>();
            for block_4 in rt::blocks(1, 149) {
                let (start_4, length_4) = (block_4.start, block_4.len());
                let y_5 = &y[start_4 - 1..][..length_4];
                let y_6 = &y[start_4 + 1..][..length_4];
                let y_7 = &y[start_4..][..length_4];
                let dy_bar_3 = &dy_bar[start_4..][..length_4];
                let y_dot_3 = &y_dot[start_4 - 1..][..length_4];
                let y_dot_4 = &y_dot[start_4 + 1..][..length_4];
                let y_dot_5 = &y_dot[start_4..][..length_4];
                let dy_bar_dot_2 = &dy_bar_dot[start_4..][..length_4];
                let terms_4 = &mut terms_4[..length_4];
                let terms_5 = &mut terms_5[..length_4];
                let terms_6 = &mut terms_6[..length_4];
                let terms_7 = &mut terms_7[..length_4];
                for place_4 in 0..length_4 {
                    let n7 = dy_bar_3[place_4] * p_dot[0] + p[0] * dy_bar_dot_2[place_4];
                    terms_4[place_4] = dy_bar_3[place_4]
                        * (y_dot_3[place_4] - L::constant(2.0) * y_dot_5[place_4]
                            + y_dot_4[place_4])
                        + (y_5[place_4] - L::constant(2.0) * y_7[place_4] + y_6[place_4])
                            * dy_bar_dot_2[place_4];
                    terms_5[place_4] = -(dy_bar_3[place_4] * y_dot_5[place_4]
                        + y_7[place_4] * dy_bar_dot_2[place_4]);
                    terms_6[place_4] = n7;
                    terms_7[place_4] = -(dy_bar_3[place_4] * n5
                        + n1 * dy_bar_dot_2[place_4]) - L::constant(2.0) * n7;
                }
                sum_3.add(terms_4);
                sum_4.add(terms_5);
                rt::add_to(&mut y_bar_dot[start_4 - 1..][..length_4], terms_6);
                rt::add_to(&mut y_bar_dot[start_4 + 1..][..length_4], terms_6);
                rt::add_to(&mut y_bar_dot[start_4..][..length_4], terms_7);
            }
            let sum_3 = sum_3.total();
            let sum_4 = sum_4.total();
            let n8 = sum_4 - (dy_bar[149] * y_dot[149] + left * dy_bar_dot[149])
                - (dy_bar[0] * y_dot[0] + right_2 * dy_bar_dot[0]);
            let n9 = n2 * p_dot[1] + p[1] * n8;
            let n10 = dy_bar[0] * p_dot[0] + p[0] * dy_bar_dot[0];
            let mut terms_8 = rt::terms::<L>();
            for block_5 in rt::blocks(0, 150) {
                let (start_5, length_5) = (block_5.start, block_5.len());
                let y_8 = &y[start_5..][..length_5];
                let y_dot_6 = &y_dot[start_5..][..length_5];
                let terms_8 = &mut terms_8[..length_5];
                for place_5 in 0..length_5 {
                    let n11 = n3 * y_dot_6[place_5] + y_8[place_5] * n9;
                    terms_8[place_5] = n11 + n11;
                }
                rt::add_to(&mut y_bar_dot[start_5..][..length_5], terms_8);
            }
            y_bar_dot[148] += n6;
            y_bar_dot[0]
                += n6 - (dy_bar[0] * n5 + n1 * dy_bar_dot[0]) - L::constant(2.0) * n10;
            y_bar_dot[1] += n10;
            y_bar_dot[149]
                += -(dy_bar[149] * n5 + n1 * dy_bar_dot[149]) - L::constant(2.0) * n6
                    + n10;
            p_bar_dot[0]
                += dy_bar[149] * (y_dot[148] - L::constant(2.0) * y_dot[149] + y_dot[0])
                    + (left_2 - L::constant(2.0) * left + right_2) * dy_bar_dot[149]
                    + sum_3
                    + (dy_bar[0] * (y_dot[149] - L::constant(2.0) * y_dot[0] + y_dot[1])
                        + (left - L::constant(2.0) * right_2 + right) * dy_bar_dot[0]);
            p_bar_dot[1] += n2 * sum_2 + mean * n8;
            L::constant(0.0)
        }
        #[inline(always)]
        fn jacobian<L: rt::Lane<Scalar = f64>>(
            p: &[L; 2],
            t: L,
            y: &rt::Boxed<L, 150>,
            jacobian: &mut rt::Boxed<rt::Boxed<L, 150>, 150>,
        ) {
            rt::jacobian_by_columns::<Self, L>(p, t, y, jacobian)
        }
    }
};
