/// Masses in a row, each with a position and a velocity, and a heat bath.
pub(crate) fn coupled(
    _t: f64,
    (motion, heat): ([[f64; 2]; 3], f64),
    springs: [f64; 2],
    (bath): (f64, [f64; 2]),
) -> ([[f64; 2]; 3], f64) {
    const DAMPING: f64 = 0.1;
    let mut pull = [0.0; 3];
    for (i, k) in springs.iter().enumerate() {
        let force = k * (motion[i + 1][0] - motion[i][0]);
        pull[i] += force;
        pull[i + 1] -= force;
    }
    let (rate, [low, high]) = bath;
    let change: [[f64; 2]; 3] = std::array::from_fn(|i| [motion[i][1], pull[i] - DAMPING * motion[i][1]]);
    let friction = DAMPING * motion.iter().map(|[_, v]| v * v).sum::<f64>();
    (change, friction - rate * (heat - 0.5 * (low + high)))
}
