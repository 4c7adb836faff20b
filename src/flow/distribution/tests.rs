//! Every shape against its exact moments, its file form and its ranges.

use std::f64::consts::{FRAC_1_PI, PI};

use super::*;
use crate::flow::Bounds;
use crate::flow::rng::{Stream, stream};

const N: usize = 200_000;

/// First and second moments of a distribution, with the standard errors of their estimates.
#[derive(Debug)]
struct Moments {
    /// `E x, E y, E x^2, E xy, E y^2`.
    values: [f64; 5],
    errors: [f64; 5],
}

fn moments(distribution: &Distribution) -> Moments {
    let mut rng = stream(11, Stream::Display, 0);
    let points = distribution.sampler().unwrap().sample_n(N, &mut rng);
    let estimate = |f: &dyn Fn(&Point) -> f64| {
        let mean = points.iter().map(f).sum::<f64>() / N as f64;
        let variance = points.iter().map(|p| (f(p) - mean).powi(2)).sum::<f64>() / N as f64;
        (mean, (variance / N as f64).sqrt())
    };
    let all = [
        estimate(&|p| p[0]),
        estimate(&|p| p[1]),
        estimate(&|p| p[0] * p[0]),
        estimate(&|p| p[0] * p[1]),
        estimate(&|p| p[1] * p[1]),
    ];
    Moments {
        values: all.map(|e| e.0),
        errors: all.map(|e| e.1),
    }
}

fn assert_moments(distribution: impl Into<Distribution>, exact: [f64; 5]) {
    let distribution = distribution.into();
    let found = moments(&distribution);
    for (k, expected) in exact.into_iter().enumerate() {
        let off = (found.values[k] - expected).abs();
        assert!(
            off < 5.0 * found.errors[k],
            "{}: moment {k} of {found:?}, exact {exact:?}",
            distribution.shape.name()
        );
    }
}

fn mixture() -> Shape {
    let component = |weight, mean, std| Component {
        weight,
        mean,
        std,
        class: 0,
    };
    Shape::Mixture {
        components: vec![
            component(3.0, (1.0, -2.0), 0.5),
            component(0.0, (100.0, 0.0), 1.0),
            component(1.0, (-3.0, 0.0), 1.5),
        ],
    }
}

#[test]
fn gaussians_have_their_moments() {
    assert_moments(Shape::Gaussian { std: 2.0 }, [0.0, 0.0, 4.0, 0.0, 4.0]);
    let (radius, std) = (5.0, 0.5);
    let square = 0.5 * radius * radius + std * std;
    assert_moments(
        Shape::EightGaussians { radius, std },
        [0.0, 0.0, square, 0.0, square],
    );
    let x_square = 0.75 * (1.0 + 0.25) + 0.25 * (9.0 + 2.25);
    let y_square = 0.75 * (4.0 + 0.25) + 0.25 * 2.25;
    assert_moments(mixture(), [0.0, -1.5, x_square, -1.5, y_square]);
}

#[test]
fn scale_and_shift_move_the_points() {
    let distribution = Distribution {
        shape: Shape::Gaussian { std: 0.5 },
        scale: 3.0,
        shift: (1.0, -2.0),
    };
    assert_moments(distribution, [1.0, -2.0, 1.0 + 2.25, -2.0, 4.0 + 2.25]);
}

#[test]
fn scikit_learns_shapes_have_their_moments() {
    let noise = 0.1;
    let extra = noise * noise;
    let y_square = 0.5 * (1.25 - 2.0 * FRAC_1_PI) + extra;
    // E xy: 0 for the outer moon, E (1 - cos a)(1/2 - sin a) = 1/2 - 2/pi for the inner one.
    let xy = 0.5 * (0.5 - 2.0 * FRAC_1_PI);
    assert_moments(
        Shape::Moons { noise },
        [0.5, 0.25, 1.0 + extra, xy, y_square],
    );
    // t uniform in +-T, T = 3 pi / 2.
    let square = 1.5 + 4.0 / (3.0 * PI);
    assert_moments(
        Shape::SCurve { noise },
        [0.0, 0.0, 0.5 + extra, -FRAC_1_PI / 3.0, square + extra],
    );
}

#[test]
fn the_swiss_roll_has_its_moments() {
    let noise = 0.5;
    let found = moments(&Shape::SwissRoll { noise }.into());
    let exact = [2.0, 2.0 / (3.0 * PI), 9.75 * PI * PI + 2.0 * noise * noise];
    let square = found.values[2] + found.values[4];
    let square_error = found.errors[2] + found.errors[4];
    assert!(
        (found.values[0] - exact[0]).abs() < 5.0 * found.errors[0],
        "{found:?}"
    );
    assert!(
        (found.values[1] - exact[1]).abs() < 5.0 * found.errors[1],
        "{found:?}"
    );
    assert!(
        (square - exact[2]).abs() < 5.0 * square_error,
        "{square} {exact:?}"
    );
}

#[test]
fn the_checkerboard_is_that_of_facebookresearch() {
    let square = 4.0 / 3.0 / 0.45_f64.powi(2);
    // A square of unit side at (i, j) contributes (i + 1/2)(j + 1/2); the eight of them sum to 2.
    let xy = 2.0 / 8.0 / 0.45_f64.powi(2);
    assert_moments(Shape::Checkerboard, [0.0, 0.0, square, xy, square]);
    let mut rng = stream(12, Stream::Display, 0);
    let sampler = Distribution::from(Shape::Checkerboard).sampler().unwrap();
    let mut counts = [0_u32; 16];
    for p in sampler.sample_n(N, &mut rng) {
        let [column, row] = p.map(|x| (0.45 * x + 2.0).floor() as usize);
        counts[4 * row + column] += 1;
    }
    for (square, &count) in counts.iter().enumerate() {
        let share = f64::from(count) / N as f64;
        let filled = (square / 4 + square % 4).is_multiple_of(2);
        // MATHS.md: density 0.0253 in the filled squares of side 1 / 0.45.
        let expected = if filled {
            0.0253125 / 0.45_f64.powi(2)
        } else {
            0.0
        };
        assert!(
            (share - expected).abs() <= 5.0 * (expected / N as f64).sqrt(),
            "{square}: {share}"
        );
    }
}

#[test]
fn curves_and_blades_have_their_moments() {
    let noise = 0.1;
    let extra = noise * noise;
    let radii = vec![1.0, 2.0, 3.0];
    let square = 0.5 * (1.0 + 4.0 + 9.0) / 3.0 + extra;
    assert_moments(
        Shape::Rings { radii, noise },
        [0.0, 0.0, square, 0.0, square],
    );
    assert_moments(
        Shape::Uniform {
            width: 2.0,
            height: 6.0,
        },
        [0.0, 0.0, 1.0 / 3.0, 0.0, 3.0],
    );
    // Blades at equal angles: the second moment is isotropic.
    let square = 0.5 * (1.0 + 0.3_f64.powi(2) + 0.1_f64.powi(2));
    let pinwheel = Shape::Pinwheel {
        arms: 5,
        radial_std: 0.3,
        tangential_std: 0.1,
        rate: 0.25,
    };
    assert_moments(pinwheel, [0.0, 0.0, square, 0.0, square]);
    // r^2 = 9 U at the angle 2 pi turns sqrt(U) = w s with density 2 s: by parts, with w = 3 pi,
    // E x^2 - E y^2 = 9 int 2 s^3 cos 2ws ds and E 2xy = 9 int 2 s^3 sin 2ws ds.
    let w2: f64 = 6.0 * PI;
    let cosine = 9.0 * 2.0 * 3.0 / w2.powi(2);
    let sine = 9.0 * 2.0 * (-1.0 / w2 + 6.0 / w2.powi(3));
    let (x, y) = (0.5 * (4.5 + cosine), 0.5 * (4.5 - cosine));
    let spirals = Shape::Spirals { turns: 1.5, noise };
    assert_moments(spirals, [0.0, 0.0, x + extra, 0.5 * sine, y + extra]);
}

#[test]
fn the_size_of_a_set() {
    assert_eq!(rms_per_coordinate(&[]), 0.0);
    assert_eq!(
        rms_per_coordinate(&[[3.0, 4.0], [-5.0, 0.0]]),
        12.5_f64.sqrt()
    );
}

#[test]
fn the_gallery_is_valid_and_of_readable_size() {
    let gallery = Shape::gallery();
    assert_eq!(gallery.len(), 12);
    assert!(gallery[0].is_standard_gaussian());
    for distribution in &gallery {
        distribution.validate().unwrap();
        let name = distribution.shape.name();
        let Ok(sampler) = distribution.sampler() else {
            assert_eq!(name, "Drawn");
            continue;
        };
        let points = sampler.sample_n(10_000, &mut stream(1, Stream::Display, 0));
        let size = rms_per_coordinate(&points);
        assert!((0.9..4.0).contains(&size), "{name}: {size}");
        let bounds = Bounds::of_points(&points).unwrap();
        assert!(
            bounds.center().iter().all(|c| c.abs() < 0.6),
            "{name}: {bounds:?}"
        );
    }
}

#[test]
fn every_shape_survives_its_file_form() {
    let mut drawing = Drawing::blank(Bounds::square(3.0));
    drawing.stamp(
        [1.0, 1.0],
        &Brush {
            radius: 0.5,
            strength: 0.7,
            class: 0,
        },
        false,
    );
    let others = [mixture().into(), Shape::Drawn(drawing).into()];
    for distribution in Shape::gallery().into_iter().chain(others) {
        let text = ron::to_string(&distribution).unwrap();
        let back: Distribution = ron::from_str(&text).unwrap();
        assert_eq!(back, distribution, "{text}");
    }
}

#[test]
fn the_file_form_is_that_of_the_presets() {
    let read = |text: &str| ron::from_str::<Distribution>(text);
    let moons = read("(shape: Moons(noise: 0.05), scale: 2.0, shift: (-1.0, 0.0))").unwrap();
    let expected = Distribution {
        shape: Shape::Moons { noise: 0.05 },
        scale: 2.0,
        shift: (-1.0, 0.0),
    };
    assert_eq!(moons, expected);
    assert_eq!(
        read("(shape: Checkerboard)").unwrap(),
        Shape::Checkerboard.into()
    );
    assert!(read("(shape: Gaussian())").unwrap().is_standard_gaussian());
    let drawn = read("(shape: Drawn((cells: \"65536\")))").unwrap();
    assert_eq!(
        drawn.shape,
        Shape::Drawn(Drawing::blank(Bounds::square(4.0)))
    );
    let mixture = read("(shape: Mixture(components: [(mean: (0, 7.5), std: 0.5)]))").unwrap();
    assert_eq!(mixture.as_mixture().unwrap()[0].mean, [0.0, 7.5]);
    for bad in [
        "(shape: Moons(noize: 0.05))",
        "(shape: Checkerboard, size: 1.0)",
        "(shape: Mixture(components: [(mean: (0, 7.5))]))",
        "(shape: Drawn((cells: \"65536\", size: 3)))",
        "(shape: Drawn((cells: \"65535\")))",
        "(shape: Trefoil)",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let error = read("(shape: Drawn((cells: \"12x\")))")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the drawing is cut short: it has 13 of 65536 cells"),
        "{error}"
    );
}

#[test]
fn errors_name_field_value_and_range() {
    let message = |shape: Shape| {
        Distribution::from(shape)
            .validate()
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(Shape::Moons { noise: -1.0 }),
        "shape.noise is -1: expected 0 to 1000000"
    );
    assert_eq!(
        message(Shape::Gaussian { std: f64::NAN }),
        "shape.std is NaN: expected 0.000001 to 1000000"
    );
    assert_eq!(
        message(Shape::Rings {
            radii: vec![1.0, 0.0],
            noise: 0.1
        }),
        "shape.radii[1] is 0: expected 0.000001 to 1000000"
    );
    assert_eq!(
        message(Shape::Rings {
            radii: vec![],
            noise: 0.1
        }),
        "shape.radii is a list of 0: expected 1 to 100 radii"
    );
    let weightless = Component {
        weight: 0.0,
        mean: (0.0, 0.0),
        std: 1.0,
        class: 0,
    };
    assert_eq!(
        message(Shape::Mixture {
            components: vec![weightless]
        }),
        "shape.components is without any weight: expected at least one positive weight"
    );
    let far = Component {
        mean: (0.0, f64::INFINITY),
        ..weightless
    };
    assert_eq!(
        message(Shape::Mixture {
            components: vec![weightless, far]
        }),
        "shape.components[1].mean.1 is inf: expected -1000000 to 1000000"
    );
    let flat = Bounds {
        min: [0.0, 0.0],
        max: [1.0, 0.0],
    };
    assert_eq!(
        message(Shape::Drawn(Drawing::blank(flat))),
        "shape.bounds: max - min along y is 0: expected 0.000001 to 1000000"
    );
    let scaled = |scale, shift| Distribution {
        shape: Shape::Checkerboard,
        scale,
        shift,
    };
    let message = |d: Distribution| d.sampler().unwrap_err().to_string();
    assert_eq!(
        message(scaled(0.0, (0.0, 0.0))),
        "scale is 0: expected 0.000001 to 1000000"
    );
    assert_eq!(
        message(scaled(1.0, (0.0, 1e30))),
        "shift.1 is 1000000000000000000000000000000: expected -1000000 to 1000000"
    );
}

#[test]
fn closed_forms_are_normalised_and_on_the_canvas() {
    let distribution = Distribution {
        shape: mixture(),
        scale: 2.0,
        shift: (1.0, 0.0),
    };
    let components = distribution.as_mixture().unwrap();
    assert_eq!(components.len(), 2);
    assert_eq!(
        components[0],
        exact::Component {
            weight: 0.75,
            mean: [3.0, -4.0],
            cov: [1.0, 0.0, 1.0]
        }
    );
    assert_eq!(
        components[1],
        exact::Component {
            weight: 0.25,
            mean: [-5.0, 0.0],
            cov: [9.0, 0.0, 9.0]
        }
    );
    assert!(
        Distribution::from(Shape::Checkerboard)
            .as_mixture()
            .is_none()
    );
    let eight = Distribution::from(Shape::EightGaussians {
        radius: 5.0,
        std: 0.5,
    });
    assert_eq!(eight.as_mixture().unwrap().len(), 8);
    let moved = Distribution {
        shift: (0.0, 1e-9),
        ..Shape::Gaussian { std: 1.0 }.into()
    };
    assert!(!moved.is_standard_gaussian());
}
