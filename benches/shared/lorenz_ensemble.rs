//! The ensemble of `benches/ensemble.rs` and `benches/peers`: Lorenz systems that differ in rho, and a solver for one of
//! them written out by hand.

use odec::prelude::*;

#[ode]
pub fn lorenz(_t: f64, [x, y, z]: [f64; 3], sigma: f64, rho: f64, beta: f64) -> [f64; 3] {
    [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]
}

pub const COUNT: usize = 10_000;
pub const TOLERANCE: f64 = 1e-8;
pub const Y0: [f64; 3] = [1.0, 0.0, 0.0];

#[allow(clippy::cast_precision_loss)]
pub fn models(count: usize) -> Vec<Lorenz> {
    (0..count)
        .map(|i| Lorenz { sigma: 10.0, rho: 21.0 * i as f64 / (count - 1) as f64, beta: 8.0 / 3.0 })
        .collect()
}

/// The last state, as one would write tsit5 for this system in an afternoon: stages unrolled, FSAL, PI control with
/// `powf`.
#[allow(clippy::excessive_precision, clippy::unreadable_literal)]
pub fn by_hand(model: &Lorenz, y0: [f64; 3], end: f64) -> [f64; 3] {
    let Lorenz { sigma, rho, beta } = *model;
    let f = |[x, y, z]: [f64; 3]| [sigma * (y - x), x * (rho - z) - y, x * y - beta * z];
    let (mut t, mut y, mut h): (f64, _, f64) = (0.0, y0, 1e-3);
    let mut k1 = f(y);
    let mut before: f64 = 1e-4;
    while t < end {
        h = h.min(end - t);
        let sum = |weights: &[f64], k: &[&[f64; 3]]| -> [f64; 3] {
            std::array::from_fn(|i| y[i] + h * weights.iter().zip(k).map(|(w, k)| w * k[i]).sum::<f64>())
        };
        let k2 = f(sum(&[0.161], &[&k1]));
        let k3 = f(sum(&[-0.008480655492356989, 0.335480655492357], &[&k1, &k2]));
        let k4 = f(sum(&[2.8971530571054935, -6.359448489975075, 4.3622954328695815], &[&k1, &k2, &k3]));
        let k5 = f(sum(
            &[5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
            &[&k1, &k2, &k3, &k4],
        ));
        let k6 = f(sum(
            &[
                5.86145544294642,
                -12.92096931784711,
                8.159367898576159,
                -0.071584973281401,
                -0.028269050394068383,
            ],
            &[&k1, &k2, &k3, &k4, &k5],
        ));
        let y1 = sum(
            &[
                0.09646076681806523,
                0.01,
                0.4798896504144996,
                1.379008574103742,
                -3.290069515436081,
                2.324710524099774,
            ],
            &[&k1, &k2, &k3, &k4, &k5, &k6],
        );
        let k7 = f(y1);
        let error = |i: usize| {
            let e = h
                * (-0.00178001105222577714 * k1[i] - 0.0008164344596567469 * k2[i]
                    + 0.007880878010261995 * k3[i]
                    - 0.1447110071732629 * k4[i]
                    + 0.5823571654525552 * k5[i]
                    - 0.45808210592918697 * k6[i]
                    + k7[i] / 66.0);
            (e / (TOLERANCE + TOLERANCE * y[i].abs().max(y1[i].abs()))).powi(2)
        };
        let err = ((error(0) + error(1) + error(2)) / 3.0).sqrt();
        let factor = err.powf(0.17) / before.powf(0.04);
        if err <= 1.0 {
            t += h;
            y = y1;
            k1 = k7;
            before = err.max(1e-4);
            h /= (factor / 0.9).clamp(0.1, 5.0);
        } else {
            h /= (err.powf(0.17) / 0.9).min(5.0);
        }
    }
    y
}
