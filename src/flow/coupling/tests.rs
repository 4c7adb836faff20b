//! Checks of the assignment: its certificate, an independent solver, and inputs that are hard on either.

use super::*;
use crate::flow::rng::{Stream, stream};
use proptest::prelude::*;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Violations of optimality, relative to the largest cost: the duality gap and the worst infeasibility.
fn certificate(x_0: &[Point], x_1: &[Point], assignment: &Assignment) -> (f64, f64) {
    let mut largest = f64::MIN_POSITIVE;
    let mut infeasibility = 0.0_f64;
    for (&x, u) in x_0.iter().zip(&assignment.u) {
        for (&y, v) in x_1.iter().zip(&assignment.v) {
            let cost = squared_distance(x, y);
            largest = largest.max(cost);
            infeasibility = infeasibility.max(u + v - cost);
        }
    }
    let n = x_0.len().max(1) as f64;
    let bound = (assignment.u.iter().sum::<f64>() + assignment.v.iter().sum::<f64>()) / n;
    let gap = (assignment.mean_cost - bound).abs();
    (gap / largest, infeasibility / largest)
}

pub(super) fn assert_optimal(x_0: &[Point], x_1: &[Point]) -> Assignment {
    let assignment = assign(x_0, x_1).unwrap();
    let mut seen = vec![false; x_0.len()];
    for &j in &assignment.target_of_source {
        assert!(
            !std::mem::replace(&mut seen[j], true),
            "target {j} is used twice"
        );
    }
    assert!(seen.iter().all(|&used| used));
    let (gap, infeasibility) = certificate(x_0, x_1, &assignment);
    assert!(gap < 1e-10, "duality gap {gap:e}");
    assert!(infeasibility < 1e-10, "infeasible by {infeasibility:e}");
    assignment
}

/// The permutation by a port of scipy's solver.
pub(super) fn oracle_permutation(x_0: &[Point], x_1: &[Point]) -> Vec<usize> {
    let n = x_0.len();
    let pairs = x_0
        .iter()
        .flat_map(|&x| x_1.iter().map(move |&y| squared_distance(x, y)));
    let costs: Vec<f64> = pairs.collect();
    lsap::solve(n, n, &costs, false).unwrap().1
}

/// Its mean cost.
pub(super) fn oracle(x_0: &[Point], x_1: &[Point]) -> f64 {
    let permutation = oracle_permutation(x_0, x_1);
    let pairs = x_0.iter().zip(permutation);
    let costs = pairs.map(|(&x, j)| squared_distance(x, x_1[j]));
    costs.sum::<f64>() / x_0.len() as f64
}

pub(crate) fn normal(n: usize, std: f64, seed: u64) -> Vec<Point> {
    let mut rng = stream(seed, Stream::Display, 0);
    let mut draw = || std * rng.sample::<f64, _>(StandardNormal);
    (0..n).map(|_| [draw(), draw()]).collect()
}

/// Eight clouds on a circle.
pub(crate) fn clustered(n: usize, seed: u64) -> Vec<Point> {
    let angle = |i: usize| (i % 8) as f64 * std::f64::consts::FRAC_PI_4;
    let around =
        |(i, p): (usize, Point)| [5.0 * angle(i).cos() + p[0], 5.0 * angle(i).sin() + p[1]];
    normal(n, 0.5, seed)
        .into_iter()
        .enumerate()
        .map(around)
        .collect()
}

/// Points of a lattice: costs tie everywhere, and points repeat.
fn lattice_point() -> impl Strategy<Value = Point> {
    (-3i32..4, -3i32..4).prop_map(|(x, y)| [f64::from(x), f64::from(y)])
}

fn any_point() -> impl Strategy<Value = Point> {
    prop_oneof![
        4 => (-5.0..5.0, -5.0..5.0).prop_map(|(x, y)| [x, y]),
        2 => lattice_point(),
        1 => (-1.0..1.0).prop_map(|x| [x, 0.0]),
    ]
}

proptest! {
    #[test]
    fn optimal_on_any_points(pairs in prop::collection::vec((any_point(), any_point()), 1..40)) {
        let (x_0, x_1): (Vec<Point>, Vec<Point>) = pairs.into_iter().unzip();
        let cost = assert_optimal(&x_0, &x_1).mean_cost;
        let expected = oracle(&x_0, &x_1);
        prop_assert!((cost - expected).abs() <= 1e-12 * (1.0 + expected), "{} {}", cost, expected);
    }

    #[test]
    fn optimal_on_a_lattice(pairs in prop::collection::vec((lattice_point(), lattice_point()), 1..60)) {
        let (x_0, x_1): (Vec<Point>, Vec<Point>) = pairs.into_iter().unzip();
        let cost = assert_optimal(&x_0, &x_1).mean_cost;
        prop_assert!((cost - oracle(&x_0, &x_1)).abs() <= 1e-12);
    }

    #[test]
    fn optimal_on_clusters(n in 1usize..120, seed in 0u64..1000) {
        let (x_0, x_1) = (clustered(n, seed), clustered(n, seed + 1000));
        let cost = assert_optimal(&x_0, &x_1).mean_cost;
        let expected = oracle(&x_0, &x_1);
        prop_assert!((cost - expected).abs() <= 1e-12 * (1.0 + expected), "{} {}", cost, expected);
    }

    /// Units, places and relative sizes of the two sets do not matter.
    #[test]
    fn moving_and_scaling_a_set_keeps_the_permutation(seed in 0u64..50, exponent in -30i32..31, far in -1e3..1e3) {
        let (x_0, x_1) = (normal(30, 1.0, seed), normal(30, 1.0, seed + 1000));
        let scale = 10.0_f64.powi(exponent);
        let moved: Vec<Point> = x_1.iter().map(|y| [scale * (y[0] + far), scale * (y[1] - far)]).collect();
        let expected = assert_optimal(&x_0, &x_1).target_of_source;
        prop_assert_eq!(assert_optimal(&x_0, &moved).target_of_source, expected);
    }
}

#[test]
fn agrees_with_the_oracle_on_many_points() {
    for (n, std) in [(255, 1.0), (256, 0.1), (600, 3.0)] {
        let (x_0, x_1) = (normal(n, 1.0, 1), normal(n, std, 2));
        let cost = assert_optimal(&x_0, &x_1).mean_cost;
        let expected = oracle(&x_0, &x_1);
        assert!((cost / expected - 1.0).abs() < 1e-12, "{cost} {expected}");
    }
}

/// Sizes around those of a block (16), of a group of blocks (256) and of a word of blocks (1024).
#[test]
fn optimal_at_the_edges_of_blocks() {
    for n in [
        2, 7, 15, 16, 17, 31, 33, 255, 257, 272, 273, 1023, 1025, 1040,
    ] {
        assert_optimal(&normal(n, 1.0, 11), &clustered(n, 12));
    }
}

#[test]
fn thousands_of_points_are_optimal() {
    for n in [2000, 4000] {
        assert_optimal(&normal(n, 1.0, 13), &clustered(n, 14));
    }
}

#[test]
fn nothing_and_single_points() {
    let empty = assign(&[], &[]).unwrap();
    assert_eq!((empty.target_of_source.len(), empty.mean_cost), (0, 0.0));
    let one = assert_optimal(&[[1.0, 2.0]], &[[4.0, 6.0]]);
    assert_eq!((one.target_of_source, one.mean_cost), (vec![0], 25.0));
    let two = assert_optimal(&[[0.0, 0.0], [1.0, 0.0]], &[[1.0, 0.0], [0.0, 0.0]]);
    assert_eq!((two.target_of_source, two.mean_cost), (vec![1, 0], 0.0));
}

/// Translation is the optimal map: W_2 between a cloud and its copy is the length of the shift.
#[test]
fn w2_of_a_translated_cloud_is_the_shift() {
    let x_0 = normal(300, 1.0, 3);
    let x_1: Vec<Point> = x_0.iter().rev().map(|x| [x[0] + 3.0, x[1] - 4.0]).collect();
    assert!((w2_squared(&x_0, &x_1).unwrap() - 25.0).abs() < 1e-12);
    assert_eq!(w2_squared(&x_0, &x_0).unwrap(), 0.0);
}

#[test]
fn degenerate_sets_are_optimal_too() {
    const N: usize = 400;
    let cloud = normal(N, 1.0, 4);
    let dot = vec![[2.0, -1.0]; N];
    let line: Vec<Point> = (0..N).map(|i| [i as f64, 0.0]).collect();
    let diagonal: Vec<Point> = (0..N).map(|i| [i as f64, i as f64]).collect();
    let two_dots: Vec<Point> = (0..N).map(|i| [f64::from(i < 100), 0.0]).collect();
    let other_dots: Vec<Point> = (0..N).map(|i| [f64::from(i < 300), 0.0]).collect();
    let square: Vec<Point> = (0..N).map(|i| [(i % 20) as f64, (i / 20) as f64]).collect();
    let upright: Vec<Point> = cloud.iter().map(|p| [0.0, p[1]]).collect();
    let sets = [
        &cloud,
        &dot,
        &line,
        &diagonal,
        &two_dots,
        &other_dots,
        &square,
        &upright,
    ];
    for x_0 in sets {
        for x_1 in sets {
            assert_optimal(x_0, x_1);
        }
    }
    // At right angles to the diagonal: costs tie up to rounding.
    let tilted: Vec<Point> = cloud.iter().map(|p| [p[0], -p[0]]).collect();
    assert_optimal(&diagonal, &tilted);
    assert_eq!(w2_squared(&two_dots, &other_dots).unwrap(), 0.5);
}

/// Where every permutation costs the same, the certificate is found without n paths of n columns: with those
/// this test takes half a minute, or many minutes without optimisation.
#[test]
fn total_ties_do_not_take_long() {
    let flat: Vec<Point> = normal(2000, 1.0, 7).iter().map(|p| [p[0], 0.0]).collect();
    let upright: Vec<Point> = normal(2000, 1.0, 8).iter().map(|p| [0.0, p[1]]).collect();
    assert_optimal(&flat, &upright);
}

#[test]
fn extreme_coordinates_are_exact_or_refused() {
    for scale in [1e-200, 1e-30, 1e30, 1e149] {
        let scaled = |set: Vec<Point>| set.iter().map(|p| p.map(|x| scale * x)).collect::<Vec<_>>();
        let (x_0, x_1) = (normal(50, 1.0, 5), normal(50, 2.0, 6));
        let expected = assign(&x_0, &x_1).unwrap().target_of_source;
        let assignment = assert_optimal(&scaled(x_0), &scaled(x_1));
        assert_eq!(assignment.target_of_source, expected, "{scale:e}");
        assert!(assignment.mean_cost.is_finite());
    }
}

#[test]
fn bad_input_is_named() {
    let good = [[0.0, 0.0], [1.0, 1.0]];
    let message = |x_0: &[Point], x_1: &[Point]| assign(x_0, x_1).unwrap_err().to_string();
    assert_eq!(
        message(&good, &good[..1]),
        "cannot pair 2 source points with 1 target points one to one"
    );
    assert_eq!(
        message(&[[0.0, 0.0], [1.0, f64::NAN]], &good),
        "source point 1 is (1e0, NaN): coordinates must lie within +-1e150"
    );
    assert_eq!(
        message(&good, &[[1e151, 0.0], [0.0, 0.0]]),
        "target point 0 is (1e151, 0e0): coordinates must lie within +-1e150"
    );
    assert!(assign(&good, &[[f64::INFINITY, 0.0], [0.0, 0.0]]).is_err());
}
