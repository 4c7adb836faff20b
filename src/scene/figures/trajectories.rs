//! Trajectories from source to target, or what else the view shows.

use super::{FigureError, Kind, Material};
use crate::experiment::{Figure, View};
use crate::flow::Bounds;
use crate::scene::{Page, Scene, build};

/// See [`FigureKind::Trajectories`](crate::experiment::FigureKind::Trajectories).
pub(super) struct Trajectories;

impl Kind for Trajectories {
    fn view(figure: &Figure, view: &View) -> View {
        let mut view = view.clone();
        if let Some(layers) = &figure.layers {
            view.layers.clone_from(layers);
        }
        if let Some(paths) = figure.paths {
            view.trajectories = paths;
        }
        if let Some(&t) = figure.times.first() {
            view.t = t;
        }
        view
    }

    fn page(_: &Figure, _: &Material, page: Page) -> Page {
        page
    }

    fn visible(figure: &Figure, material: &Material, page: &Page) -> Option<Bounds> {
        let scene = Self::scene(figure, material, page).ok()?;
        Some(scene.panels.first()?.transform.visible())
    }

    fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError> {
        let view = Self::view(figure, material.view);
        let lane = material.lanes.first();
        let lane = lane.ok_or_else(|| FigureError::Nothing("there is no flow".to_owned()))?;
        Ok(build(lane.frame, &view, view.t, page))
    }
}
