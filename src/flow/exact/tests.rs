//! What must hold for an exact field without any outside number, and the outside numbers that are known.

use super::*;
use crate::flow::conversion::Posterior;
use crate::flow::metrics::{PathMetrics, path_metrics};
use crate::flow::path;
use crate::flow::solver::{Solver, solve};
use crate::flow::trajectory::{Trajectories, distance_squared};

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };
const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};
const VE: Path = Path::Ve {
    sigma_min: 0.05,
    sigma_max: 3.0,
};
const ALL: [Path; 5] = [
    COND_OT,
    Path::CondOt { sigma_min: 0.1 },
    VP,
    VE,
    Path::Cosine,
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
    let reach = (6.5 / spacing).ceil() as i32;
    let line: Vec<f64> = (-reach..=reach).map(|i| f64::from(i) * spacing).collect();
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

/// Gauss-Legendre nodes and weights on panels that grow finer towards t = 1, where VP is steep. VP ends at its
/// cut-off, as everywhere: its conditional energy and V are infinite without one.
fn time_quadrature(path: Path) -> Vec<(f64, f64)> {
    let end = path.time_range().1;
    let edges: Vec<f64> = (0..10)
        .map(|i| 0.1 * f64::from(i))
        .chain([0.95, 0.99, 0.997, 0.999, 0.9997, 0.9999, 0.99997, end])
        .collect();
    let rule = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
        (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
        (0.906_179_845_938_664, 0.236_926_885_056_189_1),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    ];
    let panel = |ends: &[f64]| {
        let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
        rule.map(|(node, weight)| (middle + half * node, half * weight))
    };
    edges.windows(2).flat_map(panel).collect()
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
        let defects = lattice(5, 2.5)
            .into_iter()
            .map(|x_1| change_of_variables_defect(&field, x_1, 100));
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
        let halved = solver.with_steps(2 * solver.steps());
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

/// `u_t(x) = E[u_t(x | x_1) | x_t = x]` with the conditional field of the talk,
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
    assert_eq!(end.denoiser, [0.3, 0.2]);
}

/// Energies of a flow, each by its own quadrature.
struct Budget {
    /// `int E|dx_t/dt|^2 dt`, from the moments of the two ends.
    conditional_energy: f64,
    /// `int E|u_t(x_t)|^2 dt` over the marginals.
    path_energy: f64,
    /// The CFM floor `V = int E|dx_t/dt - u_t(x_t)|^2 dt`, from the conditional covariance given `x_t`.
    floor: f64,
}

fn budget(field: &ExactField, spacing: f64) -> Budget {
    let nodes = normal_quadrature(spacing);
    let [mut conditional_energy, mut path_energy, mut floor] = [0.0; 3];
    for (t, dt) in time_quadrature(field.path) {
        let marginal = field.at(t);
        let spreads = velocity_covariances(field, t);
        for (pair, spread) in marginal.pairs.iter().zip(&spreads) {
            let det = determinant(pair.precision);
            let [xx, xy, yy] = pair.precision;
            let cov = [yy / det, -xy / det, xx / det];
            let weight = (pair.log_peak + (TAU * determinant(cov).sqrt()).ln()).exp();
            conditional_energy += dt * weight * (norm_squared(pair.d_mean) + spread[0] + spread[2]);
            for &(z, dz) in &nodes {
                let x = coloured(pair.mean, cov, z);
                let u = marginal.evaluate(x).velocity;
                path_energy += dt * weight * dz * norm_squared(u);
                floor += dt * weight * dz * conditional_variance(&marginal, &spreads, x, u);
            }
        }
    }
    Budget {
        conditional_energy,
        path_energy,
        floor,
    }
}

/// `cov(dx_t/dt) = alpha'^2 S_k + sigma'^2 A_l` of each pair, in the marginal's order.
fn velocity_covariances(field: &ExactField, t: f64) -> Vec<Symmetric> {
    let Schedule {
        d_alpha, d_sigma, ..
    } = field.path.at(t);
    let sources = |k| field.source.iter().map(move |l: &Component| (k, l));
    let pairs = field.target.iter().flat_map(sources);
    let mixed = |(k, l): (&Component, &Component)| {
        [0, 1, 2].map(|i| d_alpha * d_alpha * k.cov[i] + d_sigma * d_sigma * l.cov[i])
    };
    pairs.map(mixed).collect()
}

/// `E[|dx_t/dt - u|^2 | x_t = x] = sum w (|u_kl - u|^2 + tr(spread - drift C^-1 drift))`.
fn conditional_variance(marginal: &Marginal, spreads: &[Symmetric], x: Point, u: Point) -> f64 {
    let log_density = marginal.evaluate(x).log_density;
    let mut variance = 0.0;
    for (pair, spread) in marginal.pairs.iter().zip(spreads) {
        let w = (pair.log_mass(x) - log_density).exp();
        let [xx, xy, yy] = pair.drift;
        let drift_squared = [xx * xx + xy * xy, xy * (xx + yy), yy * yy + xy * xy];
        let explained = trace_of_product(drift_squared, pair.precision);
        let between = distance_squared(pair.velocity(pair.score(x)), u);
        variance += w * (between + spread[0] + spread[2] - explained);
    }
    variance
}

#[test]
fn conditional_energy_is_path_energy_plus_floor() {
    for path in ALL {
        let scaled = |c: Component| c.scaled(path.source_scale());
        let source = pair_of_ellipses().into_iter().map(scaled).collect();
        let sums = budget(&field(path, source, clover()), 0.4);
        let defect = sums.conditional_energy - sums.path_energy - sums.floor;
        println!(
            "{}: {:.6} = {:.6} + {:.6} + {defect:.1e}",
            path.name(),
            sums.conditional_energy,
            sums.path_energy,
            sums.floor
        );
        assert!(
            defect.abs() < 1e-6 * sums.conditional_energy,
            "{path:?}: {defect:e}"
        );
    }
}

/// Means of path energy and transport cost over the source, by quadrature.
fn energy_and_cost(field: &ExactField, spacing: f64, solver: Solver) -> (f64, f64) {
    let (x_0, weights): (Vec<Point>, Vec<f64>) = mixture_quadrature(&field.source, spacing)
        .into_iter()
        .unzip();
    let run = solve(field, solver, field.path.time_range(), &x_0);
    let chords = run.first().iter().zip(run.last());
    let cost = chords
        .zip(&weights)
        .map(|((&a, &b), w)| w * distance_squared(a, b));
    let energy = run.path_energy.iter().zip(&weights).map(|(e, w)| w * e);
    (energy.sum(), cost.sum())
}

/// For cond-OT with `sigma_min = 0`: coupling cost - transport cost = S + V (Liu et al., theorem 3.6).
#[test]
fn rectified_flow_identity_holds() {
    let field = from_gaussian(COND_OT);
    let total: f64 = clover().iter().map(|c| c.weight).sum();
    let second_moment =
        |c: Component| c.weight / total * (norm_squared(c.mean) + c.cov[0] + c.cov[2]);
    // The source has mean 0, so that E|x_1 - x_0|^2 = E|x_1|^2 + E|x_0|^2.
    let coupling_cost = 2.0 + clover().into_iter().map(second_moment).sum::<f64>();
    let (energy, cost) = energy_and_cost(&field, 0.2, Solver::Rk4 { steps: 100 });
    let sums = budget(&field, 0.4);
    let (straightness, floor) = (energy - cost, sums.floor);
    let defect = coupling_cost - cost - straightness - floor;
    println!("{coupling_cost} - {cost} = {straightness} + {floor} + {defect:.1e}");
    assert!(defect.abs() < 1e-6, "{defect:e}");
    assert!(
        (sums.path_energy - energy).abs() < 1e-6,
        "along trajectories and over marginals"
    );
    assert!(0.0 < straightness && cost < energy && energy < coupling_cost);
}

#[test]
fn cond_ot_and_cosine_share_the_map_and_vp_nearly() {
    let x_0 = even_gaussian(300);
    let solver = Solver::Rk4 { steps: 200 };
    let map = |path| ends(&from_gaussian(path), solver, &x_0);
    let cond_ot = map(COND_OT);
    let cosine = mean_distance(&cond_ot, &map(Path::Cosine));
    let vp = mean_distance(&cond_ot, &map(VP));
    println!("cosine {cosine:.1e}, VP {vp:.1e}");
    assert!(cosine < 1e-4, "{cosine:e}");
    assert!(
        (1e-4..0.02).contains(&vp),
        "VP starts at alpha_0 = 0.0066: {vp:e}"
    );
}

/// MATHS, section 7: (0, +-7.5) -> (15, +-7.5), std 0.5.
#[test]
fn two_point_toy_has_its_known_numbers() {
    let two = |x| {
        [-7.5, 7.5]
            .map(|y| Component::isotropic([x, y], 0.5))
            .to_vec()
    };
    let field = field(COND_OT, two(0.0), two(15.0));
    let sums = budget(&field, 0.3);
    let (energy, cost) = energy_and_cost(&field, 0.3, Solver::Rk4 { steps: 200 });
    println!(
        "independent {:.2}, energy {:.2} and {energy:.2}, cost {cost:.2}, V {:.2}",
        sums.conditional_energy, sums.path_energy, sums.floor
    );
    assert!((sums.conditional_energy - 338.5).abs() < 1e-6);
    assert!((sums.path_energy - 324.7).abs() < 0.05);
    assert!((energy - 324.7).abs() < 0.05);
    assert!((sums.floor - 13.8).abs() < 0.05);
    // W2^2 = 15^2 exactly: both components move by the same vector.
    assert!((cost - 225.0).abs() < 0.05);
}

fn measured(path: Path, target: Vec<Component>, x_0: &[Point]) -> (PathMetrics, Trajectories) {
    let field = field(path, gaussian(1.0), target);
    let run = solve(&field, Solver::Rk4 { steps: 100 }, path.time_range(), x_0);
    (path_metrics(&run), run)
}

/// MATHS, section 5: radius 5, std 0.5, from the standard Gaussian with independent coupling.
#[test]
fn eight_gaussians_have_their_known_numbers() {
    let target: Vec<Component> = (0..8)
        .map(|k| (TAU * f64::from(k) / 8.0).sin_cos())
        .map(|(sin, cos)| Component::isotropic([5.0 * cos, 5.0 * sin], 0.5))
        .collect();
    let x_0 = even_gaussian(3000);
    for (path, energy, straightness, chord) in [
        (COND_OT, 17.86, 3.49, 0.97),
        (VP, 26.78, 12.41, 0.98),
        (Path::Cosine, 18.78, 4.41, 0.98),
    ] {
        let (metrics, run) = measured(path, target.clone(), &x_0);
        println!("{}: {metrics:.4?}", path.name());
        let close = |value: f64, known: f64| (value / known - 1.0).abs() < 0.02;
        assert!(run.is_finite());
        assert!(close(metrics.path_energy, energy), "{path:?}: {metrics:?}");
        assert!(
            close(metrics.transport_cost, 14.37),
            "{path:?}: {metrics:?}"
        );
        assert!(
            close(metrics.straightness, straightness),
            "{path:?}: {metrics:?}"
        );
        assert!(close(metrics.chord_ratio, chord), "{path:?}: {metrics:?}");
    }
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
