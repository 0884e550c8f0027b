/// Cells in a ring that exchange heat, and feel the mean of all.
fn ring(t: f64, y: [f64; 150], spread: f64, drive: f64) -> [f64; 150] {
    const N: usize = 150;
    let mut mean = 0.0;
    for i in 0..N {
        mean += y[i] * y[i];
    }
    let mut dy = [0.0; N];
    for i in 0..N {
        let (left, right) = (y[(i + N - 1) % N], y[(i + 1) % N]);
        dy[i] = spread * (left - 2.0 * y[i] + right) - drive * mean * y[i];
    }
    dy
}
