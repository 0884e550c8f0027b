//! Systems whose insides are not seen: functions that call dfdx, differentiated by its tape.

use dfdx::nn::{RecursiveWalker, TensorCollection, TensorOptions, TensorVisitor, ViewTensorRef};
use dfdx::shapes::{Rank0, Shape};
use dfdx::tensor::{Cpu, Gradients, OwnedTape, Tensor, TensorFromVec, Trace};
use dfdx::tensor_ops::{Backward, Device, SumTo};

use super::gradient::accumulate;
use super::{Parameter, TensorReal};
use crate::number::Single;

/// A tensor with a tape.
pub type Taped<S, E> = Tensor<S, E, Cpu, OwnedTape<E, Cpu>>;

/// Goes through the tensors of a model.
struct Walk<F>(F);

/// What is done with each tensor.
trait Visit<E: TensorReal>
where
    Cpu: Device<E>,
{
    fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, Cpu>);
}

impl<E: TensorReal, F: Visit<E>> TensorVisitor<E, Cpu> for Walk<F>
where
    Cpu: Device<E>,
{
    type Viewer = ViewTensorRef;
    type Err = <Cpu as dfdx::tensor::HasErr>::Err;
    type E2 = E;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        _: TensorOptions<S, E, Cpu>,
        tensor: &Tensor<S, E, Cpu>,
    ) -> Result<Option<Tensor<S, E, Cpu>>, Self::Err> {
        self.0.tensor(tensor);
        Ok(None)
    }
}

fn walk<E: TensorReal, M: TensorCollection<E, Cpu>, F: Visit<E>>(model: &M, visit: F) -> F
where
    Cpu: Device<E>,
{
    let mut walk = Walk(visit);
    // Nothing is allocated, which is all that could fail.
    let _ = M::iter_tensors(&mut RecursiveWalker { m: model, f: &mut walk });
    walk.0
}

/// The parameters of a model, numbered in the order of its tensors.
pub fn parameters<E: TensorReal, M: TensorCollection<E, Cpu>>(model: &M) -> Vec<Parameter<E>>
where
    Cpu: Device<E>,
{
    struct Collect<E>(Vec<Parameter<E>>);
    impl<E: TensorReal> Visit<E> for Collect<E>
    where
        Cpu: Device<E>,
    {
        fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, Cpu>) {
            let axes = dfdx::shapes::HasShape::shape(tensor).concrete().into();
            let name = format!("parameter {}", self.0.len());
            self.0.push(Parameter { name, axes, values: tensor.as_vec() });
        }
    }
    walk(model, Collect(Vec::new())).0
}

/// Adds to the gradients of the parameters.
///
/// # Errors
/// Those of the device.
pub fn accumulate_all<E: TensorReal, M: TensorCollection<E, Cpu>>(
    model: &M,
    gradients: &mut Gradients<E, Cpu>,
    flat: &[E],
) -> Result<(), <Cpu as dfdx::tensor::HasErr>::Err>
where
    Cpu: Device<E>,
{
    struct Add<'a, E: TensorReal> {
        gradients: &'a mut Gradients<E, Cpu>,
        flat: &'a [E],
        result: Result<(), <Cpu as dfdx::tensor::HasErr>::Err>,
    }
    impl<E: TensorReal> Visit<E> for Add<'_, E>
    where
        Cpu: Device<E>,
    {
        fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, Cpu>) {
            let count = dfdx::shapes::HasShape::shape(tensor).num_elements();
            let (own, rest) = self.flat.split_at(count);
            self.flat = rest;
            if self.result.is_ok() {
                self.result = accumulate(self.gradients, tensor, own);
            }
        }
    }
    walk(model, Add { gradients, flat, result: Ok(()) }).result
}

/// `dy` = f(y)
pub fn rhs<S: Shape, E: TensorReal, L: Single<Scalar = E>>(
    shape: S,
    y: &[L],
    dy: &mut [L],
    f: impl FnOnce(Taped<S, E>) -> Taped<S, E>,
) where
    Cpu: Device<E>,
{
    let y = Cpu::default().tensor_from_vec(L::numbers(y).to_vec(), shape);
    L::numbers_mut(dy).copy_from_slice(&f(y.traced(Gradients::leaky())).as_vec());
}

/// `y_bar` = f_yᵀ `dy_bar`, `p_bar` += f_pᵀ `dy_bar`.
#[allow(clippy::too_many_arguments)]
pub fn vjp<S: Shape, E: TensorReal, M: TensorCollection<E, Cpu>, L: Single<Scalar = E>>(
    model: &M,
    shape: S,
    y: &[L],
    dy_bar: &[L],
    p_bar: &mut [L],
    y_bar: &mut [L],
    f: impl FnOnce(Taped<S, E>) -> Taped<S, E>,
) where
    Cpu: Device<E>,
{
    struct Gather<'a, E: TensorReal> {
        gradients: Gradients<E, Cpu>,
        flat: &'a mut [E],
        start: usize,
    }
    impl<E: TensorReal> Visit<E> for Gather<'_, E>
    where
        Cpu: Device<E>,
    {
        fn tensor<S: Shape>(&mut self, tensor: &Tensor<S, E, Cpu>) {
            let count = dfdx::shapes::HasShape::shape(tensor).num_elements();
            if self.gradients.try_alloc_for(tensor).is_ok() {
                let own = &mut self.flat[self.start..self.start + count];
                own.iter_mut().zip(self.gradients.get(tensor).as_vec()).for_each(|(sum, part)| *sum += part);
            }
            self.start += count;
        }
    }
    let dev = Cpu::default();
    let y = dev.tensor_from_vec(L::numbers(y).to_vec(), shape);
    let v = dev.tensor_from_vec(L::numbers(dy_bar).to_vec(), shape);
    let value = f(y.clone().traced(Gradients::leaky()));
    let mut gradients = (value * v).sum::<Rank0, _>().backward();
    if gradients.try_alloc_for(&y).is_ok() {
        L::numbers_mut(y_bar).copy_from_slice(&gradients.get(&y).as_vec());
    }
    walk(model, Gather { gradients, flat: L::numbers_mut(p_bar), start: 0 });
}
