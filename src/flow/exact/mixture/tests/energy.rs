//! Energies of exact flows: what they add up to, and the known numbers of one example.

use super::*;
use crate::flow::exact::energies::gauss_legendre;
use crate::flow::solver::walk;
use crate::flow::work::finish;

/// Gauss-Legendre nodes and weights on panels that grow finer towards t = 1, where VP is steep. VP ends at its
/// cut-off, as everywhere: its conditional energy and V are infinite without one.
fn time_quadrature(path: Path) -> Vec<(f64, f64)> {
    let end = path.time_range().1;
    let edges: Vec<f64> = (0..10)
        .map(|i| 0.1 * f64::from(i))
        .chain([0.95, 0.99, 0.997, 0.999, 0.9997, 0.9999, 0.99997, end])
        .collect();
    gauss_legendre(&edges)
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
    let times = solver.times(field.path.time_range());
    let walks = finish(walk(field, solver.tableau(), &times, &x_0));
    let cost = walks.iter().zip(&weights).map(|(walk, w)| w * walk.cost());
    let energy = walks.iter().zip(&weights).map(|(walk, w)| w * walk.energy);
    (energy.sum(), cost.sum())
}

/// For cond-OT with `sigma_min = 0`: coupling cost - transport cost = S + V (Liu et al., arXiv 2209.03003).
#[test]
fn rectified_flow_identity_holds() {
    // Wider petals than elsewhere: the map from x_0 to Z_1 must be smooth for a quadrature over x_0.
    let widened = |c: Component| {
        let cov = [c.cov[0] + 0.8, c.cov[1], c.cov[2] + 0.8];
        Component { cov, ..c }
    };
    let target: Vec<Component> = clover().into_iter().map(widened).collect();
    let field = field(COND_OT, gaussian(1.0), target.clone());
    let total: f64 = target.iter().map(|c| c.weight).sum();
    let second_moment =
        |c: &Component| c.weight / total * (norm_squared(c.mean) + c.cov[0] + c.cov[2]);
    // The source has mean 0, so that E|x_1 - x_0|^2 = E|x_1|^2 + E|x_0|^2.
    let coupling_cost = 2.0 + target.iter().map(second_moment).sum::<f64>();
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

/// (0, +-7.5) -> (15, +-7.5), std 0.5.
#[test]
fn two_point_toy_has_its_known_numbers() {
    let two = |x| {
        [-7.5, 7.5]
            .map(|y| Component::isotropic([x, y], 0.5))
            .to_vec()
    };
    let field = field(COND_OT, two(0.0), two(15.0));
    let sums = budget(&field, 0.3);
    let (energy, cost) = energy_and_cost(&field, 0.15, Solver::Rk4 { steps: 100 });
    println!(
        "independent {:.2}, energy {:.2} and {energy:.2}, cost {cost:.2}, V {:.2}",
        sums.conditional_energy, sums.path_energy, sums.floor
    );
    assert!((sums.conditional_energy - 338.5).abs() < 1e-6);
    assert!((sums.path_energy - 324.7).abs() < 0.05);
    // A step in x_0 (half of each cloud crosses over) limits this quadrature.
    assert!((energy - 324.7).abs() < 0.1);
    assert!((sums.floor - 13.8).abs() < 0.05);
    // W2^2 = 15^2 exactly: both components move by the same vector.
    assert!((cost - 225.0).abs() < 0.05);
}
