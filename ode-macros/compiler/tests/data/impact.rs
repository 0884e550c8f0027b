/// The lowest of some balls, above a floor that moves.
pub fn impact<const B: usize>(t: f64, y: Tensor<Rank2<B, 2>>, amplitude: Tensor<Rank0>) -> Tensor<Rank0> {
    y.select(1, 0).min(0) - amplitude * t.sin()
}
