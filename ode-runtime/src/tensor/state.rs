//! Tensors as states: their way into flat slices and back.

use dfdx::shapes::{Dim, Rank0, Shape};
use dfdx::tensor::{Gradients, Merge, OwnedTape, PutTape, SplitTape, Tape, Tensor, Trace};

use super::TensorReal;
use super::gradient::accumulate;
use dfdx::tensor_ops::{Device, SumTo};

/// A shape with an axis of time before its own.
pub trait WithTime<N: Dim>: Shape {
    /// That shape.
    type Larger: Shape;

    /// That shape, with this length.
    fn with_time(&self, time: N) -> Self::Larger;
}

macro_rules! with_time {
    ($($Axis:ident $place:tt),*) => {
        impl<N: Dim, $($Axis: Dim),*> WithTime<N> for ($($Axis,)*) {
            type Larger = (N, $($Axis,)*);

            fn with_time(&self, time: N) -> Self::Larger {
                (time, $(self.$place,)*)
            }
        }
    };
}
with_time!();
with_time!(A 0);
with_time!(A 0, B 1);
with_time!(A 0, B 1, C 2);
with_time!(A 0, B 1, C 2, F 3);
with_time!(A 0, B 1, C 2, F 3, G 4);

#[diagnostic::on_unimplemented(
    message = "`{Self}` is no state of a system of `{E}` on the device `{D}`",
    note = "give a tensor, or a tuple of up to four tensors, of that type on that device"
)]
/// A tensor, or a tuple of tensors, that a solve starts from. With a tape its solution has that tape.
pub trait TensorState<E: TensorReal, D: Device<E>> {
    /// The shapes of the tensors.
    type Shapes;
    /// The tape of all.
    type Tape: Tape<E, D>;
    /// The tensors without tapes.
    type Plain: PlainState<E, D, Shapes = Self::Shapes>;

    /// The tape, and the tensors without it.
    fn split(self) -> (Self::Plain, Self::Tape);
}

/// Tensors without tapes.
pub trait PlainState<E: TensorReal, D: Device<E>>: Clone + 'static {
    /// Their shapes.
    type Shapes;

    /// Their shapes.
    fn shapes(&self) -> Self::Shapes;

    /// Their device.
    fn device(&self) -> D;

    /// The lengths of the axes of each.
    fn axes(&self) -> Vec<Vec<usize>>;

    /// All numbers, in order.
    fn flat(&self) -> Vec<E>;

    /// Adds to the gradients of the tensors.
    ///
    /// # Errors
    /// Those of the device.
    fn accumulate(&self, gradients: &mut Gradients<E, D>, flat: &[E]) -> Result<(), D::Err>;
}

/// Tensors that a function in dfdx's operations takes and returns, with a tape on the first.
pub trait TracedState<E: TensorReal, D: Device<E>>: PlainState<E, D> {
    /// These with a tape.
    type Traced;

    /// The tensors of these numbers.
    fn from_flat(shapes: &Self::Shapes, device: &D, flat: &[E]) -> Self;

    /// A tape that begins here.
    fn traced(self) -> Self::Traced;

    /// All numbers of traced tensors, in order.
    fn values(traced: &Self::Traced) -> Vec<E>;

    /// The sum of the products with these numbers.
    fn paired(traced: Self::Traced, with: &Self) -> Tensor<Rank0, E, D, OwnedTape<E, D>>;

    /// The gradients by these tensors; 0 where there are none.
    ///
    /// # Errors
    /// Those of the device.
    fn gradient(&self, gradients: &mut Gradients<E, D>) -> Result<Vec<E>, D::Err>;
}

impl<S: Shape, E: TensorReal, D: Device<E>> TracedState<E, D> for Tensor<S, E, D> {
    type Traced = Tensor<S, E, D, OwnedTape<E, D>>;

    fn from_flat(shape: &S, device: &D, flat: &[E]) -> Self {
        device.tensor_from_vec(flat.to_vec(), *shape)
    }

    fn traced(self) -> Self::Traced {
        Trace::traced(self, Gradients::leaky())
    }

    fn values(traced: &Self::Traced) -> Vec<E> {
        traced.as_vec()
    }

    fn paired(traced: Self::Traced, with: &Self) -> Tensor<Rank0, E, D, OwnedTape<E, D>> {
        (traced * with.clone()).sum()
    }

    fn gradient(&self, gradients: &mut Gradients<E, D>) -> Result<Vec<E>, D::Err> {
        gradients.try_alloc_for(self)?;
        Ok(gradients.get(self).as_vec())
    }
}

/// States that can be saved at `N` times.
pub trait Saved<E: TensorReal, D: Device<E>, N: Dim>: PlainState<E, D> {
    /// The same tensors with an axis of time before their own.
    type Stacked: Clone + 'static;
    /// These with a tape, which the first of a tuple has.
    type Taped<T>;

    /// The tensors of flat states, one for each time.
    ///
    /// # Errors
    /// Those of the device.
    fn stacked(&self, time: N, states: &[&[E]]) -> Result<Self::Stacked, D::Err>;

    /// Gives the tape to the solution.
    fn put_tape<T: Tape<E, D>>(stacked: Self::Stacked, tape: T) -> Self::Taped<T>;

    /// The cotangent of each saved state, flat.
    ///
    /// # Errors
    /// Those of the device.
    fn cotangents(stacked: &Self::Stacked, gradients: &mut Gradients<E, D>) -> Result<Vec<Vec<E>>, D::Err>;
}

impl<S: Shape, E: TensorReal, D: Device<E>, T: Tape<E, D>> TensorState<E, D> for Tensor<S, E, D, T> {
    type Shapes = S;
    type Tape = T;
    type Plain = Tensor<S, E, D>;

    fn split(self) -> (Tensor<S, E, D>, T) {
        self.split_tape()
    }
}

impl<S: Shape, E: TensorReal, D: Device<E>> PlainState<E, D> for Tensor<S, E, D> {
    type Shapes = S;

    fn shapes(&self) -> S {
        *dfdx::shapes::HasShape::shape(self)
    }

    fn device(&self) -> D {
        self.device().clone()
    }

    fn axes(&self) -> Vec<Vec<usize>> {
        vec![self.shapes().concrete().into()]
    }

    fn flat(&self) -> Vec<E> {
        self.as_vec()
    }

    fn accumulate(&self, gradients: &mut Gradients<E, D>, flat: &[E]) -> Result<(), D::Err> {
        accumulate(gradients, self, flat)
    }
}

impl<N: Dim, S: WithTime<N>, E: TensorReal, D: Device<E>> Saved<E, D, N> for Tensor<S, E, D> {
    type Stacked = Tensor<S::Larger, E, D>;
    type Taped<T> = Tensor<S::Larger, E, D, T>;

    fn stacked(&self, time: N, states: &[&[E]]) -> Result<Self::Stacked, D::Err> {
        let shape = self.shapes().with_time(time);
        self.device().try_tensor_from_vec(states.concat(), shape)
    }

    fn put_tape<T: Tape<E, D>>(stacked: Self::Stacked, tape: T) -> Self::Taped<T> {
        PutTape::put_tape(stacked, tape)
    }

    fn cotangents(stacked: &Self::Stacked, gradients: &mut Gradients<E, D>) -> Result<Vec<Vec<E>>, D::Err> {
        gradients.try_alloc_for(stacked)?;
        let shape: Vec<usize> = dfdx::shapes::HasShape::shape(stacked).concrete().into();
        let flat = gradients.get(stacked).as_vec();
        let length = shape[1..].iter().product::<usize>().max(1);
        Ok(flat.chunks(length).map(<[E]>::to_vec).collect())
    }
}

/// A tuple of tensors: the first takes the tapes of the others, and so it does in the solution.
macro_rules! tuple_of {
    ($First:ident $FirstTape:ident $first:ident, $($Shape:ident $Tape:ident $name:ident),*) => {
        impl<E: TensorReal, D: Device<E>, $First: Shape, $FirstTape, $($Shape: Shape, $Tape),*> TensorState<E, D>
            for (Tensor<$First, E, D, $FirstTape>, $(Tensor<$Shape, E, D, $Tape>),*)
        where
            $FirstTape: Tape<E, D> $(+ Merge<$Tape>)*,
            $($Tape: Tape<E, D>,)*
        {
            type Shapes = ($First, $($Shape),*);
            type Tape = $FirstTape;
            type Plain = (Tensor<$First, E, D>, $(Tensor<$Shape, E, D>),*);

            fn split(self) -> (Self::Plain, Self::Tape) {
                let ($first, $($name),*) = self;
                let ($first, tape) = $first.split_tape();
                $(
                    let ($name, more) = $name.split_tape();
                    let tape = tape.merge(more);
                )*
                (($first, $($name),*), tape)
            }
        }

        impl<E: TensorReal, D: Device<E>, $First: Shape, $($Shape: Shape),*> PlainState<E, D>
            for (Tensor<$First, E, D>, $(Tensor<$Shape, E, D>),*)
        {
            type Shapes = ($First, $($Shape),*);

            fn shapes(&self) -> Self::Shapes {
                let ($first, $($name),*) = self;
                ($first.shapes(), $($name.shapes()),*)
            }

            fn device(&self) -> D {
                self.0.device().clone()
            }

            fn axes(&self) -> Vec<Vec<usize>> {
                let ($first, $($name),*) = self;
                [$first.axes(), $($name.axes()),*].concat()
            }

            fn flat(&self) -> Vec<E> {
                let ($first, $($name),*) = self;
                [$first.flat(), $($name.flat()),*].concat()
            }

            fn accumulate(&self, gradients: &mut Gradients<E, D>, flat: &[E]) -> Result<(), D::Err> {
                let ($first, $($name),*) = self;
                let (own, rest) = flat.split_at($first.shapes().num_elements());
                $first.accumulate(gradients, own)?;
                $(
                    let (own, rest) = rest.split_at($name.shapes().num_elements());
                    $name.accumulate(gradients, own)?;
                )*
                let _ = rest;
                Ok(())
            }
        }

        impl<E: TensorReal, D: Device<E>, $First: Shape, $($Shape: Shape),*> TracedState<E, D>
            for (Tensor<$First, E, D>, $(Tensor<$Shape, E, D>),*)
        {
            type Traced = (Tensor<$First, E, D, OwnedTape<E, D>>, $(Tensor<$Shape, E, D>),*);

            fn from_flat(shapes: &Self::Shapes, device: &D, flat: &[E]) -> Self {
                let ($first, $($name),*) = shapes;
                let (own, rest) = flat.split_at($first.num_elements());
                let $first = Tensor::from_flat($first, device, own);
                $(
                    let (own, rest) = rest.split_at($name.num_elements());
                    let $name = Tensor::from_flat($name, device, own);
                )*
                let _ = rest;
                ($first, $($name),*)
            }

            fn traced(self) -> Self::Traced {
                let ($first, $($name),*) = self;
                (Trace::traced($first, Gradients::leaky()), $($name),*)
            }

            fn values(traced: &Self::Traced) -> Vec<E> {
                let ($first, $($name),*) = traced;
                [$first.as_vec(), $($name.as_vec()),*].concat()
            }

            fn paired(traced: Self::Traced, with: &Self) -> Tensor<Rank0, E, D, OwnedTape<E, D>> {
                let ($first, $($name),*) = traced;
                let mut sum = Tensor::paired($first, &with.0);
                #[allow(non_snake_case)]
                let (_, $($Tape),*) = with;
                $(
                    let (so_far, tape) = sum.split_tape();
                    sum = Tensor::paired($name.put_tape(tape), $Tape) + so_far;
                )*
                sum
            }

            fn gradient(&self, gradients: &mut Gradients<E, D>) -> Result<Vec<E>, D::Err> {
                let ($first, $($name),*) = self;
                Ok([$first.gradient(gradients)?, $($name.gradient(gradients)?),*].concat())
            }
        }

        impl<N: Dim, E: TensorReal, D: Device<E>, $First: WithTime<N>, $($Shape: WithTime<N>),*> Saved<E, D, N>
            for (Tensor<$First, E, D>, $(Tensor<$Shape, E, D>),*)
        {
            type Stacked = (Tensor<$First::Larger, E, D>, $(Tensor<$Shape::Larger, E, D>),*);
            type Taped<T> = (Tensor<$First::Larger, E, D, T>, $(Tensor<$Shape::Larger, E, D>),*);

            fn stacked(&self, time: N, states: &[&[E]]) -> Result<Self::Stacked, D::Err> {
                let ($first, $($name),*) = self;
                let mut start = 0;
                let mut next = |count: usize| {
                    let from = start;
                    start += count;
                    states.iter().map(|state| &state[from..from + count]).collect::<Vec<&[E]>>()
                };
                Ok((
                    $first.stacked(time, &next($first.shapes().num_elements()))?,
                    $($name.stacked(time, &next($name.shapes().num_elements()))?),*
                ))
            }

            fn put_tape<T: Tape<E, D>>(stacked: Self::Stacked, tape: T) -> Self::Taped<T> {
                let ($first, $($name),*) = stacked;
                (PutTape::put_tape($first, tape), $($name),*)
            }

            fn cotangents(
                stacked: &Self::Stacked,
                gradients: &mut Gradients<E, D>,
            ) -> Result<Vec<Vec<E>>, D::Err> {
                let ($first, $($name),*) = stacked;
                let mut all = <Tensor<$First, E, D> as Saved<E, D, N>>::cotangents($first, gradients)?;
                $(
                    let more = <Tensor<$Shape, E, D> as Saved<E, D, N>>::cotangents($name, gradients)?;
                    all.iter_mut().zip(more).for_each(|(state, more)| state.extend(more));
                )*
                Ok(all)
            }
        }
    };
}

tuple_of!(S0 T0 a, S1 T1 b);
tuple_of!(S0 T0 a, S1 T1 b, S2 T2 c);
tuple_of!(S0 T0 a, S1 T1 b, S2 T2 c, S3 T3 d);
