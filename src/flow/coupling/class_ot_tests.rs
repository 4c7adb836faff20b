//! Class-wise OT: who is paired with whom, and that both marginals stay.

use super::super::{Blocks, Coupling};
use super::*;
use crate::flow::Point;
use crate::flow::distribution::{Component, Shape};
use proptest::prelude::*;

/// Narrow Gaussians at `x = mean`, each with its weight and class.
fn line(y: f64, parts: &[(f64, f64, Class)]) -> Distribution {
    let component = |&(weight, x, class): &(f64, f64, Class)| Component {
        weight,
        mean: (x, y),
        std: 0.05,
        class,
    };
    let components = parts.iter().map(component).collect();
    Shape::Mixture { components }.into()
}

/// Two classes and one without, from left to right.
fn target() -> Distribution {
    line(0.0, &[(1.0, -4.0, 3), (2.0, 0.0, 0), (1.0, 4.0, 1)])
}

fn class_of_target(x_1: Point) -> Class {
    match x_1[0] {
        ..-2.0 => 3,
        ..2.0 => 0,
        _ => 1,
    }
}

fn gaussian() -> Distribution {
    Shape::Gaussian { std: 1.0 }.into()
}

fn draw(source: &Distribution, coupling: Coupling, block: u64, n: usize) -> Pairs {
    let samplers = [source, &target()].map(|end| end.sampler().unwrap());
    let [source, target] = samplers;
    Blocks::new(source, 1.0, target, coupling, 7)
        .draw(block, n)
        .unwrap()
}

fn sorted(points: &[Point]) -> Vec<Point> {
    let mut points = points.to_vec();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// Whatever the block, no point is lost or doubled, the source points of a class are those drawn with it, and the
    /// permutation within it is the best one.
    #[test]
    fn every_class_of_a_block_is_paired_by_itself(k in 1usize..150, block in 0u64..100) {
        let drawn = draw(&gaussian(), Coupling::Independent, block, k);
        let paired = draw(&gaussian(), Coupling::ClassOt { batch: k }, block, 0);
        prop_assert_eq!(&paired.x_0, &drawn.x_0);
        prop_assert_eq!(sorted(&paired.x_1), sorted(&drawn.x_1));
        for class in [0, 1, 3] {
            let of_class = |pairs: &Pairs| -> (Vec<Point>, Vec<Point>) {
                pairs.iter().filter(|(_, x_1)| class_of_target(*x_1) == class).unzip()
            };
            let ((x_0, x_1), (drawn_0, drawn_1)) = (of_class(&paired), of_class(&drawn));
            prop_assert_eq!(&x_0, &drawn_0);
            let cost = Pairs { x_0, x_1 }.cost();
            prop_assert!((cost - assign(&drawn_0, &drawn_1).unwrap().mean_cost).abs() < 1e-9);
        }
        prop_assert_eq!(draw(&gaussian(), Coupling::ClassOt { batch: k }, block, 0), paired);
    }
}

/// The classes lie crosswise, so that batch-OT would pair most points with another class.
#[test]
fn points_of_a_source_with_classes_go_to_their_own_class_alone_and_keep_their_law() {
    const N: usize = 4000;
    let source = line(6.0, &[(1.0, -4.0, 1), (2.0, 0.0, 0), (1.0, 4.0, 3)]);
    assert_eq!(ClassOt { batch: N }.refusal(&source, &target()), None);
    let class_of_source = |x_0: Point| match x_0[0] {
        ..-2.0 => 1,
        ..2.0 => 0,
        _ => 3,
    };
    let paired = draw(&source, Coupling::ClassOt { batch: N }, 0, 0);
    let mut counts = [0_usize; 4];
    for (x_0, x_1) in paired.iter() {
        assert_eq!(
            class_of_source(x_0),
            class_of_target(x_1),
            "{x_0:?} {x_1:?}"
        );
        counts[usize::from(class_of_source(x_0))] += 1;
    }
    for (class, share) in [(1, 0.25), (0, 0.5), (3, 0.25)] {
        let error = (share * (1.0 - share) / N as f64).sqrt();
        let found = counts[class] as f64 / N as f64;
        assert!(
            (found - share).abs() < 4.0 * error,
            "class {class}: {found}"
        );
    }
    let batch_ot = draw(&source, Coupling::BatchOt { batch: N }, 0, 0);
    let strangers = batch_ot
        .iter()
        .filter(|(x_0, x_1)| class_of_source(*x_0) != class_of_target(*x_1));
    assert!(strangers.count() > N / 3);
}

#[test]
fn unequal_classes_are_refused_and_targets_without_classes_noticed() {
    let class_ot = ClassOt { batch: 16 };
    let unequal = line(6.0, &[(1.0, -4.0, 1), (1.0, 0.0, 0), (1.0, 4.0, 3)]);
    let reason = class_ot.refusal(&unequal, &target()).unwrap();
    assert!(
        reason.contains("no class is 33.333 % of the source and 50.000 % of the target"),
        "{reason}"
    );
    assert_eq!(class_ot.refusal(&gaussian(), &target()), None);
    assert_eq!(class_ot.caution(&gaussian(), &target()), None);
    let plain = class_ot.caution(&gaussian(), &gaussian()).unwrap();
    assert!(plain.starts_with("The target has no classes"), "{plain}");
    let scarce = ClassOt { batch: 3 }
        .caution(&gaussian(), &target())
        .unwrap();
    assert!(
        scarce.starts_with("class 1 has less than one point in a block of 3"),
        "{scarce}"
    );
}
