/// A mass on a belt that drags it by friction, and a wall.
fn stick_slip(t: f64, [x, v]: [f64; 2], stiffness: f64, belt: f64, friction: [f64; 2]) -> [f64; 2] {
    let slip = v - belt;
    let mut force = -stiffness * x;
    let mut hit = false;
    if slip.abs() > THRESHOLD {
        force -= friction[0] * slip / (slip.abs() + THRESHOLD);
    } else if x > 1.0 {
        force += friction[1] * (x - 1.0).sqrt();
        hit = true;
    }
    if hit && v > 0.0 {
        force *= 0.5;
    }
    let drive = if t > 1.0 { t.ln() } else { 0.0 };
    [v, force + drive]
}
