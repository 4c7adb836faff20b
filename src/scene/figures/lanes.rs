//! All lanes, with shared axes and one legend.

use super::Kind;
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Lanes`](crate::experiment::FigureKind::Lanes).
pub(super) struct Lanes;

impl Kind for Lanes {
    const ALL_LANES: bool = true;

    fn layers(_: &Figure, view: &View) -> Vec<Layer> {
        view.layers.clone()
    }
}
