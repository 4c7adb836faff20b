//! The reference against fields whose numbers are known.

use std::f64::consts::TAU;

use super::*;
use crate::flow::Bounds;
use crate::flow::exact::{Component, ExactField};
use crate::flow::grid::{DensityStack, FieldGrid};
use crate::flow::metrics::TrajectoryMetrics;
use crate::flow::path::Path;
use crate::flow::solver::{Solver, solve_in_pieces};
use crate::flow::work::{Work, finish, finish_while};

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };
const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};

/// `n` points that stand for `N(0, std^2 I)`: radii at the midpoints of equal shares, angles by the golden ratio.
fn even_gaussian(n: usize, std: f64) -> Vec<Point> {
    let point = |i: usize| {
        let r = std * (-2.0 * (1.0 - (i as f64 + 0.5) / n as f64).ln()).sqrt();
        let (sin, cos) = (TAU * (0.618_033_988_749_894_9 * i as f64).fract()).sin_cos();
        [r * cos, r * sin]
    };
    (0..n).map(point).collect()
}

fn eight_gaussians(path: Path) -> ExactField {
    let component = |k: u32| {
        let (sin, cos) = (TAU * f64::from(k) / 8.0).sin_cos();
        Component::isotropic([5.0 * cos, 5.0 * sin], 0.5)
    };
    let source = vec![Component::isotropic([0.0; 2], 1.0)];
    ExactField::new(path, source, (0..8).map(component).collect()).unwrap()
}

fn solved(field: &ExactField, path: Path, x_0: &[Point]) -> (ReferenceTimes, Halving) {
    let times = finish(ReferenceTimes::choose(field, path.time_range(), x_0, 256));
    let halving = finish(times.solve(field, x_0));
    (times, halving)
}

fn report(
    name: &str,
    times: &ReferenceTimes,
    halving: &Halving,
) -> (TrajectoryMetrics, HalvingError) {
    let (metrics, error) = (trajectory_metrics(&halving.fine), halving.error());
    println!("{name}: {} steps, {metrics:.5?}, {error:?}", times.steps());
    (metrics, error)
}

/// Values by quadrature for radius 5, std 0.5, from the standard Gaussian with independent coupling. The points of
/// this cloud are evenly spread, so that their mean is good to a few thousandths.
#[test]
fn eight_gaussians_have_their_known_numbers() {
    let x_0 = even_gaussian(2000, 1.0);
    for (path, energy, cost, straightness, chord) in [
        (COND_OT, 17.858_65, 14.372_31, 3.486_33, 0.970_64),
        (VP, 26.780_39, 14.370_61, 12.409_78, 0.983_76),
        (Path::Cosine, 18.782_168, 14.372_31, 4.409_85, 0.983_76),
    ] {
        let (times, halving) = solved(&eight_gaussians(path), path, &x_0);
        let (metrics, error) = report(path.name(), &times, &halving);
        let close = |value: f64, known: f64| (value / known - 1.0).abs() < 4e-3;
        assert!(error.within_tolerance, "{path:?}: {error:?}");
        assert!(close(metrics.path_energy, energy), "{metrics:?}");
        assert!(close(metrics.transport_cost, cost), "{metrics:?}");
        assert!(close(metrics.straightness, straightness), "{metrics:?}");
        assert!((metrics.chord_ratio - chord).abs() < 1e-3, "{metrics:?}");
    }
}

/// (0, +-7.5) -> (15, +-7.5), std 0.5: the field turns round within a twentieth of the time about t = 1/2.
#[test]
fn the_two_point_toy_is_resolved_where_it_turns() {
    let two = |x| [-7.5, 7.5].map(|y| Component::isotropic([x, y], 0.5));
    let field = ExactField::new(COND_OT, two(0.0).to_vec(), two(15.0).to_vec()).unwrap();
    let cloud = even_gaussian(1000, 0.5);
    let around = |y: f64| cloud.iter().map(move |p| [p[0], y + p[1]]);
    let x_0: Vec<Point> = around(7.5)
        .zip(around(-7.5))
        .flat_map(|(a, b)| [a, b])
        .collect();
    let (times, halving) = solved(&field, COND_OT, &x_0);
    let (metrics, error) = report("two-point", &times, &halving);
    assert!(error.within_tolerance, "{error:?}");
    assert!((metrics.path_energy - 324.703_3).abs() < 0.5, "{metrics:?}");
    assert!((metrics.transport_cost - 225.0).abs() < 0.1, "{metrics:?}");
    assert!((metrics.straightness - 99.703_3).abs() < 0.5, "{metrics:?}");
    assert!((metrics.chord_ratio - 0.862_5).abs() < 2e-3, "{metrics:?}");
}

/// Distances of coarse solutions from the reference, `sqrt(mean |Z - ref|^2)` on the exact field.
#[test]
fn solver_errors_have_their_known_numbers() {
    let field = eight_gaussians(COND_OT);
    let x_0 = even_gaussian(2000, 1.0);
    let (_, halving) = solved(&field, COND_OT, &x_0);
    let reference: Vec<Point> = halving.fine.iter().map(|walk| walk.end).collect();
    for (solver, known) in [
        (Solver::Euler { steps: 10 }, 0.270_316),
        (Solver::Euler { steps: 100 }, 0.027_117_1),
        (Solver::Midpoint { steps: 10 }, 0.017_572_6),
        (Solver::Midpoint { steps: 50 }, 0.001_060_29),
        (Solver::Rk4 { steps: 5 }, 0.008_345_62),
    ] {
        let times = solver.times((0.0, 1.0));
        let walks = finish(walk(&field, solver.tableau(), &times, &x_0));
        let ends: Vec<Point> = walks.iter().map(|walk| walk.end).collect();
        let error = rms_distance(&ends, &reference);
        println!("{solver:?}: {error:.7}, known {known}");
        let stated = halving.error().end_points;
        assert!((error - known).abs() < 0.5 * stated, "{solver:?}: {error}");
    }
}

/// From where the flow ends back to where it began.
#[test]
fn the_reference_runs_backward_too() {
    let field = eight_gaussians(COND_OT);
    let x_0 = even_gaussian(300, 1.0);
    let (_, there) = solved(&field, COND_OT, &x_0);
    let ends: Vec<Point> = there.fine.iter().map(|walk| walk.end).collect();
    let times = finish(ReferenceTimes::choose(&field, (1.0, 0.0), &ends, 64));
    let back = finish(times.solve(&field, &ends));
    let home: Vec<Point> = back.fine.iter().map(|walk| walk.end).collect();
    assert!(back.error().within_tolerance, "{:?}", back.error());
    assert!(rms_distance(&home, &x_0) < 1e-3);
}

/// Halving says more than the truth: the finer solution is closer to one with four times its steps.
#[test]
fn the_stated_error_is_not_too_small() {
    let field = eight_gaussians(COND_OT);
    let x_0 = even_gaussian(500, 1.0);
    let (times, halving) = solved(&field, COND_OT, &x_0);
    let finest = halved(&halved(&halved(&times.coarse)));
    let finest = finish(walk(&field, &RK4, &finest, &x_0));
    let truth = Halving {
        coarse: halving.fine.clone(),
        fine: finest,
    };
    let (stated, true_error) = (halving.error(), truth.error());
    println!("stated {stated:?}, true {true_error:?}");
    assert!(true_error.end_points < stated.end_points);
    assert!(true_error.straightness < stated.straightness);
}

/// A field that no step is short enough for.
struct Noise;

impl VelocityField for Noise {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        for (x, v) in xs.iter().zip(out) {
            let noise = |phase: f64| (1e7 * (x[0] + 3.0 * x[1] + 7.0 * t) + phase).sin();
            *v = [noise(0.0), noise(1.0)];
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
fn a_field_beyond_resolution_ends_at_the_cap_and_says_so() {
    let x_0 = even_gaussian(50, 1.0);
    let times = finish(ReferenceTimes::choose(&Noise, (0.0, 1.0), &x_0, 256));
    assert!(times.steps() <= MAX_STEPS, "{} steps", times.steps());
    let halving = finish(times.solve(&Noise, &x_0));
    assert!(!halving.error().within_tolerance);
}

#[test]
fn nobody_and_a_stop_are_no_trouble() {
    let field = eight_gaussians(COND_OT);
    let times = finish(ReferenceTimes::choose(&field, (0.0, 1.0), &[], 256));
    assert_eq!(finish(times.solve(&field, &[])), Halving::default());
    let x_0 = even_gaussian(3, 1.0);
    let choosing = ReferenceTimes::choose(&field, (0.0, 1.0), &x_0, 256);
    assert_eq!(finish_while(choosing, || false), None);
    assert_eq!(finish_while(times.solve(&field, &x_0), || false), None);
}

#[test]
fn the_times_do_not_depend_on_the_cut() {
    let field = eight_gaussians(COND_OT);
    let x_0 = even_gaussian(300, 1.0);
    let choose = |rows| finish(ReferenceTimes::choose(&field, (0.0, 1.0), &x_0, rows));
    let whole = choose(512);
    for rows in [0, 1, 7] {
        assert_eq!(choose(rows), whole, "rows = {rows}");
    }
}

/// What a thread of its own may do: everything that is computed from a field, one after the other.
#[test]
fn the_pieces_of_a_picture_and_of_a_measurement_make_one_work() {
    let field = eight_gaussians(COND_OT);
    let x_0 = even_gaussian(20, 1.0);
    let mut work = Work::new(async move {
        let (range, bounds) = (COND_OT.time_range(), Bounds::square(6.0));
        let times = ReferenceTimes::choose(&field, range, &x_0, 7).await;
        let halving = times.solve(&field, &x_0).await;
        let solver = Solver::Heun { steps: 10 };
        let solved = solve_in_pieces(&field, solver, range, &x_0, 7).await;
        let grid = FieldGrid::sample(&field, bounds, [4, 4], vec![0.0, 1.0], 7).await;
        let density = DensityStack::estimate_in_pieces(&solved, bounds, [8, 8], 3).await;
        (halving, solved, grid, density)
    });
    let mut pieces = 1;
    while work.advance(&mut || false).is_none() {
        pieces += 1;
    }
    assert!(pieces > 3 * 10 + 2 * 3 + 3 + 100, "{pieces}");
}
