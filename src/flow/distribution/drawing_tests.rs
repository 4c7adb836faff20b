//! Strokes, classes and samples of drawings.

use super::*;
use crate::flow::distribution::{Distribution, DistributionError, Shape};
use crate::flow::rng::{Stream, stream};
use proptest::prelude::*;

const BRUSH: Brush = Brush {
    radius: 0.3,
    strength: 1.0,
    class: 0,
};

fn blank() -> Drawing {
    Drawing::blank(Bounds::square(4.0))
}

fn weight_at(drawing: &Drawing, p: Point) -> u8 {
    let n = Drawing::SIZE;
    let index = |x: f64, lo: f64, side: f64| ((x - lo) / side * n as f64) as usize;
    let b = drawing.bounds;
    let ix = index(p[0], b.min[0], b.width());
    let iy = index(p[1], b.min[1], b.height());
    drawing.cells[iy * n + ix]
}

fn samples(drawing: &Drawing, n: usize) -> Vec<Point> {
    let mut rng = stream(2, Stream::Display, 0);
    let sampler = Distribution::from(Shape::Drawn(drawing.clone())).sampler();
    sampler.unwrap().sample_n(n, &mut rng)
}

#[test]
fn a_stroke_is_soft_and_stays_within_its_radius() {
    let mut drawing = blank();
    drawing.stroke([-2.0, 1.0], [2.0, 1.0], &BRUSH, false, Symmetry::None);
    for (cell, &weight) in drawing.cells.iter().enumerate() {
        let [x, y] = Raster {
            bounds: drawing.bounds,
        }
        .center(cell);
        let d = (x - x.clamp(-2.0, 2.0)).hypot(y - 1.0);
        let expected = (4.0 / 3.0 * (1.0 - (d / 0.3).powi(2)))
            .clamp(0.0, 1.0)
            .powi(2);
        assert!(
            (f64::from(weight) - 255.0 * expected).abs() <= 0.5 + 1e-9,
            "{x} {y}"
        );
    }
}

#[test]
fn strength_is_the_weight_and_repeating_adds_nothing() {
    let half = Brush {
        radius: 1.0,
        strength: 0.5,
        class: 0,
    };
    let mut drawing = blank();
    drawing.stamp([0.0, 0.0], &half, false);
    let once = drawing.clone();
    drawing.stamp([0.0, 0.0], &half, false);
    assert_eq!(drawing, once);
    assert_eq!(weight_at(&drawing, [0.0, 0.0]), 128);
    drawing.stamp([0.0, 0.0], &BRUSH, true);
    assert_eq!(weight_at(&drawing, [0.0, 0.0]), 0);
    assert_eq!(
        weight_at(&drawing, [0.5, 0.0]),
        weight_at(&once, [0.5, 0.0])
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_stroke_may_be_cut_into_pieces(ends in prop::array::uniform4(-5.0..5.0), n in 1u32..20) {
        let [x_0, y_0, x_1, y_1] = ends;
        let at = |k: u32| {
            let s = f64::from(k) / f64::from(n);
            [x_0 + s * (x_1 - x_0), y_0 + s * (y_1 - y_0)]
        };
        let (mut whole, mut pieces) = (blank(), blank());
        whole.stroke(at(0), at(n), &BRUSH, false, Symmetry::None);
        for k in 0..n {
            pieces.stroke(at(k), at(k + 1), &BRUSH, false, Symmetry::None);
        }
        // Rounding may push a weight over the edge between two levels.
        prop_assert!(whole.cells.iter().zip(&*pieces.cells).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn symmetric_strokes_are_symmetric(ends in prop::array::uniform4(-4.0..4.0)) {
        let [x_0, y_0, x_1, y_1] = ends;
        let painted = |symmetry| {
            let mut drawing = blank();
            drawing.stroke([x_0, y_0], [x_1, y_1], &BRUSH, false, symmetry);
            drawing
        };
        let last = Drawing::SIZE - 1;
        let agrees = |drawing: &Drawing, image: &dyn Fn(usize, usize) -> (usize, usize)| {
            (0..=last).all(|iy| (0..=last).all(|ix| {
                let (jx, jy) = image(ix, iy);
                let cell = |ix: usize, iy: usize| drawing.cells[iy * Drawing::SIZE + ix];
                cell(ix, iy).abs_diff(cell(jx, jy)) <= 1
            }))
        };
        prop_assert!(agrees(&painted(Symmetry::MirrorX), &|ix, iy| (last - ix, iy)));
        prop_assert!(agrees(&painted(Symmetry::MirrorY), &|ix, iy| (ix, last - iy)));
        prop_assert!(agrees(&painted(Symmetry::Rotate(4)), &|ix, iy| (last - iy, ix)));
        prop_assert!(agrees(&painted(Symmetry::Rotate(2)), &|ix, iy| (last - ix, last - iy)));
    }
}

#[test]
fn erasing_everything_leaves_an_empty_drawing() {
    let mut drawing = blank();
    assert!(drawing.is_empty());
    drawing.stroke([-1.0, 0.0], [1.0, 1.0], &BRUSH, false, Symmetry::Rotate(3));
    assert!(!drawing.is_empty());
    let mut erased = drawing.clone();
    let eraser = Brush {
        radius: 1e9,
        strength: 1.0,
        class: 0,
    };
    erased.stamp([0.0, 0.0], &eraser, true);
    assert!(erased.is_empty());
    drawing.clear();
    assert_eq!(drawing, erased);
}

#[test]
fn painting_leaves_clones_alone() {
    let before = blank();
    let mut after = before.clone();
    assert!(Arc::ptr_eq(&before.cells, &after.cells));
    after.stamp([9.0, 9.0], &BRUSH, false);
    assert!(
        Arc::ptr_eq(&before.cells, &after.cells),
        "a miss copies nothing"
    );
    after.stamp([0.0, 0.0], &BRUSH, false);
    assert!(before.is_empty() && !after.is_empty());
}

#[test]
fn odd_brushes_and_points_do_no_harm() {
    let mut drawing = blank();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        drawing.stroke([0.0, bad], [1.0, 1.0], &BRUSH, false, Symmetry::None);
        drawing.stamp(
            [0.0, 0.0],
            &Brush {
                radius: 1.0,
                strength: -bad.abs(),
                class: 0,
            },
            false,
        );
    }
    drawing.stamp([1e300, -1e300], &BRUSH, false);
    assert!(drawing.is_empty());
    drawing.stroke([0.0, 0.0], [1.0, 0.0], &BRUSH, false, Symmetry::Rotate(0));
    let mut plain = blank();
    plain.stroke([0.0, 0.0], [1.0, 0.0], &BRUSH, false, Symmetry::None);
    assert_eq!(drawing, plain);
}

#[test]
fn an_empty_drawing_says_so_and_one_dot_is_enough() {
    let error = Distribution::from(Shape::Drawn(blank()))
        .sampler()
        .unwrap_err();
    assert_eq!(error, DistributionError::EmptyDrawing);
    let mut drawing = blank();
    // The smallest brush there is: one cell of 1/32, wherever it hits.
    drawing.stamp(
        [1.0, -2.0],
        &Brush {
            radius: 0.0,
            strength: 1.0,
            class: 0,
        },
        false,
    );
    assert!(drawing.cells.iter().any(|&weight| weight >= 100));
    for p in samples(&drawing, 1000) {
        assert!((p[0] - 1.0).hypot(p[1] + 2.0) < 3.0 / 32.0, "{p:?}");
    }
}

/// A density with weight 1 on the left half and 1/5 on the right, on a box that is no square.
#[test]
fn samples_follow_the_weights_exactly() {
    const N: usize = 100_000;
    let bounds = Bounds {
        min: [0.0, 2.0],
        max: [2.0, 3.0],
    };
    let drawing = Drawing::from_fn(bounds, |x, _| if x < 1.0 { 1.0 } else { 0.2 });
    let points = samples(&drawing, N);
    assert!(points.iter().all(|p| bounds.contains(*p)));
    let mean = |f: fn(&Point) -> f64| points.iter().map(f).sum::<f64>() / N as f64;
    let tolerance = 4.0 / (N as f64).sqrt();
    assert!((mean(|p| f64::from(u8::from(p[0] < 1.0))) - 5.0 / 6.0).abs() < 0.5 * tolerance);
    assert!((mean(|p| p[0]) - (5.0 * 0.5 + 1.5) / 6.0).abs() < tolerance);
    assert!((mean(|p| p[1]) - 2.5).abs() < tolerance);
    // The jitter inside a cell is uniform: its width is 1/128.
    let phase = mean(|p| (p[0] * 128.0).fract());
    assert!((phase - 0.5).abs() < 0.3 * tolerance, "{phase}");
}
