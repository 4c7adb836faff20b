//! The pairs that the coupling draws.

use super::Kind;
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Pairs`](crate::experiment::FigureKind::Pairs).
pub(super) struct Pairs;

impl Kind for Pairs {
    const ALL_LANES: bool = true;

    fn layers(_: &Figure, _: &View) -> Vec<Layer> {
        vec![Layer::Source, Layer::Target, Layer::Pairs]
    }
}
