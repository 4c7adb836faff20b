//! Checks of the entropic plan: an independent dense solver, its limits, and inputs that are hard on it.

use super::super::assignment::tests::{clustered, normal};
use super::super::assignment::w2_squared;
use super::super::rounding::draw_permutation;
use super::*;
use crate::flow::instruction_sets;
use crate::flow::rng::{Stream, stream};

/// Sinkhorn's iteration as it is written in books: logarithms of sums of exponentials, all in doubles.
fn dense(x_0: &[Point], x_1: &[Point], epsilon: f64, iterations: usize) -> Vec<Vec<f64>> {
    let n = x_0.len();
    let cost = |i: usize, j: usize| squared_distance(x_0[i], x_1[j]);
    let all = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let eps = epsilon * all.map(|(i, j)| cost(i, j)).sum::<f64>() / (n * n) as f64;
    let log_sum = |terms: &dyn Fn(usize) -> f64| {
        let most = (0..n).map(terms).fold(f64::NEG_INFINITY, f64::max);
        most + (0..n).map(|k| (terms(k) - most).exp()).sum::<f64>().ln()
    };
    let (mut f, mut g) = (vec![0.0; n], vec![0.0; n]);
    for _ in 0..iterations {
        for (i, f) in f.iter_mut().enumerate() {
            *f = -eps * log_sum(&|j| (g[j] - cost(i, j)) / eps);
        }
        for (j, g) in g.iter_mut().enumerate() {
            *g = -eps * log_sum(&|i| (f[i] - cost(i, j)) / eps);
        }
    }
    let weight = |i: usize, j: usize| ((f[i] + g[j] - cost(i, j)) / eps).exp();
    (0..n)
        .map(|i| (0..n).map(|j| weight(i, j)).collect())
        .collect()
}

fn largest_difference<T: Real>(plan: &Plan<T>, expected: &[Vec<f64>]) -> f64 {
    let (mut largest, mut worst) = (0.0_f64, 0.0_f64);
    for (i, row) in expected.iter().enumerate() {
        for (j, weight) in row.iter().enumerate() {
            largest = largest.max(*weight);
            worst = worst.max((plan.at(i, j) - weight).abs());
        }
    }
    worst / largest
}

#[test]
fn the_plan_is_that_of_an_independent_dense_solver() {
    for (n, epsilon, iterations) in [(50, 0.05, 3000), (64, 0.2, 600), (33, 1.0, 100)] {
        let (x_0, x_1) = (normal(n, 1.0, 1), clustered(n, 2));
        let expected = dense(&x_0, &x_1, epsilon, iterations);
        let stop = |tolerance| Stop {
            tolerance,
            iterations: 20_000,
        };
        let plan: Plan<f64> = entropic(&x_0, &x_1, epsilon, stop(1e-10)).unwrap();
        let off = largest_difference(&plan, &expected);
        assert!(off < 1e-6, "doubles: {off:e}, n = {n}");
        let plan: Plan<f32> = entropic(&x_0, &x_1, epsilon, stop(1e-6)).unwrap();
        let off = largest_difference(&plan, &expected);
        assert!(off < 1e-4, "singles: {off:e}, n = {n}");
    }
}

#[test]
fn between_optimal_transport_and_independent_pairs() {
    let (x_0, x_1) = (normal(100, 1.0, 3), clustered(100, 4));
    let cost = |epsilon: f64| {
        let stop = Stop {
            tolerance: 1e-5,
            iterations: 100_000,
        };
        let plan: Plan<f64> = entropic(&x_0, &x_1, epsilon, stop).unwrap();
        assert!(plan.error <= 1e-5, "{epsilon}: {}", plan.error);
        plan.cost
    };
    let costs = [1e-3, 0.01, 0.05, 0.2, 1.0, 100.0].map(cost);
    assert!(costs.is_sorted_by(|a, b| a < b), "{costs:?}");
    let (optimal, independent) = (w2_squared(&x_0, &x_1).unwrap(), mean_cost(&x_0, &x_1));
    assert!(
        (costs[0] / optimal - 1.0).abs() < 2e-3,
        "{costs:?} {optimal}"
    );
    assert!(
        (costs[5] / independent - 1.0).abs() < 5e-3,
        "{costs:?} {independent}"
    );
    let pairs = x_0
        .iter()
        .flat_map(|&x| x_1.iter().map(move |&y| squared_distance(x, y)));
    assert!((pairs.sum::<f64>() / 1e4 / independent - 1.0).abs() < 1e-12);
}

#[test]
fn the_plan_does_not_depend_on_the_instruction_set() {
    for (n, epsilon) in [(0, 0.1), (1, 0.1), (17, 0.02), (100, 1e-3)] {
        let (x_0, x_1) = (normal(n, 1.0, 5), clustered(n, 6));
        let plan: Plan<f32> = entropic(&x_0, &x_1, epsilon, Stop::default()).unwrap();
        for arch in instruction_sets() {
            let iteration = Iteration::new(&x_0, &x_1, epsilon * mean_cost(&x_0, &x_1));
            let on = finish(solve(arch, iteration, Stop::default()));
            assert_eq!(on, plan, "{arch:?}, n = {n}");
        }
    }
}

/// Singles have no room for potentials of this size; doubles have.
#[test]
fn small_epsilon_far_points_and_equal_points_are_no_trouble() {
    let cloud = normal(60, 1.0, 7);
    let far: Vec<Point> = clustered(60, 8)
        .iter()
        .map(|p| [p[0] + 1e4, 1e3 * p[1]])
        .collect();
    let dot = vec![[2.0, -1.0]; 60];
    for x_0 in [&cloud, &far, &dot] {
        for x_1 in [&cloud, &far, &dot] {
            for epsilon in [1e-3, 0.05, 10.0] {
                let plan: Plan<f32> = entropic(x_0, x_1, epsilon, Stop::default()).unwrap();
                let weights = plan.weights.as_flattened();
                assert!(weights.iter().all(|w| w.is_finite()), "{epsilon}");
                for i in 0..60 {
                    let sum: f64 = (0..60).map(|j| plan.at(i, j)).sum();
                    assert!((sum - 1.0).abs() < 1e-4, "{epsilon}: {sum}");
                }
                assert!(plan.error < 0.2, "{epsilon}: {}", plan.error);
                draw_permutation(&plan, &mut stream(0, Stream::Display, 0));
            }
        }
    }
    assert!(entropic::<f32>(&[[f64::NAN, 0.0]], &[[0.0; 2]], 0.1, Stop::default()).is_err());
    assert!(entropic::<f32>(&[], &[[0.0; 2]], 0.1, Stop::default()).is_err());
}
