//! What is said of symmetries, against samples.

use super::*;
use crate::flow::Bounds;
use crate::flow::coupling::assignment::w2_squared;
use crate::flow::distribution::{Brush, Component as Part, Symmetry};
use crate::flow::rng::{Stream, stream};

const MIRRORS: [Mirror; 3] = [Mirror::None, Mirror::AlongX, Mirror::AlongY];

/// Whether samples and the images of others are further apart than two sets of samples.
fn differs(distribution: &Distribution, group: &Group) -> bool {
    const N: usize = 1000;
    let sampler = distribution.sampler().unwrap();
    let draw = |index| sampler.sample_n(N, &mut stream(8, Stream::Display, index));
    let (own, other, third) = (draw(0), draw(1), draw(2));
    let floor = w2_squared(&own, &third).unwrap();
    let n_generators = group.generated([0.0; 2]).len();
    (0..n_generators).any(|k| {
        let images: Vec<Point> = other.iter().map(|x| group.generated(*x)[k]).collect();
        w2_squared(&own, &images).unwrap() > 2.5 * floor
    })
}

#[test]
fn samples_say_the_same_of_every_shape() {
    for distribution in Shape::gallery() {
        let turns: &[usize] = match distribution.shape {
            Shape::Drawn(_) => continue,
            // Nearly those of a triangle; and a square that is turned is nearly the same.
            Shape::Mixture { .. } | Shape::Uniform { .. } => &[1, 2, 4],
            _ => &[1, 2, 3, 4, 5],
        };
        let placed = Distribution {
            shift: (1.0, -2.0),
            ..distribution
        };
        for &n in turns {
            for mirror in MIRRORS {
                let group = Group {
                    n,
                    mirror,
                    centre: placed.centre(),
                };
                let symmetric = placed.is_symmetric(&group);
                assert_eq!(
                    symmetric,
                    !differs(&placed, &group),
                    "{} {group:?}",
                    placed.shape.name()
                );
            }
        }
    }
}

#[test]
fn the_centre_counts() {
    let rings = Distribution::from(Shape::Rings {
        radii: vec![1.0],
        noise: 0.1,
    });
    let about = |x: f64, n, mirror| {
        rings.is_symmetric(&Group {
            n,
            mirror,
            centre: [x, 0.0],
        })
    };
    assert!(about(0.0, 5, Mirror::AlongY));
    assert!(!about(0.1, 5, Mirror::None) && !about(0.1, 1, Mirror::AlongY));
    assert!(
        about(0.1, 1, Mirror::AlongX),
        "the axis along x is the same one"
    );
}

#[test]
fn a_square_has_quarter_turns_and_a_box_has_not() {
    let turns = |width, height| {
        let shape = Distribution::from(Shape::Uniform { width, height });
        let group = |n| Group {
            n,
            mirror: Mirror::AlongX,
            centre: [0.0; 2],
        };
        [2, 4].map(|n| shape.is_symmetric(&group(n)))
    };
    assert_eq!(
        (turns(2.0, 2.0), turns(2.0, 3.0)),
        ([true; 2], [true, false])
    );
}

#[test]
fn gaussians_at_one_place_count_together() {
    let part = |x: f64, weight: f64, std: f64| Part {
        weight,
        mean: (x, 0.0),
        std,
        class: 0,
    };
    let halves = |components: Vec<Part>| {
        let mixture = Distribution::from(Shape::Mixture { components });
        mixture.is_symmetric(&Group {
            n: 2,
            mirror: Mirror::None,
            centre: [0.0; 2],
        })
    };
    assert!(halves(vec![
        part(1.0, 2.0, 0.3),
        part(-1.0, 1.0, 0.3),
        part(-1.0, 1.0, 0.3)
    ]));
    assert!(!halves(vec![part(1.0, 1.0, 0.3), part(-1.0, 1.0, 0.31)]));
}

#[test]
fn strokes_that_the_brush_repeated_are_symmetric_and_others_are_not() {
    let brush = Brush {
        radius: 0.3,
        strength: 0.6,
        class: 0,
    };
    let painted = |symmetry| {
        let mut drawing = Drawing::blank(Bounds::square(4.0));
        drawing.stroke([0.7, 0.4], [2.3, 1.1], &brush, false, symmetry);
        Distribution {
            shape: Shape::Drawn(drawing),
            scale: 0.5,
            shift: (3.0, 1.0),
        }
    };
    let asymmetry = |symmetry, n, mirror| {
        let drawn = painted(symmetry);
        assert_eq!(drawn.centre(), [3.0, 1.0]);
        let off = drawn.asymmetry(&Group {
            n,
            mirror,
            centre: [3.0, 1.0],
        });
        println!("{symmetry:?} {n} {mirror:?}: {off:.4}");
        off
    };
    for n in [2, 3, 5, 8] {
        assert!(asymmetry(Symmetry::Rotate(n), n as usize, Mirror::None) < 0.7 * DRAWN_MASS);
        assert!(asymmetry(Symmetry::None, n as usize, Mirror::None) > 0.5);
    }
    assert!(asymmetry(Symmetry::MirrorX, 1, Mirror::AlongY) < 5e-3);
    assert!(asymmetry(Symmetry::MirrorY, 1, Mirror::AlongX) < 5e-3);
    assert!(asymmetry(Symmetry::MirrorX, 1, Mirror::AlongX) > 0.5);
}
