//! The velocity field at some times: the flow's own, the exact one, or how they differ.

use super::{Kind, Material, at_times, changed, times, unasked, without_exact};
use crate::experiment::figure::FieldOf;
use crate::experiment::{Figure, FigureKind, Layer, View};
use crate::scene::panels::PanelGrid;
use crate::snapshot::Frame;

/// See [`FigureKind::Field`].
pub(super) struct Field;

fn of(figure: &Figure) -> FieldOf {
    match figure.kind {
        FigureKind::Field { of } => of,
        _ => FieldOf::default(),
    }
}

impl Kind for Field {
    const MAIN: Option<Layer> = Some(Layer::FieldError);
    fn view(figure: &Figure, view: &View) -> View {
        let layers: &[Layer] = match of(figure) {
            FieldOf::Model => &[Layer::Field],
            FieldOf::Exact => &[Layer::ExactField],
            // Both in one scale, over the size of their difference.
            FieldOf::Difference => &[Layer::Field, Layer::ExactField, Layer::FieldError],
        };
        unasked(changed(figure, view, Some(layers)))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        at_times(figure, material, &view, &times(figure, &view))
    }

    fn missing(figure: &Figure, view: &View, frame: &Frame) -> Option<String> {
        let needs = Layer::EXACT.iter().any(|layer| view.layers.contains(layer));
        let no_arrows =
            view.field == 0 && figure.layers.is_none() && of(figure) != FieldOf::Difference;
        match needs.then(|| without_exact(frame)).flatten() {
            None if no_arrows => Some(
                "the view has no arrows: --set view.field=24 says how many stand along the longer side"
                    .to_owned(),
            ),
            sentence => sentence,
        }
    }
}
