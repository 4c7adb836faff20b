//! The rays of a fan are pairs whose paths pass the point, and their mean is the exact velocity.

use std::f64::consts::TAU;

use super::*;
use crate::flow::exact::posterior::Posterior;
use crate::flow::exact::{Component, ExactField};
use crate::flow::path::{Path, interpolate};

const TIMES: [f64; 7] = [0.0, 1e-3, 0.1, 0.5, 0.9, 0.999, 1.0];
const POINTS: [Point; 4] = [[1.0, 0.5], [-0.3, 2.0], [0.0, 0.0], [7.0, -6.0]];

fn gaussian(std: f64) -> Vec<Component> {
    vec![Component::isotropic([0.0; 2], std)]
}

/// Eight Gaussians of std 0.5 on a ring of radius 5.
fn ring() -> Vec<Component> {
    let at = |k: i32| {
        let angle = TAU * f64::from(k) / 8.0;
        Component::isotropic([5.0 * angle.cos(), 5.0 * angle.sin()], 0.5)
    };
    (0..8).map(at).collect()
}

/// Nodes of two arcs with a narrow kernel.
fn nodes(n: usize) -> Vec<Component> {
    let at = |k: usize| {
        let angle = TAU * k as f64 / n as f64;
        let up = if k < n / 2 { 0.3 } else { -0.2 };
        Component::isotropic([2.0 * angle.cos() + up, angle.sin() - up], 0.02)
    };
    (0..n).map(at).collect()
}

/// Tilted components of several weights.
fn tilted() -> Vec<Component> {
    let component = |weight, mean, cov| Component { weight, mean, cov };
    vec![
        component(0.5, [-1.0, 0.5], [0.3, 0.1, 0.2]),
        component(2.0, [1.5, -0.5], [0.05, -0.08, 0.4]),
        component(1.0, [0.0, 2.0], [0.6, 0.0, 0.01]),
    ]
}

fn fan(
    path: Path,
    source: &[Component],
    target: &[Component],
    noise: f64,
    at: (f64, Point),
) -> Fan {
    let schedule = path.at(at.0);
    Fan::of(
        schedule,
        Posterior::of_mixtures(schedule, (source, target), noise, at.1),
    )
}

fn mean_of_rays(fan: &Fan, of: fn(&Ray) -> Point) -> Point {
    let sum = |i: usize| fan.rays.iter().map(|ray| ray.weight * of(ray)[i]).sum();
    [sum(0), sum(1)]
}

fn assert_close(a: Point, b: Point, limit: f64, what: &str) {
    let size = b[0].hypot(b[1]).max(1.0);
    let off = (a[0] - b[0]).hypot(a[1] - b[1]) / size;
    assert!(off <= limit, "{what}: {a:?} is not {b:?}, off by {off:e}");
}

#[test]
fn the_mean_of_the_rays_is_the_exact_velocity_for_every_path_source_and_target() {
    let targets = [
        ("ring", ring()),
        ("nodes", nodes(4096)),
        ("tilted", tilted()),
    ];
    for path in Path::ALL {
        for (name, target) in &targets {
            let tilted_source = [tilted(), ring()].concat();
            for source in [gaussian(path.source_scale()), tilted_source] {
                if source.len() > 1 && target.len() > 100 {
                    continue;
                }
                let field = ExactField::new(path, source.clone(), target.clone()).unwrap();
                for t in TIMES {
                    for x in POINTS {
                        let what = format!("{} to {name} at {t}, {x:?}", path.name());
                        let exact = field.at(t).evaluate(x);
                        let fan = fan(path, &source, target, 0.0, (t, x));
                        let velocity = mean_of_rays(&fan, |ray| ray.velocity);
                        assert_close(velocity, exact.velocity, 1e-10, &what);
                        assert_close(fan.velocity, exact.velocity, 1e-10, &what);
                        let ends = mean_of_rays(&fan, |ray| ray.x_1);
                        assert_close(ends, exact.denoiser, 1e-10, &what);
                        let weights: f64 = fan.rays.iter().map(|ray| ray.weight).sum();
                        assert!((weights - 1.0).abs() < 1e-12, "{what}: {weights}");
                        assert!(fan.rays.len() <= 2 * (CELLS + PAIRS), "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_ray_is_a_path_through_the_point() {
    for path in Path::ALL {
        for t in TIMES {
            for x in POINTS {
                let schedule = path.at(t);
                let source = gaussian(path.source_scale());
                for ray in fan(path, &source, &ring(), 0.0, (t, x)).rays {
                    let x_t = interpolate(schedule, ray.x_0, ray.x_1);
                    assert_close(x_t, x, 1e-9, path.name());
                }
            }
        }
    }
}

/// The values of MATHS.md, section 10, at x = (1, 0.5) and t = 0.3.
#[test]
fn the_spread_of_the_ends_is_that_of_the_posterior() {
    let expected = [
        (Path::CondOt { sigma_min: 0.0 }, 7.685543),
        (Path::Cosine, 8.066743),
        (
            Path::Vp {
                beta_min: 0.1,
                beta_max: 20.0,
            },
            24.084896,
        ),
    ];
    for (path, variance) in expected {
        let fan = fan(path, &gaussian(1.0), &ring(), 0.0, (0.3, [1.0, 0.5]));
        let off = fan.target_variance - variance;
        assert!(off.abs() < 1e-6, "{}: {}", path.name(), fan.target_variance);
    }
}

/// With the sum of both variances the law of total variance holds: the conditional energy is what it is without a
/// condition. Here in closed form for one Gaussian.
#[test]
fn variances_of_one_gaussian_are_those_of_the_formula() {
    let (t, s, noise) = (0.4, 0.7, 0.3);
    let path = Path::CondOt { sigma_min: 0.0 };
    let target = vec![Component::isotropic([1.0, -1.0], s)];
    let x = [0.2, 0.1];
    let fan = fan(path, &gaussian(1.0), &target, noise, (t, x));
    let c = t * t * s * s + (1.0 - t) * (1.0 - t) + noise * noise;
    let drift = t * s * s - (1.0 - t);
    let velocity_variance = 2.0 * (s * s + 1.0 - drift * drift / c);
    let target_variance = 2.0 * (s * s - (t * s * s).powi(2) / c);
    assert!((fan.velocity_variance - velocity_variance).abs() < 1e-12);
    assert!((fan.target_variance - target_variance).abs() < 1e-12);
    let u = [0, 1].map(|i| target[0].mean[i] + drift / c * (x[i] - t * target[0].mean[i]));
    assert_close(fan.velocity, u, 1e-12, "velocity");
    assert_close(
        mean_of_rays(&fan, |ray| ray.velocity),
        u,
        1e-12,
        "mean of rays",
    );
    assert_eq!((fan.members, fan.effective), (1, 1.0));
}

/// The ends of the rays close in on the point as t goes to 1, their starts as t goes to 0.
#[test]
fn the_ends_close_in_as_time_goes_on() {
    let path = Path::CondOt { sigma_min: 0.0 };
    let open = |t| fan(path, &gaussian(1.0), &nodes(4096), 0.0, (t, [1.9, 0.4])).target_variance;
    let variances: Vec<f64> = [0.0, 0.3, 0.6, 0.9, 0.99, 0.999].map(open).into();
    assert!(variances.is_sorted_by(|a, b| a > b), "{variances:?}");
    assert!(variances[5] < 1e-3 * variances[0], "{variances:?}");
    let start = fan(path, &gaussian(1.0), &ring(), 0.0, (0.0, [0.4, -0.2]));
    for ray in &start.rays {
        assert_close(ray.x_0, [0.4, -0.2], 1e-12, "start");
    }
}

/// One point of the target is one pair, and two at the same distance count alike.
#[test]
fn the_effective_number_counts_what_matters() {
    let path = Path::Cosine;
    let two = [[-1.0, 0.0], [1.0, 0.0]].map(|m| Component::isotropic(m, 0.1));
    let here = fan(path, &gaussian(1.0), &two, 0.0, (0.5, [0.0, 0.3]));
    assert!((here.effective - 2.0).abs() < 1e-12, "{}", here.effective);
    let there = fan(path, &gaussian(1.0), &two, 0.0, (0.99, [1.0, 0.0]));
    assert!((there.effective - 1.0).abs() < 1e-9, "{}", there.effective);
}

/// Pairs of a pool count by the kernel, and the fan's mean is their estimate.
#[test]
fn a_pool_of_pairs_has_a_fan_of_its_own_pairs() {
    let schedule = Path::CondOt { sigma_min: 0.0 }.at(0.5);
    let pairs: Vec<(Point, Point)> = (0..500)
        .map(|k| {
            let angle = TAU * f64::from(k) / 500.0;
            let x_0 = [angle.cos(), angle.sin()];
            (x_0, [3.0 * x_0[0] + 0.5, 2.0 * x_0[1]])
        })
        .collect();
    let x = [1.2, 1.0];
    let weight = |(x_0, x_1): (Point, Point)| {
        let x_t = interpolate(schedule, x_0, x_1);
        (-distance_squared(x_t, x) / (2.0 * 0.2 * 0.2)).exp()
    };
    let mass: f64 = pairs.iter().copied().map(weight).sum();
    let velocity = [0, 1].map(|i| {
        let terms = pairs
            .iter()
            .map(|&pair| weight(pair) * (pair.1[i] - pair.0[i]));
        terms.sum::<f64>() / mass
    });
    let equal: Vec<_> = pairs.iter().map(|&(x_0, x_1)| (0.0, x_0, x_1)).collect();
    let posterior = Posterior::of_pairs(schedule, &equal, 0.2, x);
    let fan = Fan::of(schedule, posterior);
    assert_close(fan.velocity, velocity, 1e-12, "velocity");
    assert_close(
        mean_of_rays(&fan, |ray| ray.velocity),
        velocity,
        1e-10,
        "mean of rays",
    );
    assert_eq!(fan.members, 500);
    assert!(fan.effective > 5.0 && fan.effective < 200.0);
}
