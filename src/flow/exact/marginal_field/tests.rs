//! The field of a problem: known values, what must hold for every shape, and estimates.

use super::*;
use crate::flow::coupling::Coupling;
use crate::flow::distribution::Shape;
use crate::flow::trajectory::distance_squared;

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };
const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};

fn gaussian() -> Distribution {
    Shape::Gaussian { std: 1.0 }.into()
}

fn moons() -> Distribution {
    Distribution {
        shape: Shape::Moons { noise: 0.05 },
        scale: 2.0,
        shift: (-1.0, 0.0),
    }
}

fn eight_gaussians() -> Distribution {
    Shape::EightGaussians {
        radius: 5.0,
        std: 0.5,
    }
    .into()
}

fn coupled(
    path: Path,
    source: &Distribution,
    target: &Distribution,
    coupling: Coupling,
    noise: f64,
) -> MarginalField {
    let setting = Setting {
        path,
        source,
        target,
        coupling,
        given: None,
        noise,
        seed: 7,
    };
    MarginalField::new(&setting).unwrap()
}

fn field(path: Path, target: &Distribution) -> MarginalField {
    coupled(path, &gaussian(), target, Coupling::Independent, 0.0)
}

fn at(field: &MarginalField, t: f64, x: Point) -> ExactPoint {
    let mut found = [ExactPoint::default()];
    field.evaluate(t, &[x], &mut found);
    found[0]
}

/// MATHS.md section 10: eight Gaussians at (1, 0.5), t = 0.3.
#[test]
fn eight_gaussians_have_their_pointwise_values() {
    let known = [
        (
            COND_OT,
            [3.832324, 1.921782],
            [0.213853, 0.109335],
            3.864907,
            -2.776098,
            [3.682627, 1.845247],
            7.685543,
        ),
        (
            VP,
            [0.575926, 0.287963],
            [-0.917901, -0.458950],
            1.118927,
            -2.494882,
            [1.050714, 0.525357],
            24.084896,
        ),
        (
            Path::Cosine,
            [5.428189, 2.718534],
            [0.760763, 0.381822],
            6.531744,
            -3.870063,
            [3.533035, 1.769036],
            8.066743,
        ),
    ];
    for (path, velocity, score, divergence, log_density, denoiser, variance) in known {
        let here = at(&field(path, &eight_gaussians()), 0.3, [1.0, 0.5]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{path:?}: {a} is not {b}");
        for i in 0..2 {
            near(here.velocity[i], velocity[i]);
            near(here.score[i], score[i]);
            near(here.denoiser[i], denoiser[i]);
        }
        near(here.divergence, divergence);
        near(here.log_density, log_density);
        // div u = 2 sigma'/sigma + (alpha^2/sigma^2)' tr Var(x_1|x) / 2.
        let s = path.at(0.3);
        let ratio = s.alpha / s.sigma;
        let d_ratio = (s.d_alpha * s.sigma - s.alpha * s.d_sigma) / (s.sigma * s.sigma);
        let found = (here.divergence - 2.0 * s.d_sigma / s.sigma) / (ratio * d_ratio);
        assert!(
            (found - variance).abs() < 1e-4,
            "{path:?}: {found} is not {variance}"
        );
    }
}

/// Problems of every basis, with noise and with two ends that are shapes.
fn problems() -> Vec<(&'static str, MarginalField)> {
    let independent = Coupling::Independent;
    let checkerboard = Shape::Checkerboard.into();
    let pinwheel = Shape::gallery()[8].clone();
    vec![
        ("moons", field(COND_OT, &moons())),
        ("checkerboard, VP", field(VP, &checkerboard)),
        ("pinwheel, cosine", field(Path::Cosine, &pinwheel)),
        (
            "noise",
            coupled(
                Path::Polynomial { n: 2.0 },
                &gaussian(),
                &moons(),
                independent,
                0.2,
            ),
        ),
        (
            "two shapes",
            coupled(Path::Cosine, &moons(), &checkerboard, independent, 0.0),
        ),
        (
            "eight to moons",
            coupled(COND_OT, &eight_gaussians(), &moons(), independent, 0.0),
        ),
        (
            "batch-OT",
            coupled(
                COND_OT,
                &gaussian(),
                &eight_gaussians(),
                Coupling::BatchOt { batch: 64 },
                0.0,
            ),
        ),
        ("linear VP", field(Path::LinearVp, &moons())),
    ]
}

/// MATHS.md section 8: `dp/dt + div(p u) = 0`, by central differences, relative to the largest `|dp/dt|`; a field off by 0.1 %
/// is noticed.
#[test]
fn the_continuity_equation_holds_on_every_basis() {
    for (name, field) in problems() {
        println!("{name}: {}", field.basis().sentence());
        for t in [0.2, 0.6] {
            let (mut residual, mut wrong, mut scale) = (0f64, 0f64, 0f64);
            let h = 1e-4;
            for i in 0..49 {
                let x = [0.7 * f64::from(i % 7 - 3), 0.5 * f64::from(i / 7 - 3)];
                let density = |t, x| at(&field, t, x).log_density.exp();
                let d_density = (density(t + h, x) - density(t - h, x)) / (2.0 * h);
                let here = at(&field, t, x);
                let flux = here.score[0] * here.velocity[0] + here.score[1] * here.velocity[1];
                let outward = here.log_density.exp() * (here.divergence + flux);
                residual = residual.max((d_density + outward).abs());
                wrong = wrong.max((d_density + 1.001 * outward).abs());
                scale = scale.max(d_density.abs());
            }
            println!("  t {t}: {:.1e}", residual / scale);
            assert!(
                residual < 1e-5 * scale,
                "{name} at {t}: {:e}",
                residual / scale
            );
            assert!(wrong > 3e-4 * scale);
        }
    }
}

#[test]
fn score_and_divergence_are_derivatives_on_every_basis() {
    let h = 1e-5;
    for (name, field) in problems() {
        for x in [[0.3, -0.2], [1.4, 0.9], [-2.0, 0.1]] {
            let here = at(&field, 0.5, x);
            let mut divergence = 0.0;
            for i in 0..2 {
                let moved = |by: f64| {
                    let mut y = x;
                    y[i] += by;
                    at(&field, 0.5, y)
                };
                let (before, after) = (moved(-h), moved(h));
                let slope = (after.log_density - before.log_density) / (2.0 * h);
                assert!(
                    (here.score[i] - slope).abs() < 1e-5 * (1.0 + slope.abs()),
                    "{name}"
                );
                divergence += (after.velocity[i] - before.velocity[i]) / (2.0 * h);
            }
            let error = (here.divergence - divergence).abs();
            assert!(
                error < 1e-5 * (1.0 + divergence.abs()),
                "{name} {x:?}: {error:e}"
            );
        }
    }
}

/// MATHS.md section 8: 1e-3 at eleven times, of the moons and of an estimate.
#[test]
fn mass_is_one_at_all_times() {
    for (name, field) in problems()
        .into_iter()
        .filter(|(name, _)| ["moons", "batch-OT"].contains(name))
    {
        for i in 0..=10 {
            let bounds = Bounds::square(8.0);
            let found = field.evaluate_grid(0.1 * f64::from(i), bounds, [220; 2]);
            let cell = (16.0 / 220.0_f64).powi(2);
            let mass = cell * found.iter().map(|here| here.log_density.exp()).sum::<f64>();
            assert!((mass - 1.0).abs() < 1e-3, "{name} {i}: {mass}");
        }
    }
}

#[test]
fn a_grid_holds_what_its_cells_are_on_every_basis() {
    let bounds = Bounds {
        min: [-3.0, -2.0],
        max: [3.0, 2.5],
    };
    for (name, field) in problems() {
        let found = field.evaluate_grid(0.7, bounds, [9, 7]);
        for (i, found) in found.iter().enumerate() {
            let x = [
                bounds.min[0] + ((i % 9) as f64 + 0.5) * 6.0 / 9.0,
                bounds.min[1] + ((i / 9) as f64 + 0.5) * 4.5 / 7.0,
            ];
            let expected = at(&field, 0.7, x);
            let off = distance_squared(found.velocity, expected.velocity).sqrt();
            assert!(
                off < 1e-9 * (1.0 + expected.velocity[0].abs()),
                "{name} {x:?}: {off:e}"
            );
        }
    }
}

/// The words say what it is, and an estimate alone has a spread.
#[test]
fn a_basis_is_named() {
    let names: Vec<(&str, Basis)> = problems()
        .into_iter()
        .map(|(n, f)| (n, f.basis()))
        .collect();
    let of = |name: &str| names.iter().find(|(n, _)| *n == name).unwrap().1;
    assert!(matches!(
        of("moons"),
        Basis::Quadrature { kernel: None, .. }
    ));
    assert!(matches!(
        of("two shapes"),
        Basis::Quadrature {
            kernel: Some(_),
            ..
        }
    ));
    assert!(of("batch-OT").is_estimate());
    assert_eq!(
        field(COND_OT, &eight_gaussians()).basis(),
        Basis::ClosedForm
    );
    let estimate = coupled(
        COND_OT,
        &gaussian(),
        &moons(),
        Coupling::BatchOt { batch: 16 },
        0.0,
    );
    let spread = estimate.spread(0.5, [0.3, 0.3]).unwrap();
    assert!(spread.effective_pairs > 10.0 && spread.standard_error > 0.0);
    assert_eq!(field(COND_OT, &moons()).spread(0.5, [0.0; 2]), None);
}

/// Batch-OT of a Gaussian with itself, shifted: nearly the translation, far from the independent field's answer.
#[test]
fn an_estimate_follows_its_coupling() {
    let shifted = Distribution {
        shape: Shape::Gaussian { std: 1.0 },
        scale: 1.0,
        shift: (2.0, 0.0),
    };
    let field = coupled(
        COND_OT,
        &gaussian(),
        &shifted,
        Coupling::BatchOt { batch: 256 },
        0.0,
    );
    for t in [0.1, 0.5, 0.9] {
        for x in [[0.5, 0.5], [2.0, -0.5]] {
            let x = [x[0] + 2.0 * t - 1.0, x[1]];
            let here = at(&field, t, x);
            let off = distance_squared(here.velocity, [2.0, 0.0]).sqrt();
            let spread = field.spread(t, x).unwrap();
            println!("{t} {x:?}: {:?} {off:.3} {spread:?}", here.velocity);
            assert!(off < 0.25, "{t} {x:?}: {:?}", here.velocity);
        }
    }
}
