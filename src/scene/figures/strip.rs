//! The flow at several times, side by side.

use super::{Kind, Material, at_times, changed, unasked};
use crate::experiment::figure::StripOf;
use crate::experiment::{Figure, FigureKind, Layer, View};
use crate::scene::panels::PanelGrid;

/// The times of a strip that does not say which.
const TIMES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// See [`FigureKind::Strip`].
pub(super) struct Strip;

impl Kind for Strip {
    fn view(figure: &Figure, view: &View) -> View {
        let layers = match figure.kind {
            FigureKind::Strip {
                of: StripOf::Density,
            } => [Layer::Density],
            _ => [Layer::Particles],
        };
        unasked(changed(figure, view, Some(&layers)))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        let times = match figure.times.is_empty() {
            true => &TIMES,
            false => figure.times.as_slice(),
        };
        at_times(figure, material, &view, times)
    }
}
