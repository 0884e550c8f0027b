/// A name that does not exist, and a loop that has no end.
pub fn mistaken(t: f64, y: [f64; 2], rate: f64) -> [f64; 2] {
    let mut x = raet * y[0];
    while x > t {
        x *= 0.5;
    }
    [x, y[1]]
}
