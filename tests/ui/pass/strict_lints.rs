//! A crate that denies all that can be denied; visibility, documentation and lints are the user's.

#![deny(warnings, missing_docs, unsafe_code, unused, unreachable_pub, rust_2018_idioms, let_underscore_drop)]
#![deny(missing_copy_implementations, missing_debug_implementations, trivial_casts, trivial_numeric_casts)]
#![deny(single_use_lifetimes, unused_qualifications, unused_results, variant_size_differences)]
#![deny(non_snake_case, non_camel_case_types, non_upper_case_globals, private_interfaces, private_bounds)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(non_ascii_idents)]

/// A module with systems in it.
pub mod systems {
    use odec::{differentiable, ode};

    /// Falls, with `drag`.
    #[ode]
    pub fn falling(_t: f64, [_height, speed]: [f64; 2], gravity: f64, drag: f64) -> [f64; 2] {
        [speed, -gravity - drag * speed * speed.abs()]
    }

    /// Many arguments, one of them an array.
    #[ode]
    #[must_use]
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn many(t: f64, y: f64, a: f64, b: f64, c: f64, d: f64, e: f64, rest: [f64; 3]) -> f64 {
        let unused_outside = a + b * t;
        c * y + d * unused_outside + e + rest[0] * rest[1] * rest[2]
    }

    /// How high above `floor`.
    #[differentiable]
    pub(super) fn above(_t: f64, [height, _speed]: [f64; 2], floor: f64) -> f64 {
        height - floor
    }

    #[ode]
    fn private(_t: f64, y: f64, _reserved: f64) -> f64 {
        -y
    }

    /// Uses what is private.
    ///
    /// # Errors
    /// As `solve` does.
    pub fn ends() -> Result<f64, odec::SolveError> {
        let model = Private { _reserved: 0.0 };
        Ok(model.solve(1.0, 0.0..1.0)?.last())
    }
}

fn main() -> Result<(), odec::SolveError> {
    let model = systems::Falling { gravity: 9.81, drag: 0.1 };
    assert!(model.solve([10.0, 0.0], 0.0..1.0)?.last()[0] < 10.0);
    let many = systems::Many { a: 0.1, b: 0.2, c: -1.0, d: 0.3, e: 0.0, rest: [1.0, 2.0, 3.0] };
    assert!(many.solve(1.0, 0.0..1.0)?.last().is_finite());
    assert!(systems::many(0.0, 1.0, 0.1, 0.2, -1.0, 0.3, 0.0, [1.0; 3]).is_finite());
    assert!(systems::Above { floor: 1.0 }.value(0.0, [3.0, 0.0]) > 1.9);
    assert!(systems::ends()? < 1.0);
    Ok(())
}
