//! `log p_1` against closed forms, and Hutchinson's estimate against the exact divergence.

use super::*;
use crate::flow::Bounds;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::exact::{Component, ExactField};
use crate::flow::path::Path;
use crate::flow::vocabulary::Vocabulary;
use crate::flow::work::finish;

fn eight(std: f64) -> Distribution {
    Shape::EightGaussians { radius: 5.0, std }.into()
}

fn field(path: Path, target: &Distribution) -> ExactField {
    let source = vec![Component::isotropic([0.0; 2], 1.0)];
    ExactField::new(path, source, target.as_mixture().unwrap()).unwrap()
}

fn normal() -> LogDensity {
    let of = Distribution::from(Shape::Gaussian { std: 1.0 });
    LogDensity::of(&of, 1.0).unwrap().positive().unwrap()
}

fn even((first, last): (f64, f64), steps: usize) -> Vec<f64> {
    let time = |i| last + (first - last) * i as f64 / steps as f64;
    (0..=steps).map(time).collect()
}

fn log_p_1(path: Path, target: &Distribution, times: &[f64], xs: &[Point]) -> Vec<f64> {
    let encoded = finish(encode(&field(path, target), Divergence::Exact, times, xs));
    let source = normal();
    let of = |e: &Encoded| Divergence::Exact.log_likelihood(e, source.at(e.x_0), (0, 0));
    encoded.iter().map(|e| of(e).value).collect()
}

const AT: [Point; 2] = [[5.0, 0.0], [2.5, 1.0]];

/// Reference values: MATHS.md section 10.
#[test]
fn eight_gaussians_have_the_reference_densities() {
    let ve_free = [Path::default(), Path::Cosine].map(|path| (path, [-2.531024, -16.557900]));
    let vp = Path::MEMBERS.iter().find(|p| p.key() == "Vp").unwrap();
    for (path, expected) in ve_free.into_iter().chain([(*vp, [-2.530810, -16.557326])]) {
        let steps = finish(EncodingSteps::choose(
            &field(path, &eight(0.5)),
            path.time_range(),
            &AT,
        ));
        assert!(steps.error <= TOLERANCE, "{path:?}: {}", steps.error);
        let times = even(path.time_range(), 400);
        let found = log_p_1(path, &eight(0.5), &times, &AT);
        let chosen = log_p_1(path, &eight(0.5), &steps.times, &AT);
        for ((found, chosen), expected) in found.into_iter().zip(chosen).zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{path:?}: {found}");
            assert!((chosen - expected).abs() < 1e-4, "{path:?}: {chosen}");
        }
    }
}

/// The limit of MATHS.md section 8.
#[test]
fn change_of_variables_in_a_hundred_steps_is_the_closed_form() {
    let target = eight(0.5);
    let exact = LogDensity::of(&target, 1.0).unwrap();
    let ring = (0..40).map(|k| {
        let (sin, cos) = (0.7 * f64::from(k)).sin_cos();
        let radius = 3.0 + 0.1 * f64::from(k);
        [radius * cos, radius * sin]
    });
    let xs: Vec<Point> = ring.collect();
    for path in [Path::default(), Path::Cosine] {
        let found = log_p_1(path, &target, &even((0.0, 1.0), 100), &xs);
        for (found, x) in found.into_iter().zip(&xs) {
            assert!((found - exact.at(*x)).abs() < 1e-4, "{path:?} at {x:?}");
        }
    }
}

/// The whole plane holds all of the mass.
#[test]
fn the_density_of_the_exact_flow_integrates_to_one() {
    let n = 80;
    let cell = 16.0 / f64::from(n);
    let centre = |i: i32| -8.0 + (f64::from(i) + 0.5) * cell;
    let xs: Vec<Point> = (0..n * n).map(|i| [centre(i % n), centre(i / n)]).collect();
    let found = log_p_1(Path::default(), &eight(0.5), &even((0.0, 1.0), 40), &xs);
    let mass = found.iter().map(|log| log.exp()).sum::<f64>() * cell * cell;
    assert!((mass - 1.0).abs() < 1e-3, "{mass}");
}

/// A shear `v = (a y, b x)` has no divergence, and a Jacobian that probes see.
struct Shear([f64; 2]);

impl VelocityField for Shear {
    fn eval(&self, _t: f64, xs: &[Point], out: &mut [Point]) {
        for (x, v) in xs.iter().zip(out) {
            *v = [self.0[0] * x[1], self.0[1] * x[0]];
        }
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        self.eval(t, xs, out);
        div.fill(0.0);
    }

    fn provenance(&self) -> crate::flow::Provenance {
        crate::flow::Provenance::Exact
    }
}

#[test]
fn a_probe_sees_the_cross_derivatives_with_the_sign_of_its_product() {
    let hutchinson = Divergence::Hutchinson { probes: 1 };
    let shear = Shear([0.5, 0.2]);
    let encoded = finish(encode(&shear, hutchinson, &even((0.0, 1.0), 20), &AT));
    for (index, e) in (0..).zip(&encoded) {
        assert!(
            e.divergence.abs() < 1e-8 && (e.cross - 0.7).abs() < 1e-8,
            "{e:?}"
        );
        let one = hutchinson.log_likelihood(e, -1.0, (3, index));
        let [plus, minus] = [-0.3, -1.7];
        assert!((one.value - plus).abs().min((one.value - minus).abs()) < 1e-7);
        assert!((one.spread - 0.7).abs() < 1e-7);
    }
}

#[test]
fn hutchinson_is_unbiased_and_its_spread_is_as_stated() {
    let field = field(Path::default(), &eight(0.5));
    let hutchinson = Divergence::Hutchinson { probes: 4 };
    let x = [3.0, 1.5];
    let times = even((0.0, 1.0), 50);
    let e = finish(encode(&field, hutchinson, &times, &[x]))[0];
    let exact = finish(encode(&field, Divergence::Exact, &times, &[x]))[0];
    assert!((e.divergence - exact.divergence).abs() < 1e-6 && exact.cross == 0.0);
    assert!(e.cross.abs() > 0.1, "nothing to see at {x:?}");
    let values: Vec<f64> = (0..4000)
        .map(|seed| hutchinson.log_likelihood(&e, 0.0, (seed, 0)).value)
        .collect();
    let spread = hutchinson.log_likelihood(&e, 0.0, (0, 0)).spread;
    let mean = values.iter().sum::<f64>() / 4000.0;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 3999.0;
    let stderr = spread / 4000_f64.sqrt();
    assert!((mean + e.divergence).abs() < 4.0 * stderr, "{mean}");
    assert!((variance.sqrt() / spread - 1.0).abs() < 0.05);
}

#[test]
fn densities_that_have_a_formula_are_known_and_others_say_why_not() {
    let of = |shape: Shape| LogDensity::of(&shape.into(), 1.0);
    let board = of(Shape::Checkerboard).unwrap();
    assert!((board.entropy().unwrap() - 3.676457).abs() < 1e-6);
    assert!((board.at([0.1, 0.1]).exp() - 0.0253).abs() < 1e-4);
    assert_eq!(board.at([-0.1, 0.1]), f64::NEG_INFINITY);
    let refused = board.positive().unwrap_err().to_string();
    assert!(refused.contains("Checkerboard"), "{refused}");
    let wide = of(Shape::Gaussian { std: 2.0 }).unwrap();
    let scaled = LogDensity::of(&Shape::Gaussian { std: 1.0 }.into(), 2.0).unwrap();
    assert_eq!(wide.at([1.0, -0.3]), scaled.at([1.0, -0.3]));
    let entropy = 1.0 + (std::f64::consts::TAU * 4.0).ln();
    assert!((wide.entropy().unwrap() - entropy).abs() < 1e-12);
    let drawn = Shape::Drawn(crate::flow::distribution::Drawing::blank(Bounds::square(
        1.0,
    )));
    assert!(of(drawn).is_err());
    let thin = of(Shape::Moons { noise: 0.0 });
    assert!(matches!(thin, Err(NoDensity::NoFormula { .. })), "{thin:?}");
}

/// The density of the noisy moons, by the mean over their formula's angle.
#[test]
fn a_noisy_curve_has_the_density_of_its_formula() {
    let moons = LogDensity::of(&Shape::Moons { noise: 0.1 }.into(), 1.0).unwrap();
    for x in [[1.0, 0.1], [0.5, 0.3], [-0.9, 0.5]] {
        let n = 20_000;
        let at = |k: i32| {
            let (sin, cos) = (std::f64::consts::PI * (f64::from(k) + 0.5) / f64::from(n)).sin_cos();
            let kernel = |m: Point| {
                let d = [x[0] - m[0], x[1] - m[1]];
                (-(d[0] * d[0] + d[1] * d[1]) / 0.02).exp() / (0.02 * std::f64::consts::PI)
            };
            0.5 * (kernel([cos, sin]) + kernel([1.0 - cos, 0.5 - sin]))
        };
        let density = (0..n).map(at).sum::<f64>() / f64::from(n);
        let off = (moons.at(x) - density.ln()).abs();
        assert!(off < 1e-3, "{x:?}: {} is not {}", moons.at(x), density.ln());
    }
}

/// The board's squares are where its sampler draws.
#[test]
fn samples_of_the_board_lie_in_its_squares() {
    let board = Distribution::from(Shape::Checkerboard);
    let density = LogDensity::of(&board, 1.0).unwrap();
    let mut rng = stream(0, Stream::Display, 0);
    let points = board.sampler().unwrap().sample_n(500, &mut rng);
    assert!(points.iter().all(|&x| density.at(x).is_finite()));
}
