//! Which part of the plane is shown when the view does not say: the target, and the source unless it is so much
//! wider that the target would shrink to a blot.

use std::sync::Arc;

use super::transform::fit;
use crate::experiment::{Camera, View};
use crate::flow::{Bounds, Point};
use crate::snapshot::Frame;

/// A source up to this much wider than the target is shown as a whole.
const MAX_SOURCE_RATIO: f64 = 12.0;
/// The same for a path that spreads its source by itself (VE).
const MAX_SPREAD_SOURCE_RATIO: f64 = 3.0;
/// The bulk of a cloud ends this many standard deviations from its mean: a few stray points do not decide
/// what is seen.
const BULK_DEVIATIONS: f64 = 3.0;

/// The camera of the view, or the one that fits the frame into a box of `aspect` = width / height.
pub fn camera_of(frame: &Frame, view: &View, aspect: f64) -> Camera {
    view.camera.unwrap_or_else(|| fit(&shown(frame), aspect))
}

/// The camera that fits frame after frame: what has to be seen is found again only when there are other samples.
#[derive(Default)]
pub struct Fit {
    known: Option<Known>,
}

/// Samples, their path's spread, and what has to be seen of them.
struct Known {
    source: Arc<[Point]>,
    target: Arc<[Point]>,
    spread: f64,
    shown: Bounds,
}

impl Fit {
    /// The camera that fits the frame into a box of `aspect` = width / height.
    pub fn camera(&mut self, frame: &Frame, aspect: f64) -> Camera {
        fit(&self.shown(frame), aspect)
    }

    /// What has to be seen of the frame.
    pub fn shown(&mut self, frame: &Frame) -> Bounds {
        let spread = frame.experiment.problem.path.source_scale();
        let same = |known: &Known| {
            Arc::ptr_eq(&known.source, &frame.source)
                && Arc::ptr_eq(&known.target, &frame.target)
                && known.spread == spread
        };
        let known = self.known.take().filter(same).unwrap_or_else(|| Known {
            source: Arc::clone(&frame.source),
            target: Arc::clone(&frame.target),
            spread,
            shown: shown(frame),
        });
        let shown = known.shown;
        self.known = Some(known);
        shown
    }
}

/// What has to be seen of a frame.
pub fn shown(frame: &Frame) -> Bounds {
    let (source, target) = (bulk(&frame.source), bulk(&frame.target));
    let ratio = if frame.experiment.problem.path.source_scale() == 1.0 {
        MAX_SOURCE_RATIO
    } else {
        MAX_SPREAD_SOURCE_RATIO
    };
    match (source, target) {
        (Some(source), Some(target)) if side(&source) <= ratio * side(&target) => {
            source.union(&target)
        }
        (_, Some(target)) => target,
        (Some(source), None) => source,
        (None, None) => Bounds::square(1.0),
    }
}

fn side(bounds: &Bounds) -> f64 {
    bounds.width().max(bounds.height())
}

/// The box around the points, cut where their bulk ends.
fn bulk(points: &[Point]) -> Option<Bounds> {
    let all = Bounds::of_points(points)?;
    let n = points.iter().filter(|p| is_finite(p)).count() as f64;
    let mean = |k: usize| {
        points
            .iter()
            .filter(|p| is_finite(p))
            .map(|p| p[k])
            .sum::<f64>()
            / n
    };
    let mean = [mean(0), mean(1)];
    let spread = |k: usize| {
        let finite = points.iter().filter(|p| is_finite(p));
        (finite.map(|p| (p[k] - mean[k]).powi(2)).sum::<f64>() / n).sqrt()
    };
    let reach = [BULK_DEVIATIONS * spread(0), BULK_DEVIATIONS * spread(1)];
    Some(Bounds {
        min: [0, 1].map(|k| all.min[k].max(mean[k] - reach[k])),
        max: [0, 1].map(|k| all.max[k].min(mean[k] + reach[k])),
    })
}

fn is_finite(p: &Point) -> bool {
    p[0].is_finite() && p[1].is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture::frame;

    #[test]
    fn the_fit_follows_the_samples() {
        let mut frame = frame();
        let (mut fit, view) = (Fit::default(), View::default());
        let first = fit.camera(&frame, 1.5);
        assert_eq!(first, camera_of(&frame, &view, 1.5));
        assert_eq!(first, fit.camera(&frame, 1.5));
        frame.target = frame.target.iter().map(|p| p.map(|x| 3.0 * x)).collect();
        let second = fit.camera(&frame, 1.5);
        assert_eq!(second, camera_of(&frame, &view, 1.5));
        assert!(second.height > first.height);
    }
}
