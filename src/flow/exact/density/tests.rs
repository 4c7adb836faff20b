//! Densities and entropies that are known.

use super::*;
use crate::flow::work::finish;

fn density(distribution: impl Into<Distribution>) -> Density {
    Density::of(&distribution.into()).unwrap().unwrap()
}

/// MATHS.md sections 7 and 10.
#[test]
fn entropies_are_the_known_ones() {
    let eight = Shape::EightGaussians {
        radius: 5.0,
        std: 0.5,
    };
    let found = density(eight.clone()).log(&[[5.0, 0.0], [2.5, 1.0]]);
    for (found, known) in found.into_iter().zip([-2.531024, -16.557900]) {
        assert!((found - known).abs() < 1e-6, "{found} {known}");
    }
    let found = finish(density(eight).entropy());
    assert!((found - 3.530643).abs() < 1e-6, "{found}");
    let checkerboard = finish(density(Shape::Checkerboard).entropy());
    assert!((checkerboard - 3.676457).abs() < 1e-6, "{checkerboard}");
    assert!((density(Shape::Checkerboard).log(&[[0.5, 0.5]])[0].exp() - 0.0253).abs() < 5e-5);
    let gaussian = finish(density(Shape::Gaussian { std: 2.0 }).entropy());
    let expected = (std::f64::consts::TAU * 4.0).ln() + 1.0;
    assert!((gaussian - expected).abs() < 1e-8, "{gaussian} {expected}");
}

/// `int q = 1`, and the entropy is the mean of `-log q` over points that are drawn.
#[test]
fn every_density_is_that_of_what_is_drawn() {
    use crate::flow::rng::{Stream, stream};
    let painted = Drawing::from_fn(Bounds::square(3.0), |x, y| (x * y).abs().min(1.0));
    let mut gallery = Shape::gallery();
    gallery.pop();
    gallery.push(Distribution {
        shape: Shape::Drawn(painted),
        scale: 0.5,
        shift: (1.0, 2.0),
    });
    for distribution in gallery {
        let name = distribution.shape.name();
        let density = density(distribution.clone());
        let mut rng = stream(1, Stream::Display, 0);
        let points = distribution.sampler().unwrap().sample_n(20_000, &mut rng);
        let logs = density.log(&points);
        let n = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / n;
        let variance = logs.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / n;
        let (entropy, error) = (finish(density.entropy()), (variance / n).sqrt());
        println!("{name}: {entropy} {} +- {error:.1e}", -mean);
        assert!((entropy + mean).abs() < 4.5 * error + 1e-9, "{name}");
    }
}

#[test]
fn a_curve_without_noise_has_none() {
    let ring = Shape::Moons { noise: 0.0 };
    assert!(Density::of(&ring.into()).unwrap().is_none());
    let outside = density(Shape::Checkerboard).log(&[[100.0, 0.0]]);
    assert_eq!(outside, [f64::NEG_INFINITY]);
}
