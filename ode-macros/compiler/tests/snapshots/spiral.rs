#[allow(dead_code, unused, clippy::all, clippy::pedantic)]
pub fn spiral<
    const B: usize,
    D: ::odec::__private::dfdx::tensor_ops::Device<f32>,
    T: ::odec::__private::dfdx::tensor::Tape<f32, D>,
>(
    _t: f32,
    state: ::odec::__private::dfdx::tensor::Tensor<
        (
            ::odec::__private::dfdx::shapes::Const<B>,
            ::odec::__private::dfdx::shapes::Const<2>,
        ),
        f32,
        D,
        T,
    >,
    w1: ::odec::__private::dfdx::tensor::Tensor<
        (
            ::odec::__private::dfdx::shapes::Const<2>,
            ::odec::__private::dfdx::shapes::Const<50>,
        ),
        f32,
        D,
    >,
    b1: ::odec::__private::dfdx::tensor::Tensor<
        (::odec::__private::dfdx::shapes::Const<50>,),
        f32,
        D,
    >,
    w2: ::odec::__private::dfdx::tensor::Tensor<
        (
            ::odec::__private::dfdx::shapes::Const<50>,
            ::odec::__private::dfdx::shapes::Const<2>,
        ),
        f32,
        D,
    >,
    b2: ::odec::__private::dfdx::tensor::Tensor<
        (::odec::__private::dfdx::shapes::Const<2>,),
        f32,
        D,
    >,
) -> ::odec::__private::dfdx::tensor::Tensor<
    (
        ::odec::__private::dfdx::shapes::Const<B>,
        ::odec::__private::dfdx::shapes::Const<2>,
    ),
    f32,
    D,
    T,
> {
    use ::odec::__private as rt;
    use rt::{Lane as _, Mask as _, dfdx};
    use dfdx::prelude::*;
    type L = f32;
    let x1 = w1;
    let x2 = b1;
    let x3 = w2;
    let x4 = b2;
    let x0 = state;
    let (x0, tape) = x0.split_tape();
    let lengths = rt::Lengths { lengths: [] };
    let x0 = rt::as_shape::<(usize, usize), _, _, _, _>(x0);
    let x1 = rt::as_shape::<(usize, usize), _, _, _, _>(x1);
    let x2 = rt::as_shape::<(usize,), _, _, _, _>(x2);
    let x3 = rt::as_shape::<(usize, usize), _, _, _, _>(x3);
    let x4 = rt::as_shape::<(usize,), _, _, _, _>(x4);
    let device = x0.device().clone();
    let (n1, tape) = (x0.clone().put_tape(tape) * 1.0).split_tape();
    let (n2, tape) = (x0.clone().put_tape(tape) * n1.clone()).split_tape();
    let (n3, tape) = (n2.clone().put_tape(tape) * x0.clone()).split_tape();
    let (n4, tape) = n3.clone().put_tape(tape).matmul(x1.clone()).split_tape();
    let (n5, tape) = (x2
        .clone()
        .put_tape(tape)
        .broadcast_like::<_, dfdx::shapes::Axis<0>>(&(B, 50)) * 1.0)
        .split_tape();
    let (n6, tape) = (n4.clone().put_tape(tape) + n5.clone()).split_tape();
    let (hidden, tape) = n6.clone().put_tape(tape).tanh().split_tape();
    let (n7, tape) = hidden.clone().put_tape(tape).matmul(x3.clone()).split_tape();
    let (n8, tape) = (x4
        .clone()
        .put_tape(tape)
        .broadcast_like::<_, dfdx::shapes::Axis<0>>(&(B, 2)) * 1.0)
        .split_tape();
    let (n9, tape) = (n7.clone().put_tape(tape) + n8.clone()).split_tape();
    rt::as_shape::<
        (dfdx::shapes::Const<B>, dfdx::shapes::Const<2>),
        _,
        _,
        _,
        _,
    >(n9.clone())
        .put_tape(tape)
}
#[derive(Debug, Clone)]
pub struct Spiral<
    D: ::odec::__private::dfdx::tensor_ops::Device<E>
        = ::odec::__private::dfdx::tensor::Cpu,
    E: ::odec::__private::dfdx::shapes::Dtype = f32,
> {
    /// The parameter `w1`.
    pub w1: ::odec::__private::dfdx::tensor::Tensor<
        (
            ::odec::__private::dfdx::shapes::Const<2>,
            ::odec::__private::dfdx::shapes::Const<50>,
        ),
        E,
        D,
    >,
    /// The parameter `b1`.
    pub b1: ::odec::__private::dfdx::tensor::Tensor<
        (::odec::__private::dfdx::shapes::Const<50>,),
        E,
        D,
    >,
    /// The parameter `w2`.
    pub w2: ::odec::__private::dfdx::tensor::Tensor<
        (
            ::odec::__private::dfdx::shapes::Const<50>,
            ::odec::__private::dfdx::shapes::Const<2>,
        ),
        E,
        D,
    >,
    /// The parameter `b2`.
    pub b2: ::odec::__private::dfdx::tensor::Tensor<
        (::odec::__private::dfdx::shapes::Const<2>,),
        E,
        D,
    >,
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
    impl<const B: usize> rt::TensorKernel<f32> for __Kernel<B> {
        fn states(&self) -> usize {
            self.rows * 2
        }
        fn parameters(&self) -> usize {
            252
        }
        fn workspace(&self) -> usize {
            ::core::cmp::Ord::max(self.rows * 104, self.rows * 206)
        }
        fn rows(&self) -> ::core::option::Option<usize> {
            ::core::option::Option::Some(self.rows)
        }
        fn with_rows(&self, rows: usize) -> Self {
            Self { rows, ..self.clone() }
        }
        #[inline(always)]
        fn rhs<L: rt::Single<Scalar = f32>>(
            &self,
            p: &[L],
            t: L,
            y: &[L],
            dy: &mut [L],
            work: &mut [L],
        ) {
            let (_dy_0, dy) = dy.split_at_mut(self.rows * 2);
            let (n1, work) = work.split_at_mut(self.rows * 2);
            {
                let _a0 = rt::part(&*y, 0, self.rows * 2);
                let out = rt::part_mut(n1, 0, self.rows * 2);
                for _i0 in 0..self.rows * 2 {
                    let _x6 = _a0[_i0] * _a0[_i0];
                    out[_i0] = _x6 * _a0[_i0];
                }
            }
            let (n2, work) = work.split_at_mut(self.rows * 50);
            rt::product(
                [self.rows, 2, 50],
                (&n1[0..], (2, 1)),
                (&p[0..], (50, 1)),
                (&mut n2[0..], (50, 1)),
                false,
            );
            let (hidden, work) = work.split_at_mut(self.rows * 50);
            for _i0 in 0..self.rows {
                let _a0 = rt::part(&*n2, _i0 * 50, 50);
                let _a1 = rt::part(&*p, 100, 50);
                let out = rt::part_mut(hidden, _i0 * 50, 50);
                for _i1 in 0..50 {
                    let _x10 = _a0[_i1] + _a1[_i1];
                    out[_i1] = rt::each::tanh(_x10);
                }
            }
            let (n3, work) = work.split_at_mut(self.rows * 2);
            rt::product(
                [self.rows, 50, 2],
                (&hidden[0..], (50, 1)),
                (&p[150..], (2, 1)),
                (&mut n3[0..], (2, 1)),
                false,
            );
            for _i0 in 0..self.rows {
                let _a0 = rt::part(&*n3, _i0 * 2, 2);
                let _a1 = rt::part(&*p, 250, 2);
                let out = rt::part_mut(_dy_0, _i0 * 2, 2);
                for _i1 in 0..2 {
                    out[_i1] = _a0[_i1] + _a1[_i1];
                }
            }
        }
        #[inline(always)]
        fn vjp<L: rt::Single<Scalar = f32>>(
            &self,
            p: &[L],
            t: L,
            y: &[L],
            dy_bar: &[L],
            p_bar: &mut [L],
            y_bar: &mut [L],
            work: &mut [L],
        ) -> L {
            let (_y_bar_0, y_bar) = y_bar.split_at_mut(self.rows * 2);
            let (_p_bar_0, p_bar) = p_bar.split_at_mut(100);
            let (_p_bar_1, p_bar) = p_bar.split_at_mut(50);
            let (_p_bar_2, p_bar) = p_bar.split_at_mut(100);
            let (_p_bar_3, p_bar) = p_bar.split_at_mut(2);
            let (n1, work) = work.split_at_mut(self.rows * 2);
            {
                let _a0 = rt::part(&*y, 0, self.rows * 2);
                let out = rt::part_mut(n1, 0, self.rows * 2);
                for _i0 in 0..self.rows * 2 {
                    out[_i0] = _a0[_i0] * _a0[_i0];
                }
            }
            let (n2, work) = work.split_at_mut(self.rows * 2);
            {
                let _a0 = rt::part(&*n1, 0, self.rows * 2);
                let _a1 = rt::part(&*y, 0, self.rows * 2);
                let out = rt::part_mut(n2, 0, self.rows * 2);
                for _i0 in 0..self.rows * 2 {
                    out[_i0] = _a0[_i0] * _a1[_i0];
                }
            }
            let (n3, work) = work.split_at_mut(self.rows * 50);
            rt::product(
                [self.rows, 2, 50],
                (&n2[0..], (2, 1)),
                (&p[0..], (50, 1)),
                (&mut n3[0..], (50, 1)),
                false,
            );
            let (hidden, work) = work.split_at_mut(self.rows * 50);
            for _i0 in 0..self.rows {
                let _a0 = rt::part(&*n3, _i0 * 50, 50);
                let _a1 = rt::part(&*p, 100, 50);
                let out = rt::part_mut(hidden, _i0 * 50, 50);
                for _i1 in 0..50 {
                    let _x11 = _a0[_i1] + _a1[_i1];
                    out[_i1] = rt::each::tanh(_x11);
                }
            }
            for _i0 in 0..self.rows {
                let _a0 = rt::part(&*dy_bar, _i0 * 2, 2);
                let out = rt::part_mut(_p_bar_3, 0, 2);
                for _i1 in 0..2 {
                    out[_i1] += _a0[_i1];
                }
            }
            let (n4, work) = work.split_at_mut(self.rows * 50);
            rt::product(
                [self.rows, 2, 50],
                (&dy_bar[0..], (2, 1)),
                (&p[150..], (1, 2)),
                (&mut n4[0..], (50, 1)),
                false,
            );
            rt::product(
                [50, self.rows, 2],
                (&hidden[0..], (1, 50)),
                (&dy_bar[0..], (2, 1)),
                (&mut _p_bar_2[0..], (2, 1)),
                true,
            );
            let (n5, work) = work.split_at_mut(self.rows * 50);
            {
                let _a0 = rt::part(&*hidden, 0, self.rows * 50);
                let _a1 = rt::part(&*n4, 0, self.rows * 50);
                let out = rt::part_mut(n5, 0, self.rows * 50);
                for _i0 in 0..self.rows * 50 {
                    let _x19 = _a0[_i0] * _a0[_i0];
                    let _x20 = L::constant(1.0) - _x19;
                    out[_i0] = _x20 * _a1[_i0];
                }
            }
            for _i0 in 0..self.rows {
                let _a0 = rt::part(&*n5, _i0 * 50, 50);
                let out = rt::part_mut(_p_bar_1, 0, 50);
                for _i1 in 0..50 {
                    out[_i1] += _a0[_i1];
                }
            }
            let (n6, work) = work.split_at_mut(self.rows * 2);
            rt::product(
                [self.rows, 50, 2],
                (&n5[0..], (50, 1)),
                (&p[0..], (1, 50)),
                (&mut n6[0..], (2, 1)),
                false,
            );
            rt::product(
                [2, self.rows, 50],
                (&n2[0..], (1, 2)),
                (&n5[0..], (50, 1)),
                (&mut _p_bar_0[0..], (50, 1)),
                true,
            );
            {
                let _a0 = rt::part(&*n1, 0, self.rows * 2);
                let _a1 = rt::part(&*n6, 0, self.rows * 2);
                let _a2 = rt::part(&*y, 0, self.rows * 2);
                let out = rt::part_mut(_y_bar_0, 0, self.rows * 2);
                for _i0 in 0..self.rows * 2 {
                    let _x28 = _a0[_i0] * _a1[_i0];
                    let _x27 = _a2[_i0] * _a1[_i0];
                    let _x29 = _a2[_i0] * _x27;
                    let _x30 = _x28 + _x29;
                    out[_i0] = _x30 + _x29;
                }
            }
            L::constant(0.0)
        }
    }
    impl<D: dfdx::tensor_ops::Device<f32>> rt::TensorModel for Spiral<D, f32> {
        type Real = f32;
        type Device = D;
        fn parameters(&self) -> ::std::vec::Vec<rt::Parameter<f32>> {
            ::std::vec![
                rt::Parameter { name : ::std::string::String::from("w1"), axes :
                dfdx::shapes::Shape::concrete(dfdx::shapes::HasShape::shape(& self.w1))
                .into(), values : self.w1.as_vec(), }, rt::Parameter { name :
                ::std::string::String::from("b1"), axes :
                dfdx::shapes::Shape::concrete(dfdx::shapes::HasShape::shape(& self.b1))
                .into(), values : self.b1.as_vec(), }, rt::Parameter { name :
                ::std::string::String::from("w2"), axes :
                dfdx::shapes::Shape::concrete(dfdx::shapes::HasShape::shape(& self.w2))
                .into(), values : self.w2.as_vec(), }, rt::Parameter { name :
                ::std::string::String::from("b2"), axes :
                dfdx::shapes::Shape::concrete(dfdx::shapes::HasShape::shape(& self.b2))
                .into(), values : self.b2.as_vec(), }
            ]
        }
        fn accumulate(
            &self,
            gradients: &mut dfdx::tensor::Gradients<f32, D>,
            flat: &[f32],
        ) -> ::core::result::Result<(), D::Err> {
            let count = dfdx::shapes::Shape::num_elements(
                dfdx::shapes::HasShape::shape(&self.w1),
            );
            let (own, flat) = flat.split_at(count);
            rt::accumulate(gradients, &self.w1, own)?;
            let count = dfdx::shapes::Shape::num_elements(
                dfdx::shapes::HasShape::shape(&self.b1),
            );
            let (own, flat) = flat.split_at(count);
            rt::accumulate(gradients, &self.b1, own)?;
            let count = dfdx::shapes::Shape::num_elements(
                dfdx::shapes::HasShape::shape(&self.w2),
            );
            let (own, flat) = flat.split_at(count);
            rt::accumulate(gradients, &self.w2, own)?;
            let count = dfdx::shapes::Shape::num_elements(
                dfdx::shapes::HasShape::shape(&self.b2),
            );
            let (own, flat) = flat.split_at(count);
            rt::accumulate(gradients, &self.b2, own)?;
            ::core::result::Result::Ok(())
        }
    }
    impl<D: dfdx::tensor_ops::Device<f32>> Spiral<D, f32> {
        /// A solver, to choose method and options.
        pub fn solver(&self) -> rt::TensorSolver<'_, Self> {
            rt::TensorSolver::new(self)
        }
    }
    impl<
        const B: usize,
        D: dfdx::tensor_ops::Device<f32>,
    > rt::TensorSystem<(dfdx::shapes::Const<B>, dfdx::shapes::Const<2>)>
    for Spiral<D, f32> {
        type Kernel = __Kernel<B>;
        const STATES: &'static [&'static str] = &["y"];
        fn kernel(
            &self,
            shapes: &(dfdx::shapes::Const<B>, dfdx::shapes::Const<2>),
        ) -> ::core::result::Result<Self::Kernel, rt::SolveError> {
            let kernel = __Kernel { rows: B, lengths: [] };
            ::core::result::Result::Ok(kernel)
        }
    }
    impl<
        const B: usize,
        D: dfdx::tensor_ops::Device<f32> + Send + Sync,
    > rt::DeviceSystem<(dfdx::shapes::Const<B>, dfdx::shapes::Const<2>)>
    for Spiral<D, f32> {
        type DeviceKernel = rt::opaque::OnDevice<
            Self,
            f32,
            D,
            dfdx::tensor::Tensor<
                (dfdx::shapes::Const<B>, dfdx::shapes::Const<2>),
                f32,
                D,
            >,
        >;
        fn device_kernel(
            &self,
            shapes: &(dfdx::shapes::Const<B>, dfdx::shapes::Const<2>),
            device: D,
        ) -> Self::DeviceKernel {
            rt::opaque::OnDevice::new(
                self,
                *shapes,
                device,
                dfdx::shapes::Shape::num_elements(shapes),
                |model, t, state| {
                    spiral(
                        t,
                        state,
                        model.w1.clone(),
                        model.b1.clone(),
                        model.w2.clone(),
                        model.b2.clone(),
                    )
                },
            )
        }
    }
    impl<
        E: dfdx::shapes::Dtype,
        D: dfdx::tensor_ops::Device<E>,
    > dfdx::nn::TensorCollection<E, D> for Spiral<D, E> {
        type To<E2: dfdx::shapes::Dtype, D2: dfdx::tensor_ops::Device<E2>> = Spiral<
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
                            "w1",
                            |s| &s.w1,
                            |s| &mut s.w1,
                            dfdx::nn::TensorOptions::reset_to_zeros(),
                        ),
                        Self::tensor(
                            "b1",
                            |s| &s.b1,
                            |s| &mut s.b1,
                            dfdx::nn::TensorOptions::reset_to_zeros(),
                        ),
                        Self::tensor(
                            "w2",
                            |s| &s.w2,
                            |s| &mut s.w2,
                            dfdx::nn::TensorOptions::reset_to_zeros(),
                        ),
                        Self::tensor(
                            "b2",
                            |s| &s.b2,
                            |s| &mut s.b2,
                            dfdx::nn::TensorOptions::reset_to_zeros(),
                        ),
                    ),
                    |(w1, b1, w2, b2)| Spiral { w1, b1, w2, b2 },
                )
        }
    }
};
