//! A grid over the source that the flow deforms.

use super::{Kind, Material, at_times, changed, times, unasked};
use crate::experiment::{Figure, Layer, View};
use crate::scene::panels::PanelGrid;

/// See [`FigureKind::Grid`](crate::experiment::FigureKind::Grid).
pub(super) struct Grid;

impl Kind for Grid {
    fn view(figure: &Figure, view: &View) -> View {
        unasked(changed(figure, view, Some(&[Layer::DeformedGrid])))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        at_times(figure, material, &view, &times(figure, &view))
    }
}
