//! The stochastic equation against the closed form of eight Gaussians, and against Euler's method where it is one.

use super::*;
use crate::flow::Provenance;
use crate::flow::coupling::Coupling;
use crate::flow::distribution::{Component, Distribution, Shape};
use crate::flow::exact::{AlteredField, MarginalField, Setting};
use crate::flow::moments::Moments;
use crate::flow::solver::{Solver, solve};
use crate::flow::work::finish;

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };

fn eight_gaussians() -> Distribution {
    let (radius, std) = (5.0, 0.5);
    Shape::EightGaussians { radius, std }.into()
}

/// Two components far apart, each narrow.
fn needles(std: f64) -> Distribution {
    let at = |x| Component {
        weight: 1.0,
        mean: (x, 0.0),
        std,
        class: 0,
    };
    let components = vec![at(-3.0), at(3.0)];
    Shape::Mixture { components }.into()
}

fn exact(target: &Distribution, path: Path) -> AlteredField {
    let source = Shape::Gaussian { std: 1.0 }.into();
    let field = MarginalField::new(&Setting {
        path,
        source: &source,
        target,
        coupling: Coupling::Independent,
        given: None,
        noise: 0.0,
        seed: 0,
    });
    AlteredField {
        field: field.unwrap(),
        scale: 1.0,
        rotation: 0.0,
    }
}

fn sde(target: &Distribution, path: Path, strength: f64) -> Sde {
    Sde {
        strength,
        path,
        source_std: 1.0,
        narrowest: target.narrowest_variance(),
        seed: 11,
    }
}

fn source(n: usize) -> Vec<Point> {
    let mut rng = stream(3, Stream::EvaluationSource, 0);
    let mut normal = || rng.sample::<f64, _>(StandardNormal);
    (0..n).map(|_| [normal(), normal()]).collect()
}

fn times(steps: usize) -> Vec<f64> {
    Solver::Euler { steps }.times(Sde::range((0.0, 1.0)))
}

fn ends(sde: &Sde, field: &dyn VelocityField, steps: usize, x_0: &[Point]) -> Vec<Point> {
    let carried = finish(sde.carry(field, &times(steps), x_0, 0, 512));
    carried.last().to_vec()
}

/// `E|x - nearest mode|^2 / 2`.
fn spread_about(modes: &[Point], points: &[Point]) -> f64 {
    let squared = |x: &Point| {
        let to = |m: &Point| (x[0] - m[0]).powi(2) + (x[1] - m[1]).powi(2);
        modes.iter().map(to).fold(f64::INFINITY, f64::min)
    };
    points.iter().map(squared).sum::<f64>() / (2 * points.len()) as f64
}

fn modes() -> Vec<Point> {
    let angle = |k: usize| std::f64::consts::FRAC_PI_4 * k as f64;
    let mode = |k| [5.0 * angle(k).cos(), 5.0 * angle(k).sin()];
    (0..8).map(mode).collect()
}

/// Eight Gaussians of variance 0.25: 0.2505(8) by another program (400 steps, strength 0.5); with the drift's sign wrong they
/// dissolve.
#[test]
fn modes_keep_their_width() {
    let (target, n) = (eight_gaussians(), 8000);
    let field = exact(&target, COND_OT);
    let sde = sde(&target, COND_OT, 0.5);
    assert_eq!(sde.nfe(&times(400)), 400);
    let spread = spread_about(&modes(), &ends(&sde, &field, 400, &source(n)));
    let error = (0.25 / (n as f64).sqrt()).hypot(0.0008);
    assert!((spread - 0.2505).abs() < 3.0 * error, "{spread} +- {error}");
}

/// Mean and covariance of `p_t` on the way, `(t^2 (radius^2 / 2 + std^2) + (1 - t)^2) I` on cond-OT, whatever the strength;
/// forward from the source and backward from the target.
#[test]
fn densities_on_the_way_are_kept() {
    let target = eight_gaussians();
    let (n, path) = (6000, COND_OT);
    let field = exact(&target, path);
    let targets = target.sampler().unwrap();
    let x_1 = targets.sample_n(n, &mut stream(5, Stream::EvaluationTarget, 0));
    let mut back = times(200);
    back.reverse();
    for strength in [0.0, 0.3, 2.0] {
        let sde = sde(&target, path, strength);
        let forward = finish(sde.carry(&field, &times(200), &source(n), 0, 512));
        let backward = finish(sde.carry(&field, &back, &x_1, 0, 512));
        for carried in [forward, backward] {
            for node in [50, 100, 150] {
                let t = carried.times[node];
                let variance = t * t * 12.75 + (1.0 - t) * (1.0 - t);
                let found = Moments::of(carried.at_node(node));
                let mean_error = 4.0 * (variance / n as f64).sqrt();
                assert!(
                    found.mean.iter().all(|m| m.abs() < mean_error),
                    "{strength} {t}: {found:?}"
                );
                let [xx, xy, yy] = found.cov;
                let limit = 0.06 * variance;
                assert!(
                    (xx - variance).abs() < limit,
                    "{strength} {t}: {xx} {variance}"
                );
                assert!(
                    (yy - variance).abs() < limit && xy.abs() < limit,
                    "{strength} {t}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn without_strength_it_is_eulers_method_bit_for_bit() {
    let target = eight_gaussians();
    let field = exact(&target, Path::Cosine);
    let x_0 = source(40);
    let euler = solve(
        &field,
        Solver::Euler { steps: 30 },
        Sde::range((0.0, 1.0)),
        &x_0,
    );
    let sde = sde(&target, Path::Cosine, 0.0);
    let carried = finish(sde.carry(&field, &times(30), &x_0, 0, 7));
    assert_eq!(carried, euler);
}

/// The noise of a particle does not depend on the cut, nor on what is beside it.
#[test]
fn every_particle_has_numbers_of_its_own() {
    let target = eight_gaussians();
    let field = exact(&target, COND_OT);
    let sde = sde(&target, COND_OT, 1.0);
    let x_0 = source(50);
    let carry = |x_0: &[Point], first, rows| {
        let carried = finish(sde.carry(&field, &times(20), x_0, first, rows));
        carried.last().to_vec()
    };
    let all = carry(&x_0, 0, 50);
    assert_eq!(carry(&x_0, 0, 7), all);
    assert_eq!(carry(&x_0[20..], 20, 4), all[20..]);
    assert_ne!(carry(&x_0[20..], 0, 30), all[20..]);
    let other = Sde { seed: 12, ..sde };
    assert_ne!(ends(&other, &field, 20, &x_0), all);
}

/// A field that tells no score, such as a learned one.
struct VelocityOnly<'a>(&'a AlteredField);

impl VelocityField for VelocityOnly<'_> {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        self.0.eval(t, xs, out);
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        self.0.eval_div(t, xs, out, div);
    }

    fn provenance(&self) -> Provenance {
        self.0.provenance()
    }
}

#[test]
fn the_velocity_tells_the_score() {
    let target = eight_gaussians();
    let field = exact(&target, COND_OT);
    let sde = sde(&target, COND_OT, 0.7);
    let x_0 = source(30);
    let told = ends(&sde, &VelocityOnly(&field), 60, &x_0);
    for (a, b) in told.iter().zip(ends(&sde, &field, 60, &x_0)) {
        for i in 0..2 {
            assert!((a[i] - b[i]).abs() < 1e-6, "{a:?} {b:?}");
        }
    }
}

/// A component of standard deviation 0.06 at strength 2 and 100 steps: a step of `g dt = 5.6 lambda` explodes.
#[test]
fn narrow_components_are_taken_in_parts() {
    let target = needles(0.06);
    let field = exact(&target, COND_OT);
    let (modes, x_0) = ([[-3.0, 0.0], [3.0, 0.0]], source(1000));
    let careful = sde(&target, COND_OT, 2.0);
    let nfe = careful.nfe(&times(100));
    assert!((300..3000).contains(&nfe), "{nfe}");
    assert_eq!(careful.too_long(&times(100)), 0);
    let spread = spread_about(&modes, &ends(&careful, &field, 100, &x_0));
    assert!((spread / 0.0036 - 1.0).abs() < 0.2, "{spread}");
    let careless = Sde {
        narrowest: None,
        ..careful
    };
    assert_eq!(careless.nfe(&times(100)), 100);
    let spread = spread_about(&modes, &ends(&careless, &field, 100, &x_0));
    assert!(spread.is_nan() || spread >= 1.0, "{spread}");
    let hopeless = sde(&needles(1e-4), COND_OT, 100.0);
    assert!(hopeless.too_long(&times(100)) > 0);
}
