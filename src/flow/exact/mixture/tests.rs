//! What must hold for an exact field without any outside number, and the outside numbers that are known.

use super::*;
use crate::flow::conversion::Posterior;
use crate::flow::path;
use crate::flow::solver::{Solver, solve};
use crate::flow::trajectory::distance_squared;

mod energy;

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };
const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};
const VE: Path = Path::Ve {
    sigma_min: 0.05,
    sigma_max: 3.0,
};
const ALL: [Path; 7] = [
    COND_OT,
    Path::CondOt { sigma_min: 0.1 },
    VP,
    VE,
    Path::Cosine,
    Path::LinearVp,
    Path::Polynomial { n: 2.0 },
];

/// Three unequal, tilted, overlapping components.
fn clover() -> Vec<Component> {
    let component = |weight, mean, cov| Component { weight, mean, cov };
    vec![
        component(1.0, [1.5, 0.5], [0.30, 0.10, 0.20]),
        component(2.0, [-1.0, 1.0], [0.25, -0.05, 0.40]),
        component(1.5, [-0.2, -1.4], [0.50, 0.15, 0.30]),
    ]
}

/// A source that is a mixture itself.
fn pair_of_ellipses() -> Vec<Component> {
    let component = |weight, mean, cov| Component { weight, mean, cov };
    vec![
        component(1.0, [-0.8, 0.0], [0.60, 0.20, 0.40]),
        component(0.7, [0.9, 0.4], [0.40, -0.10, 0.70]),
    ]
}

fn gaussian(std: f64) -> Vec<Component> {
    vec![Component::isotropic([0.0; 2], std)]
}

fn field(path: Path, source: Vec<Component>, target: Vec<Component>) -> ExactField {
    ExactField::new(path, source, target).unwrap()
}

/// The standard Gaussian as it stands on the canvas, carried to the clover.
fn from_gaussian(path: Path) -> ExactField {
    field(path, gaussian(path.source_scale()), clover())
}

/// A square of points around the origin.
fn lattice(n: usize, half: f64) -> Vec<Point> {
    let at = |i: usize| half * ((2 * i + 1) as f64 / n as f64 - 1.0);
    (0..n * n).map(|i| [at(i % n), at(i / n)]).collect()
}

/// `n` points that stand for `N(0, I)` with less error than random ones (a Fibonacci lattice in polar form).
fn even_gaussian(n: usize) -> Vec<Point> {
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let polar = |i: usize| {
        let radius = (-2.0 * ((i as f64 + 0.5) / n as f64).ln()).sqrt();
        let (sin, cos) = (TAU * golden * i as f64).sin_cos();
        [radius * cos, radius * sin]
    };
    (0..n).map(polar).collect()
}

/// Nodes and weights for the standard normal law on the plane: the trapezium rule, which converges faster than
/// any power of the spacing here.
fn normal_quadrature(spacing: f64) -> Vec<(Point, f64)> {
    let reach = (8.0 / spacing).ceil() as i32;
    let node = |i| (f64::from(i) + 0.5) * spacing;
    let line: Vec<f64> = (-reach..reach).map(node).collect();
    let weight = |z: Point| spacing * spacing / TAU * (-0.5 * (z[0] * z[0] + z[1] * z[1])).exp();
    let rows = line.iter().flat_map(|&y| line.iter().map(move |&x| [x, y]));
    rows.map(|z| (z, weight(z))).collect()
}

/// `mean + L z` with `L L^T = cov`.
fn coloured(mean: Point, cov: Symmetric, z: Point) -> Point {
    let l_xx = cov[0].sqrt();
    let l_yx = cov[1] / l_xx;
    let l_yy = (cov[2] - l_yx * l_yx).sqrt();
    [mean[0] + l_xx * z[0], mean[1] + l_yx * z[0] + l_yy * z[1]]
}

/// Nodes and weights for a mixture.
fn mixture_quadrature(mixture: &[Component], spacing: f64) -> Vec<(Point, f64)> {
    let total: f64 = mixture.iter().map(|c| c.weight).sum();
    let nodes = normal_quadrature(spacing);
    let component = |c: &Component| {
        let c = *c;
        let place = move |&(z, w): &(Point, f64)| {
            let x = coloured(c.mean, c.cov, z);
            (x, w * c.weight / total)
        };
        nodes.iter().map(place).collect::<Vec<_>>()
    };
    mixture.iter().flat_map(component).collect()
}

fn norm_squared(v: Point) -> f64 {
    v[0] * v[0] + v[1] * v[1]
}

fn density(field: &ExactField, t: f64, x: Point) -> f64 {
    field.at(t).evaluate(x).log_density.exp()
}

/// Largest `|dp/dt + div(p v)|` by central differences, relative to the largest `|dp/dt|`, for `v = factor u`.
fn continuity_residual(field: &ExactField, t: f64, factor: f64) -> f64 {
    let h = 1e-4;
    let flux = |x: Point, i: usize| {
        let here = field.at(t).evaluate(x);
        factor * here.log_density.exp() * here.velocity[i]
    };
    let (mut residual, mut scale) = (0f64, 0f64);
    for x in lattice(12, 3.0) {
        let d_density = (density(field, t + h, x) - density(field, t - h, x)) / (2.0 * h);
        let d_x = flux([x[0] + h, x[1]], 0) - flux([x[0] - h, x[1]], 0);
        let d_y = flux([x[0], x[1] + h], 1) - flux([x[0], x[1] - h], 1);
        residual = residual.max((d_density + (d_x + d_y) / (2.0 * h)).abs());
        scale = scale.max(d_density.abs());
    }
    residual / scale
}

#[test]
fn continuity_equation_holds() {
    for path in ALL {
        for source in [gaussian(path.source_scale()), pair_of_ellipses()] {
            let field = field(path, source, clover());
            for t in [0.1, 0.5, 0.9] {
                let residual = continuity_residual(&field, t, 1.0);
                println!("{} t {t}: {residual:.1e}", path.name());
                assert!(residual < 1e-5, "{path:?} at {t}: {residual:e}");
            }
            let wrong = continuity_residual(&field, 0.5, 1.001);
            assert!(wrong > 3e-4, "an error of 0.1 % is noticed: {wrong:e}");
        }
    }
}

#[test]
fn score_and_divergence_are_the_derivatives() {
    let h = 1e-5;
    for path in ALL {
        let marginal = field(path, pair_of_ellipses(), clover()).at(0.6);
        for x in lattice(7, 3.0) {
            let here = marginal.evaluate(x);
            let mut divergence = 0.0;
            for i in 0..2 {
                let shifted = |by: f64| {
                    let mut y = x;
                    y[i] += by;
                    marginal.evaluate(y)
                };
                let (before, after) = (shifted(-h), shifted(h));
                let slope = (after.log_density - before.log_density) / (2.0 * h);
                assert!((here.score[i] - slope).abs() < 1e-6 * (1.0 + slope.abs()));
                divergence += (after.velocity[i] - before.velocity[i]) / (2.0 * h);
            }
            let error = (here.divergence - divergence).abs();
            assert!(
                error < 1e-6 * (1.0 + divergence.abs()),
                "{path:?} {x:?}: {error:e}"
            );
        }
    }
}

/// `log p_1(x_1) - log p_0(x_0) + int div u dt` along the trajectory that ends at `x_1`, by RK4 for the pair
/// (position, integral of the divergence).
fn change_of_variables_defect(field: &ExactField, x_1: Point, steps: usize) -> f64 {
    let (start, end) = field.path.time_range();
    let h = (start - end) / steps as f64;
    let (mut x, mut integral) = (x_1, 0.0);
    for n in 0..steps {
        let t = end + n as f64 * h;
        let slope = |t: f64, x: Point| {
            let here = field.at(t).evaluate(x);
            (here.velocity, here.divergence)
        };
        let along = |k: Point, by: f64| [x[0] + by * k[0], x[1] + by * k[1]];
        let (k_1, d_1) = slope(t, x);
        let (k_2, d_2) = slope(t + 0.5 * h, along(k_1, 0.5 * h));
        let (k_3, d_3) = slope(t + 0.5 * h, along(k_2, 0.5 * h));
        let (k_4, d_4) = slope(t + h, along(k_3, h));
        let mean = |a, b, c, d| (a + 2.0 * b + 2.0 * c + d) / 6.0;
        integral -= h * mean(d_1, d_2, d_3, d_4);
        x = along([0, 1].map(|i| mean(k_1[i], k_2[i], k_3[i], k_4[i])), h);
    }
    let log_p = |t, x| field.at(t).evaluate(x).log_density;
    (log_p(end, x_1) - (log_p(start, x) - integral)).abs()
}

#[test]
fn change_of_variables_holds() {
    for path in ALL {
        let field = from_gaussian(path);
        // Linear VP contracts fastest, and all of it at the end.
        let steps = if path == Path::LinearVp { 150 } else { 100 };
        let defects = lattice(5, 2.5)
            .into_iter()
            .map(|x_1| change_of_variables_defect(&field, x_1, steps));
        let worst = defects.fold(0.0, f64::max);
        println!("{}: {worst:.1e}", path.name());
        assert!(worst < 1e-4, "{path:?}: {worst:e}");
    }
}

fn mean_distance(a: &[Point], b: &[Point]) -> f64 {
    let distances = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| distance_squared(a, b).sqrt());
    distances.sum::<f64>() / a.len() as f64
}

fn ends(field: &ExactField, solver: Solver, x_0: &[Point]) -> Vec<Point> {
    solve(field, solver, field.path.time_range(), x_0)
        .last()
        .to_vec()
}

#[test]
fn methods_have_their_orders() {
    let field = from_gaussian(COND_OT);
    let x_0 = even_gaussian(200);
    let reference = ends(&field, Solver::Rk4 { steps: 1000 }, &x_0);
    for (solver, tolerance) in [
        (Solver::Euler { steps: 200 }, 0.1),
        (Solver::Midpoint { steps: 100 }, 0.2),
        (Solver::Heun { steps: 100 }, 0.2),
        (Solver::Rk4 { steps: 40 }, 0.3),
    ] {
        let error = |solver| mean_distance(&ends(&field, solver, &x_0), &reference);
        let halved = solver.with_steps(2 * solver.steps().unwrap());
        let order = (error(solver) / error(halved)).log2();
        println!("{}: {order:.3}", solver.name());
        let expected = f64::from(solver.tableau().order);
        assert!((order - expected).abs() < tolerance, "{solver:?}: {order}");
    }
}

#[test]
fn backward_undoes_forward() {
    let x_0 = even_gaussian(200);
    for path in ALL {
        let field = from_gaussian(path);
        let x_0: Vec<Point> = x_0
            .iter()
            .map(|x| x.map(|c| c * path.source_scale()))
            .collect();
        let solver = Solver::Rk4 { steps: 200 };
        let (start, end) = path.time_range();
        let there = ends(&field, solver, &x_0);
        let back = solve(&field, solver, (end, start), &there);
        let error = mean_distance(back.last(), &x_0);
        println!("{}: {error:.1e}", path.name());
        assert!(error < 1e-7, "{path:?}: {error:e}");
    }
}

/// Against ten thousand times the precision; there and back again.
#[test]
fn a_tolerance_is_kept_on_every_path() {
    let x_0 = even_gaussian(200);
    for path in ALL {
        let field = from_gaussian(path);
        let scale = path.source_scale().max(1.0);
        let x_0: Vec<Point> = x_0
            .iter()
            .map(|x| x.map(|c| c * path.source_scale()))
            .collect();
        let fine = ends(&field, Solver::controlled(1e-9), &x_0);
        let found = ends(&field, Solver::controlled(1e-5), &x_0);
        let error = mean_distance(&found, &fine);
        let (start, end) = path.time_range();
        let back = solve(&field, Solver::controlled(1e-9), (end, start), &fine);
        let home = mean_distance(back.last(), &x_0);
        println!("{}: {error:.1e}, there and back {home:.1e}", path.name());
        assert!(error < 1e-3 * scale, "{path:?}: {error:e}");
        assert!(home < 1e-5 * scale, "{path:?}: {home:e}");
    }
}

#[test]
fn every_marginal_has_mass_one() {
    for path in ALL {
        let field = from_gaussian(path);
        let half = 6.0 * path.source_scale().max(1.0);
        let points = lattice(240, half);
        let cell = (2.0 * half / 240.0).powi(2);
        for i in 0..=10 {
            let marginal = field.at(0.1 * f64::from(i));
            let densities = points
                .iter()
                .map(|&x| marginal.evaluate(x).log_density.exp());
            let mass = cell * densities.sum::<f64>();
            assert!((mass - 1.0).abs() < 1e-3, "{path:?} at {i}/10: {mass}");
        }
    }
}

/// `u_t(x) = E[u_t(x | x_1) | x_t = x]` with the conditional field
/// `u_t(x | x_1) = (sigma'/sigma) (x - alpha x_1) + alpha' x_1`, summed over the target by quadrature.
#[test]
fn velocity_is_the_posterior_mean_of_the_conditional_velocity() {
    let targets = mixture_quadrature(&clover(), 0.2);
    for path in ALL {
        let field = from_gaussian(path);
        let s_0 = path.source_scale();
        for t in [0.2, 0.5, 0.7] {
            let schedule = path.at(t);
            for x in [[0.3, -0.4], [1.5, 1.0], [-2.0, 0.5]] {
                let (mut mass, mut mean) = (0.0, [0.0; 2]);
                for &(x_1, weight) in &targets {
                    let x_0 = [0, 1].map(|i| (x[i] - schedule.alpha * x_1[i]) / schedule.sigma);
                    let likelihood = weight * (-0.5 * norm_squared(x_0) / (s_0 * s_0)).exp();
                    let conditional = path::velocity(schedule, x_0, x_1);
                    mass += likelihood;
                    mean = [0, 1].map(|i| mean[i] + likelihood * conditional[i]);
                }
                let u = field.at(t).evaluate(x).velocity;
                let error = distance_squared(u, mean.map(|m| m / mass)).sqrt();
                assert!(
                    error < 1e-10 * (1.0 + norm_squared(u)),
                    "{path:?} {t} {x:?}: {error:e}"
                );
            }
        }
    }
}

#[test]
fn conversions_agree_with_the_closed_form() {
    for path in ALL {
        let field = from_gaussian(path);
        for t in [1e-3, 0.3, 0.8, 1.0 - 1e-3] {
            for x in lattice(5, 2.0) {
                let here = field.at(t).evaluate(x);
                let posterior = Posterior::from_velocity(path.at(t), x, here.velocity);
                let score = posterior.score(path.at(t), path.source_scale());
                for (converted, exact) in [(posterior.denoiser, here.denoiser), (score, here.score)]
                {
                    let error = distance_squared(converted, exact).sqrt();
                    let size = 1.0 + norm_squared(exact).sqrt();
                    assert!(error < 1e-5 * size, "{path:?} at {t}: {error:e}");
                }
            }
        }
    }
}

#[test]
fn both_ends_are_finite_even_far_away() {
    for path in ALL {
        let field = field(path, pair_of_ellipses(), clover());
        for t in [0.0, 1.0] {
            let mut velocity = [[0.0; 2]; 2];
            let mut divergence = [0.0; 2];
            let points = [[0.1, 0.2], [1e3, -1e3]];
            field.eval_div(t, &points, &mut velocity, &mut divergence);
            assert!(
                velocity
                    .iter()
                    .flatten()
                    .chain(&divergence)
                    .all(|v| v.is_finite())
            );
        }
    }
    let end = from_gaussian(COND_OT).at(1.0).evaluate([0.3, 0.2]);
    assert!(distance_squared(end.denoiser, [0.3, 0.2]) < 1e-28);
}

#[test]
fn cond_ot_cosine_and_polynomial_share_the_map_and_vp_nearly() {
    let x_0 = even_gaussian(300);
    let solver = Solver::Rk4 { steps: 200 };
    let map = |path| ends(&from_gaussian(path), solver, &x_0);
    let cond_ot = map(COND_OT);
    let cosine = mean_distance(&cond_ot, &map(Path::Cosine));
    let vp = mean_distance(&cond_ot, &map(VP));
    let polynomial = mean_distance(&cond_ot, &map(Path::Polynomial { n: 2.0 }));
    println!("cosine {cosine:.1e}, polynomial {polynomial:.1e}, VP {vp:.1e}");
    assert!(cosine < 1e-4, "{cosine:e}");
    assert!(polynomial < 1e-4, "{polynomial:e}");
    assert!(
        (1e-4..0.02).contains(&vp),
        "VP starts at alpha_0 = 0.0066: {vp:e}"
    );
}

#[test]
fn improper_mixtures_are_refused_with_their_place() {
    let make = |target| ExactField::new(COND_OT, gaussian(1.0), target);
    assert_eq!(
        make(vec![]).err(),
        Some(ExactError::Empty { end: "target" })
    );
    let flat = Component {
        weight: 1.0,
        mean: [0.0; 2],
        cov: [1.0, 1.0, 1.0],
    };
    let message = make(vec![clover()[0], flat])
        .map_err(|e| e.to_string())
        .err();
    assert!(message.is_some_and(|m| m.starts_with("component 1 of the target mixture needs")));
    let weightless = Component {
        weight: 0.0,
        ..clover()[0]
    };
    assert!(make(vec![weightless]).is_err());
}
