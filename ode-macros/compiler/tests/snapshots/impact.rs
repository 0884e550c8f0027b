/// The lowest of some balls, above a floor that moves.
#[allow(dead_code, unused, clippy::all, clippy::pedantic)]
pub fn impact<
    const B: usize,
    D: ::odec::__private::dfdx::tensor_ops::Device<f64>,
    T: ::odec::__private::dfdx::tensor::Tape<f64, D>,
>(
    t: f64,
    state: ::odec::__private::dfdx::tensor::Tensor<
        (
            ::odec::__private::dfdx::shapes::Const<B>,
            ::odec::__private::dfdx::shapes::Const<2>,
        ),
        f64,
        D,
        T,
    >,
    amplitude: ::odec::__private::dfdx::tensor::Tensor<(), f64, D>,
) -> ::odec::__private::dfdx::tensor::Tensor<(), f64, D, T> {
    use ::odec::__private as rt;
    use rt::{Lane as _, Mask as _, dfdx};
    use dfdx::prelude::*;
    type L = f64;
    let x1 = amplitude;
    let x0 = state;
    let (x0, tape) = x0.split_tape();
    let lengths = rt::Lengths { lengths: [] };
    let x0 = rt::as_shape::<(usize, usize), _, _, _, _>(x0);
    let x1 = rt::as_shape::<(), _, _, _, _>(x1);
    let device = x0.device().clone();
    let (n1, tape) = (x0.clone().put_tape(tape) * 1.0)
        .slice((0..(B), (0)..(1)))
        .split_tape();
    let (n2, tape) = (n1.clone().put_tape(tape).reshape_like(&(B,)) * 1.0).split_tape();
    let (n3, tape) = n2.clone().put_tape(tape).negate().split_tape();
    let (n4, tape) = n3
        .clone()
        .put_tape(tape)
        .max::<(), dfdx::shapes::Axis<0>>()
        .split_tape();
    let (n5, tape) = n4.clone().put_tape(tape).negate().split_tape();
    let n6: L = rt::Lane::sin(t);
    let n7 = rt::full(&device, (), n6);
    let (n8, tape) = (x1.clone().put_tape(tape) * n7.clone()).split_tape();
    let (n9, tape) = (n5.clone().put_tape(tape) - n8.clone()).split_tape();
    rt::as_shape::<(), _, _, _, _>(n9.clone()).put_tape(tape)
}
/// The lowest of some balls, above a floor that moves.
#[derive(Debug, Clone)]
pub struct Impact<
    D: ::odec::__private::dfdx::tensor_ops::Device<E>
        = ::odec::__private::dfdx::tensor::Cpu,
    E: ::odec::__private::dfdx::shapes::Dtype = f64,
> {
    /// The parameter `amplitude`.
    pub amplitude: ::odec::__private::dfdx::tensor::Tensor<(), E, D>,
}
#[allow(
    unused_imports,
    unused_variables,
    unused_mut,
    unused_assignments,
    non_upper_case_globals,
    clippy::all,
    clippy::pedantic
)]
const _: () = {
    use ::odec::__private as rt;
    use rt::{Lane as _, Mask as _};
    use rt::dfdx;
    /// The number of rows, and the lengths that are known at run time alone.
    #[derive(Clone)]
    pub struct __Kernel<const B: usize> {
        rows: usize,
        lengths: [usize; 0usize],
    }
    impl<const B: usize> rt::TensorKernel<f64> for __Kernel<B> {
        fn states(&self) -> usize {
            B * 2
        }
        fn parameters(&self) -> usize {
            1
        }
        fn workspace(&self) -> usize {
            ::core::cmp::Ord::max(::core::cmp::Ord::max(B, B * 4), B * 4)
        }
        fn rows(&self) -> ::core::option::Option<usize> {
            ::core::option::Option::None
        }
        fn with_rows(&self, rows: usize) -> Self {
            Self { rows, ..self.clone() }
        }
        #[inline(always)]
        fn rhs<L: rt::Single<Scalar = f64>>(
            &self,
            p: &[L],
            t: L,
            y: &[L],
            dy: &mut [L],
            work: &mut [L],
        ) {
            let (_dy_0, dy) = dy.split_at_mut(1);
            let (n1, work) = work.split_at_mut(B);
            {
                let out = rt::part_mut(n1, 0, B);
                for _i0 in 0..B {
                    out[_i0] = y[0 + _i0 * 2];
                }
            }
            let mut n2 = L::constant(f64::NEG_INFINITY);
            {
                let _a0 = rt::part(&*n1, 0, B);
                n2 = rt::larger(
                    n2,
                    rt::largest(
                        B,
                        |_i0| {
                            let _x5 = -_a0[_i0];
                            _x5
                        },
                    ),
                );
            }
            let n3 = -n2;
            let n4 = t.sin();
            let n5 = p[0] * n4;
            let n6 = n3 - n5;
            {
                _dy_0[0] = n6;
            }
        }
        #[inline(always)]
        fn vjp<L: rt::Single<Scalar = f64>>(
            &self,
            p: &[L],
            t: L,
            y: &[L],
            dy_bar: &[L],
            p_bar: &mut [L],
            y_bar: &mut [L],
            work: &mut [L],
        ) -> L {
            let (_y_bar_0, y_bar) = y_bar.split_at_mut(B * 2);
            let (_p_bar_0, p_bar) = p_bar.split_at_mut(1);
            let (n1, work) = work.split_at_mut(B);
            {
                let out = rt::part_mut(n1, 0, B);
                for _i0 in 0..B {
                    out[_i0] = y[0 + _i0 * 2];
                }
            }
            let (n2, work) = work.split_at_mut(B);
            {
                let _a0 = rt::part(&*n1, 0, B);
                let out = rt::part_mut(n2, 0, B);
                for _i0 in 0..B {
                    out[_i0] = -_a0[_i0];
                }
            }
            let mut n3 = L::constant(f64::NEG_INFINITY);
            {
                let _a0 = rt::part(&*n2, 0, B);
                n3 = rt::larger(n3, rt::largest(B, |_i0| { _a0[_i0] }));
            }
            let n4 = t.sin();
            let n5 = -dy_bar[0];
            let n6 = n4 * dy_bar[0];
            let n7 = -n6;
            let n8 = p[0] * dy_bar[0];
            let n9 = t.cos();
            let n10 = n9 * n8;
            let n11 = -n10;
            let n12 = &[n3][..];
            let (n13, work) = work.split_at_mut(B);
            {
                let _a0 = rt::part(&*n2, 0, B);
                let _a1 = n12[0];
                let out = rt::part_mut(n13, 0, B);
                for _i0 in 0..B {
                    let _x18 = _a0[_i0].eq(_a1);
                    out[_i0] = L::select(_x18, L::constant(1.0), L::constant(0.0));
                }
            }
            let mut n14 = L::constant(0.0);
            {
                let _a0 = rt::part(&*n13, 0, B);
                n14 += rt::total(B, |_i0| { _a0[_i0] });
            }
            let n15 = &[n14][..];
            let n16 = &[n5][..];
            let (n17, work) = work.split_at_mut(B);
            {
                let _a0 = rt::part(&*n13, 0, B);
                let _a1 = n15[0];
                let _a2 = n16[0];
                let out = rt::part_mut(n17, 0, B);
                for _i0 in 0..B {
                    let _x23 = _a0[_i0] / _a1;
                    let _x25 = _x23 * _a2;
                    out[_i0] = -_x25;
                }
            }
            rt::fill(_y_bar_0, L::constant(0.0));
            {
                let _a0 = rt::part(&*n17, 0, B);
                for _i0 in 0..B {
                    _y_bar_0[0 + _i0 * 2] = _a0[_i0];
                }
            }
            {
                _p_bar_0[0] += n7;
            }
            n11
        }
    }
    impl<const B: usize> rt::EventKernel<f64> for __Kernel<B> {
        #[inline(always)]
        fn slope<L: rt::Single<Scalar = f64>>(
            &self,
            p: &[L],
            t: L,
            y: &[L],
            dy: &[L],
            work: &mut [L],
        ) -> L {
            let (n1, work) = work.split_at_mut(B);
            {
                let out = rt::part_mut(n1, 0, B);
                for _i0 in 0..B {
                    out[_i0] = y[0 + _i0 * 2];
                }
            }
            let (n2, work) = work.split_at_mut(B);
            {
                let _a0 = rt::part(&*n1, 0, B);
                let out = rt::part_mut(n2, 0, B);
                for _i0 in 0..B {
                    out[_i0] = -_a0[_i0];
                }
            }
            let mut n3 = L::constant(f64::NEG_INFINITY);
            {
                let _a0 = rt::part(&*n2, 0, B);
                n3 = rt::larger(n3, rt::largest(B, |_i0| { _a0[_i0] }));
            }
            let (n4, work) = work.split_at_mut(B);
            {
                let out = rt::part_mut(n4, 0, B);
                for _i0 in 0..B {
                    out[_i0] = dy[0 + _i0 * 2];
                }
            }
            let n5 = &[n3][..];
            let (n6, work) = work.split_at_mut(B);
            {
                let _a0 = rt::part(&*n2, 0, B);
                let _a1 = n5[0];
                let out = rt::part_mut(n6, 0, B);
                for _i0 in 0..B {
                    let _x12 = _a0[_i0].eq(_a1);
                    out[_i0] = L::select(_x12, L::constant(1.0), L::constant(0.0));
                }
            }
            let mut n7 = L::constant(0.0);
            {
                let _a0 = rt::part(&*n6, 0, B);
                n7 += rt::total(B, |_i0| { _a0[_i0] });
            }
            let n8 = &[n7][..];
            let mut n9 = L::constant(0.0);
            {
                let _a0 = rt::part(&*n6, 0, B);
                let _a1 = n8[0];
                let _a2 = rt::part(&*n4, 0, B);
                n9
                    += rt::total(
                        B,
                        |_i0| {
                            let _x17 = _a0[_i0] / _a1;
                            let _x18 = _x17 * _a2[_i0];
                            let _x19 = -_x18;
                            _x19
                        },
                    );
            }
            let n10 = -n9;
            let n11 = t.cos();
            let n12 = p[0] * n11;
            let n13 = n10 - n12;
            n13
        }
    }
    impl<D: dfdx::tensor_ops::Device<f64>> rt::TensorModel for Impact<D, f64> {
        type Real = f64;
        type Device = D;
        fn parameters(&self) -> ::std::vec::Vec<rt::Parameter<f64>> {
            ::std::vec![
                rt::Parameter { name : ::std::string::String::from("amplitude"), axes :
                dfdx::shapes::Shape::concrete(dfdx::shapes::HasShape::shape(& self
                .amplitude)).into(), values : self.amplitude.as_vec(), }
            ]
        }
        fn accumulate(
            &self,
            gradients: &mut dfdx::tensor::Gradients<f64, D>,
            flat: &[f64],
        ) -> ::core::result::Result<(), D::Err> {
            let count = dfdx::shapes::Shape::num_elements(
                dfdx::shapes::HasShape::shape(&self.amplitude),
            );
            let (own, flat) = flat.split_at(count);
            rt::accumulate(gradients, &self.amplitude, own)?;
            ::core::result::Result::Ok(())
        }
    }
    impl<D: dfdx::tensor_ops::Device<f64>> rt::ReturnsNumber for Impact<D, f64> {}
    impl<
        const B: usize,
        D: dfdx::tensor_ops::Device<f64>,
    > rt::TensorFunction<(dfdx::shapes::Const<B>, dfdx::shapes::Const<2>)>
    for Impact<D, f64> {
        type Kernel = __Kernel<B>;
        fn kernel(
            &self,
            shapes: &(dfdx::shapes::Const<B>, dfdx::shapes::Const<2>),
        ) -> ::core::result::Result<Self::Kernel, rt::SolveError> {
            let kernel = __Kernel { rows: 0, lengths: [] };
            ::core::result::Result::Ok(kernel)
        }
    }
    impl<
        E: dfdx::shapes::Dtype,
        D: dfdx::tensor_ops::Device<E>,
    > dfdx::nn::TensorCollection<E, D> for Impact<D, E> {
        type To<E2: dfdx::shapes::Dtype, D2: dfdx::tensor_ops::Device<E2>> = Impact<
            D2,
            E2,
        >;
        fn iter_tensors<V: dfdx::nn::ModuleVisitor<Self, E, D>>(
            visitor: &mut V,
        ) -> ::core::result::Result<
            ::core::option::Option<Self::To<V::E2, V::D2>>,
            V::Err,
        > {
            visitor
                .visit_fields(
                    (
                        Self::tensor(
                            "amplitude",
                            |s| &s.amplitude,
                            |s| &mut s.amplitude,
                            dfdx::nn::TensorOptions::reset_to_zeros(),
                        ),
                    ),
                    |(amplitude,)| Impact { amplitude },
                )
        }
    }
};
