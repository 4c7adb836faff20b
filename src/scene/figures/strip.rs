//! The flow at several times, side by side.

use super::Kind;
use crate::experiment::figure::StripOf;
use crate::experiment::{Figure, FigureKind, Layer, View};

/// See [`FigureKind::Strip`].
pub(super) struct Strip;

impl Kind for Strip {
    fn layers(figure: &Figure, _: &View) -> Vec<Layer> {
        match figure.kind {
            FigureKind::Strip {
                of: StripOf::Density,
            } => vec![Layer::Density],
            _ => vec![Layer::Target, Layer::Particles],
        }
    }

    fn times(_: &View) -> Vec<f64> {
        vec![0.0, 0.25, 0.5, 0.75, 1.0]
    }
}
