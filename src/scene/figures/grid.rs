//! A grid over the source, and where the flow carries it.

use super::Kind;
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Grid`](crate::experiment::FigureKind::Grid).
pub(super) struct Grid;

impl Kind for Grid {
    fn layers(_: &Figure, _: &View) -> Vec<Layer> {
        vec![Layer::Target, Layer::DeformedGrid]
    }

    fn times(_: &View) -> Vec<f64> {
        vec![0.0, 0.5, 1.0]
    }
}
