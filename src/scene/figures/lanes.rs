//! All lanes with shared axes and one legend.

use super::{Kind, Material, changed};
use crate::experiment::{Figure, Layer, View};
use crate::scene::around::Around;
use crate::scene::lanes;
use crate::scene::panels::PanelGrid;

/// See [`FigureKind::Lanes`](crate::experiment::FigureKind::Lanes).
pub(super) struct Lanes;

impl Kind for Lanes {
    const MAIN: Option<Layer> = Some(Layer::Trajectories);
    const ALL_LANES: bool = true;
    const NUMBERS: bool = true;

    fn view(figure: &Figure, view: &View) -> View {
        changed(figure, view, None)
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        let n = material.lanes.len();
        let columns = figure.columns.unwrap_or(lanes::columns(n));
        lanes::grid(material.lanes, &view, view.t, columns, Around::of(figure))
    }
}
