//! The pairs whose paths pass the point that is asked about.

use super::{Kind, Material, at_times, changed};
use crate::experiment::{Figure, Layer, View};
use crate::scene::panels::PanelGrid;
use crate::snapshot::Frame;

/// See [`FigureKind::Posterior`](crate::experiment::FigureKind::Posterior).
pub(super) struct Posterior;

impl Kind for Posterior {
    fn view(figure: &Figure, view: &View) -> View {
        changed(figure, view, Some(&[Layer::Source, Layer::Target]))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        at_times(figure, material, &view, &[view.t])
    }

    fn missing(_figure: &Figure, view: &View, frame: &Frame) -> Option<String> {
        let Some(_) = view.ask else {
            return Some(
                "no point is asked about: --set 'view.ask=Some((1.0, 0.5))' pins one".to_owned(),
            );
        };
        let why = frame.products.posterior.get()?.fan.as_ref().err()?;
        Some(format!(
            "the pairs that pass the point are not known: {why}"
        ))
    }
}
