//! The pairs of the coupling.

use std::borrow::Cow;

use super::{Kind, Material, at_times, changed, unasked};
use crate::experiment::{Figure, Layer, View};
use crate::scene::panels::PanelGrid;
use crate::snapshot::Frame;

/// See [`FigureKind::Pairs`](crate::experiment::FigureKind::Pairs).
pub(super) struct Pairs;

impl Kind for Pairs {
    const MAIN: Option<Layer> = Some(Layer::Pairs);
    fn view(figure: &Figure, view: &View) -> View {
        let layers = [Layer::Source, Layer::Target, Layer::Pairs];
        unasked(changed(figure, view, Some(&layers)))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        let mut grid = at_times(figure, material, &view, &[view.t]);
        if let Some(n) = figure.paths {
            for panel in &mut grid.panels {
                let fewer = panel.frame.pairs.iter().copied().take(n).collect();
                panel.frame = Cow::Owned(Frame {
                    pairs: fewer,
                    ..panel.frame.clone().into_owned()
                });
            }
        }
        grid
    }

    fn missing(_figure: &Figure, _view: &View, frame: &Frame) -> Option<String> {
        let sentence = match frame.past {
            Some(_) => "pairs are those of the newest step: look at the newest one",
            None => "there are no pairs of the coupling yet",
        };
        (frame.past.is_some() || frame.pairs.is_empty()).then(|| sentence.to_owned())
    }
}
