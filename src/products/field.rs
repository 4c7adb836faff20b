//! The velocity, or what it is read as, on a grid over what the camera sees, for arrows and streamlines.

use crate::flow::conversion::Quantity;
pub use crate::flow::grid::FieldGrid;
use crate::flow::path::Path;
use crate::flow::reading::Reading;
use crate::flow::work::Work;
use crate::flow::{Bounds, Point};

use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Times at which fields and maps are evaluated; in between they are interpolated.
pub(super) const TIMES: usize = 26;

/// Where, and how many cells along the longer side.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The part of the plane.
    pub bounds: Bounds,
    /// Cells.
    pub along: usize,
    /// What the field is read as.
    pub reading: Quantity,
}

impl Product for FieldGrid {
    const NAME: &'static str = "picture of the field";
    const COST: Cost = Cost::Picture;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        Demand::Of(Request {
            bounds: wish.look.bounds,
            along: wish.look.field,
            reading: wish.look.reading,
        })
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, request) = (flow.clone(), request.clone());
        Work::new(async move {
            let times = times(flow.id.experiment.problem.path);
            let Request {
                bounds,
                along,
                reading,
            } = request;
            let (n, rows) = (cells(bounds, along), flow.rows());
            let problem = &flow.id.experiment.problem;
            let field = flow.field.as_ref();
            let Ok(source_std) = problem.reads_as(reading) else {
                return Some(Self::sample(field, bounds, n, times, rows).await);
            };
            let reading = Reading {
                quantity: reading,
                path: problem.path,
                source_std,
            };
            let read = |t: f64, xs: &[Point], out: &mut [Point]| reading.eval(field, t, xs, out);
            Some(Self::sample_vectors(read, bounds, n, times, rows).await)
        })
    }
}

/// The times of a path.
pub(super) fn times(path: Path) -> Vec<f64> {
    let (t_0, t_1) = path.time_range();
    let time = |i| t_0 + (t_1 - t_0) * i as f64 / (TIMES - 1) as f64;
    (0..TIMES).map(time).collect()
}

/// Square cells over the box: `along` of them on its longer side.
pub(super) fn cells(bounds: Bounds, along: usize) -> [usize; 2] {
    if along == 0 {
        return [0, 0];
    }
    let (width, height) = (bounds.width(), bounds.height());
    let longer = width.max(height).max(f64::MIN_POSITIVE);
    [width, height].map(|side| ((along as f64 * side / longer).round() as usize).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_square() {
        let wide = Bounds {
            min: [0.0, 0.0],
            max: [4.0, 2.0],
        };
        assert_eq!(cells(wide, 24), [24, 12]);
        assert_eq!(cells(wide, 0), [0, 0]);
        assert_eq!(cells(wide, 1), [1, 1]);
    }
}
