//! The generated loops against dfdx's own tape over the function itself: value and every gradient.

use dfdx::prelude::*;
use dfdx::tensor_ops::Device;
use odec::{PlainState, TensorKernel, TensorModel, TensorReal, TensorSystem};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::systems::*;

/// The value and the cotangents by the state and the parameters, by the generated loops.
fn fused<S, Y, E>(model: &S, t: E, y: &Y, v: &[E]) -> [Vec<E>; 3]
where
    E: TensorReal,
    Y: PlainState<E, Cpu>,
    S: TensorSystem<Y::Shapes> + TensorModel<Real = E, Device = Cpu>,
    Cpu: Device<E>,
{
    let kernel = model.kernel(&y.shapes()).unwrap();
    let p: Vec<E> = model.parameters().into_iter().flat_map(|parameter| parameter.values).collect();
    assert_eq!(p.len(), kernel.parameters());
    let y = y.flat();
    let zeros = |count: usize| vec![E::default(); count];
    let mut work = zeros(kernel.workspace());
    let (mut dy, mut y_bar, mut p_bar) = (zeros(y.len()), zeros(y.len()), zeros(p.len()));
    kernel.rhs(&p, t, &y, &mut dy, &mut work);
    kernel.vjp(&p, t, &y, v, &mut p_bar, &mut y_bar, &mut work);
    [dy, y_bar, p_bar]
}

fn close<E: TensorReal>(what: &str, found: &[E], wanted: &[E], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    let size = wanted.iter().map(|x| x.to_f64().unwrap().abs()).fold(1e-300, f64::max);
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let (found, wanted) = (found.to_f64().unwrap(), wanted.to_f64().unwrap());
        assert!((found - wanted).abs() <= tolerance * size, "{what}[{i}]: {found} for {wanted}");
    }
}

/// Numbers away from the kinks of the functions.
fn random<S: Shape>(rng: &mut StdRng, dev: &Cpu, shape: S) -> Tensor<S, f64, Cpu> {
    let numbers = (0..shape.num_elements()).map(|_| {
        let size = rng.gen_range(0.25..1.5);
        if rng.gen_bool(0.5) { size } else { -size }
    });
    dev.tensor_from_vec(numbers.collect(), shape)
}

/// Compares both ways for a system: its shape of state, the fields with their shapes, and how the function is called.
macro_rules! agrees {
    ($name:ident: $Model:ident, $function:ident, $state:expr, { $($field:ident: $shape:expr),* }) => {
        #[test]
        fn $name() {
            for (seed, t) in [(1, 0.3), (2, 0.7), (3, -0.2)] {
                let (mut rng, dev) = (StdRng::seed_from_u64(seed), Cpu::default());
                let y = random(&mut rng, &dev, $state);
                let v = random(&mut rng, &dev, $state);
                let model = $Model { $($field: random(&mut rng, &dev, $shape)),* };
                let [dy, y_bar, p_bar] = fused(&model, t, &y, &v.as_vec());

                let $Model { $($field),* } = model.clone();
                let value = $function(t, y.clone().traced(Gradients::leaky()), $($field),*);
                close("value", &dy, &value.as_vec(), 1e-13);
                let grads = (value * v).sum::<Rank0, _>().backward();
                close("y", &y_bar, &grads.get(&y).as_vec(), 1e-12);
                let wanted = [$(grads.get(&model.$field).as_vec()),*].concat();
                close("p", &p_bar, &wanted, 1e-12);
            }
        }
    };
}

agrees!(functions_of_dfdx_1: Smooth, smooth, (Const::<1>, Const::<3>), { w: (Const::<3>,) });
agrees!(functions_of_dfdx_7: Smooth, smooth, (Const::<7>, Const::<3>), { w: (Const::<3>,) });
agrees!(functions_of_odec_1: Elementary, elementary, (Const::<1>, Const::<3>), { w: (Const::<3>,) });
agrees!(functions_of_odec_11: Elementary, elementary, (Const::<11>, Const::<3>), { w: (Const::<3>,) });
agrees!(
    broadcasting_1_1: Broadcasting, broadcasting, (Const::<1>, Const::<1>, Const::<3>),
    { row: (Const::<1>, Const::<3>), column: (Const::<1>, Const::<1>), scale: () }
);
agrees!(
    broadcasting_2_5: Broadcasting, broadcasting, (Const::<2>, Const::<5>, Const::<3>),
    { row: (Const::<1>, Const::<3>), column: (Const::<5>, Const::<1>), scale: () }
);
agrees!(reductions_1: Reductions, reductions, (Const::<1>, Const::<3>, Const::<5>), { w: (Const::<3>, Const::<5>) });
agrees!(reductions_7: Reductions, reductions, (Const::<7>, Const::<3>, Const::<5>), { w: (Const::<3>, Const::<5>) });
agrees!(
    attention_1_1: Attention, attention, (Const::<1>, Const::<1>, Const::<4>),
    { query: (Const::<4>, Const::<3>), key: (Const::<4>, Const::<3>), value: (Const::<4>, Const::<4>) }
);
agrees!(
    attention_3_17: Attention, attention, (Const::<3>, Const::<17>, Const::<4>),
    { query: (Const::<4>, Const::<3>), key: (Const::<4>, Const::<3>), value: (Const::<4>, Const::<4>) }
);
agrees!(arranged_1: Arranged, arranged, (Const::<1>, Const::<6>), { w: (Const::<3>, Const::<2>) });
agrees!(arranged_5: Arranged, arranged, (Const::<5>, Const::<6>), { w: (Const::<3>, Const::<2>) });
agrees!(decisions_1: Decisions, decisions, (Const::<1>, Const::<3>), { w: (Const::<3>,) });
agrees!(decisions_13: Decisions, decisions, (Const::<13>, Const::<3>), { w: (Const::<3>,) });
agrees!(a_batch_of_1: Batch, batch, (1_usize, Const::<3>), { w: (Const::<3>, Const::<3>) });
agrees!(a_batch_of_19: Batch, batch, (19_usize, Const::<3>), { w: (Const::<3>, Const::<3>) });
agrees!(a_vector: Vector, vector, (Const::<5>,), { a: (Const::<5>, Const::<5>) });

agrees!(
    names_of_the_user: Names, names, (Const::<3>, Const::<2>),
    { tape: (Const::<2>,), device: (Const::<2>, Const::<2>), lengths: () }
);

agrees!(
    corners_1: Corners, corners, (Const::<1>, Const::<2>, Const::<3>),
    { w: (Const::<3>, Const::<3>), v: (Const::<3>,) }
);
agrees!(
    corners_5: Corners, corners, (Const::<5>, Const::<2>, Const::<3>),
    { w: (Const::<3>, Const::<3>), v: (Const::<3>,) }
);

agrees!(tangled_1: Tangled, tangled, (Const::<1>, Const::<3>), { w: (Const::<3>, Const::<3>) });
agrees!(tangled_7: Tangled, tangled, (Const::<7>, Const::<3>), { w: (Const::<3>, Const::<3>) });
agrees!(a_row_for_each_row: Paired, paired, (5_usize, Const::<3>), { w: (Const::<5>, Const::<3>) });
agrees!(a_kernel: Kernel, kernel, (Const::<2>,), { rate: () });

#[test]
fn rows_that_parameters_count() {
    let (mut rng, dev) = (StdRng::seed_from_u64(8), Cpu::default());
    let model = Paired { w: random(&mut rng, &dev, (Const::<5>, Const::<3>)) };
    let kernel = model.kernel(&(5_usize, Const::<3>)).unwrap();
    assert_eq!(TensorKernel::<f64>::rows(&kernel), None);
    assert!(model.kernel(&(4_usize, Const::<3>)).is_err());
}

#[test]
fn f32_agrees_to_its_precision() {
    let dev = Cpu::seed_from_u64(5);
    let model = Spiral {
        w1: dev.sample_normal(),
        b1: dev.sample_normal(),
        w2: dev.sample_normal(),
        b2: dev.sample_normal(),
    };
    let y: Tensor<Rank2<7, 2>, f32, Cpu> = dev.sample_normal();
    let v: Tensor<Rank2<7, 2>, f32, Cpu> = dev.sample_normal();
    let [dy, y_bar, p_bar] = fused(&model, 0.0, &y, &v.as_vec());
    let Spiral { w1, b1, w2, b2 } = model.clone();
    let value = spiral(0.0, y.clone().traced(Gradients::leaky()), w1, b1, w2, b2);
    close("value", &dy, &value.as_vec(), 1e-5);
    let grads = (value * v).sum::<Rank0, _>().backward();
    close("y", &y_bar, &grads.get(&y).as_vec(), 1e-5);
    let wanted = [
        grads.get(&model.w1).as_vec(),
        grads.get(&model.b1).as_vec(),
        grads.get(&model.w2).as_vec(),
        grads.get(&model.b2).as_vec(),
    ]
    .concat();
    close("p", &p_bar, &wanted, 1e-5);
}

#[test]
fn modules_are_what_they_stand_for() {
    let dev = Cpu::seed_from_u64(9);
    type Net =
        (modules::Linear<2, 7, f64, Cpu>, modules::Tanh, modules::Linear<7, 5, f64, Cpu>, modules::Sigmoid);
    let net: Net = BuildModule::build(&dev);
    let last: modules::Linear<5, 2, f64, Cpu> = BuildModule::build(&dev);
    let model = Network { net, last };
    let mut rng = StdRng::seed_from_u64(9);
    let y = random(&mut rng, &dev, (Const::<3>, Const::<2>));
    let v = random(&mut rng, &dev, (Const::<3>, Const::<2>));
    let [dy, y_bar, p_bar] = fused(&model, 0.7, &y, &v.as_vec());
    let function = network(0.7, y.clone(), model.net.clone(), model.last.clone());
    let scaled = y.clone().traced(Gradients::<f64, Cpu>::leaky()) * 0.7;
    let value = model.last.forward(model.net.forward(scaled)) - y.clone();
    close("function", &function.as_vec(), &value.as_vec(), 1e-13);
    close("value", &dy, &value.as_vec(), 1e-13);
    let grads = (value * v).sum::<Rank0, _>().backward();
    let (first, second) = (&model.net.0, &model.net.2);
    let wanted = [
        grads.get(&first.weight).as_vec(),
        grads.get(&first.bias).as_vec(),
        grads.get(&second.weight).as_vec(),
        grads.get(&second.bias).as_vec(),
        grads.get(&model.last.weight).as_vec(),
        grads.get(&model.last.bias).as_vec(),
    ]
    .concat();
    close("p", &p_bar, &wanted, 1e-12);
    close("y", &y_bar, &grads.get(&y).as_vec(), 1e-12);
    let names: Vec<String> = model.parameters().into_iter().map(|parameter| parameter.name).collect();
    assert_eq!(
        names,
        ["net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias", "last.weight", "last.bias"]
    );
}

#[test]
fn a_tuple_of_states() {
    let (mut rng, dev) = (StdRng::seed_from_u64(4), Cpu::default());
    let shape = (Const::<5>, Const::<2>);
    let model = Oscillators {
        stiffness: random(&mut rng, &dev, (Const::<2>, Const::<2>)),
        damping: random(&mut rng, &dev, (Const::<2>,)),
    };
    let (q, p) = (random(&mut rng, &dev, shape), random(&mut rng, &dev, shape));
    let (v, w) = (random(&mut rng, &dev, shape), random(&mut rng, &dev, shape));
    let [dy, y_bar, p_bar] = fused(&model, 0.0, &(q.clone(), p.clone()), &[v.as_vec(), w.as_vec()].concat());
    let Oscillators { stiffness, damping } = model.clone();
    // The tape is handed on from the first result to the second.
    let (dq, dp) = oscillators(0.0, (q.clone().traced(Gradients::leaky()), p.clone()), stiffness, damping);
    close("value", &dy, &[dq.as_vec(), dp.as_vec()].concat(), 1e-13);
    let loss = (dq * v).sum::<Rank0, _>();
    let (loss, tape) = loss.split_tape();
    let more = (dp.put_tape(tape) * w).sum::<Rank0, _>();
    let grads = (more + loss).backward();
    close("y", &y_bar, &[grads.get(&q).as_vec(), grads.get(&p).as_vec()].concat(), 1e-13);
    let wanted = [grads.get(&model.stiffness).as_vec(), grads.get(&model.damping).as_vec()].concat();
    close("p", &p_bar, &wanted, 1e-13);
}

#[test]
fn results_that_are_views() {
    let (mut rng, dev) = (StdRng::seed_from_u64(6), Cpu::default());
    let model =
        Views { w: random(&mut rng, &dev, (Const::<3>, Const::<2>)), scale: random(&mut rng, &dev, ()) };
    let a = random(&mut rng, &dev, (Const::<4>, Const::<3>));
    let b = random(&mut rng, &dev, (Const::<3>, Const::<4>));
    let c = random(&mut rng, &dev, (Const::<2>,));
    let t = 0.7;
    let ones = vec![1.0; 26];
    let [dy, y_bar, p_bar] = fused(&model, t, &(a.clone(), b.clone(), c.clone()), &ones);
    let Views { w, scale } = model.clone();
    let (da, db, dc) = views(t, (a.clone(), b.clone(), c.clone()), w, scale);
    close("value", &dy, &[da.as_vec(), db.as_vec(), dc.as_vec()].concat(), 1e-14);
    assert_eq!(y_bar, [vec![1.0 + t; 12], vec![0.0; 12], vec![0.0; 2]].concat());
    let slope = 2.0 * (1.0 - model.scale.array().tanh().powi(2));
    close("p", &p_bar, &[vec![0.0; 6], vec![slope]].concat(), 1e-14);
}
