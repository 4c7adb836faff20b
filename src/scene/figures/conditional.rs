//! The conditional paths of the target points that are given, with their density and velocity.

use super::{Kind, Material, at_times, changed, unasked};
use crate::experiment::{Figure, Layer, View};
use crate::scene::panels::PanelGrid;

/// See [`FigureKind::Conditional`](crate::experiment::FigureKind::Conditional).
pub(super) struct Conditional;

/// The time where the view is at an end: there the conditional density is the source's or a point.
const MIDDLE: f64 = 0.5;

impl Kind for Conditional {
    const MAIN: Option<Layer> = Some(Layer::Conditional);
    fn view(figure: &Figure, view: &View) -> View {
        let view = unasked(changed(
            figure,
            view,
            Some(&[Layer::Target, Layer::Conditional]),
        ));
        let is_end = view.t <= 0.0 || view.t >= 1.0;
        let t = match is_end && figure.times.is_empty() {
            true => MIDDLE,
            false => view.t,
        };
        View { t, ..view }
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        at_times(figure, material, &view, &[view.t])
    }
}
