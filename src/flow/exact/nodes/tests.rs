//! Nodes against what is drawn from the shapes, and against themselves.

use super::curve::CURVE_KERNEL;
use super::*;
use crate::flow::Point;
use crate::flow::bounds::Bounds;
use crate::flow::distribution::Drawing;
use crate::flow::exact::Component;
use crate::flow::rng::{Stream, stream};

const BUDGET: usize = 4096;

/// Every shape, the drawing with something on it.
fn gallery() -> Vec<Distribution> {
    let painted = Drawing::from_fn(Bounds::square(4.0), |x, y| match (x - 1.0).hypot(y) < 1.5 {
        true => 0.5 + 0.1 * x,
        false => 0.0,
    });
    let mut gallery = Shape::gallery();
    gallery.pop();
    gallery.push(Shape::Drawn(painted).into());
    gallery.push(Distribution {
        shape: Shape::Uniform {
            width: 6.0,
            height: 0.5,
        },
        scale: 0.7,
        shift: (1.0, -2.0),
    });
    gallery
}

/// `E cos(k . x + phase)` of a mixture.
fn wave(components: &[Component], k: Point, phase: f64) -> f64 {
    let of = |c: &Component| {
        let [xx, xy, yy] = c.cov;
        let spread = k[0] * k[0] * xx + 2.0 * k[0] * k[1] * xy + k[1] * k[1] * yy;
        let place = k[0] * c.mean[0] + k[1] * c.mean[1] + phase;
        c.weight * (-0.5 * spread).exp() * place.cos()
    };
    components.iter().map(of).sum()
}

/// Waves through the nodes have the mean of waves through a hundred thousand points, within 4.5 standard errors.
#[test]
fn nodes_stand_for_what_is_drawn() {
    const N: usize = 100_000;
    for distribution in gallery() {
        let nodes = Nodes::new(&distribution, BUDGET).unwrap();
        let name = distribution.shape.name();
        assert!(nodes.components.len() <= BUDGET, "{name}");
        let total: f64 = nodes.components.iter().map(|c| c.weight).sum();
        assert!((total - 1.0).abs() < 1e-12, "{name}: {total}");
        let mut rng = stream(3, Stream::Display, 0);
        let points = distribution.sampler().unwrap().sample_n(N, &mut rng);
        for (i, k) in [[0.4, 0.1], [-0.9, 0.7], [1.5, 1.1], [0.2, -3.0]]
            .into_iter()
            .enumerate()
        {
            let phase = 0.7 * i as f64;
            let values = points
                .iter()
                .map(|x| (k[0] * x[0] + k[1] * x[1] + phase).cos());
            let (sum, squares) =
                values.fold((0.0, 0.0), |(s, q), value| (s + value, q + value * value));
            let mean = sum / N as f64;
            let error = ((squares / N as f64 - mean * mean) / N as f64).sqrt();
            let found = wave(&nodes.components, k, phase);
            let off = (found - mean).abs() / error;
            println!("{name} {k:?}: {found:.5}, {off:.1} standard errors");
            // Drawn cells are smeared by half a cell.
            assert!(off < 4.5, "{name} {k:?}: {found} is not {mean} +- {error}");
        }
    }
}

/// Twice as many nodes, and a rule of another kind for the ring, say the same.
#[test]
fn curves_are_exact_to_many_digits() {
    for distribution in gallery() {
        let Some(_) = distribution.shape.curve() else {
            continue;
        };
        let [coarse, fine] = [1500, 4000].map(|budget| Nodes::new(&distribution, budget).unwrap());
        let same_kernel = coarse.kind == Kind::Quadrature { kernel: None };
        let limit = if same_kernel { 1e-7 } else { 2e-3 };
        for k in [[0.4, 0.1], [1.5, 1.1], [3.0, -2.0]] {
            let [a, b] = [&coarse, &fine].map(|nodes| wave(&nodes.components, k, 0.3));
            let name = distribution.shape.name();
            assert!((a - b).abs() < limit, "{name} {k:?}: {a} {b}");
        }
    }
}

/// `E|z|^2` of the moons is `1 + (1.25 - 2 / pi) / 2 + 2 noise^2`, the mean `(1/2, 1/4)`.
#[test]
fn moons_have_their_known_moments() {
    let nodes = Nodes::new(&Shape::Moons { noise: 0.05 }.into(), BUDGET).unwrap();
    assert_eq!(nodes.kind, Kind::Quadrature { kernel: None });
    let mean = |of: &dyn Fn(&Component) -> f64| {
        nodes
            .components
            .iter()
            .map(|c| c.weight * of(c))
            .sum::<f64>()
    };
    let second = mean(&|c| c.mean[0].powi(2) + c.mean[1].powi(2) + c.cov[0] + c.cov[2]);
    let expected = 1.0 + 0.625 - std::f64::consts::FRAC_1_PI + 2.0 * 0.05_f64.powi(2);
    assert!((second - expected).abs() < 1e-9, "{second} {expected}");
    assert!((mean(&|c| c.mean[0]) - 0.5).abs() < 1e-9);
    assert!((mean(&|c| c.mean[1]) - 0.25).abs() < 1e-9);
}

/// Boxes have mean and covariance of what they stand for.
#[test]
fn boxes_have_their_moments() {
    for (width, height, budget) in [
        (4.0, 4.0, 4096),
        (3.0, 0.01, 200),
        (1.0, 2.0, 1),
        (5.0, 1.0, 77),
    ] {
        let nodes = Nodes::new(&Shape::Uniform { width, height }.into(), budget).unwrap();
        let mean = |of: &dyn Fn(&Component) -> f64| {
            nodes
                .components
                .iter()
                .map(|c| c.weight * of(c))
                .sum::<f64>()
        };
        let xx = mean(&|c| c.mean[0].powi(2) + c.cov[0]);
        let yy = mean(&|c| c.mean[1].powi(2) + c.cov[2]);
        assert!((xx / (width * width / 12.0) - 1.0).abs() < 1e-9);
        assert!((yy / (height * height / 12.0) - 1.0).abs() < 1e-9);
        assert!(mean(&|c| c.mean[0] * c.mean[1] + c.cov[1]).abs() < 1e-12);
    }
}

/// Noise too narrow for the nodes is replaced by a kernel that is stated.
#[test]
fn a_curve_without_noise_gets_a_kernel() {
    let ring = Shape::Rings {
        radii: vec![2.0],
        noise: 0.0,
    };
    let distribution = Distribution {
        shape: ring,
        scale: 2.0,
        shift: (0.0, 0.0),
    };
    let nodes = Nodes::new(&distribution, 400).unwrap();
    let Kind::Quadrature {
        kernel: Some(kernel),
    } = nodes.kind
    else {
        panic!("{:?}", nodes.kind);
    };
    assert!((nodes.components[0].cov[0] - kernel * kernel).abs() < 1e-12);
    let spacing = std::f64::consts::TAU * 4.0 / nodes.components.len() as f64;
    assert!((kernel / spacing - CURVE_KERNEL).abs() < 1e-9);
}

#[test]
fn extreme_shapes_are_proper_mixtures() {
    use crate::flow::exact::ExactField;
    use crate::flow::path::Path;
    let shapes = [
        Shape::Pinwheel {
            arms: 100,
            radial_std: 10.0,
            tangential_std: 0.0,
            rate: 10.0,
        },
        Shape::Pinwheel {
            arms: 1,
            radial_std: 0.0,
            tangential_std: 0.0,
            rate: 0.0,
        },
        Shape::Spirals {
            turns: 100.0,
            noise: 0.0,
        },
        Shape::Rings {
            radii: (1..=100).map(f64::from).collect(),
            noise: 1e-6,
        },
        Shape::Uniform {
            width: 1e6,
            height: 1e-6,
        },
    ];
    for shape in shapes {
        for budget in [256, BUDGET] {
            let nodes = Nodes::new(&shape.clone().into(), budget).unwrap();
            let source = vec![Component::isotropic([0.0; 2], 1.0)];
            let field = ExactField::new(Path::Cosine, source, nodes.components);
            assert!(field.is_ok(), "{shape:?}: {:?}", field.err());
        }
    }
}
