//! What a function in dfdx's operations needs besides them.

use dfdx::shapes::Shape;
use dfdx::tensor::{PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::{Device, RealizeTo, TryGt};

use super::TensorReal;
use crate::number::Real;

/// The lengths that are known at run time alone.
#[derive(Debug, Clone, Copy)]
pub struct Lengths<const N: usize> {
    /// In the order of the tensors of the signature.
    pub lengths: [usize; N],
}

/// The same tensor, in a shape type of equal lengths.
///
/// # Panics
/// Where a length differs.
pub fn as_shape<To, S, E, D, T>(tensor: Tensor<S, E, D, T>) -> Tensor<To, E, D, T>
where
    To: Shape<Concrete = S::Concrete>,
    S: Shape,
    E: TensorReal,
    D: Device<E>,
    T: Tape<E, D>,
{
    match tensor.try_realize::<To>() {
        Ok(tensor) => tensor,
        Err(tensor) => {
            panic!("a tensor of shape {:?} where another is declared", dfdx::shapes::HasShape::shape(&tensor))
        }
    }
}

/// A tensor of one number.
pub fn full<S: Shape, E: TensorReal, D: Device<E>>(device: &D, shape: S, value: E) -> Tensor<S, E, D> {
    device.tensor_from_vec(vec![value; shape.num_elements()], shape)
}

/// A tensor of one truth value, as a comparison: not every device makes tensors of them.
pub fn full_mask<E: TensorReal, S: Shape, D: Device<E>>(
    device: &D,
    shape: S,
    value: bool,
) -> Tensor<S, bool, D> {
    let number = if value { 1.0 } else { -1.0 };
    let zero: Tensor<S, E, D> = full(device, shape, Real::from_f64(0.0));
    full(device, shape, <E as Real>::from_f64(number)).gt(&zero)
}

/// The number of a tensor without axes.
pub fn read<E: TensorReal, D: Device<E>>(tensor: &Tensor<(), E, D>) -> E {
    tensor.as_vec()[0]
}

/// The numbers of a tensor, as a constant to derivatives.
pub fn detached<S: Shape, E: TensorReal, D: Device<E>>(tensor: &Tensor<S, E, D>) -> Tensor<S, E, D> {
    tensor.device().tensor_from_vec(tensor.as_vec(), *dfdx::shapes::HasShape::shape(tensor))
}

/// A function of each element that dfdx lacks, from its value and partial derivatives: with x₀, the numbers of x as
/// constants, f(x₀) + f'(x₀) (x - x₀) has the value and the derivative.
pub fn function<S: Shape, E: TensorReal, D: Device<E>, T: Tape<E, D>, const N: usize>(
    tape: T,
    arguments: [&Tensor<S, E, D>; N],
    function: impl Fn([E; N]) -> (E, [E; N]),
) -> Tensor<S, E, D, T> {
    let numbers = arguments.map(Tensor::as_vec);
    let shape = *dfdx::shapes::HasShape::shape(arguments[0]);
    let device = arguments[0].device().clone();
    let count = shape.num_elements();
    let (mut value, mut slopes) = (Vec::with_capacity(count), [const { Vec::new() }; N]);
    #[allow(clippy::needless_range_loop)]
    for place in 0..count {
        let (y, partials) = function(std::array::from_fn(|argument: usize| numbers[argument][place]));
        value.push(y);
        slopes.iter_mut().zip(partials).for_each(|(slopes, partial)| slopes.push(partial));
    }
    let mut sum = device.tensor_from_vec(value, shape).put_tape(tape);
    for ((argument, slopes), numbers) in arguments.into_iter().zip(slopes).zip(numbers) {
        let (so_far, tape) = sum.split_tape();
        let difference = argument.clone().put_tape(tape) - device.tensor_from_vec(numbers, shape);
        sum = difference * device.tensor_from_vec(slopes, shape) + so_far;
    }
    sum
}
