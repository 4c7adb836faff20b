//! Equivariant OT: what it costs, and that both marginals stay in law.

use super::super::assignment::squared_distance;
use super::super::{Blocks, Coupling};
use super::*;
use crate::flow::distribution::{Component, Shape};
use crate::flow::rng::{Stream, stream};

const EIGHT: Shape = Shape::EightGaussians {
    radius: 5.0,
    std: 0.5,
};

fn gaussian() -> Distribution {
    Shape::Gaussian { std: 1.0 }.into()
}

fn draw(source: &Distribution, coupling: Coupling, block: u64) -> Pairs {
    let [source, target] = [source, &EIGHT.into()].map(|end| end.sampler().unwrap());
    Blocks::new(source, 1.0, target, coupling, 3)
        .draw(block, 0)
        .unwrap()
}

fn group(n: usize, mirror: Mirror) -> Group {
    Group {
        n,
        mirror,
        centre: [0.0, 0.0],
    }
}

/// Each group beside its number in files.
const GROUPS: [(usize, Mirror); 3] = [(0, Mirror::None), (1, Mirror::AlongX), (2, Mirror::AlongY)];

#[test]
fn it_costs_less_than_batch_ot_and_only_takes_images_of_what_was_drawn() {
    const K: usize = 96;
    let batch_ot = draw(&gaussian(), Coupling::BatchOt { batch: K }, 5);
    let mut costs = vec![batch_ot.cost()];
    for (mirror, axis) in GROUPS {
        let group = group(8, axis);
        let coupling = Coupling::Equivariant {
            batch: K,
            n: 8,
            mirror,
        };
        let paired = draw(&gaussian(), coupling, 5);
        assert_eq!(paired.x_0, batch_ot.x_0);
        // Every orbit that was drawn is there once: each image has one of the drawn points for an image.
        let mut drawn = batch_ot.x_1.clone();
        for x_1 in &paired.x_1 {
            let images = group.images(*x_1);
            let is_image = |x: &Point| {
                images
                    .iter()
                    .any(|image| squared_distance(*image, *x) < 1e-20)
            };
            let found = drawn
                .iter()
                .position(is_image)
                .expect("an image of a drawn point");
            drawn.swap_remove(found);
        }
        assert!(drawn.is_empty());
        costs.push(paired.cost());
        assert_eq!(draw(&gaussian(), coupling, 5), paired);
    }
    println!(
        "batch-OT {:.3}, C_8 {:.3}, D_8 {:.3} and {:.3}",
        costs[0], costs[1], costs[2], costs[3]
    );
    assert!(costs[1] < costs[0] && costs[2] < costs[1], "{costs:?}");
    assert!(
        (costs[3] - costs[2]).abs() < 1e-9,
        "one group, by either of its mirrors"
    );
}

/// By definition: the table of least distances over all images, and any solver.
#[test]
fn the_permutation_is_the_best_one_up_to_the_group() {
    for (n, (mirror, axis)) in [
        (1, GROUPS[1]),
        (3, GROUPS[0]),
        (3, GROUPS[2]),
        (8, GROUPS[1]),
        (5, GROUPS[0]),
    ] {
        let group = group(n, axis);
        let pairs = draw(&gaussian(), Coupling::BatchOt { batch: 40 }, 1);
        let least = |x_0: Point, x_1: Point| {
            let images = group.images(x_1).into_iter();
            images
                .map(|image| squared_distance(x_0, image))
                .fold(f64::INFINITY, f64::min)
        };
        let table: Vec<f64> = pairs
            .x_0
            .iter()
            .flat_map(|&x| pairs.x_1.iter().map(move |&y| least(x, y)))
            .collect();
        let best = lsap::solve(40, 40, &table, false).unwrap().1;
        let best: f64 = best
            .iter()
            .enumerate()
            .map(|(i, j)| table[40 * i + j])
            .sum();
        let drawn = Drawn {
            classes: vec![0; 40],
            centre: [0.0, 0.0],
            pairs,
        };
        let paired = Equivariant {
            batch: 40,
            n,
            mirror,
        }
        .pair(drawn, &mut stream(0, Stream::Pairs, 0))
        .unwrap();
        assert!((paired.cost() - best / 40.0).abs() < 1e-9, "{n} {mirror}");
    }
}

/// How many targets are at each of the eight Gaussians, of so many blocks of 64.
fn counts(source: &Distribution, mirror: usize, blocks: u64) -> [f64; 8] {
    let coupling = Coupling::Equivariant {
        batch: 64,
        n: 8,
        mirror,
    };
    let mut counts = [0.0; 8];
    for block in 0..blocks {
        for x_1 in draw(source, coupling, block).x_1 {
            let eighth = (x_1[1].atan2(x_1[0]) / std::f64::consts::FRAC_PI_4).round();
            counts[(eighth as i64).rem_euclid(8) as usize] += 1.0;
        }
    }
    counts
}

#[test]
fn targets_are_in_every_place_of_their_orbit_as_often() {
    const N: f64 = 64.0 * 60.0;
    for mirror in [0, 1] {
        for count in counts(&gaussian(), mirror, 60) {
            assert!(
                (count - N / 8.0).abs() < 4.5 * (N * 7.0 / 64.0).sqrt(),
                "{count} of {N}"
            );
        }
    }
    // What the refusal is for: from a source at the right, images are taken at the right.
    let right = Distribution {
        shift: (3.0, 0.0),
        ..gaussian()
    };
    assert!(counts(&right, 0, 4)[0] > 0.5 * 256.0);
}

#[test]
fn ends_without_the_symmetry_are_refused_by_name() {
    let refusal = |source: &Distribution, target: Distribution, n, mirror| {
        Equivariant {
            batch: 16,
            n,
            mirror,
        }
        .refusal(source, &target)
    };
    let eight = || Distribution::from(EIGHT);
    for n in [1, 2, 4, 8] {
        for mirror in 0..3 {
            assert_eq!(
                refusal(&gaussian(), eight(), n, mirror),
                None,
                "{n} {mirror}"
            );
        }
    }
    let reason = refusal(&gaussian(), eight(), 3, 0).unwrap();
    assert_eq!(
        reason,
        "equivariant OT needs the symmetry C_3 about the target's centre (0, 0) at both ends, and the target does not have \
         it; batch-OT needs none"
    );
    let moved = Distribution {
        shift: (0.1, 0.0),
        ..gaussian()
    };
    let reason = refusal(&moved, eight(), 8, 1).unwrap();
    assert!(
        reason.contains("D_8") && reason.contains("the source does not have it"),
        "{reason}"
    );
    assert_eq!(
        refusal(
            &moved,
            Distribution {
                shift: (0.1, 0.0),
                ..eight()
            },
            8,
            1
        ),
        None
    );
    let component = |x: f64, weight| Component {
        weight,
        mean: (x, 0.0),
        std: 0.5,
        class: 0,
    };
    let two = |weight| Shape::Mixture {
        components: vec![component(2.0, 1.0), component(-2.0, weight)],
    };
    assert_eq!(refusal(&gaussian(), two(1.0).into(), 2, 1), None);
    assert!(refusal(&gaussian(), two(1.01).into(), 2, 0).is_some());
}
