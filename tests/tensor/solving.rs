//! Solves of tensors, and their gradients.

use dfdx::prelude::*;
use odec::prelude::*;
use odec::{Controller, PlainState};
use serde_json::Value;

use crate::systems::{Batch, Layer, Oscillators, batch};

/// The network of the reference: y' = W2 tanh(W1 y + b1) + b2 for each row.
#[ode]
pub fn mlp<const B: usize>(
    _t: f64,
    y: Tensor<Rank2<B, 2>>,
    w1: Tensor<Rank2<8, 2>>,
    b1: Tensor<Rank1<8>>,
    w2: Tensor<Rank2<2, 8>>,
    b2: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    (y.matmul(w1.transpose()) + b1).tanh().matmul(w2.transpose()) + b2
}

/// Entry k of the parameters is 0.3 sin(1 + k).
fn reference_model(dev: &Cpu) -> Mlp {
    let mut k = 0.0;
    let mut next = || {
        k += 1.0;
        0.3 * f64::sin(k)
    };
    let mut take = |count: usize| (0..count).map(|_| next()).collect::<Vec<f64>>();
    Mlp {
        w1: dev.tensor(take(16)),
        b1: dev.tensor(take(8)),
        w2: dev.tensor(take(16)),
        b2: dev.tensor(take(2)),
    }
}

fn json(file: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All numbers in a value, in order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

#[track_caller]
fn close(found: &[f64], wanted: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!((found - wanted).abs() <= tolerance, "{what}[{i}]: {found} for {wanted}");
    }
}

type Y0 = Tensor<Rank2<3, 2>, f64, Cpu>;

fn y0(dev: &Cpu) -> Y0 {
    dev.tensor([[0.5, -0.3], [1.0, 0.2], [-0.8, 0.6]])
}

/// The gradients by y0 and all parameters of a loss of the solution.
macro_rules! gradients {
    ($solver:expr, $model:expr, $y0:expr, $times:expr, $loss:expr) => {{
        let (model, y0) = ($model, $y0);
        let solution = $solver.solve(y0.clone().traced(Gradients::leaky()), $times).unwrap();
        let states = solution.as_vec();
        let loss = $loss(solution);
        let value = loss.array();
        let grads = loss.backward();
        let p = [
            grads.get(&model.w1).as_vec(),
            grads.get(&model.b1).as_vec(),
            grads.get(&model.w2).as_vec(),
            grads.get(&model.b2).as_vec(),
        ];
        (states, value, grads.get(&y0).as_vec(), p.concat())
    }};
}

#[test]
fn the_network_of_torchdiffeq() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let file = json("torchdiffeq.json");
    let even = &file["neural_ode"]["t = 4 even points on 0..1"];
    let times = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];
    // Between the ends of its steps torchdiffeq has another interpolant, hence twice the 1e-8 that the ends keep.
    let check =
        |case: &str, (states, loss, by_y0, by_p): (Vec<f64>, f64, Vec<f64>, Vec<f64>), tolerance: f64| {
            let case = &even[case];
            close(&states, &numbers(&case["y"]), tolerance, "y");
            close(&[loss], &numbers(&case["loss"]), tolerance, "loss");
            close(&by_y0, &numbers(&case["grad_y0"]), tolerance, "y0");
            let wanted: Vec<f64> = ["grad_W1", "grad_b1", "grad_W2", "grad_b2"]
                .iter()
                .flat_map(|name| numbers(&case[name]))
                .collect();
            close(&by_p, &wanted, tolerance, "p");
        };
    let loss = |solution: Tensor<Rank3<4, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| {
        solution.square().mean::<Rank0, _>()
    };
    let solver = model.solver().rtol(1e-9).atol(1e-9).controller(Controller::I);
    check("dopri5 backprop, tol=1e-09", gradients!(solver, &model, y0(&dev), &times, loss), 2e-8);
    let back = solver.clone().adjoint(Backsolve::default());
    check("dopri5 adjoint, tol=1e-09", gradients!(back, &model, y0(&dev), &times, loss), 2e-8);
    let seminorm = solver.adjoint(Backsolve::default().seminorm());
    check("dopri5 adjoint, seminorm, tol=1e-09", gradients!(seminorm, &model, y0(&dev), &times, loss), 2e-8);
    let ends = &file["neural_ode"]["t = [0, 1]"];
    let solver = model.solver().rtol(1e-9).atol(1e-9).controller(Controller::I);
    let loss = |solution: Tensor<Rank3<2, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| {
        solution.square().mean::<Rank0, _>()
    };
    for (case, found) in [
        ("dopri5 backprop, tol=1e-09", gradients!(solver, &model, y0(&dev), 0.0..1.0, loss)),
        (
            "dopri5 adjoint, tol=1e-09",
            gradients!(solver.clone().adjoint(Backsolve::default()), &model, y0(&dev), 0.0..1.0, loss),
        ),
    ] {
        close(&found.0, &numbers(&ends[case]["y"]), 5e-9, "y");
        close(&found.2, &numbers(&ends[case]["grad_y0"]), 1e-8, "y0");
        close(&found.3[..16], &numbers(&ends[case]["grad_W1"]), 1e-8, "w1");
        close(&found.3[24..40], &numbers(&ends[case]["grad_W2"]), 1e-8, "w2");
    }
    let loss = |solution: Tensor<Rank3<4, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| {
        solution.square().mean::<Rank0, _>()
    };
    let fixed = model.solver().method(Rk4).step_size(0.05).interp(Interpolation::Cubic);
    let (_, _, by_y0, _) = gradients!(fixed, &model, y0(&dev), &times, loss);
    close(&by_y0, &numbers(&even["rk4 backprop, step_size=0.05"]["grad_y0"]), 1e-5, "rk4");
}

#[test]
fn the_network_to_all_digits() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let file = json("gradients.json");
    let problems = file["problems"].as_array().unwrap();
    let case = problems.iter().find(|problem| problem["name"] == "mlp").unwrap();
    let read = |name: &str| -> Vec<f64> {
        fn all(value: &Value) -> Vec<f64> {
            match value {
                Value::Array(elements) => elements.iter().flat_map(all).collect(),
                Value::String(text) => vec![text.parse().unwrap()],
                other => vec![other.as_f64().unwrap()],
            }
        }
        all(&case[name])
    };
    let times: [f64; 4] = read("t").try_into().unwrap();
    let y0: Tensor<Rank2<1, 2>, f64, Cpu> = dev.tensor([[0.5, -0.3]]);
    let solver = model.solver().method(Dopri8).rtol(1e-12).atol(1e-12);
    let loss =
        |solution: Tensor<Rank3<4, 1, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| solution.square().sum::<Rank0, _>();
    let (states, value, by_y0, by_p) = gradients!(solver, &model, y0, &times, loss);
    close(&states, &read("states"), 1e-10, "states");
    close(&[value], &read("loss"), 1e-9, "loss");
    close(&by_y0, &read("dloss_dy0"), 1e-8, "y0");
    close(&by_p, &read("dloss_dparams"), 1e-8, "p");
}

/// The same steps on dfdx's tape: the gradient is that of the numbers, to rounding.
#[test]
fn the_discrete_adjoint_is_exact() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let (h, steps) = (0.125, 16);
    let Mlp { w1, b1, w2, b2 } = model.clone();
    let f = |y: Tensor<Rank2<3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| {
        mlp(0.0, y, w1.clone(), b1.clone(), w2.clone(), b2.clone())
    };
    let first = y0(&dev);
    let mut y = first.clone().traced(Gradients::leaky());
    for _ in 0..steps {
        let (start, tape) = y.split_tape();
        let (k1, tape) = f(start.clone().put_tape(tape)).split_tape();
        let (y2, tape) = (k1.clone().put_tape(tape) * (h / 2.0) + start.clone()).split_tape();
        let (k2, tape) = f(y2.put_tape(tape)).split_tape();
        let (y3, tape) = (k2.clone().put_tape(tape) * (h / 2.0) + start.clone()).split_tape();
        let (k3, tape) = f(y3.put_tape(tape)).split_tape();
        let (y4, tape) = (k3.clone().put_tape(tape) * h + start.clone()).split_tape();
        let (k4, tape) = f(y4.put_tape(tape)).split_tape();
        let (sum, tape) = (k1.put_tape(tape) * (h / 6.0) + start).split_tape();
        let (k2, tape) = (k2.put_tape(tape) * (h / 3.0)).split_tape();
        let (k3, tape) = (k3.put_tape(tape) * (h / 3.0)).split_tape();
        y = k4.put_tape(tape) * (h / 6.0) + k3 + k2 + sum;
    }
    let value = y.as_vec();
    let grads = y.square().sum::<Rank0, _>().backward();
    let wanted = [
        grads.get(&model.w1).as_vec(),
        grads.get(&model.b1).as_vec(),
        grads.get(&model.w2).as_vec(),
        grads.get(&model.b2).as_vec(),
    ]
    .concat();
    let last = |solution: Tensor<Rank3<2, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| {
        let last = solution.slice((1..2, 0..3, 0..2));
        last.square().sum::<Rank0, _>()
    };
    for adjoint in [Discrete::default(), Discrete::default().checkpoints(3)] {
        let solver = model.solver().method(Rk4Classic).step_size(h).adjoint(adjoint);
        let (states, _, by_y0, by_p) = gradients!(solver, &model, first.clone(), 0.0..2.0, last);
        close(&states[6..], &value, 1e-13, "y");
        close(&by_y0, &grads.get(&first).as_vec(), 1e-12, "y0");
        close(&by_p, &wanted, 1e-12, "p");
    }
}

#[test]
fn a_saved_model_solves_the_same() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let wanted = model.solver().solve(y0(&dev), 0.0..1.0).unwrap().as_vec();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let blank = || Mlp::<Cpu, f64> { w1: dev.zeros(), b1: dev.zeros(), w2: dev.zeros(), b2: dev.zeros() };
    let mut read = blank();
    let path = folder.join("mlp.npz");
    model.save(&path).unwrap();
    read.load(&path).unwrap();
    assert_eq!(read.solver().solve(y0(&dev), 0.0..1.0).unwrap().as_vec(), wanted);
    let mut read = blank();
    let path = folder.join("mlp.safetensors");
    model.save_safetensors(&path).unwrap();
    read.load_safetensors(&path).unwrap();
    assert_eq!(read.solver().solve(y0(&dev), 0.0..1.0).unwrap().as_vec(), wanted);
    assert_eq!(model.num_trainable_params(), 42);
}

#[test]
fn tuples_save_each_tensor() {
    let dev = Cpu::default();
    let model = Oscillators { stiffness: dev.tensor([[1.0, 0.0], [0.0, 4.0]]), damping: dev.zeros() };
    let q: Tensor<Rank2<1, 2>, f64, Cpu> = dev.tensor([[1.0, 2.0]]);
    let p: Tensor<Rank2<1, 2>, f64, Cpu> = dev.zeros();
    let times = linspace(0.0, 3.0, 7);
    let (qs, ps) = model.solver().rtol(1e-10).atol(1e-10).solve((q.clone(), p), &times).unwrap();
    assert_eq!(qs.shape().concrete(), [7, 1, 2]);
    let (qs, ps) = (qs.as_vec(), ps.as_vec());
    for (i, t) in times.iter().enumerate() {
        close(&qs[2 * i..][..2], &[t.cos(), 2.0 * (2.0 * t).cos()], 1e-8, "q");
        close(&ps[2 * i..][..2], &[-t.sin(), -4.0 * (2.0 * t).sin()], 1e-8, "p");
    }
    // Both parts have gradients, also backwards in time.
    let p: Tensor<Rank2<1, 2>, f64, Cpu> = dev.zeros();
    let solver = model.solver().rtol(1e-10).atol(1e-10);
    let (qs, ps) = solver.solve((q.clone().traced(Gradients::leaky()), p.clone()), 3.0..0.0).unwrap();
    let (sum, tape) = qs.sum::<Rank0, _>().split_tape();
    let grads = ((ps.put_tape(tape) * 2.0).sum::<Rank0, _>() + sum).backward();
    let (c, s) = (3.0_f64.cos(), (-3.0_f64).sin());
    close(&[grads.get(&q).as_vec()[0]], &[1.0 + c - 2.0 * s], 1e-8, "by q");
    close(&[grads.get(&p).as_vec()[0]], &[2.0 + s + 2.0 * c], 1e-8, "by p");
}

#[test]
fn rows_solve_as_they_would_alone_at_fixed_steps() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let solver = model.solver().method(Rk4).step_size(0.1);
    let together = solver.solve(y0(&dev), 0.0..1.0).unwrap().as_vec();
    for row in 0..3 {
        let alone: Tensor<Rank2<1, 2>, f64, Cpu> = dev.tensor(y0(&dev).as_vec()[2 * row..][..2].to_vec());
        let alone = solver.solve(alone, 0.0..1.0).unwrap().as_vec();
        assert_eq!(alone[2..], together[6 + 2 * row..][..2]);
    }
}

/// Each row has the steps that it would have alone, to the last bit, and gradients that add up.
#[test]
fn rows_one_by_one() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let times = [0.0, 0.4, 1.0];
    let solver = model.solver().per_sample();
    let loss =
        |solution: Tensor<Rank3<3, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| solution.square().sum::<Rank0, _>();
    let (states, _, by_y0, by_p) = gradients!(solver, &model, y0(&dev), &times, loss);
    let mut sum = vec![0.0; by_p.len()];
    let loss =
        |solution: Tensor<Rank3<3, 1, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| solution.square().sum::<Rank0, _>();
    for row in 0..3 {
        let alone: Tensor<Rank2<1, 2>, f64, Cpu> = dev.tensor(y0(&dev).as_vec()[2 * row..][..2].to_vec());
        let (own_states, _, own_by_y0, own_by_p) = gradients!(model.solver(), &model, alone, &times, loss);
        for save in 0..3 {
            assert_eq!(states[6 * save + 2 * row..][..2], own_states[2 * save..][..2]);
        }
        assert_eq!(by_y0[2 * row..][..2], own_by_y0);
        sum.iter_mut().zip(own_by_p).for_each(|(sum, part)| *sum += part);
    }
    close(&by_p, &sum, 1e-14, "p");
    // A tuple of states, and a row that fails.
    let model = Oscillators { stiffness: dev.tensor([[1.0, 0.0], [0.0, 4.0]]), damping: dev.zeros() };
    let q: Tensor<Rank2<2, 2>, f64, Cpu> = dev.tensor([[1.0, 2.0], [3.0, 0.0]]);
    let p: Tensor<Rank2<2, 2>, f64, Cpu> = dev.zeros();
    let (qs, _) = model.solver().per_sample().rtol(1e-10).atol(1e-10).solve((q, p), 0.0..2.0).unwrap();
    let (c, c2) = (2.0_f64.cos(), 4.0_f64.cos());
    close(&qs.as_vec()[4..], &[c, 2.0 * c2, 3.0 * c, 0.0], 1e-8, "q");
}

/// On threads, rows of one batch have the bits that they have alone.
#[test]
fn a_large_batch_is_shared_out() {
    let dev = Cpu::seed_from_u64(3);
    let model = Layer { w: dev.sample_normal() };
    let y0: Tensor<Rank2<700, 64>, f64, Cpu> = dev.sample_normal();
    let solver = model.solver().method(Rk4).step_size(0.25);
    let whole = solver.solve(y0.clone().traced(Gradients::leaky()), 0.0..0.5).unwrap();
    let states = whole.as_vec();
    let grads = whole.square().sum::<Rank0, _>().backward();
    let mut by_w = vec![0.0; 64 * 64];
    for start in (0..700).step_by(35) {
        let part: Tensor<Rank2<35, 64>, f64, Cpu> = dev.tensor(y0.as_vec()[64 * start..][..64 * 35].to_vec());
        let solution = solver.solve(part.clone().traced(Gradients::leaky()), 0.0..0.5).unwrap();
        close(&solution.as_vec()[64 * 35..], &states[64 * (700 + start)..][..64 * 35], 1e-13, "rows");
        let own = solution.square().sum::<Rank0, _>().backward();
        by_w.iter_mut().zip(own.get(&model.w).as_vec()).for_each(|(sum, part)| *sum += part);
        close(&own.get(&part).as_vec(), &grads.get(&y0).as_vec()[64 * start..][..64 * 35], 1e-12, "by y0");
    }
    close(&grads.get(&model.w).as_vec(), &by_w, 1e-9, "by w");
}

/// By dfdx's operations on the device of the tensors, here the CPU: the same numbers and gradients.
#[test]
fn on_the_device_of_the_tensors() {
    let dev = Cpu::default();
    let model = reference_model(&dev);
    let times = [0.0, 0.4, 1.0];
    let loss =
        |solution: Tensor<Rank3<3, 3, 2>, f64, Cpu, OwnedTape<f64, Cpu>>| solution.square().sum::<Rank0, _>();
    let loops = gradients!(model.solver(), &model, y0(&dev), &times, loss);
    let device = gradients!(model.solver().on_device(), &model, y0(&dev), &times, loss);
    close(&device.0, &loops.0, 1e-13, "states");
    close(&device.2, &loops.2, 1e-12, "y0");
    close(&device.3, &loops.3, 1e-12, "p");
    // A tuple of states.
    let model = Oscillators { stiffness: dev.tensor([[1.0, 0.2], [0.0, 4.0]]), damping: dev.ones() };
    let q: Tensor<Rank2<2, 2>, f64, Cpu> = dev.tensor([[1.0, 2.0], [3.0, 0.0]]);
    let p: Tensor<Rank2<2, 2>, f64, Cpu> = dev.ones();
    let solve = |on_device: bool| {
        let y0 = (q.clone().traced(Gradients::leaky()), p.clone());
        let solver = model.solver();
        let (qs, ps) =
            if on_device { solver.on_device().solve(y0, 0.0..2.0) } else { solver.solve(y0, 0.0..2.0) }
                .unwrap();
        let (sum, tape) = qs.sum::<Rank0, _>().split_tape();
        let grads = (ps.put_tape(tape).square().sum::<Rank0, _>() + sum).backward();
        [
            grads.get(&q).as_vec(),
            grads.get(&p).as_vec(),
            grads.get(&model.stiffness).as_vec(),
            grads.get(&model.damping).as_vec(),
        ]
        .concat()
    };
    close(&solve(true), &solve(false), 1e-11, "gradients");
}

mod bad_input {
    use super::*;

    /// Two batches that must be equally long.
    #[ode]
    fn coupled(
        _t: f64,
        (a, b): (Tensor<(usize, Const<2>)>, Tensor<(usize, Const<2>)>),
        w: Tensor<Rank1<2>>,
    ) -> (Tensor<(usize, Const<2>)>, Tensor<(usize, Const<2>)>) {
        (b * w, a - b)
    }

    #[ode]
    fn explosive(_t: f64, y: Tensor<(usize, Const<2>)>, rate: Tensor<Rank0>) -> Tensor<(usize, Const<2>)> {
        rate * y * y
    }

    fn rows(dev: &Cpu, values: &[f64]) -> Tensor<(usize, Const<2>), f64, Cpu> {
        dev.tensor_from_vec(values.to_vec(), (values.len() / 2, Const))
    }

    fn text<T>(result: Result<T, SolveError>) -> String {
        match result {
            Ok(_) => panic!("it should fail"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn shapes_that_do_not_fit() {
        let dev = Cpu::default();
        let model = Coupled { w: dev.ones() };
        let (a, b) = (rows(&dev, &[0.0; 6]), rows(&dev, &[0.0; 8]));
        let found = text(model.solver().solve((a, b), 0.0..1.0));
        assert!(found.contains("3 and 4"), "{found}");
    }

    #[test]
    fn an_empty_batch() {
        let dev = Cpu::default();
        let model = Batch { w: dev.ones() };
        let found = text(model.solver().solve(rows3(&dev, 0), 0.0..1.0));
        assert!(found.contains("the tensor y has shape [0, 3]"), "{found}");
        assert!(model.solver().solve(rows3(&dev, 2), 0.0..1.0).is_ok());
        let value = batch(0.0, rows3(&dev, 2), model.w.clone());
        assert_eq!(value.axes(), [[2, 3]]);
    }

    fn rows3(dev: &Cpu, count: usize) -> Tensor<(usize, Const<3>), f64, Cpu> {
        dev.tensor_from_vec(vec![0.5; count * 3], (count, Const))
    }

    #[test]
    fn numbers_that_are_none() {
        let dev = Cpu::default();
        let mut weights = vec![0.1; 9];
        weights[5] = f64::NAN;
        let model = Batch { w: dev.tensor(weights) };
        let found = text(model.solver().solve(rows3(&dev, 2), 0.0..1.0));
        assert!(found.starts_with("the parameter `w[1, 2]` is NaN"), "{found}");
        let model = Explosive { rate: dev.tensor(1.0) };
        let found = text(model.solver().solve(rows(&dev, &[0.0, 1.0, f64::INFINITY, 2.0]), 0.0..1.0));
        assert!(found.starts_with("y0 `y[1, 0]` is inf"), "{found}");
    }

    #[test]
    fn a_row_that_explodes() {
        let dev = Cpu::default();
        let model = Explosive { rate: dev.tensor(1.0) };
        let y0 = rows(&dev, &[0.1, 0.2, 0.3, 0.1, 2.0, 0.1]);
        let solver = model.solver().method(Rk4).step_size(0.05);
        let error = solver.solve(y0, 0.0..3.0).unwrap_err();
        assert!(error.to_string().starts_with("y[2, 0] became"), "{error}");
        assert!(error.partial().unwrap().t() > 0.4);
        // Without end of the steps, the error says where.
        let y0 = rows(&dev, &[0.1, 0.2, 0.3, 0.1, 2.0, 0.1]);
        let error = model.solver().solve(y0, 0.0..3.0).unwrap_err();
        assert!((error.partial().unwrap().t() - 0.5).abs() < 1e-3, "{error}");
    }

    #[test]
    fn rows_that_depend_on_each_other() {
        let dev = Cpu::default();
        let model = Batch { w: dev.ones() };
        let found = text(model.solver().per_sample().solve(rows3(&dev, 2), 0.0..1.0));
        assert!(found.contains("Leave out `per_sample()`"), "{found}");
        let model = Explosive { rate: dev.tensor(1.0) };
        let y0 = rows(&dev, &[0.1, 0.2, 2.0, 0.1, 3.0, 0.1]);
        let error = model.solver().per_sample().method(Rk4).step_size(0.05).solve(y0, 0.0..3.0).unwrap_err();
        assert!(error.to_string().starts_with("y[1, 0] became"), "{error}");
    }

    #[test]
    fn an_open_end() {
        let dev = Cpu::default();
        let model = Batch { w: dev.ones() };
        assert_eq!(
            text(model.solver().max_num_steps(0).solve(rows3(&dev, 1), 0.0..1.0)),
            "max_num_steps is 0, but must be at least 1"
        );
    }
}
