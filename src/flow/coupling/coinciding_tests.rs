//! Points that coincide or nearly do: the same certificates, the same optimum, and no more work than for others.

use super::tests::{assert_optimal, clustered, normal, oracle, oracle_permutation};
use super::*;
use crate::flow::coupling::columns::counted;
use crate::flow::coupling::quota;
use crate::flow::rng::{Stream, stream};
use crate::flow::work::Work;
use proptest::prelude::*;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Draws from clouds of one width around places that are equally likely.
fn around(places: &[Point], std: f64, n: usize, seed: u64) -> Vec<Point> {
    let mut rng = stream(seed, Stream::Display, 1);
    let mut draw = |_| {
        let place = places[rng.random_range(0..places.len())];
        place.map(|c| c + std * rng.sample::<f64, _>(StandardNormal))
    };
    (0..n).map(&mut draw).collect()
}

fn lattice(side: u32) -> Vec<Point> {
    let place = |i: u32| [f64::from(i % side) - 3.0, f64::from(i / side) - 3.0];
    (0..side * side).map(place).collect()
}

/// Sources and targets of a kind, by its name.
fn kinds(n: usize, seed: u64) -> Vec<(&'static str, Vec<Point>, Vec<Point>)> {
    let two = [[3.0, 0.0], [-3.0, 0.0]];
    let other_two = [[0.0, 1.0], [0.5, -1.0]];
    let line: Vec<Point> = (0..25).map(|i| [0.25 * f64::from(i) - 3.0, 0.0]).collect();
    let cloud = || normal(n, 1.0, seed);
    let ys = |places: &[Point], std| around(places, std, n, seed + 1);
    let xs = |places: &[Point], std| around(places, std, n, seed + 2);
    let half = |std| [&ys(&[[0.0; 2]], std)[..n / 2], &clustered(n, seed)[n / 2..]].concat();
    let rows = (n as f64).sqrt() as usize;
    let grid: Vec<Point> = (0..n)
        .map(|i| [(i % rows) as f64, (i / rows) as f64])
        .collect();
    let turned: Vec<Point> = grid.iter().map(|p| [0.5 * p[1], -p[0]]).collect();
    vec![
        ("one point", cloud(), ys(&[[2.0, -1.0]], 0.0)),
        ("one tight cluster", cloud(), ys(&[[2.0, -1.0]], 1e-6)),
        ("two points", cloud(), ys(&two, 0.0)),
        ("two points apart by rounding", cloud(), ys(&two, 1e-15)),
        ("two clusters of 1e-12", cloud(), ys(&two, 1e-12)),
        ("two clusters of 1e-6", cloud(), ys(&two, 1e-6)),
        ("two clusters of 1e-2", cloud(), ys(&two, 1e-2)),
        ("49 points of a lattice", cloud(), ys(&lattice(7), 0.0)),
        ("49 clusters of 1e-9", cloud(), ys(&lattice(7), 1e-9)),
        ("25 points of a line", cloud(), ys(&line, 0.0)),
        ("25 clusters of 1e-6", cloud(), ys(&line, 1e-6)),
        ("half of them one point", cloud(), half(0.0)),
        ("half of them a tight cluster", cloud(), half(1e-6)),
        ("two source points", xs(&two, 0.0), cloud()),
        ("two source clusters of 1e-6", xs(&two, 1e-6), cloud()),
        ("two points to two", xs(&other_two, 0.0), ys(&two, 0.0)),
        (
            "two clusters of 1e-6 to two",
            xs(&other_two, 1e-6),
            ys(&two, 1e-6),
        ),
        (
            "lattice to lattice",
            xs(&lattice(7), 0.0),
            ys(&lattice(7), 0.0),
        ),
        ("grid to grid", grid, turned),
    ]
}

/// Blocks of columns looked at while points are assigned, which is where the time goes.
fn looks_at_blocks(x_0: &[Point], x_1: &[Point]) -> usize {
    counted::take();
    assert_optimal(x_0, x_1);
    counted::take().blocks
}

#[test]
fn points_that_coincide_take_at_most_twice_the_work_of_eight_gaussians() {
    for n in [256, 1024] {
        let baseline = looks_at_blocks(&normal(n, 1.0, 21), &clustered(n, 22));
        for (kind, x_0, x_1) in kinds(n, 23) {
            let ratio = looks_at_blocks(&x_0, &x_1) as f64 / baseline as f64;
            assert!(ratio < 2.0, "{kind}, n = {n}: {ratio:.2} times the blocks");
        }
    }
}

/// With AVX2 a piece of these bounds takes a few milliseconds, at most ten. The last scan of a piece may be more than
/// was left, and so may be the holders of the last column.
#[test]
fn no_piece_of_an_assignment_is_long_and_all_give_the_same_bits() {
    const N: usize = 4000;
    let flat: Vec<Point> = normal(N, 1.0, 61).iter().map(|p| [p[0], 0.0]).collect();
    let upright: Vec<Point> = normal(N, 1.0, 62).iter().map(|p| [0.0, p[1]]).collect();
    let eight = clustered(N, 63);
    let others = [
        ("two lines", flat, upright),
        ("eight Gaussians", normal(N, 1.0, 64), eight),
    ];
    for (kind, x_0, x_1) in kinds(N, 65).into_iter().chain(others) {
        let at_once = assign(&x_0, &x_1);
        let mut work = Work::new(async move { assign_in_pieces(&x_0, &x_1).await });
        counted::take();
        let in_pieces = loop {
            let result = work.advance(&mut || false);
            let counted = counted::take();
            let columns = counted.scans * quota::scan_cost(0) + counted.columns;
            assert!(2 * columns <= 3 * quota::COLUMNS, "{kind}: {columns}");
            assert!(counted.blocks <= 1_000_000, "{kind}: {}", counted.blocks);
            if let Some(result) = result {
                break result;
            }
        };
        assert!(in_pieces == at_once, "{kind}");
    }
}

#[test]
fn all_kinds_of_coinciding_points_cost_what_the_oracle_says() {
    for n in [1, 2, 3, 17, 90, 200] {
        for (kind, x_0, x_1) in kinds(n, 31) {
            let cost = assert_optimal(&x_0, &x_1).mean_cost;
            let expected = oracle(&x_0, &x_1);
            let error = (cost - expected).abs();
            assert!(
                error <= 1e-12 * expected,
                "{kind}, n = {n}: {cost} {expected}"
            );
        }
    }
}

/// Where the optimum is unique: eight Gaussians, and clusters whose points are a millionth apart.
#[test]
fn the_permutation_is_the_oracles() {
    let two = [[3.0, 0.0], [-3.0, 0.0]];
    let x_0 = normal(256, 1.0, 41);
    for x_1 in [
        clustered(256, 42),
        around(&two, 1e-6, 256, 43),
        around(&two, 1e-3, 256, 44),
    ] {
        assert_eq!(
            assert_optimal(&x_0, &x_1).target_of_source,
            oracle_permutation(&x_0, &x_1)
        );
        let back = assert_optimal(&x_1, &x_0).target_of_source;
        assert_eq!(back, oracle_permutation(&x_1, &x_0));
    }
}

/// Clusters so wide that they must exchange points at their borders.
#[test]
fn clusters_whose_borders_matter_are_optimal() {
    for (seed, std) in [(51, 3e-3), (52, 1e-2), (53, 3e-2), (54, 0.1)] {
        for places in [2, 7, 20] {
            let places = normal(places, 1.0, seed);
            let x_1 = around(&places, std, 400, seed);
            for x_0 in [
                normal(400, 1.0, seed),
                around(&lattice(2), std, 400, seed + 1),
            ] {
                let cost = assert_optimal(&x_0, &x_1).mean_cost;
                let expected = oracle(&x_0, &x_1);
                assert!(
                    (cost / expected - 1.0).abs() < 1e-12,
                    "{std} {cost} {expected}"
                );
            }
        }
    }
}

/// Few places, any of them an exact one or a cluster, at any scale.
fn few_places() -> impl Strategy<Value = Vec<(Point, f64)>> {
    let std = prop_oneof![
        Just(0.0),
        Just(1e-15),
        Just(1e-9),
        Just(1e-6),
        Just(1e-3),
        Just(1e-2),
        Just(0.3)
    ];
    let place = (-3i32..4, -3i32..4).prop_map(|(x, y)| [f64::from(x), f64::from(y)]);
    prop::collection::vec((place, std), 1..6)
}

fn draw_from(places: &[(Point, f64)], n: usize, seed: u64, scale: f64) -> Vec<Point> {
    let mut rng = stream(seed, Stream::Display, 2);
    let mut draw = |_| {
        let (place, std) = places[rng.random_range(0..places.len())];
        place.map(|c| scale * (c + std * rng.sample::<f64, _>(StandardNormal)))
    };
    (0..n).map(&mut draw).collect()
}

proptest! {
    #[test]
    fn optimal_on_few_places(
        (of_x, of_y) in (few_places(), few_places()),
        n in 1usize..160,
        seed in 0u64..1000,
        scale in prop_oneof![Just(1.0), Just(1e-30), Just(1e30)],
    ) {
        let x_0 = draw_from(&of_x, n, seed, scale);
        let x_1 = draw_from(&of_y, n, seed + 1000, scale);
        let cost = assert_optimal(&x_0, &x_1).mean_cost;
        let expected = oracle(&x_0, &x_1);
        // What rounding leaves of points that coincide with their partners is no cost.
        let tolerance = 1e-12 * (expected + scale * scale);
        prop_assert!((cost - expected).abs() <= tolerance, "{} {}", cost, expected);
    }
}
