//! Additions to dfdx's gradients, on any device.

use dfdx::shapes::{Rank0, Shape};
use dfdx::tensor::{Gradients, Tensor, Trace};
use dfdx::tensor_ops::{Backward, Device, SumTo, TryMul};

use super::TensorReal;

/// Adds these numbers to the gradient of a tensor.
///
/// A gradient's memory is known to dfdx alone (that of a broadcast tensor has one number for many), so it adds: the
/// gradient of the sum of x g, by x, is g.
///
/// # Errors
/// Those of the device.
pub fn accumulate<S: Shape, E: TensorReal, D: Device<E>>(
    gradients: &mut Gradients<E, D>,
    tensor: &Tensor<S, E, D>,
    flat: &[E],
) -> Result<(), D::Err> {
    let shape = *dfdx::shapes::HasShape::shape(tensor);
    let more = tensor.device().try_tensor_from_vec(flat.to_vec(), shape)?;
    let mut own = Gradients::leaky();
    std::mem::swap(gradients.get_or_alloc_mut(tensor)?, own.get_or_alloc_mut(tensor)?);
    let product = tensor.clone().traced(own).try_mul(more)?;
    let mut sum = product.try_sum::<Rank0, _>()?.try_backward()?;
    std::mem::swap(gradients.get_or_alloc_mut(tensor)?, sum.get_or_alloc_mut(tensor)?);
    Ok(())
}
