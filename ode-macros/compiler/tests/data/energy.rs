/// The energy of a pendulum.
pub fn energy(_t: f32, [angle, velocity]: [f32; 2], length: f32, mass: f32) -> f32 {
    let kinetic = 0.5 * mass * (length * velocity).powi(2);
    kinetic + mass * GRAVITY * length * (1.0 - angle.cos())
}
