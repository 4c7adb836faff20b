//! Source, trajectories and target side by side, for a title page.

use std::borrow::Cow;

use super::{Kind, Material, changed, unasked};
use crate::experiment::{Figure, Layer, View};
use crate::scene::around::Around;
use crate::scene::panels::{PanelGrid, PanelOf};

/// See [`FigureKind::Triptych`](crate::experiment::FigureKind::Triptych).
pub(super) struct Triptych;

/// What the panel in the middle shows unless the figure says.
const MIDDLE: [Layer; 1] = [Layer::Trajectories];

impl Kind for Triptych {
    const MAIN: Option<Layer> = Some(Layer::Trajectories);
    fn view(figure: &Figure, view: &View) -> View {
        unasked(changed(figure, view, Some(&MIDDLE)))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let middle = Self::view(figure, material.view);
        let only = |layer: Layer| View {
            layers: vec![layer],
            ..middle.clone()
        };
        let views = [
            ("source", 0.0, only(Layer::Source)),
            ("flow", middle.t, middle.clone()),
            ("target", 1.0, only(Layer::Target)),
        ];
        let lane = material.lanes.first();
        let panels = lane.into_iter().flat_map(|lane| {
            views.clone().map(|(title, t, view)| PanelOf {
                frame: Cow::Borrowed(lane.frame),
                lane: 0,
                view,
                t,
                title: title.to_owned(),
                numbers: Vec::new(),
            })
        });
        PanelGrid {
            panels: panels.collect(),
            columns: 3,
            around: Around::of(figure),
        }
    }
}
