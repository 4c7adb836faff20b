//! Trajectories from source to target, or what else the view shows.

use super::{Kind, Material, at_times, changed, times, unasked};
use crate::experiment::{Figure, Layer, View};
use crate::scene::panels::PanelGrid;

/// See [`FigureKind::Trajectories`](crate::experiment::FigureKind::Trajectories).
pub(super) struct Trajectories;

impl Kind for Trajectories {
    const MAIN: Option<Layer> = Some(Layer::Trajectories);
    const NUMBERS: bool = true;

    fn view(figure: &Figure, view: &View) -> View {
        // What is asked about is part of what the view shows, unless the layers are chosen.
        let changed = changed(figure, view, None);
        match figure.layers {
            Some(_) => unasked(changed),
            None => changed,
        }
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        let mut grid = at_times(figure, material, &view, &times(figure, &view));
        let (first, lane) = (grid.panels.first_mut(), material.lanes.first());
        if let (Some(first), Some(lane)) = (first, lane) {
            first.numbers.clone_from(&lane.numbers);
        }
        grid
    }
}
