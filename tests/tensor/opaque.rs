//! Functions that are not looked into, against the same ones that are.

use dfdx::prelude::*;
use odec::prelude::*;

/// A module behind a name.
type Net = (modules::Linear<2, 7, f64, Cpu>, modules::Tanh, modules::Linear<7, 2, f64, Cpu>);

#[ode]
#[opaque]
fn hidden<const B: usize>(
    t: f64,
    y: Tensor<Rank2<B, 2>>,
    net: Net,
    scale: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    let (value, tape) = net.forward(y).split_tape();
    // The tape goes through all that has gradients.
    let scale = scale.put_tape(tape).broadcast::<Rank2<B, 2>, _>();
    scale * value * t
}

#[ode]
fn seen<const B: usize>(
    t: f64,
    y: Tensor<Rank2<B, 2>>,
    net: (Linear<2, 7>, Tanh, Linear<7, 2>),
    scale: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    net.forward(y) * scale * t
}

#[test]
fn both_are_the_same() {
    let dev = Cpu::seed_from_u64(2);
    let net: Net = BuildModule::build(&dev);
    let scale: Tensor<Rank1<2>, f64, Cpu> = dev.tensor([0.7, -1.3]);
    let y0: Tensor<Rank2<3, 2>, f64, Cpu> = dev.sample_normal();
    let hidden = Hidden { net: net.clone(), scale: scale.clone() };
    let seen = Seen { net, scale };
    assert_eq!(hidden.num_trainable_params(), seen.num_trainable_params());
    let times = [0.0, 0.5, 1.0];
    for backsolve in [false, true] {
        let solve = |hidden_solve: bool| {
            let y0 = y0.clone().traced(Gradients::leaky());
            let solution = match (hidden_solve, backsolve) {
                (true, false) => hidden.solver().solve(y0, &times),
                (false, false) => seen.solver().solve(y0, &times),
                (true, true) => hidden.solver().adjoint(Backsolve::default()).solve(y0, &times),
                (false, true) => seen.solver().adjoint(Backsolve::default()).solve(y0, &times),
            };
            solution.unwrap()
        };
        let (a, b) = (solve(true), solve(false));
        close(&a.as_vec(), &b.as_vec());
        let (a, b) = (a.square().mean().backward(), b.square().mean().backward());
        close(&a.get(&y0).as_vec(), &b.get(&y0).as_vec());
        close(&a.get(&hidden.net.0.weight).as_vec(), &b.get(&seen.net.0.weight).as_vec());
        close(&a.get(&hidden.net.0.bias).as_vec(), &b.get(&seen.net.0.bias).as_vec());
        close(&a.get(&hidden.net.2.weight).as_vec(), &b.get(&seen.net.2.weight).as_vec());
        close(&a.get(&hidden.scale).as_vec(), &b.get(&seen.scale).as_vec());
    }
}

#[track_caller]
fn close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-12, "{found} for {wanted}");
    }
}
