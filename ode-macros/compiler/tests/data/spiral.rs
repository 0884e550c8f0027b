pub fn spiral<const B: usize>(
    _t: f32,
    y: Tensor<Rank2<B, 2>>,
    w1: Tensor<Rank2<2, 50>>,
    b1: Tensor<Rank1<50>>,
    w2: Tensor<Rank2<50, 2>>,
    b2: Tensor<Rank1<2>>,
) -> Tensor<Rank2<B, 2>> {
    let hidden = (y.powi(3).matmul(w1) + b1).tanh();
    hidden.matmul(w2) + b2
}
