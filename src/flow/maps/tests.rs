//! Maps against closed forms, and in which order they are made.

use std::f64::consts::TAU;

use super::*;
use crate::flow::coupling::Coupling;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::exact::{AlteredField, MarginalField, Setting};
use crate::flow::path::Path;
use crate::flow::work::finish;
use crate::flow::{Provenance, VelocityField};

fn marginal(target: Shape, path: Path) -> MarginalField {
    let source = Distribution::from(Shape::Gaussian { std: 1.0 });
    let setting = Setting {
        path,
        source: &source,
        target: &target.into(),
        coupling: Coupling::Independent,
        given: None,
        noise: 0.0,
        seed: 0,
    };
    MarginalField::new(&setting).unwrap()
}

fn eight_gaussians() -> Shape {
    Shape::EightGaussians {
        radius: 5.0,
        std: 0.5,
    }
}

const RASTER: Raster = Raster {
    bounds: Bounds {
        min: [-8.0, -8.0],
        max: [8.0, 8.0],
    },
    n: [96, 96],
};

fn exact_slice(field: &MarginalField, t: f64) -> Arc<ExactSlice> {
    Arc::new(finish(ExactSlice::sample(field, &RASTER, t)))
}

fn against(field: &dyn VelocityField, exact: &Arc<ExactSlice>) -> Arc<Against> {
    let exact = Arc::clone(exact);
    let at = (exact.t, 7);
    let slice = finish(FieldSlice::sample(field, Some(exact), &RASTER, at, 100));
    assert_eq!(slice.step, 7);
    slice.against.unwrap()
}

/// `N(0, 1)` to `N(0, 2^2)`: the region of highest density with the share m is a disc, at whose edge p is `(1 - m)` of its
/// peak.
#[test]
fn the_contours_of_a_gaussian_enclose_their_shares() {
    let field = marginal(
        Shape::Gaussian { std: 2.0 },
        Path::CondOt { sigma_min: 0.0 },
    );
    for t in [0.0, 0.5, 1.0] {
        let variance = (1.0 - t) * (1.0 - t) + 4.0 * t * t;
        let slice = exact_slice(&field, t);
        let peak = -(TAU * variance).ln();
        for (share, level) in LEVELS.into_iter().zip(slice.levels) {
            let expected = peak + (1.0 - share).ln();
            let off = (f64::from(level.unwrap()) - expected).abs();
            assert!(off < 0.06, "t = {t}, {share}: off by {off}");
        }
        let mass: f64 = slice.density().map(f64::from).sum::<f64>() * RASTER.cell_area();
        assert!((mass - 1.0).abs() < 2e-3, "{mass}");
        let middle = RASTER.n[0] * 48 + 60;
        let [x, y] = RASTER.centres()[middle];
        let expected = peak - 0.5 * (x * x + y * y) / variance;
        assert!((f64::from(slice.log_density[middle]) - expected).abs() < 1e-5);
    }
    let narrow = Raster {
        bounds: Bounds::square(1.0),
        n: [20, 20],
    };
    let slice = finish(ExactSlice::sample(&field, &narrow, 1.0));
    assert!(slice.levels[0].is_none() && slice.levels[4].is_some());
}

/// A field that is off by the same everywhere, and one that expands evenly.
struct Off<'a>(&'a MarginalField);

impl VelocityField for Off<'_> {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        let mut div = vec![0.0; xs.len()];
        self.eval_div(t, xs, out, &mut div);
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        self.0.eval_div(t, xs, out, div);
        for (v, x) in out.iter_mut().zip(xs) {
            *v = [v[0] + 0.3 + 0.1 * x[0], v[1] - 0.4 + 0.1 * x[1]];
        }
        div.iter_mut().for_each(|div| *div += 0.2);
    }

    fn provenance(&self) -> Provenance {
        Provenance::Exact
    }
}

/// Under `N(0, s^2 I)`: `E |(0.3, -0.4) + x / 10|^2 = 0.25 + 2 s^2 / 100`, and the PPD residual is
/// `0.2 - x . (0.3, -0.4) / s^2 - |x|^2 / (10 s^2)`, whose second moment is `0.25 / s^2 + 0.04`.
#[test]
fn errors_and_residuals_are_those_of_the_closed_form() {
    let field = marginal(
        Shape::Gaussian { std: 2.0 },
        Path::CondOt { sigma_min: 0.0 },
    );
    for t in [0.2, 0.7] {
        let variance = (1.0 - t) * (1.0 - t) + 4.0 * t * t;
        let found = against(&Off(&field), &exact_slice(&field, t));
        let is_near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 5e-3;
        let (off, expected) = (found.mean_squared_error, 0.25 + 0.02 * variance);
        assert!(is_near(off, expected), "t = {t}: {off} {expected}");
        let (ppd, expected) = (found.residual.ppd, (0.25 / variance + 0.04).sqrt());
        assert!(is_near(ppd, expected), "t = {t}: {ppd} {expected}");
        let k = 96 * 30 + 50;
        let [x, y] = RASTER.centres()[k];
        let expected = 0.2 - (0.3 * x - 0.4 * y + 0.1 * (x * x + y * y)) / variance;
        assert!((f64::from(found.ppd[k]) - expected).abs() < 1e-4);
        let expected = (0.3 + 0.1 * x).hypot(-0.4 + 0.1 * y);
        assert!((f64::from(found.error[k]) - expected).abs() < 1e-4);
    }
}

#[test]
fn a_field_that_is_one_percent_too_fast_lights_up_and_one_that_turns_about_the_densities_does_not()
{
    for path in [
        Path::CondOt { sigma_min: 0.0 },
        Path::Vp {
            beta_min: 0.1,
            beta_max: 20.0,
        },
        Path::Cosine,
    ] {
        let field = marginal(eight_gaussians(), path);
        let altered = |scale, rotation| AlteredField {
            field: field.clone(),
            scale,
            rotation,
        };
        for t in [0.1, 0.5, 0.9] {
            let exact = exact_slice(&field, t);
            let own = exact.own;
            assert!(own.continuity > 0.0 && own.continuity < 1e-4, "{own:?}");
            let wrong = against(&altered(1.01, 0.0), &exact).residual;
            assert!(
                wrong.continuity > 100.0 * own.continuity,
                "t = {t}: {wrong:?} {own:?}"
            );
            assert!(wrong.ppd > 100.0 * own.ppd, "t = {t}: {wrong:?} {own:?}");
            let same = against(&altered(1.0, 0.0), &exact);
            assert!(same.residual.continuity < 1e-5 && same.mean_squared_error < 1e-10);
            let turned = against(&altered(1.0, 0.7), &exact);
            assert!(turned.residual.continuity < 1e-5, "{:?}", turned.residual);
            assert!(
                turned.mean_squared_error > 1e-4,
                "{}",
                turned.mean_squared_error
            );
        }
    }
}

#[test]
fn without_a_marginal_field_there_is_the_divergence() {
    let field = marginal(Shape::Gaussian { std: 2.0 }, Path::Cosine);
    let slice = finish(FieldSlice::sample(&field, None, &RASTER, (0.5, 3), 64));
    assert!(slice.against.is_none());
    // cosine: the variance is (1 + 4) / 2 at t = 1/2, and its logarithm grows by 2 * 3 pi / 4 / 2.5 / 2 a coordinate.
    let expected = 2.0 * 0.5 * (0.5 * TAU * 0.5 * 3.0) / 2.5;
    for div in &slice.divergence {
        assert!(
            (f64::from(*div) - expected).abs() < 1e-5,
            "{div} {expected}"
        );
    }
    assert!(slice.divergence_spread.quantile(0.95) >= expected);
}

fn blank() -> Maps<u32> {
    Maps::new(RASTER, (0..=5).map(|k| f64::from(k) / 5.0).collect())
}

#[test]
fn the_moment_that_is_looked_at_comes_first_and_then_what_lies_ahead() {
    let mut maps = blank();
    let mut order = Vec::new();
    while let Some(k) = maps.next(3, |_, _| true) {
        order.push(k);
        maps = maps.with(k, 1);
    }
    assert_eq!(order, [3, 4, 5, 0, 1, 2]);
    assert!(maps.is_complete());
    assert_eq!(maps.next(5, |_, _| true), None);
}

/// While training goes on, half of the slices are those around the moment, and the others are made anew in turn.
#[test]
fn what_is_looked_at_is_made_anew_more_often_and_nothing_is_left_out() {
    let mut maps = blank();
    let mut counts = [0; 6];
    for step in 0..48 {
        let k = maps.next(1, |_, _| false).unwrap();
        counts[k] += 1;
        maps = maps.with(k, step);
    }
    assert_eq!(counts.iter().sum::<i32>(), 48);
    assert!(counts[1] >= 8 && counts[2] >= 8, "{counts:?}");
    assert!(counts.iter().all(|count| *count >= 3), "{counts:?}");
}

#[test]
fn what_is_shown_lies_between_two_slices_or_is_the_nearest() {
    let mut maps = blank().with(1, 10).with(2, 20).with(5, 50);
    let number = |maps: &Maps<u32>, t| maps.at(t, |_| true).unwrap().lerp(|n| f64::from(*n));
    assert!((number(&maps, 0.25) - 12.5).abs() < 1e-6);
    assert_eq!(number(&maps, 0.0), 10.0);
    assert_eq!(number(&maps, 0.55), 20.0);
    assert_eq!(number(&maps, 0.9), 50.0);
    assert!(maps.at(0.3, |n| *n > 50).is_none());
    assert_eq!(
        maps.at(0.25, |n| *n > 10).unwrap().lerp(|n| f64::from(*n)),
        20.0
    );
    assert_eq!(maps.mean(|n| f64::from(*n)), None);
    for (k, n) in [(0, 0), (3, 30), (4, 40)] {
        maps = maps.with(k, n);
    }
    assert!((maps.mean(|n| f64::from(*n)).unwrap() - 25.0).abs() < 1e-12);
    let other = maps.with(0, 0);
    assert!(maps.is_same(&maps.clone()) && !maps.is_same(&other));
    maps.retain(|k, _| k != 2);
    assert!(maps.get(2).is_none() && maps.known().count() == 5);
}

#[test]
fn places_on_the_raster_are_its_centres() {
    let raster = Raster {
        bounds: Bounds {
            min: [1.0, -2.0],
            max: [4.0, 2.0],
        },
        n: [6, 4],
    };
    let centres = raster.centres();
    assert_eq!(raster.place([2.0, 1.0]), centres[6 + 2]);
    assert_eq!((raster.len(), raster.cell_area()), (24, 0.5));
    let bands: Vec<Point> = raster.bands(3).flat_map(|band| band.centres()).collect();
    let near = |(a, b): (&Point, &Point)| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-12;
    assert!(bands.len() == 24 && bands.iter().zip(&centres).all(near));
}
