//! Swarms against the closed form, and how sure an estimate is.

use super::*;
use crate::flow::coupling::{Blocks, Coupling};
use crate::flow::distribution::{Distribution, Shape};

fn row(n: usize, y: f64, std: f64) -> Vec<Component> {
    let at = |i: usize| Component {
        weight: 1.0 + i as f64,
        ..Component::isotropic([i as f64 - 0.5 * n as f64, y], std)
    };
    (0..n).map(at).collect()
}

#[test]
fn it_is_the_closed_form_between_equal_gaussians() {
    for path in [
        Path::CondOt { sigma_min: 0.0 },
        Path::Cosine,
        Path::Polynomial { n: 2.0 },
    ] {
        let field = ExactField::new(path, row(7, 2.0, 0.3), row(40, -1.0, 0.1)).unwrap();
        let field = field.with_noise(0.05);
        let swarm = Swarm::of(&field).unwrap();
        let points: Vec<Point> = (0..100)
            .map(|i| [0.3 * f64::from(i) - 15.0, (0.4 * f64::from(i)).sin() * 3.0])
            .collect();
        for t in [0.0, 0.3, 0.8, 1.0] {
            let mut found = vec![ExactPoint::default(); points.len()];
            swarm.evaluate(t, &points, &mut found);
            let marginal = field.at(t);
            for (&x, found) in points.iter().zip(&found) {
                let expected = marginal.evaluate(x);
                let same = |a: f64, b: f64| {
                    let scale =
                        1.0 + b.abs() + expected.velocity[0].abs() + expected.score[0].abs();
                    assert!(
                        (a - b).abs() < 1e-9 * scale,
                        "{t} {x:?}: {found:?} {expected:?}"
                    );
                };
                same(found.log_density, expected.log_density);
                same(found.divergence, expected.divergence);
                for i in 0..2 {
                    same(found.score[i], expected.score[i]);
                    same(found.velocity[i], expected.velocity[i]);
                    same(found.denoiser[i], expected.denoiser[i]);
                }
            }
        }
    }
}

/// Independent pairs, of which the field is known: off by its standard error, with noise as wide as the kernel.
#[test]
fn an_estimate_knows_its_error() {
    let path = Path::CondOt { sigma_min: 0.0 };
    let target = row(3, 0.5, 0.4);
    let bandwidth = 0.15;
    let exact = ExactField::new(path, row(1, 0.0, 1.0), target.clone()).unwrap();
    let exact = exact.with_noise(bandwidth);
    let components = target
        .iter()
        .map(|c| crate::flow::distribution::Component {
            weight: c.weight,
            mean: (c.mean[0], c.mean[1]),
            std: 0.4,
            class: 0,
        })
        .collect();
    let shape = Shape::Mixture { components };
    let source = Distribution {
        shape: Shape::Gaussian { std: 1.0 },
        scale: 1.0,
        shift: (-0.5, 0.0),
    };
    let samplers = [source, shape.into()].map(|d: Distribution| d.sampler().unwrap());
    let [source, target] = samplers;
    let blocks = Blocks::new(source, 1.0, target, Coupling::Independent, 4);
    let pairs = blocks.draw(0, 20_000).unwrap();
    let swarm = Swarm::of_pairs(path, &pairs, bandwidth);
    let (mut sum, mut n) = (0.0, 0.0);
    for t in [0.2, 0.5, 0.8] {
        for x in [[0.0, 0.0], [0.5, 0.5], [-1.0, 0.3], [-0.2, -0.6]] {
            let mut found = [ExactPoint::default()];
            swarm.evaluate(t, &[x], &mut found);
            let expected = exact.at(t).evaluate(x);
            let spread = swarm.spread(t, x);
            let error =
                crate::flow::trajectory::distance_squared(found[0].velocity, expected.velocity)
                    .sqrt();
            assert!((found[0].log_density - expected.log_density).abs() < 0.2);
            assert!(spread.effective_pairs > 30.0);
            assert!(error < 4.0 * spread.standard_error, "{error} {spread:?}");
            sum += (error / spread.standard_error).powi(2);
            n += 1.0;
        }
    }
    let ratio: f64 = sum / n;
    assert!((0.3..2.5).contains(&ratio), "{ratio}");
}
