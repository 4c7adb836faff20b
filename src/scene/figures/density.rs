//! A density: the flow's own at t = 1 by change of variables, or the exact p_t.

use super::Kind;
use crate::experiment::figure::DensityOf;
use crate::experiment::{Figure, FigureKind, Layer, View};

/// See [`FigureKind::Density`].
pub(super) struct Density;

impl Kind for Density {
    fn layers(figure: &Figure, _: &View) -> Vec<Layer> {
        match figure.kind {
            FigureKind::Density {
                of: DensityOf::Exact,
            } => vec![Layer::ExactDensity, Layer::Contours],
            _ => vec![Layer::Likelihood],
        }
    }
}
