//! The pairs whose paths pass the point that is asked about.

use super::{FigureError, Kind, Material, at_times, changed, refuse_missing};
use crate::experiment::{Figure, Layer, View};
use crate::scene::numbers::{Column, FigureNumbers, Table};
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

    /// The pairs that stand for all whose paths pass the point, the heaviest first.
    fn numbers(figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
        let view = Self::view(figure, material.view);
        refuse_missing::<Self>(figure, &view, material)?;
        let lane = material.lanes.first();
        let fan = lane.and_then(|lane| lane.frame.products.posterior.get()?.fan.as_ref().ok());
        let rays = fan.map_or(&[][..], |fan| fan.rays.as_slice());
        let pairs: Vec<_> = rays.iter().map(|ray| (ray.x_0, ray.x_1)).collect();
        let mut table = Table::pairs("posterior", &pairs);
        let weights = Column::numbers("weight", rays.iter().map(|ray| ray.weight));
        table.columns.push(weights);
        Ok(FigureNumbers {
            tables: vec![table],
            metrics: None,
        })
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
