//! The right-hand sides, one text for all crates: on arrays of a fixed length, written in place.

/// A system of N equations.
pub trait Problem<const N: usize>: Copy + 'static {
    fn new(parameters: &[f64]) -> Self;

    fn rate(&self, y: &[f64; N], dy: &mut [f64; N]);
}

#[derive(Clone, Copy)]
pub struct LotkaVolterra([f64; 4]);

impl Problem<2> for LotkaVolterra {
    fn new(parameters: &[f64]) -> Self {
        Self(std::array::from_fn(|i| parameters[i]))
    }

    #[inline]
    fn rate(&self, &[prey, predator]: &[f64; 2], dy: &mut [f64; 2]) {
        let [alpha, beta, gamma, delta] = self.0;
        let meeting = prey * predator;
        *dy = [alpha * prey - beta * meeting, delta * meeting - gamma * predator];
    }
}

#[derive(Clone, Copy)]
pub struct Lorenz([f64; 3]);

impl Problem<3> for Lorenz {
    fn new(parameters: &[f64]) -> Self {
        Self(std::array::from_fn(|i| parameters[i]))
    }

    #[inline]
    fn rate(&self, &[x, y, z]: &[f64; 3], dy: &mut [f64; 3]) {
        let [sigma, rho, beta] = self.0;
        *dy = [sigma * (y - x), x * (rho - z) - y, x * y - beta * z];
    }
}

#[derive(Clone, Copy)]
pub struct Arenstorf(f64);

impl Problem<4> for Arenstorf {
    fn new(parameters: &[f64]) -> Self {
        Self(parameters[0])
    }

    #[inline]
    fn rate(&self, &[x, y, vx, vy]: &[f64; 4], dy: &mut [f64; 4]) {
        let mu = self.0;
        let other = 1.0 - mu;
        let pull = |mass: f64, dx: f64| {
            let square = dx * dx + y * y;
            mass / (square * square.sqrt())
        };
        let earth = pull(other, x + mu);
        let moon = pull(mu, x - other);
        *dy =
            [vx, vy, x + 2.0 * vy - earth * (x + mu) - moon * (x - other), y - 2.0 * vx - (earth + moon) * y];
    }
}

/// The state is x, y, x', y' of seven stars with masses 1 to 7.
#[derive(Clone, Copy)]
pub struct Pleiades;

impl Problem<28> for Pleiades {
    fn new(_: &[f64]) -> Self {
        Self
    }

    #[inline]
    fn rate(&self, y: &[f64; 28], dy: &mut [f64; 28]) {
        dy[..14].copy_from_slice(&y[14..]);
        dy[14..].fill(0.0);
        for i in 0..7 {
            for j in i + 1..7 {
                let (dx, dy_) = (y[j] - y[i], y[7 + j] - y[7 + i]);
                let square = dx * dx + dy_ * dy_;
                let pull = 1.0 / (square * square.sqrt());
                let (by_i, by_j) = ((i + 1) as f64 * pull, (j + 1) as f64 * pull);
                dy[14 + i] += by_j * dx;
                dy[21 + i] += by_j * dy_;
                dy[14 + j] -= by_i * dx;
                dy[21 + j] -= by_i * dy_;
            }
        }
    }
}

#[derive(Clone, Copy)]
pub struct Lorenz96(f64);

impl Problem<40> for Lorenz96 {
    fn new(parameters: &[f64]) -> Self {
        Self(parameters[0])
    }

    // The cells whose neighbours are not across the end are a loop without remainders, which vectorises.
    #[inline]
    fn rate(&self, y: &[f64; 40], dy: &mut [f64; 40]) {
        const N: usize = 40;
        dy[0] = (y[1] - y[N - 2]) * y[N - 1] - y[0] + self.0;
        dy[1] = (y[2] - y[N - 1]) * y[0] - y[1] + self.0;
        for i in 2..N - 1 {
            dy[i] = (y[i + 1] - y[i - 2]) * y[i - 1] - y[i] + self.0;
        }
        dy[N - 1] = (y[0] - y[N - 3]) * y[N - 2] - y[N - 1] + self.0;
    }
}
