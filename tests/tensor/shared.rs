//! Tensors that are one tensor, or a view of one, have its gradient once.

use dfdx::prelude::*;
use odec::prelude::*;

type State = Tensor<Rank2<3, 2>, f64, Cpu>;

fn state(dev: &Cpu) -> State {
    dev.tensor([[0.5, -0.3], [1.0, 0.2], [-0.8, 0.6]])
}

#[track_caller]
fn close(found: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-12, "{what}: {found} for {wanted}");
    }
}

#[ode]
fn pair(
    _t: f64,
    y: Tensor<Rank2<3, 2>>,
    a: Tensor<Rank2<2, 2>>,
    b: Tensor<Rank2<2, 2>>,
) -> Tensor<Rank2<3, 2>> {
    y.matmul(a).tanh().matmul(b) - y * (a * b).sum()
}

fn weights(dev: &Cpu) -> Tensor<Rank2<2, 2>, f64, Cpu> {
    dev.tensor([[0.5, -0.2], [0.3, 0.7]])
}

#[test]
fn two_parameters_that_are_one() {
    let dev = Cpu::default();
    let loss = |solution: Tensor<Rank3<2, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| {
        solution.square().sum::<Rank0, _>().backward()
    };
    let apart = Pair { a: weights(&dev), b: weights(&dev) };
    let traced = || state(&dev).traced(Gradients::leaky());
    let grads = loss(apart.solver().solve(traced(), 0.0..1.0).unwrap());
    let wanted = (grads.get(&apart.a) + grads.get(&apart.b)).as_vec();
    let w = weights(&dev);
    let tied = Pair { a: w.clone(), b: w.clone() };
    let loops = loss(tied.solver().solve(traced(), 0.0..1.0).unwrap());
    close(&loops.get(&w).as_vec(), &wanted, "by loops");
    let device = loss(tied.solver().on_device().solve(traced(), 0.0..1.0).unwrap());
    close(&device.get(&w).as_vec(), &wanted, "on the device");
}

#[test]
fn a_state_and_a_parameter_that_are_broadcast() {
    let dev = Cpu::default();
    let (row, number): (Tensor<Rank1<2>, f64, Cpu>, Tensor<Rank0, f64, Cpu>) =
        (dev.tensor([0.5, -0.3]), dev.tensor(0.4));
    let solve = |on_device: bool, as_view: bool| {
        let traced = row.clone().traced(Gradients::leaky());
        let (state, tape) = traced.broadcast::<Rank2<3, 2>, _>().split_tape();
        let (a, tape) = number.clone().put_tape(tape).broadcast::<Rank2<2, 2>, _>().split_tape();
        // Without strides of 0, by dfdx's own operations.
        let (state, a, tape) = if as_view {
            (state, a, tape)
        } else {
            let (state, tape) = (state.put_tape(tape) * 1.0).split_tape();
            let (a, tape) = (a.put_tape(tape) * 1.0).split_tape();
            (state, a, tape)
        };
        let model = Pair { a, b: weights(&dev) };
        let (start, traced) = (state.clone(), state.put_tape(tape));
        let solution = if on_device {
            model.solver().on_device().solve(traced, 0.0..1.0)
        } else {
            model.solver().solve(traced, 0.0..1.0)
        };
        let (loss, tape) = solution.unwrap().square().sum::<Rank0, _>().split_tape();
        // A term that reaches the state, and the parameter, by another way.
        let (size, tape) = start.put_tape(tape).square().sum::<Rank0, _>().split_tape();
        let (size_of_a, tape) = model.a.clone().put_tape(tape).square().sum::<Rank0, _>().split_tape();
        let grads = (loss.put_tape(tape) + size + size_of_a).backward();
        [grads.get(&row).as_vec(), grads.get(&number).as_vec()].concat()
    };
    let wanted = solve(false, false);
    close(&solve(false, true), &wanted, "by loops");
    close(&solve(true, false), &wanted, "on the device");
    close(&solve(true, true), &wanted, "views on the device");
}
