//! Additions to dfdx's gradients, on any device.

use dfdx::shapes::{Rank0, Shape};
use dfdx::tensor::{Gradients, Tensor, Trace};
use dfdx::tensor_ops::{Backward, Device, SumTo, TryAdd, TryMul};

use super::TensorReal;

/// Adds these numbers to the gradient of a tensor.
///
/// A gradient's memory cannot be made outside of dfdx, but dfdx makes it: that of the sum of x g, by x, is g.
///
/// # Errors
/// Those of the device.
pub fn accumulate<S: Shape, E: TensorReal, D: Device<E>>(
    gradients: &mut Gradients<E, D>,
    tensor: &Tensor<S, E, D>,
    flat: &[E],
) -> Result<(), D::Err> {
    gradients.try_alloc_for(tensor)?;
    let so_far = gradients.get(tensor);
    let shape = *dfdx::shapes::HasShape::shape(tensor);
    let more = tensor.device().try_tensor_from_vec(flat.to_vec(), shape)?;
    let sum = so_far.try_add(more)?;
    let product = tensor.clone().traced(Gradients::leaky()).try_mul(sum)?;
    let mut made = product.try_sum::<Rank0, _>()?.try_backward()?;
    std::mem::swap(gradients.get_or_alloc_mut(tensor)?, made.get_or_alloc_mut(tensor)?);
    Ok(())
}
